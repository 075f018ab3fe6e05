/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of a layer: one header of a frame. A layer is one file
 * layer_NAME.c that defines
 *
 *     const struct epw_layer epw_layer_NAME = { ... };
 *
 * and one word in meter/decode/Makefile.inc. decode.c loops: ask the layer,
 * go where it points, until an ending; the loop is bounded and each way to
 * end has its own counter (enum epw_ending).
 */
#ifndef EPW_METER_DECODE_LAYER_H
#define EPW_METER_DECODE_LAYER_H

#include "base/cursor.h"
#include "meter/packet.h"

#include <stdbool.h>
#include <stdint.h>

/* Number spaces in which a layer can be asked for. */
enum epw_space {
    EPW_BY_NONE,
    EPW_BY_LINKTYPE,  /* LINKTYPE_ of the file */
    EPW_BY_ETHERTYPE, /* also GRE's protocol type */
    EPW_BY_IPPROTO,
    EPW_BY_UDP_PORT, /* destination port: tunnels only */
};

struct epw_claim {
    enum epw_space space; /* EPW_BY_NONE ends a list */
    uint16_t number;
};

/* Where to go next, as a layer says it. */
enum epw_next {
    EPW_NEXT_LAYER, /* to the layer that claims (ctx->space, ctx->number) */
    EPW_NEXT_END,   /* stop: ctx->ending says how */
};

/* A frame on its way down. cur stands at the first byte of the layer asked. */
struct epw_descent {
    struct epw_cur cur;
    struct epw_packet *packet; /* being filled in; zeroed by decode.c but for time and length */
    enum epw_space space;      /* the next layer's number space ... */
    uint16_t number;           /* ... and number */
    enum epw_ending ending;
    bool frame_cut;  /* caplen < wire length: missing bytes are truncation, not lies */
    bool from_first; /* EPW_BY_LINKTYPE entry: nothing was decoded before */
    struct epw_ip outer_src, outer_dst; /* of the IP header around a tunnel */
};

/* Ends the descent: `return epw_end(d, EPW_END_TRUNCATED);` */
static inline enum epw_next epw_end(struct epw_descent *d, enum epw_ending ending)
{
    d->ending = ending;
    return EPW_NEXT_END;
}

/* Goes on: `return epw_go(d, EPW_BY_ETHERTYPE, type);` */
static inline enum epw_next epw_go(struct epw_descent *d, enum epw_space space, uint16_t number)
{
    d->space = space;
    d->number = number;
    return EPW_NEXT_LAYER;
}

#define EPW_LAYER_CLAIMS 12

struct epw_layer {
    const char *name;
    const char *source; /* RFC or specification */
    struct epw_claim claims[EPW_LAYER_CLAIMS];
    enum epw_next (*decode)(struct epw_descent *d);
};

#endif
