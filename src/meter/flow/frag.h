/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IP fragments: only the first carries ports. This small table gives them to
 * the others (RFC 791, RFC 8200 4.5: same source, destination, protocol and
 * identification). Those that come before their first are kept, as counters
 * and bytes, and handed over when it comes; those whose first never comes
 * belong to no flow and are counted as orphans. flow/datagram.h puts the bytes
 * together.
 */
#ifndef EPW_METER_FLOW_FRAG_H
#define EPW_METER_FLOW_FRAG_H

#include "base/err.h"
#include "base/stats.h"
#include "meter/packet.h"

/* RFC 791 suggests 15 s, RFC 8200 60 s until a datagram is given up; systems use 30. */
#define EPW_FRAG_AGE_NS (30LL * 1000000000LL)

/*
 * Datagrams in fragments at a time, in sets of four ways: fragments come close together, so
 * this is far above real traffic, and a flood of them only displaces others of its kind.
 */
#define EPW_FRAG_SETS 512
#define EPW_FRAG_WAYS 4

struct epw_frags;

/* What waited for its first fragment. All in the direction of that fragment. */
struct epw_parked {
    uint32_t packets;
    uint64_t bytes, payload;
    int64_t first_ns, last_ns;
};

/* stats is borrowed (fragments, fragments_orphan, and those of datagram.h). EPW_ENOMEM. */
enum epw_err epw_frags_new(struct epw_frags **frags, uint64_t seed, struct epw_stats *stats);
void epw_frags_free(struct epw_frags *frags);

/*
 * Takes note of a first fragment, gives a later one its ports (and, of UDP, no payload_wire: the
 * first has claimed it all). False: its
 * first has not come, the packet is parked and must not be used.
 */
bool epw_frags_resolve(struct epw_frags *frags, struct epw_packet *packet);

/* What waited for this first fragment (packets 0: nothing did); it is then no longer parked. */
struct epw_parked epw_frags_claim(struct epw_frags *frags, const struct epw_packet *packet);

/*
 * Keeps the bytes of a fragment that has its ports, in the order of the packets. True when it
 * completes its datagram: *whole is that, valid until the next call.
 */
bool epw_frags_join(struct epw_frags *frags, const struct epw_packet *packet,
                    struct epw_packet *whole);

/* End of the run: what is still parked is orphaned. */
void epw_frags_flush(struct epw_frags *frags);

#endif
