/* SPDX-License-Identifier: Apache-2.0 */
/* What a conversation was to reach, as find_blocked.c counts and tells it. */
#ifndef EPW_ANALYST_AUDIT_AIM_H
#define EPW_ANALYST_AUDIT_AIM_H

#include "analyst/audit/told.h"
#include "analyst/verdict/verdict.h"

/* Longest "NAME:PORT" or endpoint, NUL. */
#define EPW_AIM_LEN (EPW_ENDPOINT_LEN + 8)

/* A name that the signature documents, else the endpoint: clouds change their addresses. */
struct epw_aim {
    const char *name; /* NULL: the endpoint */
    const struct epw_ip *ip;
    uint16_t port;
};

/* sig may be NULL. Valid as long as the result. */
struct epw_aim epw_aim_of(const struct epw_result *result, const struct epw_signature *sig);
/* Most conversations work and are only counted, so what they aim at is never put into words. */
uint64_t epw_aim_hash(const struct epw_aim *aim, uint64_t seed);
/* Of a name that was only looked up in DNS. */
uint64_t epw_aim_hash_name(const char *name, uint64_t seed);
/* In words. */
void epw_aim_name(const struct epw_aim *aim, char text[EPW_AIM_LEN]);

#endif
