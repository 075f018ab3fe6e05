/* SPDX-License-Identifier: Apache-2.0 */
#include "traffic.h"

#include "bytes.h"
#include "conversation.h"
#include "picker.h"

#include <stdlib.h>

#define BEGIN_NS 1772438400000000000LL /* 2026-03-02 08:00:00 UTC */
#define MEAN_GAP 5000                  /* ns between two packets: 200,000 a second */

struct traffic {
    struct traffic_options options;
    struct rng rng;
    struct picker *picker;
    struct progress *flow; /* options.flows of them */
    struct scratch scratch;
    int64_t ts_ns;
    uint64_t sent, flows, evidence;
    uint32_t next_number; /* of the next conversation that churn begins */
};

/* Packets of conversations that come and go: one in five is long. Mean 66; DNS has 2 always. */
static uint32_t draw_total(struct traffic *t, uint32_t number)
{
    if (t->options.flow_packets != 0)
        return t->options.flow_packets;
    if (conversation_is_dns(&t->scratch, number))
        return 2;
    bool is_long = rng_below(&t->rng, 5) == 0;
    return is_long ? 100 + rng_below(&t->rng, 305) : 10 + rng_below(&t->rng, 20);
}

static void begin_next(struct traffic *t, struct progress *flow)
{
    *flow = (struct progress){ .number = t->next_number++ };
    flow->total = draw_total(t, flow->number);
}

/* How often each of a fixed set will be picked is known by picking once in vain. */
static void count_fixed(struct traffic *t)
{
    struct rng dry = t->rng;
    for (uint32_t i = 0; i < t->options.flows; i++)
        t->flow[i].number = i;
    for (uint64_t i = 0; i < t->options.packets; i++)
        t->flow[picker_pick(t->picker, &dry)].total++;
}

struct traffic *traffic_new(const struct traffic_options *options)
{
    struct traffic *t = calloc(1, sizeof(*t));
    if (t == NULL)
        return NULL;
    t->options = *options;
    t->rng.state = mix(options->seed);
    t->ts_ns = BEGIN_NS;
    t->next_number = options->first;
    t->scratch.options = &t->options;
    t->scratch.rng.state = mix(options->seed + 1);
    t->flow = calloc(options->flows, sizeof(*t->flow));
    t->picker = picker_new(options->flows, options->pick == PICK_ZIPF);
    if (t->flow == NULL || t->picker == NULL) {
        traffic_free(t);
        return NULL;
    }
    if (options->pick != PICK_CHURN)
        count_fixed(t);
    else
        for (uint32_t i = 0; i < options->flows; i++)
            begin_next(t, &t->flow[i]);
    return t;
}

void traffic_free(struct traffic *traffic)
{
    if (traffic == NULL)
        return;
    picker_free(traffic->picker);
    free(traffic->flow);
    free(traffic);
}

/* Gaps and contents have their own random source: the dry run of count_fixed() stays true. */
bool traffic_next(struct traffic *t, struct traffic_frame *frame)
{
    if (t->sent == t->options.packets)
        return false;
    struct progress *flow = &t->flow[picker_pick(t->picker, &t->rng)];
    struct peers peers;
    struct packet packet;
    t->flows += flow->sent == 0;
    t->evidence += conversation_next(&t->scratch, flow, &peers, &packet);
    frame->len = frame_write(frame->bytes, &peers, &packet, t->options.wrapped, (uint32_t)t->sent);
    frame->ts_ns = t->ts_ns;
    t->ts_ns += rng_below(&t->scratch.rng, 2 * MEAN_GAP);
    t->sent++;
    if (t->options.pick == PICK_CHURN && flow->sent == flow->total)
        begin_next(t, flow);
    return true;
}

uint64_t traffic_flows(const struct traffic *traffic)
{
    return traffic->flows;
}

uint64_t traffic_evidence(const struct traffic *traffic)
{
    return traffic->evidence;
}
