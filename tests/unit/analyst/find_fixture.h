/* SPDX-License-Identifier: Apache-2.0 */
/* An analyst with a small catalogue and a site file, shown flows; and the findings it makes. */
#ifndef EPW_TESTS_FIND_FIXTURE_H
#define EPW_TESTS_FIND_FIXTURE_H

#include "analyst/analyst.h"

#include <stdbool.h>

struct found {
    char kind[32], product[64], function[64], subject[300];
    char summary[512], documented[512], advice[512];
    enum epw_finding_state state;
    bool repeated;
    uint64_t count;
    char hosts[256]; /* in the order listed, parted by blanks */
};

extern struct found found[16];
extern size_t found_count, withheld_count; /* withheld ones are only counted */

/*
 * acme: agents speak TLS to a server on 2222 every 60 s, to a cloud by name on
 * 443; a console on 2223. bolt: clients fetch by FTP from a server on 2021,
 * events go to 2225 without a documented period. site: lines below the header,
 * NULL for none.
 */
void find_open(const char *site);
void find_close(void);
/*
 * Signatures and site file are read again, as by SIGHUP: another analyst goes on, and what it was
 * before is freed. note stands in a row that is new, so that the files differ.
 */
void find_reload(const char *note);

extern struct epw_analyst *analyst;

/* An answered TCP flow that begins at_s seconds into the run. Names: SNI, or NULL. */
struct epw_flow_record *flow_at(double at_s, const char *from, const char *to, uint16_t port,
                                enum epw_app app, const char *name);
struct epw_evidence *evidence_of(struct epw_flow_record *record);
void unanswered(struct epw_flow_record *record);
void refused(struct epw_flow_record *record);
void push(const struct epw_flow_record *record);
/* at_s, client, name, and the address it was given; or NXDOMAIN when that is NULL. */
void dns(double at_s, const char *client, const char *name, const char *address);

/* Ends the run; findings of one kind are then in found[]. */
void find_all(const char *kind);
/* What is new of them while the run goes on. */
void find_new(const char *kind);
/* All that holds by now. */
void find_so_far(const char *kind);

#endif
