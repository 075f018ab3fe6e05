/* SPDX-License-Identifier: Apache-2.0 */
#include "dns_bytes.h"

TestSuite(ev_dns, .init = clear);

static void assert_sight(unsigned i, enum epw_sighting_kind kind, const char *name,
                         const char *canonical, const char *address, uint32_t ttl_s)
{
    char text[EPW_IP_STRLEN];
    cr_assert_lt(i, f.sights);
    cr_assert_eq(f.sight[i].kind, kind);
    cr_assert_str_eq(f.sight[i].name, name);
    cr_assert_str_eq(f.sight[i].canonical, canonical);
    cr_assert_str_eq(epw_ip_format(&f.sight[i].address, text), address);
    cr_assert_eq(f.sight[i].ttl_s, ttl_s);
    cr_assert_str_eq(epw_ip_format(&f.sight[i].client, text), "10.0.0.1");
    cr_assert_str_eq(epw_ip_format(&f.sight[i].server, text), "10.0.0.2");
}

Test(ev_dns, query_on_any_port)
{
    static const uint16_t ports[] = { 53, 5355, 10053 };
    for (size_t i = 0; i < 3; i++) {
        clear();
        cr_assert_eq(udp(ports[i], EPW_TO_SERVER, query, sizeof(query)), EPW_LOOK_MINE);
        cr_assert_eq(f.names, 1);
        cr_assert_str_eq(f.name[0], "www.example.com");
        cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
        cr_assert_eq(f.sights, 0);
    }
}

Test(ev_dns, aliases_are_followed_in_any_order)
{
    cr_assert_eq(udp(10053, EPW_TO_CLIENT, answer, sizeof(answer)), EPW_LOOK_MINE);
    cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
    cr_assert_eq(f.sights, 2);
    assert_sight(0, EPW_SIGHT_ADDRESS, "www.example.com", "edge.example.com", "192.0.2.7", 60);
    assert_sight(1, EPW_SIGHT_ADDRESS, "www.example.com", "edge.example.com", "2001:db8::7", 60);
}

Test(ev_dns, refusals)
{
    uint8_t copy[sizeof(query)];
    static const uint8_t rcodes[] = { 3, 5 };
    memcpy(copy, query, sizeof(copy));
    copy[2] = 0x81;
    for (size_t i = 0; i < 2; i++) {
        clear();
        copy[3] = (uint8_t)(0x80 | rcodes[i]);
        cr_assert_eq(udp(53, EPW_TO_CLIENT, copy, sizeof(copy)), EPW_LOOK_MINE);
        cr_assert_eq(f.sights, 1);
        assert_sight(0, EPW_SIGHT_REFUSAL, "www.example.com", "", "::", 0);
        cr_assert_eq(f.sight[0].rcode, rcodes[i]);
    }
    clear();
    copy[3] = 0x82; /* SERVFAIL says nothing of the name */
    cr_assert_eq(udp(53, EPW_TO_CLIENT, copy, sizeof(copy)), EPW_LOOK_MINE);
    cr_assert_eq(f.sights, 0);
}

Test(ev_dns, null_address_is_a_refusal)
{
    uint8_t copy[sizeof(answer)];
    memcpy(copy, answer, sizeof(copy));
    memset(copy + 68, 0, 4);
    memset(copy + sizeof(copy) - 16, 0, 16);
    cr_assert_eq(udp(53, EPW_TO_CLIENT, copy, sizeof(copy)), EPW_LOOK_MINE);
    cr_assert_eq(f.sights, 2);
    assert_sight(0, EPW_SIGHT_REFUSAL, "www.example.com", "edge.example.com", "0.0.0.0", 60);
    assert_sight(1, EPW_SIGHT_REFUSAL, "www.example.com", "edge.example.com", "::", 60);
    cr_assert_eq(f.sight[0].rcode, 0);
}

Test(ev_dns, https_record_hints)
{
    static const uint8_t https[] = {
        0,    9,   0x81, 0x80, 0,    1,  0,    1,    0, 0,  0, 0,  /* response, 1 answer */
        1,    'a', 2,    'd',  'e',  0,  0,    65,   0, 1,         /* a.de HTTPS IN */
        0xc0, 12,  0,    65,   0,    1,  0,    0,    0, 30, 0, 31, /* TTL 30 */
        0,    1,   0,                                              /* priority 1, target: owner */
        0,    4,   0,    4,    198,  51, 100,  4,                  /* ipv4hint */
        0,    6,   0,    16,   0x20, 1,  0x0d, 0xb8, 0, 0,         /* ipv6hint */
        0,    0,   0,    0,    0,    0,  0,    0,    0, 4,         /* 2001:db8::4 */
    };
    cr_assert_eq(udp(53, EPW_TO_CLIENT, https, sizeof(https)), EPW_LOOK_MINE);
    cr_assert_eq(f.sights, 2);
    assert_sight(0, EPW_SIGHT_ADDRESS, "a.de", "", "198.51.100.4", 30);
    assert_sight(1, EPW_SIGHT_ADDRESS, "a.de", "", "2001:db8::4", 30);
}

Test(ev_dns, service_with_its_servers_address)
{
    static const uint8_t service[] = {
        0,    9,   0x81, 0x80, 0,   1,   0, 1,   0,   0,    0,  2,     /* 1 answer, 2 additional */
        5,    '_', 'l',  'd',  'a', 'p', 1, 'x', 0,   0,    33, 0,  1, /* _ldap.x SRV IN */
        0xc0, 12,  0,    33,   0,   1,   0, 0,   0,   60,   0,  11,    /* TTL 60 */
        0,    0,   0,    100,  1,   133, 2, 'd', 'c', 0xc0, 18,        /* port 389, dc.x at 43 */
        0xc0, 43,  0,    1,    0,   1,   0, 0,   1,   44,   0,  4,     /* dc.x A, TTL 300 */
        10,   0,   0,    5,                                            /* */
        2,    'n', 's',  0xc0, 18,  0,   1, 0,   1,   0,    0,  1,  44,
        0,    4, /* ns.x A: not asked for */
        10,   0,   0,    6,
    };
    cr_assert_eq(udp(53, EPW_TO_CLIENT, service, sizeof(service)), EPW_LOOK_MINE);
    cr_assert_eq(f.sights, 4);
    assert_sight(0, EPW_SIGHT_ADDRESS, "_ldap.x", "dc.x", "10.0.0.5", 60);
    assert_sight(1, EPW_SIGHT_ADDRESS, "dc.x", "", "10.0.0.5", 300);
    cr_assert(!f.sight[0].passing && !f.sight[1].passing);
    assert_sight(2, EPW_SIGHT_ADDRESS, "_ldap.x", "dc.x", "10.0.0.5", 300);
    assert_sight(3, EPW_SIGHT_ADDRESS, "_ldap.x", "ns.x", "10.0.0.6", 300);
    cr_assert(f.sight[2].passing && f.sight[3].passing, "beside the answer");
}

/* A? w.x: an answer for another name, an authority's record, its address and a null address. */
static const uint8_t referral[] = {
    0,    9,   0x81, 0x80, 0,  1, 0, 1, 0, 1,  0, 3,      /* 1, 1 and 3 records */
    1,    'w', 1,    'x',  0,  0, 1, 0, 1,                /* w.x A IN */
    1,    'v', 0xc0, 14,   0,  1, 0, 1, 0, 0,  0, 60,     /* v.x A, TTL 60 */
    0,    4,   10,   0,    0,  7,                         /* */
    0xc0, 14,  0,    2,    0,  1, 0, 0, 0, 60, 0, 5,      /* x NS */
    2,    'n', 's',  0xc0, 14,                            /* ns.x at 51 */
    0xc0, 51,  0,    1,    0,  1, 0, 0, 0, 90, 0, 4,      /* ns.x A, TTL 90 */
    10,   0,   0,    6,                                   /* */
    0xc0, 51,  0,    1,    0,  1, 0, 0, 0, 90, 0, 4,      /* ns.x A */
    0,    0,   0,    0,                                   /* */
    2,    '*', '!',  0xc0, 14, 0, 1, 0, 1, 0,  0, 0,  90, /* *!.x A */
    0,    4,   10,   0,    0,  8,
};

Test(ev_dns, addresses_beside_the_answer_are_told_in_passing)
{
    cr_assert_eq(udp(53, EPW_TO_CLIENT, referral, sizeof(referral)), EPW_LOOK_MINE);
    cr_assert_eq(f.sights, 2, "neither the null address nor the record of no host");
    assert_sight(0, EPW_SIGHT_ADDRESS, "w.x", "v.x", "10.0.0.7", 60);
    assert_sight(1, EPW_SIGHT_ADDRESS, "w.x", "ns.x", "10.0.0.6", 90);
    cr_assert(f.sight[0].passing && f.sight[1].passing);
}

/* Dynamic update of the zone c.x: p.c.x must not be an alias; its addresses go; it is 10.0.0.9. */
static const uint8_t update[] = {
    0,    7,   0x28, 0,   0, 1,   0, 1, 0, 3,  0, 0, /* update; 1 zone, 1 prerequisite, 3 records */
    1,    'c', 1,    'x', 0, 0,   6, 0, 1,           /* offset 12: c.x, SOA, IN */
    1,    'p', 0xc0, 12,  0, 1,   0, 1, 0, 0,  0, 0, 0, 4, /* offset 21: p.c.x A, IN: has this */
    10,   0,   0,    8,                                    /* */
    0xc0, 21,  0,    1,   0, 255, 0, 0, 0, 0,  0, 0,       /* A, ANY: all go */
    0xc0, 21,  0,    1,   0, 254, 0, 0, 0, 0,  0, 4,       /* A, NONE: this one goes */
    10,   0,   0,    7,                                    /* */
    0xc0, 21,  0,    1,   0, 1,   0, 0, 0, 90, 0, 4,       /* A, IN, TTL 90 */
    10,   0,   0,    9,
};

Test(ev_dns, what_a_host_wants_to_be_called_is_told_in_passing_with_its_zone)
{
    cr_assert_eq(udp(53, EPW_TO_SERVER, update, sizeof(update)), EPW_LOOK_MINE);
    cr_assert_eq(f.sights, 2, "neither what it asks for nor what shall go");
    assert_sight(0, EPW_SIGHT_ADDRESS, "p.c.x", "", "10.0.0.9", 90);
    assert_sight(1, EPW_SIGHT_ADDRESS, "c.x", "p.c.x", "10.0.0.9", 90);
    cr_assert(f.sight[0].passing && f.sight[1].passing);
    clear();
    uint8_t answer_to_it[sizeof(update)];
    memcpy(answer_to_it, update, sizeof(update));
    answer_to_it[2] = 0xa8;
    cr_assert_eq(udp(53, EPW_TO_CLIENT, answer_to_it, sizeof(update)), EPW_LOOK_MINE);
    cr_assert_eq(f.sights, 0, "its answer only repeats it");
}

Test(ev_dns, the_root_is_asked_for_by_its_dot)
{
    static const uint8_t root[] = { 0, 9, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1 };
    cr_assert_eq(udp(53, EPW_TO_SERVER, root, sizeof(root)), EPW_LOOK_MINE);
    cr_assert_eq(f.names, 1);
    cr_assert_str_eq(f.name[0], ".");
}

/* printer.local A 10.0.0.9, cache-flush, no question */
static const uint8_t mdns[] = {
    0,  0,   0x84, 0,   0,   0,   0,   1,   0, 0, 0, 0, /* authoritative response, 1 answer */
    7,  'p', 'r',  'i', 'n', 't', 'e', 'r',             /* */
    5,  'l', 'o',  'c', 'a', 'l', 0,                    /* */
    0,  1,   0x80, 1,   0,   0,   0,   120, 0, 4,       /* A, IN with cache flush, TTL 120 */
    10, 0,   0,    9,
};

Test(ev_dns, multicast_answers_name_their_owner)
{
    cr_assert_eq(udp(5353, EPW_TO_CLIENT, mdns, sizeof(mdns)), EPW_LOOK_MINE);
    cr_assert_eq(f.sights, 1);
    assert_sight(0, EPW_SIGHT_ADDRESS, "printer.local", "", "10.0.0.9", 120);
    clear();
    cr_assert_eq(udp(10053, EPW_TO_CLIENT, mdns, sizeof(mdns)), EPW_LOOK_NO);
}

Test(ev_dns, questions_of_a_fragment)
{
    static const uint8_t two[] = {
        0, 0,   0, 0, 0, 2, 0, 0, 0, 0, 0, 0, /* 2 questions */
        1, 'a', 0, 0, 1, 0, 1,                /* a A IN */
        1, 'b', 0, 0, 1,                      /* b A, the class is in the next one */
    };
    struct epw_opening o = fake_opening(17, 5353, 5353, EPW_TO_SERVER);
    cr_assert_eq(fake_look(&f, &epw_source_dns, o, two, sizeof(two)), EPW_LOOK_BAD);
    cr_assert_eq(f.names, 0);
    o.cut = true;
    cr_assert_eq(fake_look(&f, &epw_source_dns, o, two, sizeof(two)), EPW_LOOK_MINE);
    cr_assert_eq(f.names, 1);
    cr_assert_str_eq(f.name[0], "a");
}

Test(ev_dns, cut_datagrams)
{
    struct epw_opening o = fake_opening(17, 40000, 53, EPW_TO_CLIENT);
    assert_no_prefix(&epw_source_dns, fake_opening(17, 1, 53, EPW_TO_SERVER), query, sizeof(query));
    assert_no_prefix(&epw_source_dns, fake_opening(17, 1, 10053, EPW_TO_CLIENT), answer,
                     sizeof(answer));
    /* On port 53 what is there of a cut answer counts. */
    o.cut = true;
    cr_assert_eq(fake_look(&f, &epw_source_dns, o, answer, 72), EPW_LOOK_MINE);
    cr_assert_eq(f.sights, 1);
    cr_assert(f.sight[0].passing, "the alias that ties the address to the question is cut off");
    clear();
    cr_assert_eq(fake_look(&f, &epw_source_dns, o, answer, sizeof(answer) - 1), EPW_LOOK_MINE);
    cr_assert_eq(f.sights, 1);
    /* Elsewhere what is there must be without fault: here the rest of the answers is missing. */
    o.port[1] = 10053;
    cr_assert_eq(fake_look(&f, &epw_source_dns, o, answer, 72), EPW_LOOK_MINE);
    cr_assert_eq(fake_look(&f, &epw_source_dns, o, answer, 30), EPW_LOOK_NO);
}

Test(ev_dns, unknown_operation_on_its_own_port)
{
    uint8_t copy[sizeof(query)];
    memcpy(copy, query, sizeof(copy));
    copy[2] |= 0x78; /* operation 15 */
    cr_assert_eq(udp(53, EPW_TO_SERVER, copy, sizeof(copy)), EPW_LOOK_MINE);
    cr_assert_eq(udp(10053, EPW_TO_SERVER, copy, sizeof(copy)), EPW_LOOK_NO);
    copy[sizeof(copy) - 4] = 0x77; /* and a type nobody knows */
    cr_assert_eq(udp(53, EPW_TO_SERVER, copy, sizeof(copy)), EPW_LOOK_BAD);
}

Test(ev_dns, near_misses_on_other_ports)
{
    static const uint8_t behind[] = { 0 };
    uint8_t copy[sizeof(query) + 1];
    /* The id is free; the type's low byte inverted is 254, a type that exists. */
    assert_near_misses(&epw_source_dns, fake_opening(17, 1, 10053, EPW_TO_SERVER), query,
                       sizeof(query), sizeof(query), 3 | bytes_from_to(30, 30));
    memcpy(copy, query, sizeof(query));
    memcpy(copy + sizeof(query), behind, 1);
    cr_assert_eq(udp(10053, EPW_TO_SERVER, copy, sizeof(copy)), EPW_LOOK_NO, "a byte too many");
    cr_assert_eq(udp(53, EPW_TO_SERVER, copy, sizeof(copy)), EPW_LOOK_MINE);
    cr_assert_eq(udp(137, EPW_TO_SERVER, query, sizeof(query)), EPW_LOOK_NO);
}

Test(ev_dns, compression_that_lies)
{
    static const uint8_t header[] = { 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
    static const uint8_t names[][4] = {
        { 0xc0, 12, 0, 1 },  /* to itself */
        { 0xc0, 14, 0, 1 },  /* forwards */
        { 0xc0, 255, 0, 1 }, /* beyond the end */
        { 0x40, 1, 0, 1 },   /* a label type nobody uses */
        { 1, 'a', 0xc0, 12 } /* back into its own run */
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        uint8_t bytes[40] = { 0 };
        memcpy(bytes, header, sizeof(header));
        memcpy(bytes + 12, names[i], 4);
        cr_assert_eq(udp(53, EPW_TO_SERVER, bytes, sizeof(bytes)), EPW_LOOK_BAD, "%zu", i);
        cr_assert_eq(udp(10053, EPW_TO_SERVER, bytes, sizeof(bytes)), EPW_LOOK_NO, "%zu", i);
        cr_assert_eq(f.names, 0);
    }
}

/* A question of labels of the given length, `count` times, then the root. */
static size_t long_question(uint8_t *bytes, unsigned count, uint8_t label)
{
    static const uint8_t header[] = { 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
    static const uint8_t tail[] = { 0, 0, 1, 0, 1 };
    size_t at = sizeof(header);
    memcpy(bytes, header, at);
    for (unsigned i = 0; i < count; i++) {
        bytes[at++] = label;
        memset(bytes + at, 'a', label);
        at += label;
    }
    memcpy(bytes + at, tail, sizeof(tail));
    return at + sizeof(tail);
}

Test(ev_dns, longest_name_and_one_beyond)
{
    uint8_t bytes[600];
    /* 127 labels of one letter: 127 letters, 126 dots. */
    cr_assert_eq(udp(53, EPW_TO_SERVER, bytes, long_question(bytes, 127, 1)), EPW_LOOK_MINE);
    cr_assert_eq(strlen(f.name[0]), 253);
    cr_assert_eq(udp(53, EPW_TO_SERVER, bytes, long_question(bytes, 128, 1)), EPW_LOOK_BAD);
    cr_assert_eq(udp(53, EPW_TO_SERVER, bytes, long_question(bytes, 4, 63)), EPW_LOOK_BAD);
    cr_assert_eq(udp(53, EPW_TO_SERVER, bytes, long_question(bytes, 3, 63)), EPW_LOOK_MINE);
}

Test(ev_dns, more_answers_than_the_limit_are_counted)
{
    static uint8_t bytes[29 + 4 + 100 * 16];
    memcpy(bytes, answer, 33);
    bytes[7] = 100;
    for (size_t i = 0; i < 100; i++) {
        static const uint8_t a[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 10, 0, 1, 1 };
        memcpy(bytes + 33 + i * 16, a, 16);
    }
    cr_assert_eq(udp(53, EPW_TO_CLIENT, bytes, sizeof(bytes)), EPW_LOOK_MINE);
    cr_assert_eq(f.sights, 64);
    cr_assert_eq(f.ev.names_dropped, 36);
    clear();
    cr_assert_eq(udp(10053, EPW_TO_CLIENT, bytes, sizeof(bytes)), EPW_LOOK_NO);
}

static size_t framed(uint8_t *out, const void *bytes, size_t len)
{
    out[0] = (uint8_t)(len >> 8);
    out[1] = (uint8_t)len;
    memcpy(out + 2, bytes, len);
    return len + 2;
}

Test(ev_dns, tcp_messages_split_anywhere)
{
    uint8_t stream[2 * (sizeof(answer) + 2)];
    size_t len = framed(stream, answer, sizeof(answer));
    len += framed(stream + len, answer, sizeof(answer));
    for (unsigned port = 53; port <= 10053; port += 10000) {
        struct epw_opening o = fake_opening(6, 40000, (uint16_t)port, EPW_TO_CLIENT);
        clear();
        assert_prefixes(&epw_source_dns, o, stream, len);
        cr_assert_eq(fake_grow(&f, &epw_source_dns, o, stream, len, NULL), EPW_LOOK_MINE);
        cr_assert_eq(f.sights, 4, "every message once");
        clear();
        cr_assert_eq(fake_look(&f, &epw_source_dns, o, stream, len), EPW_LOOK_MINE);
        cr_assert_eq(f.sights, 4);
        cr_assert_eq(f.consumed, len);
    }
}

Test(ev_dns, tcp_that_is_no_dns)
{
    struct epw_opening o = fake_opening(6, 40000, 10053, EPW_TO_SERVER);
    uint8_t stream[sizeof(query) + 2];
    size_t len = framed(stream, query, sizeof(query));
    assert_near_misses(&epw_source_dns, o, stream, len, 14, bytes_from_to(2, 3));
    cr_assert_eq(fake_look(&f, &epw_source_dns, o, "\0\5GET /", 7), EPW_LOOK_NO);
    cr_assert_eq(fake_look(&f, &epw_source_dns, o, "GET / HTTP/1.1\r\n\r\n", 18), EPW_LOOK_NO);
}

/* Every byte string begins with a length; the flags behind it tell most that are no DNS. */
Test(ev_dns, tcp_flags_that_cannot_be_are_not_waited_for)
{
    struct epw_opening o = fake_opening(6, 51000, 8443, EPW_TO_SERVER);
    uint8_t stream[sizeof(query) + 2];
    framed(stream, query, sizeof(query));
    cr_assert_eq(fake_look(&f, &epw_source_dns, o, stream, 6), EPW_LOOK_MORE);
    stream[4] |= 0x08; /* an inverse query */
    cr_assert_eq(fake_look(&f, &epw_source_dns, o, stream, 5), EPW_LOOK_MORE);
    cr_assert_eq(fake_look(&f, &epw_source_dns, o, stream, 6), EPW_LOOK_NO);
    o.port[1] = 53;
    cr_assert_eq(fake_look(&f, &epw_source_dns, o, stream, 6), EPW_LOOK_MORE);
}

Test(ev_dns, tcp_cut_on_its_port_still_tells)
{
    struct epw_opening o = fake_opening(6, 40000, 53, EPW_TO_CLIENT);
    uint8_t stream[sizeof(answer) + 2];
    size_t len = framed(stream, answer, sizeof(answer));
    o.last = o.cut = true;
    cr_assert_eq(fake_look(&f, &epw_source_dns, o, stream, len - 3), EPW_LOOK_MINE);
    cr_assert_eq(f.sights, 1);
}
