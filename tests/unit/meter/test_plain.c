/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The step for plain frames against the layers one by one. A frame that misses
 * bytes behind its IP packet is not plain, and the layers say of it what they
 * say of the whole one: that is how they are asked here.
 */
#include "meter/decode/plain.h"

#include "plain_frames.h"
#include "test_decode_help.h"

static const char *const not_plain[] = {
    MACS "0806 0001 0800 0604 0001 020000000001 0a000001 000000000000 0a000002 ", /* ARP */
    MACS "8100 0001 8100 0002 8100 0003 0800 " IP_SYN,                            /* three tags */
    MACS "0800 4600 002c 0000 0000 40 06 0000 " PAIR "01010101 " TCP_SYN,         /* an option */
    MACS "0800 4500 0028 0000 2000 40 06 0000 " PAIR TCP_SYN, /* first fragment */
    MACS "0800 4500 0028 0000 0001 40 06 0000 " PAIR TCP_SYN, /* later fragment */
    MACS "0800 4500 0000 0000 0000 40 06 0000 " PAIR TCP_SYN, /* offloaded */
    MACS "0800 4500 0029 0000 0000 40 06 0000 " PAIR TCP_SYN, /* a byte is missing */
    MACS "0800 4500 0028 0000 0000 40 01 0000 " PAIR TCP_SYN, /* ICMP */
    MACS "0800 4500 0026 0000 0000 40 06 0000 " PAIR TCP_SYN, /* TCP beyond IP */
    MACS "0800 4500 0020 0000 0000 40 11 0000 " PAIR "04d2 1388 000d 0000 deadbeef ", /* UDP too */
    MACS "0800 4500 0020 0000 0000 40 11 0000 " PAIR
         "04d2 1388 0000 0000 deadbeef ",                     /* no length */
    MACS "0800 6500 0028 0000 0000 40 06 0000 " PAIR TCP_SYN, /* version 6 in IPv4 */
    MACS "86dd 6000 0000 0000 06 40 " PAIR6 TCP_SYN,          /* jumbogram */
};

static void compare(const struct epw_packet *a, const struct epw_packet *b)
{
    cr_assert(epw_key_same(&a->key, &b->key) && a->side == b->side);
    cr_assert_eq(memcmp(a->macs, b->macs, 12), 0);
    cr_assert_eq(a->group_mac, b->group_mac);
    cr_assert(a->ttl == b->ttl && a->ip_id == b->ip_id);
    cr_assert(a->seq == b->seq && a->ack == b->ack && a->tcp_flags == b->tcp_flags);
    cr_assert(a->fragment == b->fragment && a->frag_id == b->frag_id);
    cr_assert(a->frag_more == b->frag_more && a->payload_at == b->payload_at);
    cr_assert(a->cut == b->cut && a->icmp_error == b->icmp_error);
    cr_assert(a->icmp_type == b->icmp_type && a->icmp_code == b->icmp_code);
    cr_assert(a->payload_len == b->payload_len && a->payload_wire == b->payload_wire);
    cr_assert_eq(a->payload == NULL, b->payload == NULL);
    if (a->payload != NULL)
        cr_assert_eq(memcmp(a->payload, b->payload, a->payload_len), 0);
}

static uint8_t no_tunnel[65536];

/*
 * What the step makes of it; NULL: nothing. The bytes are copied to the heap for
 * AddressSanitizer. Inside of other frames it takes the same, but does not look for a mirror.
 */
static const struct epw_packet *step(const uint8_t *bytes, size_t len)
{
    static struct epw_packet packet, inner;
    static uint8_t *copy;
    free(copy);
    copy = malloc(len + 1);
    cr_assert_not_null(copy);
    memcpy(copy + 1, bytes, len);
    struct epw_frame frame = {
        .bytes = copy + 1, .caplen = (uint32_t)len, .wire_len = (uint32_t)len, .linktype = ETHER
    };
    memset(&packet, 0xa5, sizeof(packet));
    bool takes = epw_plain_run(no_tunnel, &frame, &packet, 1) == 1;
    inner = (struct epw_packet){ .ttl = 0 };
    struct epw_descent d = { .cur = epw_cur(copy + 1, len), .packet = &inner, .left = 32 };
    enum epw_next next;
    if (epw_plain(&d, &next)) {
        cr_assert(takes);
        cr_assert_eq(next == EPW_NEXT_LAYER, inner.key.proto == 17);
        compare(&inner, &packet);
    }
    return takes ? &packet : NULL;
}

/* What a look at the addresses says whose a frame is: nothing, or what decoding it says. Returns
 * whether it says anything. */
static bool looked_at(const uint8_t *bytes, size_t len)
{
    static struct epw_decoder *decoder;
    static uint8_t *copy;
    struct epw_packet p;
    uint64_t pair;
    if (decoder == NULL)
        cr_assert_eq(epw_decoder_new(&decoder), EPW_OK);
    free(copy);
    copy = malloc(len + 1);
    cr_assert_not_null(copy);
    memcpy(copy + 1, bytes, len);
    const struct epw_frame frame = {
        .bytes = copy + 1, .caplen = (uint32_t)len, .wire_len = (uint32_t)len, .linktype = ETHER
    };
    pair = epw_decode_pair(decoder, 99, &frame);
    epw_decode(decoder, &frame, &p, 1);
    if (pair != EPW_PAIR_UNKNOWN && p.ending == EPW_END_COMPLETE)
        cr_assert_eq(pair, epw_key_pair(&p.key, 99));
    return pair != EPW_PAIR_UNKNOWN;
}

/* Whether the step takes the frame; when it does, the layers must say the same. */
static bool taken(const uint8_t *bytes, size_t len)
{
    const struct epw_packet *quick = step(bytes, len);
    /* Behind UDP another layer may follow: a tunnel goes on from there. */
    if (quick == NULL || (quick->key.proto == 17 && epw_packet_dport(quick) != 5000))
        return quick != NULL;
    struct epw_packet slow = decode_bytes(ETHER, bytes, len, len + 1);
    check_ending(slow, EPW_END_COMPLETE);
    compare(quick, &slow);
    struct epw_packet whole = decode_bytes(ETHER, bytes, len, len);
    check_ending(whole, EPW_END_COMPLETE);
    compare(quick, &whole);
    return true;
}

Test(plain, takes_what_is_plain_and_says_what_the_layers_say)
{
    static uint8_t bytes[MAX_BYTES];
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        cr_assert(taken(bytes, hex(plain[i], bytes)), "frame %zu", i);
}

Test(plain, shows_its_addresses_without_decoding)
{
    static uint8_t bytes[MAX_BYTES];
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        cr_assert(looked_at(bytes, hex(plain[i], bytes)), "frame %zu", i);
}

/* Frames whose packet has other addresses, or none: what is inside decides. */
Test(plain, shows_no_addresses_but_the_innermost)
{
    static const char *const text[] = {
        MACS "0800 4500 0028 0000 2000 40 11 0000 " PAIR "04d2 1388 0020 0000 deadbeef ",
        MACS "0800 4500 0024 0000 0000 40 01 0000 " PAIR "0301 0000 00000000 deadbeef deadbeef ",
        MACS "0800 4500 003c 0000 0000 40 04 0000 " PAIR IP_SYN,
        /* VXLAN, and AYIYA to a client */
        MACS "0800 4500 0024 0000 0000 40 11 0000 " PAIR "04d2 12b5 0010 0000 08000000 00000100 ",
        MACS "0800 4500 0024 0000 0000 40 11 0000 " PAIR "13d0 04d2 0010 0000 08000000 00000100 ",
        MACS "0806 0001 0800 0604 0001 020000000001 0a000001 000000000000 0a000002 ",
        MACS "0800 6500 0028 0000 0000 40 06 0000 " PAIR TCP_SYN,
        MACS "0800 4500 0028 0000 0000 40 06 0000 0a000001 ",
    };
    static uint8_t bytes[MAX_BYTES];
    for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++)
        cr_assert_not(looked_at(bytes, hex(text[i], bytes)), "frame %zu", i);
}

Test(plain, leaves_the_rest_to_the_layers)
{
    static uint8_t bytes[MAX_BYTES];
    for (size_t i = 0; i < sizeof(not_plain) / sizeof(not_plain[0]); i++)
        cr_assert_not(taken(bytes, hex(not_plain[i], bytes)), "frame %zu", i);
}

Test(plain, whatever_byte_changes_or_is_cut_off)
{
    static uint8_t bytes[MAX_BYTES];
    unsigned took = 0, left = 0;
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        size_t len = hex(plain[i], bytes);
        for (size_t at = 0; at < len; at++) {
            const uint8_t was = bytes[at];
            for (unsigned bit = 0; bit < 8; bit++) {
                bytes[at] = (uint8_t)(was ^ 1u << bit);
                *(taken(bytes, len) ? &took : &left) += 1;
                looked_at(bytes, len);
            }
            bytes[at] = was;
            *(taken(bytes, at) ? &took : &left) += 1;
            looked_at(bytes, at);
        }
    }
    cr_assert(took > 1000 && left > 1000, "%u and %u", took, left);
}

Test(plain, ends_at_the_first_that_is_not)
{
    static uint8_t bytes[3][200];
    static const char *const text[] = { ETHER_SYN, ETHER_SYN, ETHER_SYN };
    struct epw_frame frame[3];
    struct epw_packet packet[3];
    for (size_t i = 0; i < 3; i++) {
        uint32_t len = (uint32_t)hex(text[i], bytes[i]);
        frame[i] = (struct epw_frame){
            .bytes = bytes[i], .caplen = len, .wire_len = len, .linktype = ETHER
        };
    }
    cr_assert_eq(epw_plain_run(no_tunnel, frame, packet, 3), 3);
    frame[1].wire_len++; /* cut */
    cr_assert_eq(epw_plain_run(no_tunnel, frame, packet, 3), 1);
    frame[0].linktype = RAW4;
    cr_assert_eq(epw_plain_run(no_tunnel, frame, packet, 3), 0);
    cr_assert_eq(epw_plain_run(no_tunnel, frame, packet, 0), 0);
}

Test(plain, a_tunnel_in_udp_is_not)
{
    static uint8_t bytes[200], tunnel[65536];
    uint32_t len = (uint32_t)hex(MACS "0800 4500 0020 0000 0000 40 11 0000 " PAIR UDP, bytes);
    struct epw_frame frame = { .bytes = bytes, .caplen = len, .wire_len = len, .linktype = ETHER };
    struct epw_packet packet;
    cr_assert_eq(epw_plain_run(tunnel, &frame, &packet, 1), 1);
    tunnel[5000] = 1;
    cr_assert_eq(epw_plain_run(tunnel, &frame, &packet, 1), 0);
}
