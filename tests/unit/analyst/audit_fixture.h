/* SPDX-License-Identifier: Apache-2.0 */
/* An invented product with one row for each thing that finding rules look at, and flows to show. */
#ifndef EPW_TESTS_AUDIT_FIXTURE_H
#define EPW_TESTS_AUDIT_FIXTURE_H

#include "analyst/analyst.h"

#define SERVER "10.0.0.5"
#define AGENT  "10.0.0.7"
#define AGENT2 "10.0.0.8"
#define ADMIN  "10.0.0.9"
#define OTHER  "10.0.0.66"
#define PUBLIC "198.51.100.7"
#define CLOUD  "203.0.113.9"

struct found {
    char kind[32], product[64], function[64], subject[64];
    char summary[512], documented[512], advice[512];
    enum epw_severity severity;
    uint64_t count;
    size_t host_count;
    char host[4][EPW_IP_STRLEN];
};

extern struct found found[16];
extern size_t found_count, withheld_count; /* withheld ones are only counted */

/* Test set-up; site: lines of a site file without the header, or NULL. */
void find_open(void);
void find_open_site(const char *lines);
void find_close(void);

/* An answered TCP flow with payload both ways; shown as it is, or changed and then shown. */
struct epw_flow_record talk(const char *from, const char *to, uint16_t port, enum epw_app app);
struct epw_evidence *evidence_of(struct epw_flow_record *record);
void show(const struct epw_flow_record *record);
void show_talk(const char *from, const char *to, uint16_t port, enum epw_app app);
void show_attempt(const char *from, const char *to, uint16_t port);
/* DNS tells the client that the name is this address. */
void show_name(const char *client, const char *name, const char *address);
/* Makes SERVER known as a server, and AGENT and AGENT2 as agents, of the product. */
void show_product(void);
/* Ends the run: found[] holds the findings of this kind alone. */
void find_all(const char *kind);

/* One finding, about subject, of these two hosts, with a text in every place. */
#define EXPECT_ONE(what, host_a, host_b)                                                           \
    do {                                                                                           \
        cr_assert_eq(found_count, 1, "%zu findings", found_count);                                 \
        cr_expect_str_eq(found[0].subject, what);                                                  \
        cr_assert_geq(found[0].host_count, 2);                                                     \
        cr_expect_str_eq(found[0].host[0], host_a);                                                \
        cr_expect_str_eq(found[0].host[1], host_b);                                                \
        cr_expect_str_eq(found[0].product, "acme");                                                \
        cr_expect_str_neq(found[0].summary, "");                                                   \
        cr_expect_str_neq(found[0].documented, "");                                                \
        cr_expect_str_neq(found[0].advice, "");                                                    \
    } while (0)

#define EXPECT_NONE() cr_assert_eq(found_count, 0, "%s: %s", found[0].subject, found[0].summary)

#endif
