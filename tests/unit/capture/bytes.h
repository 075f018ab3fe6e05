/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests of capture: bytes put together in either byte order, the blocks
 * of pcap and pcapng files, and files of them in a folder of the test's own.
 */
#ifndef TESTS_UNIT_CAPTURE_BYTES_H
#define TESTS_UNIT_CAPTURE_BYTES_H

#include <criterion/criterion.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct bytes {
    size_t len;
    bool big; /* byte order of put() */
    uint8_t b[1 << 16];
};

static inline void put(struct bytes *to, uint64_t value, unsigned len)
{
    for (unsigned i = 0; i < len; i++)
        to->b[to->len++] = (uint8_t)(value >> 8 * (to->big ? len - 1 - i : i));
}

static inline void put_bytes(struct bytes *to, const void *from, size_t len)
{
    memcpy(to->b + to->len, from, len);
    to->len += len;
}

/* A packet's bytes: len times the same letter. */
static inline void put_letter(struct bytes *to, char letter, size_t len)
{
    memset(to->b + to->len, letter, len);
    to->len += len;
}

#define MAGIC_US 0xa1b2c3d4u
#define MAGIC_NS 0xa1b23c4du

static inline void pcap_header(struct bytes *to, uint32_t magic, uint32_t linktype)
{
    put(to, magic, 4);
    put(to, 2, 2); /* version 2.4 */
    put(to, 4, 2);
    put(to, 0, 4); /* time zone, accuracy: unused */
    put(to, 0, 4);
    put(to, 65535, 4); /* snaplen */
    put(to, linktype, 4);
}

static inline void pcap_packet_header(struct bytes *to, uint32_t s, uint32_t frac, uint32_t caplen,
                                      uint32_t wire_len)
{
    put(to, s, 4);
    put(to, frac, 4);
    put(to, caplen, 4);
    put(to, wire_len, 4);
}

static inline void pcap_packet(struct bytes *to, uint32_t s, uint32_t frac, char letter,
                               uint32_t len)
{
    pcap_packet_header(to, s, frac, len, len);
    put_letter(to, letter, len);
}

static inline void ng_section(struct bytes *to)
{
    put(to, 0x0a0d0d0a, 4);
    put(to, 28, 4);
    put(to, 0x1a2b3c4d, 4); /* tells the byte order */
    put(to, 1, 2);          /* version 1.0 */
    put(to, 0, 2);
    put(to, UINT64_MAX, 8); /* section length: not given */
    put(to, 28, 4);
}

/* tsresol: decimals of a second in time stamps (option 9); 0: no option, microseconds. */
static inline void ng_interface(struct bytes *to, uint16_t linktype, uint32_t snaplen,
                                uint8_t tsresol)
{
    uint32_t len = tsresol == 0 ? 20 : 32;
    put(to, 1, 4);
    put(to, len, 4);
    put(to, linktype, 2);
    put(to, 0, 2);
    put(to, snaplen, 4);
    if (tsresol != 0) {
        put(to, 9, 2); /* if_tsresol, 1 byte, padded to 4 */
        put(to, 1, 2);
        put_bytes(to, (const uint8_t[]){ tsresol, 0, 0, 0 }, 4);
        put(to, 0, 4); /* end of options */
    }
    put(to, len, 4);
}

/* len is a multiple of 4: no padding. */
static inline void ng_enhanced(struct bytes *to, uint32_t interface, uint64_t stamp, char letter,
                               uint32_t len)
{
    put(to, 6, 4);
    put(to, 32 + len, 4);
    put(to, interface, 4);
    put(to, stamp >> 32, 4);
    put(to, stamp & UINT32_MAX, 4);
    put(to, len, 4); /* captured, on the wire */
    put(to, len, 4);
    put_letter(to, letter, len);
    put(to, 32 + len, 4);
}

/* data_len bytes stand in the block (multiple of 4), wire_len were on the wire. */
static inline void ng_simple(struct bytes *to, char letter, uint32_t data_len, uint32_t wire_len)
{
    put(to, 3, 4);
    put(to, 16 + data_len, 4);
    put(to, wire_len, 4);
    put_letter(to, letter, data_len);
    put(to, 16 + data_len, 4);
}

/* The obsolete Packet Block: a 16-bit interface and drop count, else as the enhanced one. */
static inline void ng_packet(struct bytes *to, uint16_t interface, uint64_t stamp, char letter,
                             uint32_t len)
{
    put(to, 2, 4);
    put(to, 32 + len, 4);
    put(to, interface, 2);
    put(to, 0, 2);
    put(to, stamp >> 32, 4);
    put(to, stamp & UINT32_MAX, 4);
    put(to, len, 4);
    put(to, len, 4);
    put_letter(to, letter, len);
    put(to, 32 + len, 4);
}

/* A folder of the test's own, gone with clean_folder(); tests run in processes of their own. */
static char folder[64];

static inline void make_folder(void)
{
    strcpy(folder, "/tmp/epw-capture-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
}

static inline void clean_folder(void)
{
    char command[128];
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    cr_assert_eq(system(command), 0);
}

/* The path of a file in the folder, in one of eight turns of static storage. */
static inline const char *in_folder(const char *name)
{
    static char paths[8][128];
    static unsigned turn;
    char *path = paths[turn++ % 8];
    snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
    return path;
}

static inline const char *write_file(const char *name, const void *content, size_t len)
{
    const char *path = in_folder(name);
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(content, 1, len, file), len);
    cr_assert_eq(fclose(file), 0);
    return path;
}

static inline const char *write_bytes(const char *name, const struct bytes *content)
{
    return write_file(name, content->b, content->len);
}

#endif
