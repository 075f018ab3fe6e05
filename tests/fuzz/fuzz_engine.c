/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The engine under hostile packets. The input is a list of packets: a byte of
 * flags (direction, SYN, cut, two bits of the flow, repeated), two bytes of
 * sequence offset, one of length, then the payload. The first byte of all
 * decides on the flows (midstream, UDP) and on how little they may hold.
 */
#include "base/cursor.h"
#include "meter/evidence/engine.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PACKETS 300
#define FLOWS   4
/* Meters that share what may be held: leaves a flow or two. */
#define SHARES (1u << 15)

static void packet(struct epw_ev_engine *engine, struct epw_ev_kept *kept,
                   const struct epw_ev_who *who, struct epw_cur *c, uint8_t proto)
{
    uint8_t flags = epw_cur_u8(c);
    uint16_t seq = epw_cur_be16(c);
    size_t len = epw_cur_u8(c);
    /* Repeated, so that a short input reaches the limits. */
    size_t times = (flags & 0x80) != 0 ? 40 : 1;
    len = len < epw_cur_left(c) ? len : epw_cur_left(c);
    const uint8_t *bytes = epw_cur_bytes(c, len);
    uint8_t *copy = malloc(len * times + 1);
    if (copy == NULL || bytes == NULL) {
        free(copy);
        return;
    }
    for (size_t i = 0; i < times; i++)
        memcpy(copy + i * len, bytes, len);
    struct epw_packet p = {
        .key = { .proto = proto, .port = { who->port[0], who->port[1] } },
        .seq = 0xfffffff0u + seq,
        .ack = 0xfffffff0u + seq,
        .tcp_flags = (uint8_t)(EPW_TCP_ACK | ((flags & 2) != 0 ? EPW_TCP_SYN : 0)),
        .payload = len == 0 ? NULL : copy,
        .payload_len = (uint32_t)(len * times),
        .payload_wire = (uint32_t)(len * times) + ((flags & 4) != 0 ? 100 : 0),
    };
    struct epw_ev_kept *of = &kept[flags >> 3 & (FLOWS - 1)];
    enum epw_dir dir = (flags & 1) != 0 ? EPW_TO_CLIENT : EPW_TO_SERVER;
    const struct epw_ev_bytes begin = {
        .bytes = p.payload,
        .len = p.payload_len,
        .seq = p.seq + ((p.tcp_flags & EPW_TCP_SYN) != 0),
        .isn = who->isn[dir],
        .isn_known = who->isn_known[dir],
        .midstream = who->midstream,
        .proto = proto,
        .port = { who->port[0], who->port[1] },
        .dir = dir,
    };
    if (p.payload_len != p.payload_wire || p.payload_len == 0 ||
        epw_ev_glance(engine, of, &begin) == EPW_EV_LOOK)
        epw_ev_packet(engine, of, who, &p, dir);
    free(copy);
}

/* Reads all that was found, so that a sanitizer sees what is not there. */
static size_t read_all(const struct epw_evidence *ev)
{
    size_t sum = strlen(ev->alpn) + strlen(ev->cert_org) + strlen(ev->request) +
                 strlen(ev->user_agent) + strlen(ev->hint);
    for (uint8_t i = 0; i < ev->name_count; i++)
        sum += strlen(ev->name[i].text);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct epw_stats stats = { 0 };
    struct epw_ev_engine *engine;
    struct epw_ev_kept kept[FLOWS] = { 0 };
    size_t found = 0;
    struct epw_cur c = epw_cur(data, size);
    uint8_t kind = epw_cur_u8(&c);
    struct epw_ev_who who = {
        .flow_id = 1,
        .port = { 50000, 443 },
        .midstream = (kind & 1) != 0,
        .isn_known = { (kind & 1) == 0, (kind & 1) == 0 && (kind & 2) == 0 },
        .isn = { 0xffffffef, 0xffffffef },
    };
    if (epw_ev_engine_new(&engine, &stats, NULL, NULL) != EPW_OK)
        return 0;
    if ((kind & 8) != 0)
        epw_ev_engine_share(engine, SHARES);
    for (int i = 0; i < PACKETS && epw_cur_left(&c) != 0; i++)
        packet(engine, kept, &who, &c, (kind & 4) != 0 ? 17 : 6);
    for (int i = 0; i < FLOWS; i++) {
        epw_ev_finish(engine, &kept[i]);
        found += read_all(epw_ev_result(&kept[i]));
        epw_ev_flow_free(engine, &kept[i]);
    }
    epw_ev_engine_free(engine);
    return found > 100000;
}
