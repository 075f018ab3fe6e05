/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames as text for the decoding tests: hex digits, blanks ignored, so that a
 * frame can be written one header a line with its dissection beside it. The
 * decoder is shown a heap copy of the exact size, so that AddressSanitizer sees
 * any read beyond it; the copy lives until the next call.
 */
#ifndef EPW_TESTS_DECODE_HELP_H
#define EPW_TESTS_DECODE_HELP_H

#include "meter/decode/decode.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* Link types. */
#define ETHER 1
#define RAW4  228

/* Headers that occur again and again: 10.0.0.1:1234 -> 10.0.0.2:80. */
#define MACS    "020000000002 020000000001 " /* destination, source */
#define TCP_SYN "04d2 0050 00000001 00000000 5002 ffff 0000 0000 "

/* The packet that most frames of these tests carry. */
#define IP_SYN "4500 0028 0000 0000 4006 0000 0a000001 0a000002 " TCP_SYN
#define IP6_SYN                                                                                    \
    "6000 0000 0014 06 40 fd000000000000000000000000000001 "                                       \
    "fd000000000000000000000000000002 " TCP_SYN
#define ETHER_SYN     MACS "0800 " IP_SYN

#define check_syn(p)  check_flow(p, "10.0.0.1", 1234, "10.0.0.2", 80, 6)
#define check_syn6(p) check_flow(p, "fd00::1", 1234, "fd00::2", 80, 6)

#define MAX_BYTES     70000

static inline size_t hex(const char *text, uint8_t *out)
{
    size_t digits = 0;
    for (; *text != '\0'; text++) {
        if (*text == ' ')
            continue;
        const char *all = "0123456789abcdef", *at = strchr(all, *text);
        cr_assert_not_null(at, "not a hex digit: %c", *text);
        unsigned value = (unsigned)(at - all);
        cr_assert_lt(digits / 2, MAX_BYTES);
        if (digits % 2 == 0)
            out[digits / 2] = (uint8_t)(value << 4);
        else
            out[digits / 2] = (uint8_t)(out[digits / 2] | value);
        digits++;
    }
    cr_assert_eq(digits % 2, 0, "half a byte");
    return digits / 2;
}

/* caplen of the bytes were captured out of wire_len. */
static inline struct epw_packet decode_bytes(uint16_t linktype, const uint8_t *bytes, size_t caplen,
                                             size_t wire_len)
{
    static struct epw_decoder *decoder;
    static uint8_t *copy;
    if (decoder == NULL)
        cr_assert_eq(epw_decoder_new(&decoder), EPW_OK);
    free(copy);
    copy = malloc(caplen == 0 ? 1 : caplen);
    cr_assert_not_null(copy);
    memcpy(copy, bytes, caplen);
    struct epw_frame frame = { .bytes = copy,
                               .ts_ns = 7,
                               .caplen = (uint32_t)caplen,
                               .wire_len = (uint32_t)wire_len,
                               .linktype = linktype };
    struct epw_packet p;
    memset(&p, 0xa5, sizeof(p));
    epw_decode(decoder, &frame, &p, 1);
    return p;
}

static inline struct epw_packet decode(uint16_t linktype, const char *text)
{
    static uint8_t bytes[MAX_BYTES];
    size_t len = hex(text, bytes);
    return decode_bytes(linktype, bytes, len, len);
}

/* Cut by the snaplen to its first `kept` bytes. */
static inline struct epw_packet decode_cut(uint16_t linktype, const char *text, size_t kept)
{
    static uint8_t bytes[MAX_BYTES];
    size_t len = hex(text, bytes);
    cr_assert_leq(kept, len);
    return decode_bytes(linktype, bytes, kept, len);
}

/* "10.0.0.1" or "fd00::1" */
static inline bool is_ip(const struct epw_ip *ip, const char *text)
{
    char shown[EPW_IP_STRLEN];
    return strcmp(epw_ip_format(ip, shown), text) == 0;
}

#define check_ending(p, want)                                                                      \
    do {                                                                                           \
        enum epw_ending ending_ = (enum epw_ending)(p).ending;                                     \
        cr_assert_eq(ending_, (want), "ended %s, not %s", epw_ending_name(ending_),                \
                     epw_ending_name(want));                                                       \
    } while (0)

#define check_flow(p, from, from_port, to, to_port, protocol)                                      \
    do {                                                                                           \
        const struct epw_packet flow_ = (p);                                                       \
        check_ending(flow_, EPW_END_COMPLETE);                                                     \
        cr_assert(is_ip(epw_packet_src(&flow_), from));                                            \
        cr_assert(is_ip(epw_packet_dst(&flow_), to));                                              \
        cr_assert_eq(epw_packet_sport(&flow_), from_port);                                         \
        cr_assert_eq(epw_packet_dport(&flow_), to_port);                                           \
        cr_assert_eq(flow_.key.proto, protocol);                                                   \
    } while (0)

#endif
