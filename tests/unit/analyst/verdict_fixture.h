/* SPDX-License-Identifier: Apache-2.0 */
/* A small catalogue of two invented vendors, and flows to show it, for the verdict tests. */
#ifndef EPW_TESTS_VERDICT_FIXTURE_H
#define EPW_TESTS_VERDICT_FIXTURE_H

#include "analyst/analyst.h"

#include <stdbool.h>

/* What the fixture remembers of each result, in the order they came out. */
struct seen {
    char product[64];
    char function[64];
    enum epw_confidence confidence;
    size_t candidates, names;
    char first_name[128];
    char words[2048]; /* the reasons, one a line */
};

extern struct epw_catalogue *catalogue;
extern struct epw_analyst *analyst;
extern struct seen seen[64];
extern size_t seen_count;

/* Test set-up: wait_s as in struct epw_analyst_options. */
void fixture_open(uint32_t wait_s);
/* The same with a site file of these lines (without the header) that must load. */
void fixture_open_site(uint32_t wait_s, const char *lines);
void fixture_close(void);
/* Notes a result in seen: for analysts that a test makes itself. */
void fixture_result(void *ctx, const struct epw_result *result);

/* An answered TCP flow with payload both ways of a protocol (EPW_APP_UNKNOWN: none seen). */
struct epw_flow_record flow(const char *from, const char *to, uint16_t port, enum epw_app app);
/* Gives a flow a name of its own. At most one a flow. */
void say(struct epw_flow_record *r, enum epw_name_source source, const char *name);
/* Nobody answers. */
void unanswered(struct epw_flow_record *r);
void push(const struct epw_flow_record *r);
void dns(const char *client, const char *name, const char *address);
/* The address stood beside an answer. */
void dns_beside(const char *client, const char *name, const char *address);

#endif
