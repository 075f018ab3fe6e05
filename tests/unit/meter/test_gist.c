/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gist told from a frame's headers alone against the one made of its decoded packet: the same
 * in all, or none is told.
 */
#include "meter/gist.h"

#include "meter/decode/decode.h"
#include "plain_frames.h"

#define SEED 99

static struct epw_decoder *decoder;
static struct epw_teller teller;

static void begin(void)
{
    cr_assert_eq(epw_decoder_new(&decoder), EPW_OK);
    teller = (struct epw_teller){ .tunnel = epw_decoder_tunnels(decoder),
                                  .seed = SEED,
                                  .sparing = true };
    epw_teller_init(&teller);
}

static void end(void)
{
    epw_decoder_free(decoder);
}

TestSuite(gist, .init = begin, .fini = end);

static void compare(const struct epw_gist *a, const struct epw_gist *b)
{
    cr_assert(epw_brief_same(&a->brief, &b->brief) && a->tag == b->tag);
    cr_assert_eq(a->way.all, b->way.all);
    cr_assert_eq(a->way.any, b->way.any);
    cr_assert_eq(a->print, b->print);
    cr_assert(a->ts_ns == b->ts_ns && a->wire_len == b->wire_len);
    cr_assert(a->payload_wire == b->payload_wire && a->side == b->side);
    cr_assert_eq(a->tcp_flags, b->tcp_flags);
}

/* What the meter has of a packet of which it needs more than the gist: all that decoding it says.
 */
static void check_put(const struct epw_gist *gist, const struct epw_packet *decoded)
{
    struct epw_packet put;
    memset(&put, 0xa5, sizeof(put));
    epw_gist_put(gist, &put);
    cr_assert_eq(memcmp(&put, decoded, offsetof(struct epw_packet, icmp_from)), 0);
}

/* Whether a gist is told of the frame, with and without its pair; then decoding it says the same.
 * The bytes are copied to the heap for AddressSanitizer. */
static bool told(const uint8_t *bytes, size_t len)
{
    static uint8_t *copy;
    struct epw_gist gist, alone, made;
    struct epw_packet p;
    uint64_t pair;
    free(copy);
    copy = malloc(len + 1);
    cr_assert_not_null(copy);
    memcpy(copy + 1, bytes, len);
    const struct epw_frame frame = { .bytes = copy + 1,
                                     .ts_ns = 77,
                                     .caplen = (uint32_t)len,
                                     .wire_len = (uint32_t)len,
                                     .linktype = ETHER };
    uint32_t count = epw_gist_tell(&teller, &frame, &gist, &pair, NULL, 1);
    cr_assert_eq(count, epw_gist_tell(&teller, &frame, &alone, NULL, NULL, 1));
    cr_assert_eq(count == 1, epw_gist_is_told(&gist));
    cr_assert_eq(count == 1, epw_gist_is_told(&alone));
    if (count == 0)
        return false;
    epw_decode(decoder, &frame, &p, 1);
    check_ending(p, EPW_END_COMPLETE);
    if (p.payload != NULL)
        cr_assert_eq(frame.bytes + gist.payload_at, p.payload);
    cr_assert_eq(pair, epw_key_pair(&p.key, SEED));
    if (teller.ignore_vlan)
        epw_key_clear_vlans(&p.key);
    check_put(&gist, &p);
    check_put(&alone, &p);
    epw_gist_of(&teller, &p, &made);
    compare(&gist, &made);
    compare(&alone, &made);
    return true;
}

/* IPv6 is not told of. */
static bool is_other(const char *frame)
{
    return strncmp(frame, MACS "86dd", sizeof(MACS "86dd") - 1) == 0;
}

Test(gist, told_of_plain_ipv4_as_its_packet_says)
{
    static uint8_t bytes[MAX_BYTES];
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        cr_assert_eq(told(bytes, hex(plain[i], bytes)), !is_other(plain[i]), "frame %zu", i);
}

Test(gist, told_without_vlans_when_they_do_not_count)
{
    static uint8_t bytes[MAX_BYTES];
    teller.ignore_vlan = true;
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
        cr_assert_eq(told(bytes, hex(plain[i], bytes)), !is_other(plain[i]), "frame %zu", i);
}

Test(gist, whatever_byte_changes_or_is_cut_off)
{
    static uint8_t bytes[MAX_BYTES];
    unsigned is = 0, is_not = 0;
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        size_t len = hex(plain[i], bytes);
        for (size_t at = 0; at < len; at++) {
            const uint8_t was = bytes[at];
            for (unsigned bit = 0; bit < 8; bit++) {
                bytes[at] = (uint8_t)(was ^ 1u << bit);
                *(told(bytes, len) ? &is : &is_not) += 1;
            }
            bytes[at] = was;
            *(told(bytes, at) ? &is : &is_not) += 1;
        }
    }
    cr_assert(is > 1000 && is_not > 1000, "%u and %u", is, is_not);
}

Test(gist, none_of_a_frame_that_is_cut_or_of_another_link_type)
{
    static uint8_t bytes[MAX_BYTES];
    uint32_t len = (uint32_t)hex(ETHER_SYN, bytes);
    struct epw_frame frame = {
        .bytes = bytes, .caplen = len, .wire_len = len + 1, .linktype = ETHER
    };
    struct epw_gist gist;
    cr_assert_eq(epw_gist_tell(&teller, &frame, &gist, NULL, NULL, 1), 0);
    cr_assert_not(epw_gist_is_told(&gist));
    frame.wire_len = len;
    frame.linktype = RAW4;
    cr_assert_eq(epw_gist_tell(&teller, &frame, &gist, NULL, NULL, 1), 0);
    frame.linktype = ETHER;
    cr_assert_eq(epw_gist_tell(&teller, &frame, &gist, NULL, NULL, 1), 1);
    teller.sparing = false;
    cr_assert_eq(epw_gist_tell(&teller, &frame, &gist, NULL, NULL, 1), 0);
    cr_assert_not(epw_gist_is_told(&gist));
}

/* In one run, each after all kinds of others. */
Test(gist, told_of_each_frame_of_a_mixed_run)
{
    static uint8_t bytes[sizeof(plain) / sizeof(plain[0])][MAX_BYTES];
    const uint32_t kinds = sizeof(plain) / sizeof(plain[0]);
    static struct epw_frame frame[EPW_BATCH_FRAMES];
    static struct epw_gist gist[EPW_BATCH_FRAMES];
    uint16_t untold[EPW_BATCH_FRAMES];
    uint32_t expected = 0;
    for (uint32_t i = 0; i < EPW_BATCH_FRAMES; i++) {
        uint32_t kind = i * 5 % kinds;
        uint32_t len = (uint32_t)hex(plain[kind], bytes[kind]);
        frame[i] = (struct epw_frame){
            .bytes = bytes[kind], .caplen = len, .wire_len = len, .linktype = ETHER
        };
        expected += !is_other(plain[kind]);
    }
    cr_assert_eq(epw_gist_tell(&teller, frame, gist, NULL, untold, EPW_BATCH_FRAMES), expected);
    for (uint32_t i = 0, k = 0; i < EPW_BATCH_FRAMES; i++) {
        bool other = is_other(plain[i * 5 % kinds]);
        cr_assert_eq(epw_gist_is_told(&gist[i]), !other, "frame %u", i);
        cr_assert(!other || untold[k++] == i, "frame %u", i);
    }
    teller.sparing = false;
    cr_assert_eq(epw_gist_tell(&teller, frame, gist, NULL, untold, EPW_BATCH_FRAMES), 0);
    for (uint32_t i = 0; i < EPW_BATCH_FRAMES; i++)
        cr_assert_eq(untold[i], i);
}
