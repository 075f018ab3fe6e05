/* SPDX-License-Identifier: Apache-2.0 */
/* The walk itself: its tables, its limit, and every frame cut and spoiled at every byte. */
#include "test_decode_help.h"

#include "meter/decode/layer.h"
#include "meter/decode/layers.gen.h"

#define OUTER(proto) "4500 0000 0000 0000 40" proto "0000 c0000201 c0000202 "
#define UDP_TO(port) "9c40 " port " 0000 0000 "
#define IP6(next)                                                                                  \
    "6000 0000 0000 " next " 40 fd000000000000000000000000000001 "                                 \
    "fd000000000000000000000000000002 "

/* All of them end complete: one for each kind of header, with a few bytes of payload. */
static const struct {
    uint16_t linktype;
    const char *text;
} samples[] = {
    { ETHER, ETHER_SYN },
    { ETHER, MACS "88a8 0064 8100 00c8 0800 4500 002c 0000 0000 4006 0000 0a000001 0a000002 "
                  "04d2 0050 00000001 00000002 5018 ffff 0000 0000 61626364 0000" },
    { ETHER, MACS "0030 aaaa03 000000 0800 " IP_SYN },
    { ETHER, MACS "8926 00000000 0800 " IP_SYN },
    { ETHER, MACS "8847 00010040 00011140 " IP6_SYN },
    { ETHER, MACS "8847 00011140 00000000 020000000004 020000000003 8100 00c8 0800 " IP_SYN },
    { ETHER, MACS "8864 11 00 0007 002a 0021 " IP_SYN },
    { 9, "ff03 0021 " IP_SYN },
    { 104, "0f00 0800 " IP_SYN },
    { 113, "0000 0001 0006 0200000000010000 0800 " IP_SYN },
    { 276, "86dd 0000 00000003 0001 02 06 0200000000010000 " IP6_SYN },
    { 0, "02000000 " IP_SYN },
    { RAW4, "4600 0028 0000 0000 4011 0000 0a000001 0a000002 94040000 04d2 0035 0010 0000 "
            "6162636465666768" },
    { RAW4, IP6("00") "2b00 0104 00000000 3c02 0000 00000000 fd000000000000000000000000000009 "
                      "3300 0104 00000000 0604 0000 00000001 00000002 "
                      "000000000000000000000000 " TCP_SYN },
    { RAW4, IP6("2c") "1100 0001 cafe0001 04d2 0035 03e8 0000 6162" },
    { RAW4, "4500 0000 0009 0000 ff01 0000 c0000209 0a000001 0301 0000 00000000 " IP_SYN },
    { RAW4, IP6("3a") "0104 0000 00000000 " IP6_SYN },
    { RAW4, OUTER("04") IP_SYN },
    { RAW4, OUTER("2f") "b000 6558 beef 0000 00000007 00000001 " ETHER_SYN },
    { RAW4, OUTER("2f") "3081 880b 002c 0006 00000009 00000001 ff03 0021 " IP_SYN },
    { RAW4, OUTER("2f") "1000 88be 00000001 1064 0005 00000001 " ETHER_SYN },
    { RAW4,
      OUTER("2f") "1000 22eb 00000001 2064 0005 00000063 00000001 1400000000000000 " ETHER_SYN },
    { RAW4, OUTER("11") UDP_TO("12b5") "08000000 00000700 " ETHER_SYN },
    { RAW4, OUTER("11") UDP_TO("17c1") "0240 6558 000007 00 0102 80 01 0a0b0c0d " ETHER_SYN },
    { RAW4, OUTER("84") "04d2 0050 00000000 00000000" },
};
#define SAMPLES (sizeof(samples) / sizeof(samples[0]))

static uint8_t bytes[MAX_BYTES];

/* What holds of every packet, whatever the bytes. */
static void check_sane(const struct epw_packet *p, size_t caplen, size_t sample, size_t at)
{
    cr_assert_lt(p->ending, EPW_ENDINGS);
    cr_assert_leq(p->key.vlan_count, EPW_MAX_VLANS);
    if (p->ending != EPW_END_COMPLETE)
        return;
    cr_assert_leq(p->payload_len, caplen, "sample %zu at %zu", sample, at);
    cr_assert_leq(p->payload_len, p->payload_wire, "sample %zu at %zu", sample, at);
    cr_assert(p->cut || p->payload_len == p->payload_wire, "sample %zu at %zu", sample, at);
    cr_assert_eq(p->payload == NULL, p->payload_len == 0, "sample %zu at %zu", sample, at);
    volatile uint8_t sum = 0; /* AddressSanitizer looks at each byte handed out */
    for (size_t i = 0; i < p->payload_len; i++)
        sum = (uint8_t)(sum + p->payload[i]);
}

Test(decode, whole_samples_are_complete)
{
    for (size_t i = 0; i < SAMPLES; i++) {
        struct epw_packet p = decode(samples[i].linktype, samples[i].text);
        cr_assert_eq(p.ending, EPW_END_COMPLETE, "sample %zu ended %s", i,
                     epw_ending_name((enum epw_ending)p.ending));
    }
}

Test(decode, a_frame_cut_anywhere_is_cut_not_malformed)
{
    for (size_t i = 0; i < SAMPLES; i++) {
        size_t len = hex(samples[i].text, bytes);
        for (size_t kept = 0; kept < len; kept++) {
            struct epw_packet p = decode_bytes(samples[i].linktype, bytes, kept, len);
            check_sane(&p, kept, i, kept);
            cr_assert(p.ending == EPW_END_TRUNCATED || p.ending == EPW_END_COMPLETE,
                      "sample %zu cut at %zu ended %s", i, kept,
                      epw_ending_name((enum epw_ending)p.ending));
            cr_assert_eq(p.wire_len, len);
            /* the same as a frame that never was longer */
            p = decode_bytes(samples[i].linktype, bytes, kept, kept);
            check_sane(&p, kept, i, kept);
        }
    }
}

Test(decode, no_spoiled_byte_does_harm)
{
    static const uint8_t values[] = { 0x00, 0x01, 0x0f, 0x40, 0x7f, 0x80, 0xff };
    for (size_t i = 0; i < SAMPLES; i++) {
        size_t len = hex(samples[i].text, bytes);
        for (size_t at = 0; at < len; at++) {
            uint8_t kept = bytes[at];
            for (size_t v = 0; v < sizeof(values); v++) {
                bytes[at] = values[v];
                struct epw_packet p = decode_bytes(samples[i].linktype, bytes, len, len);
                check_sane(&p, len, i, at);
            }
            bytes[at] = kept;
        }
    }
}

Test(decode, a_wire_length_below_the_captured_one_is_not_believed)
{
    size_t len = hex(ETHER_SYN, bytes);
    struct epw_packet p = decode_bytes(ETHER, bytes, len, 10);
    check_syn(p);
    cr_assert_eq(p.wire_len, len);
    cr_assert_not(p.cut);
}

/* Ethernet, count tags, IPv4, TCP. */
static struct epw_packet decode_tags(size_t count)
{
    size_t len = hex(MACS, bytes);
    for (size_t i = 0; i < count; i++)
        len += hex("8100 0064", bytes + len);
    len += hex("0800 " IP_SYN, bytes + len);
    return decode_bytes(ETHER, bytes, len, len);
}

Test(decode, nesting_has_a_limit)
{
    /* Ethernet, IPv4, TCP are three layers */
    check_syn(decode_tags(EPW_DECODE_MAX_LAYERS - 3));
    check_ending(decode_tags(EPW_DECODE_MAX_LAYERS - 2), EPW_END_TOO_DEEP);
    check_ending(decode_tags(10000), EPW_END_TOO_DEEP);
}

Test(decode, link_types)
{
    struct epw_decoder *decoder;
    cr_assert_eq(epw_decoder_new(&decoder), EPW_OK);
    static const uint16_t known[] = { 0, 1, 9, 12, 14, 50, 51, 101, 104, 108, 113, 228, 229, 276 };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        cr_assert(epw_decoder_knows(decoder, known[i]), "%u", known[i]);
    static const uint16_t unknown[] = { 2, 105, 127, 239, 511, 512, 65535 };
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        cr_assert_not(epw_decoder_knows(decoder, unknown[i]), "%u", unknown[i]);
        check_ending(decode(unknown[i], ETHER_SYN), EPW_END_UNSUPPORTED);
    }
    epw_decoder_free(decoder);
    epw_decoder_free(NULL);
}

Test(registry, no_two_layers_claim_one_number)
{
    static const struct epw_layer *const layers[] = { EPW_REGISTRY_epw_layer };
    for (size_t a = 0; layers[a] != NULL; a++) {
        cr_assert_not_null(layers[a]->decode);
        cr_assert_neq(layers[a]->claims[0].space, EPW_BY_NONE, "%s", layers[a]->name);
        for (size_t b = a + 1; layers[b] != NULL; b++)
            for (size_t i = 0; i < EPW_LAYER_CLAIMS; i++)
                for (size_t j = 0; j < EPW_LAYER_CLAIMS; j++) {
                    struct epw_claim x = layers[a]->claims[i], y = layers[b]->claims[j];
                    cr_assert(x.space == EPW_BY_NONE || x.space != y.space || x.number != y.number,
                              "%s and %s both claim %u", layers[a]->name, layers[b]->name,
                              x.number);
                }
    }
}

Test(registry, every_claim_has_its_place)
{
    struct epw_decoder *decoder;
    cr_assert_eq(epw_decoder_new(&decoder), EPW_OK);
    static const struct epw_layer *const layers[] = { EPW_REGISTRY_epw_layer };
    for (size_t a = 0; layers[a] != NULL; a++)
        for (size_t i = 0; i < EPW_LAYER_CLAIMS; i++) {
            struct epw_claim c = layers[a]->claims[i];
            if (c.space == EPW_BY_LINKTYPE)
                cr_assert(epw_decoder_knows(decoder, c.number), "%s", layers[a]->name);
            if (c.space == EPW_BY_IPPROTO)
                cr_assert_lt(c.number, 256, "%s", layers[a]->name);
        }
    epw_decoder_free(decoder);
}
