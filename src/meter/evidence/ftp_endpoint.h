/* SPDX-License-Identifier: Apache-2.0 */
/* The data endpoints that lines of an FTP control channel announce (RFC 959, 2428). */
#ifndef EPW_METER_EVIDENCE_FTP_ENDPOINT_H
#define EPW_METER_EVIDENCE_FTP_ENDPOINT_H

#include "base/cursor.h"
#include "base/ip.h"

#include <stdbool.h>
#include <stdint.h>

struct epw_ftp_endpoint {
    struct epw_ip address;
    uint16_t port; /* never 0 */
    bool has_address;
    bool server_listens; /* 227, 229; else PORT, EPRT */
};

/* line: without its line end. False when it announces nothing, or nothing well-formed. */
bool epw_ftp_reply(struct epw_cur line, struct epw_ftp_endpoint *endpoint);
bool epw_ftp_command(struct epw_cur line, struct epw_ftp_endpoint *endpoint);

#endif
