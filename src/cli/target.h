/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What --explain is asked about: a port, a host name, or a flow.
 *
 *     2222, tcp/2222                         a port
 *     update.example.com                     a name
 *     10.0.0.7:51000-10.0.0.5:2222           a flow, either direction,
 *     udp/[fe80::1]:5353-[ff02::fb]:5353     of any or one transport
 */
#ifndef EPW_CLI_TARGET_H
#define EPW_CLI_TARGET_H

#include "base/err.h"
#include "base/ip.h"
#include "meter/flow_record.h"

#include <stdbool.h>
#include <stdint.h>

enum epw_target_kind { EPW_TARGET_PORT, EPW_TARGET_NAME, EPW_TARGET_FLOW };

struct epw_target {
    enum epw_target_kind kind;
    bool tcp, udp;           /* PORT, FLOW: asked for; both when none was named */
    struct epw_ip ip[2];     /* FLOW: as written */
    uint16_t port[2];        /* FLOW: as written. PORT: [0] */
    char name[EPW_NAME_LEN]; /* NAME: lower case, no trailing dot */
};

/* EPW_EUSAGE: text is none of the three, *diag says what was expected. */
enum epw_err epw_target_parse(struct epw_target *target, const char *text, struct epw_diag *diag);

/* Whether the record is of this flow, whichever side opened it. */
bool epw_target_is(const struct epw_target *target, const struct epw_flow_record *record);
/* How many of the two hosts are the record's: 2 both, 1 or 0. */
unsigned epw_target_hosts(const struct epw_target *target, const struct epw_flow_record *record);

#endif
