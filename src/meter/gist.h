/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a packet means for its flow, told once as it is decoded: its key in brief, a fingerprint,
 * and the flags of a flow in which it changes nothing but counters. Of such packets, which most
 * are, tracking needs little more (track.c).
 */
#ifndef EPW_METER_GIST_H
#define EPW_METER_GIST_H

#include "meter/flow/flow.h"
#include "meter/packet.h"

struct epw_gist {
    struct epw_brief brief; /* of a packet without ports yet, a later fragment: as it stands */
    uint32_t tag;           /* likewise */
    uint32_t all;           /* flags such a flow has, EPW_F_WIDE only where it is among them, ... */
    uint32_t any;           /* ... and at least one of these */
    uint32_t print;         /* a copy of the packet has the same; never 0 */
};

/* Whether the packet changes no flag of its flow, which has these. */
static inline bool epw_gist_is_old(const struct epw_gist *gist, uint32_t flags)
{
    return (flags & (gist->all | EPW_F_WIDE)) == gist->all;
}

/* ... and is none for the evidence engine either: it changes nothing but counters. */
static inline bool epw_gist_fits(const struct epw_gist *gist, uint32_t flags)
{
    return epw_gist_is_old(gist, flags) & ((flags & gist->any) != 0);
}

static inline bool epw_gist_is_wide(const struct epw_gist *gist)
{
    return (gist->all & EPW_F_WIDE) != 0;
}

#endif
