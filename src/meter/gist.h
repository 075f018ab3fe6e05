/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a packet means for its flow: its key in brief, a fingerprint, what it counts, and the flags
 * of a flow in which it changes nothing but counters. Of such packets, which most are, tracking
 * needs no more (track.c). Of a plain frame of IPv4 it is told from the headers alone, so that the
 * frame is decoded only where its packet is more to its flow than that; and where meters share the
 * packets it is what goes from who reads them to whose they are.
 */
#ifndef EPW_METER_GIST_H
#define EPW_METER_GIST_H

#include "capture/frame.h"
#include "meter/flow/flow.h"
#include "meter/packet.h"

/* A flag that no flow has. */
#define EPW_GIST_NEVER 0x40000000u

/* In which flows a packet changes nothing but counters. */
struct epw_gist_way {
    uint32_t all; /* flags such a flow has, EPW_F_WIDE only where it is among them, ... */
    uint32_t any; /* ... and at least one of these */
};

struct epw_gist {
    struct epw_brief brief; /* of a packet without ports yet, a later fragment: as it stands */
    struct epw_gist_way way;
    uint32_t tag;   /* as the brief */
    uint32_t print; /* a copy of the packet has the same; 0: only decoding tells */
    /* As in its packet. */
    int64_t ts_ns;
    uint32_t wire_len, payload_wire;
    uint8_t side, tcp_flags;
    /* Of one told from its headers: bytes of the frame before Ethernet, which are none but in a
     * mirror's, before what is in IP, and before payload; so many were checked to be there. */
    uint8_t ether_at, inside_at, payload_at;
    uint8_t rest[3];      /* of a cache line, so that no two meters want the same one */
    const uint8_t *bytes; /* the frame's, for who may need more than the gist */
};
_Static_assert(sizeof(struct epw_gist) == 64, "a cache line, where the first begins at one");

/* By five flags of TCP, payload and side. */
#define EPW_TELLER_WAYS 128

/* How gists are told, the same in all meters of a run. */
struct epw_teller {
    const uint8_t *tunnel; /* epw_decoder_tunnels() */
    uint64_t seed;
    bool ignore_vlan;
    bool sparing; /* false: tells of none, as all are to be decoded in any case */
    struct epw_gist_way way[EPW_TELLER_WAYS]; /* epw_teller_init() */
};

/* Fills in what is the same in all. */
void epw_teller_init(struct epw_teller *teller);

/*
 * The gists of frames, of those that are plain and IPv4, also inside of a mirror's delivery; of
 * others print is 0, and their places are listed in untold. pair, for one each: epw_key_pair() of
 * their packets, where there is a gist. Either may be NULL. Returns how many gists there are.
 */
uint32_t epw_gist_tell(const struct epw_teller *teller, const struct epw_frame *frame,
                       struct epw_gist *gist, uint64_t *pair, uint16_t *untold, uint32_t count);

/*
 * The packet of a gist that was told, while its frame's bytes are there: what epw_plain_run() makes
 * of the frame, without the VLANs that the teller ignores. It need not look whether the frame is
 * plain, nor for its headers.
 */
void epw_gist_put(const struct epw_gist *gist, struct epw_packet *packet);

/* The gist of any packet that has a flow. */
void epw_gist_of(const struct epw_teller *teller, const struct epw_packet *packet,
                 struct epw_gist *gist);

static inline bool epw_gist_is_told(const struct epw_gist *gist)
{
    return gist->print != 0;
}

/* Whether the packet changes no flag of its flow, which has these. */
static inline bool epw_gist_is_old(const struct epw_gist *gist, uint32_t flags)
{
    return (flags & (gist->way.all | EPW_F_WIDE)) == gist->way.all;
}

/* Whether the evidence engine is to see it. */
static inline bool epw_gist_is_evidence(const struct epw_gist *gist, uint32_t flags)
{
    return (flags & gist->way.any) == 0;
}

/* Neither: it changes nothing but counters. */
static inline bool epw_gist_fits(const struct epw_gist *gist, uint32_t flags)
{
    return epw_gist_is_old(gist, flags) & ((flags & gist->way.any) != 0);
}

/* The flags that the packet sets, beside what signals of TCP and errors of ICMP mean. */
static inline uint32_t epw_gist_sets(const struct epw_gist *gist)
{
    return gist->way.all & ~EPW_GIST_NEVER;
}

/* Whether they may be such that the flow's state and its queue change. */
static inline bool epw_gist_moves(const struct epw_gist *gist, uint32_t flags)
{
    return (gist->way.all & ~flags & (EPW_GIST_NEVER | EPW_F_SEEN_BOTH | EPW_F_OPEN)) != 0;
}

/* Whether a flow of these flags is in the table, and its key is as wide as the packet's. */
static inline bool epw_gist_is_kind(const struct epw_gist *gist, uint32_t flags)
{
    return ((flags ^ gist->way.all) & (EPW_F_USED | EPW_F_WIDE)) == 0;
}

static inline bool epw_gist_is_wide(const struct epw_gist *gist)
{
    return (gist->way.all & EPW_F_WIDE) != 0;
}

#endif
