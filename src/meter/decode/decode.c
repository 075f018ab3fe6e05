/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/decode.h"

#include "meter/decode/layer.h"
#include "meter/decode/layers.gen.h"
#include "meter/decode/plain.h"

#include <stdlib.h>

static const struct epw_layer *const layers[] = { EPW_REGISTRY_epw_layer };

/* The spaces' places in one table. Link types in use end at about 300. */
#define LINKTYPES 512
static const struct {
    uint32_t first, count;
    enum epw_ending unclaimed; /* what it means that no layer claims a number */
} spaces[] = {
    [EPW_BY_NONE] = { 0, 0, EPW_END_UNSUPPORTED },
    [EPW_BY_LINKTYPE] = { 0, LINKTYPES, EPW_END_UNSUPPORTED },
    [EPW_BY_ETHERTYPE] = { LINKTYPES, 65536, EPW_END_NOT_IP },
    [EPW_BY_IPPROTO] = { LINKTYPES + 65536, 256, EPW_END_COMPLETE },
    [EPW_BY_UDP_PORT] = { LINKTYPES + 65536 + 256, 65536, EPW_END_COMPLETE },
};
#define TABLE (LINKTYPES + 65536 + 256 + 65536)

struct epw_decoder {
    uint8_t layer[TABLE]; /* by number: 0 for nobody, else the place in layers[] plus one */
};

static const struct epw_layer *find(const struct epw_decoder *decoder, enum epw_space space,
                                    uint16_t number)
{
    if (number >= spaces[space].count)
        return NULL;
    uint8_t place = decoder->layer[spaces[space].first + number];
    return place == 0 ? NULL : layers[place - 1];
}

enum epw_err epw_decoder_new(struct epw_decoder **decoder)
{
    struct epw_decoder *made = calloc(1, sizeof(*made));
    *decoder = made;
    if (made == NULL)
        return EPW_ENOMEM;
    for (uint8_t i = 0; layers[i] != NULL; i++) {
        const struct epw_claim *claim = layers[i]->claims;
        for (size_t c = 0; c < EPW_LAYER_CLAIMS && claim[c].space != EPW_BY_NONE; c++)
            if (claim[c].number < spaces[claim[c].space].count)
                made->layer[spaces[claim[c].space].first + claim[c].number] = (uint8_t)(i + 1);
    }
    return EPW_OK;
}

void epw_decoder_free(struct epw_decoder *decoder)
{
    free(decoder);
}

bool epw_decoder_knows(const struct epw_decoder *decoder, uint16_t linktype)
{
    return find(decoder, EPW_BY_LINKTYPE, linktype) != NULL;
}

/* Down the layers until one ends it, nobody knows the next, or there are too many. */
static enum epw_ending walk(const struct epw_decoder *decoder, struct epw_descent *d)
{
    for (d->left = EPW_DECODE_MAX_LAYERS; d->left > 0; d->left--) {
        if (d->space == EPW_BY_IPPROTO)
            d->packet->key.proto = (uint8_t)d->number;
        const struct epw_layer *layer = find(decoder, d->space, d->number);
        if (layer == NULL)
            return spaces[d->space].unclaimed;
        if (layer->opens && d->packet->icmp_error)
            return EPW_END_COMPLETE;
        if (layer->decode(d) == EPW_NEXT_END)
            return d->ending;
    }
    return EPW_END_TOO_DEEP;
}

/* Copied, not cleared by memset(): compilers make that a string instruction which costs more than
 * the descent of a plain packet. */
static const struct epw_packet blank;

static void descend(const struct epw_decoder *decoder, const struct epw_frame *frame,
                    struct epw_packet *packet)
{
    uint32_t wire_len = frame->wire_len > frame->caplen ? frame->wire_len : frame->caplen;
    *packet = blank;
    packet->ts_ns = frame->ts_ns;
    packet->wire_len = wire_len;
    struct epw_descent d = {
        .cur = epw_cur(frame->bytes, frame->caplen),
        .packet = packet,
        .space = EPW_BY_LINKTYPE,
        .number = frame->linktype,
        .missing = wire_len - frame->caplen,
    };
    packet->ending = (uint8_t)walk(decoder, &d);
    if (packet->key.vlan_count == 0 && d.mirror_vlan != 0)
        packet->key.vlan[packet->key.vlan_count++] = d.mirror_vlan;
    epw_packet_order(packet);
}

const uint8_t *epw_decoder_tunnels(const struct epw_decoder *decoder)
{
    return decoder->layer + spaces[EPW_BY_UDP_PORT].first;
}

void epw_decode(const struct epw_decoder *decoder, const struct epw_frame *frame,
                struct epw_packet *packet, uint32_t count)
{
    const uint8_t *tunnel = epw_decoder_tunnels(decoder);
    for (uint32_t i = 0; i < count; i++) {
        i += epw_plain_run(tunnel, frame + i, packet + i, count - i);
        if (i < count)
            descend(decoder, &frame[i], &packet[i]);
    }
}

uint64_t epw_decode_pair(const struct epw_decoder *decoder, uint64_t seed,
                         const struct epw_frame *frame)
{
    return epw_plain_pair(epw_decoder_tunnels(decoder), seed, frame);
}
