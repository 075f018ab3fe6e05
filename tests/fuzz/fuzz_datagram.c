/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fragments put together. Input, a fragment at a time: which datagram and what it is (1 byte:
 * bits 0-2 one of eight tickets, 3 IPv6, 4 more follow, 5 TCP, 6 cut), offset in eights (2 bytes),
 * length (1 byte, in eights unless it is the last), its bytes. Whatever they are: what is called
 * whole is the length it says and no longer than the limit.
 */
#include "base/cursor.h"
#include "meter/flow/datagram.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static struct epw_packet fragment(struct epw_cur *c, uint8_t what)
{
    static const uint8_t four[4] = { 10, 0, 0, 1 }, six[16] = { 0x20, 0x01, 0x0d, 0xb8 };
    bool more = (what & 0x10) != 0;
    uint32_t at = epw_cur_be16(c) % 8192u * 8u, len = epw_cur_u8(c);
    struct epw_packet p = { .key.proto = (what & 0x20) != 0 ? 6 : 17,
                            .key.ip[0] = (what & 8) != 0 ? epw_ip_from6(six) : epw_ip_from4(four),
                            .frag_more = more,
                            .cut = (what & 0x40) != 0 };
    len = more ? len * 8 : len;
    if (len > epw_cur_left(c))
        len = (uint32_t)epw_cur_left(c);
    p.payload = epw_cur_bytes(c, len);
    p.payload_len = len;
    p.fragment = at == 0 ? EPW_FRAG_FIRST : EPW_FRAG_LATER;
    p.payload_at = (uint16_t)(at != 0 ? at : p.key.proto == 6 ? 20 : 8);
    if (at == 0 && p.key.proto == 17)
        p.payload_wire = len * 3;
    return p;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct epw_cur c = epw_cur(data, size);
    struct epw_stats stats = { 0 };
    struct epw_datagrams *datagrams;
    struct epw_packet whole;
    uint64_t ticket[8] = { 0 };
    unsigned sum = 0;
    if (epw_datagrams_new(&datagrams, &stats) != EPW_OK)
        return 0;
    while (epw_cur_left(&c) >= 4) {
        uint8_t what = epw_cur_u8(&c);
        struct epw_packet p = fragment(&c, what);
        if (!epw_datagram_add(datagrams, &ticket[what & 7], &p, &whole))
            continue;
        require(ticket[what & 7] == 0 && whole.fragment == EPW_FRAG_WHOLE);
        require(whole.payload_len <= EPW_DATAGRAM_BYTES && whole.payload_wire <= UINT16_MAX);
        require(whole.cut == (whole.payload_len < whole.payload_wire));
        for (uint32_t i = 0; i < whole.payload_len; i++)
            sum += whole.payload[i];
    }
    for (unsigned i = 0; i < 8; i++)
        epw_datagram_drop(datagrams, &ticket[i]);
    require(stats.datagrams_joined + stats.datagrams_dropped <= size / 4 && sum != UINT32_MAX);
    epw_datagrams_free(datagrams);
    return 0;
}
