/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/flow/datagram.h"

#include "base/cursor.h"

#include <criterion/criterion.h>
#include <string.h>

#define UDP_HEAD 8

static struct epw_stats stats;
static struct epw_datagrams *datagrams;
static struct epw_packet whole;
static uint8_t letters[70000]; /* what a datagram carries: another byte at every place */

static void setup(void)
{
    stats = (struct epw_stats){ 0 };
    for (size_t i = 0; i < sizeof(letters); i++)
        letters[i] = (uint8_t)(i * 31 + i / 256);
    cr_assert_eq(epw_datagrams_new(&datagrams, &stats), EPW_OK);
}

static void teardown(void)
{
    epw_datagrams_free(datagrams);
}

TestSuite(datagram, .init = setup, .fini = teardown);

/* The payload of [from, to) of a datagram; the header's bytes are part of its offsets. */
static struct epw_packet piece(uint32_t from, uint32_t to, bool more)
{
    struct epw_packet p = { .ts_ns = 5,
                            .key.proto = 17,
                            .fragment = from <= UDP_HEAD ? EPW_FRAG_FIRST : EPW_FRAG_LATER,
                            .frag_more = more,
                            .payload_at = (uint16_t)from,
                            .payload_len = to - from,
                            .payload = letters + from };
    cr_assert(epw_ip_parse("10.0.0.1", &p.key.ip[0]) && epw_ip_parse("10.0.0.2", &p.key.ip[1]));
    return p;
}

static struct epw_packet v6(struct epw_packet p)
{
    cr_assert(epw_ip_parse("2001:db8::1", &p.key.ip[0]) &&
              epw_ip_parse("2001:db8::2", &p.key.ip[1]));
    return p;
}

static bool add(uint64_t *ticket, struct epw_packet p)
{
    return epw_datagram_add(datagrams, ticket, &p, &whole);
}

static void assert_whole(uint32_t len)
{
    cr_assert_eq(whole.fragment, EPW_FRAG_WHOLE);
    cr_assert_eq(whole.payload_len, len);
    cr_assert_eq(memcmp(whole.payload, letters + UDP_HEAD, len), 0);
}

Test(datagram, is_whole_with_its_last_fragment)
{
    uint64_t ticket = 0;
    cr_assert_not(add(&ticket, piece(8, 1480, true)));
    cr_assert_not(add(&ticket, piece(1480, 2960, true)));
    struct epw_packet last = piece(2960, 3001, false);
    last.ts_ns = 99;
    cr_assert(add(&ticket, last));
    assert_whole(3001 - UDP_HEAD);
    cr_assert_eq(whole.payload_wire, 3001 - UDP_HEAD);
    cr_assert_not(whole.cut);
    cr_assert_eq(whole.ts_ns, 99);
    cr_assert_eq(ticket, 0);
    cr_assert_eq(stats.datagrams_joined, 1);
    cr_assert_eq(stats.datagrams_dropped, 0);
}

Test(datagram, fragments_come_in_any_order_and_twice)
{
    uint64_t ticket = 0;
    cr_assert_not(add(&ticket, piece(2960, 3000, false)));
    cr_assert_not(add(&ticket, piece(1480, 2960, true)));
    cr_assert_not(add(&ticket, piece(1480, 2960, true)));
    cr_assert(add(&ticket, piece(8, 1480, true)));
    assert_whole(3000 - UDP_HEAD);
}

Test(datagram, in_fragments_of_eight_bytes)
{
    uint64_t ticket = 0;
    cr_assert_not(add(&ticket, piece(8, 16, true)));
    for (uint32_t at = 16; at < 520; at += 8)
        cr_assert_not(add(&ticket, piece(at, at + 8, true)));
    cr_assert(add(&ticket, piece(520, 528, false)));
    assert_whole(528 - UDP_HEAD);
}

Test(datagram, is_not_whole_with_a_hole)
{
    uint64_t ticket = 0;
    cr_assert_not(add(&ticket, piece(8, 1480, true)));
    cr_assert_not(add(&ticket, piece(1488, 3000, false)));
    epw_datagram_drop(datagrams, &ticket);
    cr_assert_eq(stats.datagrams_dropped, 1);
    cr_assert_eq(ticket, 0);
}

Test(datagram, of_ipv4_the_first_copy_of_a_byte_counts)
{
    uint64_t ticket = 0;
    struct epw_packet other = piece(1472, 2000, true);
    other.payload = letters + 1;
    cr_assert_not(add(&ticket, piece(8, 1480, true)));
    cr_assert_not(add(&ticket, piece(1480, 2000, true)));
    cr_assert_not(add(&ticket, other));
    cr_assert(add(&ticket, piece(2000, 2100, false)));
    assert_whole(2100 - UDP_HEAD);
}

/* RFC 5722: the datagram, and what else comes of it, is dropped in silence. */
Test(datagram, of_ipv6_two_bytes_for_one_place_drop_it)
{
    uint64_t ticket = 0;
    struct epw_packet other = v6(piece(1472, 2000, true));
    other.payload = letters + 1;
    cr_assert_not(add(&ticket, v6(piece(8, 1480, true))));
    cr_assert_not(add(&ticket, v6(piece(1480, 2000, true))));
    cr_assert_not(add(&ticket, other));
    cr_assert_not(add(&ticket, v6(piece(2000, 2100, false))));
    cr_assert_eq(stats.datagrams_dropped, 1);
    cr_assert_eq(stats.datagrams_joined, 0);
    /* The same bytes again are a mirror's copy. */
    uint64_t copied = 0;
    cr_assert_not(add(&copied, v6(piece(8, 1480, true))));
    cr_assert_not(add(&copied, v6(piece(8, 1480, true))));
    cr_assert(add(&copied, v6(piece(1480, 2100, false))));
    assert_whole(2100 - UDP_HEAD);
}

/* RFC 3128: a later fragment that would write over TCP's flags. */
Test(datagram, that_reaches_into_its_header_is_dropped)
{
    uint64_t ticket = 0, late = 0;
    struct epw_packet first = piece(8, 1480, true), into = piece(16, 1480, true);
    first.key.proto = into.key.proto = 6;
    first.payload_at = 20;
    first.payload_len -= 12;
    cr_assert_not(add(&ticket, first));
    cr_assert_not(add(&ticket, into));
    cr_assert_eq(stats.datagrams_dropped, 1);
    cr_assert_not(add(&late, into));
    cr_assert_not(add(&late, first));
    cr_assert_eq(stats.datagrams_dropped, 2);
}

Test(datagram, with_a_header_that_was_not_seen_whole_is_dropped)
{
    uint64_t ticket = 0;
    struct epw_packet first = piece(8, 8, true);
    first.key.proto = 6;
    first.payload_at = 0; /* RFC 1858: a first fragment that ends inside of TCP's header */
    cr_assert_not(add(&ticket, first));
    struct epw_packet rest = piece(16, 100, false);
    rest.key.proto = 6;
    cr_assert_not(add(&ticket, rest));
    cr_assert_eq(stats.datagrams_dropped, 1);
}

Test(datagram, that_ends_in_two_places_or_behind_all_places_is_dropped)
{
    uint64_t two = 0, far = 0, more = 0;
    cr_assert_not(add(&two, piece(1480, 2000, false)));
    cr_assert_not(add(&two, piece(1480, 1999, false)));
    cr_assert_eq(stats.datagrams_dropped, 1);
    cr_assert_not(add(&far, piece(65528, 65536, true)));
    cr_assert_eq(stats.datagrams_dropped, 2);
    cr_assert_not(add(&more, piece(1480, 2000, false)));
    cr_assert_not(add(&more, piece(2000, 2008, true)));
    cr_assert_eq(stats.datagrams_dropped, 3);
}

Test(datagram, beyond_the_limit_is_not_seen)
{
    uint64_t ticket = 0;
    cr_assert_not(add(&ticket, piece(8, 1000, true)));
    for (uint32_t at = 1000; at < 60000; at += 1000)
        if (add(&ticket, piece(at, at + 1000, at != 59000)))
            cr_assert_eq(at, 59000);
    assert_whole(EPW_DATAGRAM_BYTES - UDP_HEAD);
    cr_assert(whole.cut);
    cr_assert_eq(whole.payload_wire, 60000 - UDP_HEAD);
}

Test(datagram, what_udp_does_not_claim_is_nobodys)
{
    uint64_t ticket = 0;
    struct epw_packet first = piece(8, 1480, true);
    first.payload_wire = 1500;
    cr_assert_not(add(&ticket, first));
    cr_assert(add(&ticket, piece(1480, 2000, false)));
    assert_whole(1500);
    cr_assert_eq(whole.payload_wire, 1500);
}

Test(datagram, fragments_that_were_cut_leave_a_hole)
{
    uint64_t ticket = 0, end = 0;
    struct epw_packet first = piece(8, 100, true); /* it went to 1480 on the wire */
    first.cut = true;
    cr_assert_not(add(&ticket, first));
    cr_assert_not(add(&ticket, piece(1480, 2000, false)));
    struct epw_packet last = piece(1480, 1500, false);
    last.cut = true;
    cr_assert_not(add(&end, piece(8, 1480, true)));
    cr_assert_not(add(&end, last));
    cr_assert_eq(stats.datagrams_joined, 0);
}

Test(datagram, a_flood_displaces_the_oldest)
{
    uint64_t ticket[EPW_DATAGRAMS + 1] = { 0 };
    for (size_t i = 0; i <= EPW_DATAGRAMS; i++)
        cr_assert_not(add(&ticket[i], piece(8, 1480, true)));
    cr_assert_eq(stats.datagrams_dropped, 1);
    cr_assert(add(&ticket[EPW_DATAGRAMS], piece(1480, 2000, false)));
    cr_assert(add(&ticket[1], piece(1480, 2000, false)));
    cr_assert_not(add(&ticket[0], piece(1480, 2000, false)), "its first is gone");
}

Test(datagram, other_transports_have_no_first_bytes)
{
    uint64_t ticket = 0;
    struct epw_packet p = piece(8, 1480, true);
    p.key.proto = 50;
    cr_assert_not(add(&ticket, p));
    cr_assert_eq(ticket, 0);
}
