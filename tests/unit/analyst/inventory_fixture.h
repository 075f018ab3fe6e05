/* SPDX-License-Identifier: Apache-2.0 */
/* An inventory of an invented product's hosts, flows to show it, and what it has then. */
#ifndef EPW_TESTS_INVENTORY_FIXTURE_H
#define EPW_TESTS_INVENTORY_FIXTURE_H

#include "analyst/audit/inventory.h"
#include "base/text.h"
#include "made_flow.h"

#include <stdio.h>

extern struct epw_catalogue *catalogue;
extern struct epw_knowledge know;
extern struct epw_stats stats;
extern struct epw_inventory *inventory;

/* The flow and the verdict that the next add() gives. */
extern struct epw_flow_record record;
extern struct epw_evidence evidence; /* of the record */
extern struct epw_verdict verdict;

void inventory_open(void);
void inventory_close(void);

/* At a second of the run, answered; sig NULL: no verdict. */
void make(const char *from, const char *to, const char *sig, int second);
void set_mac(unsigned side, uint8_t last);
void add(void);
/* Adds a host to a struct epw_str, as one line. */
void tell_host(void *ctx, const struct epw_inventory_host *host);
/* All hosts as lines; the same text when asked twice. */
void expect_hosts(const char *expected);

#endif
