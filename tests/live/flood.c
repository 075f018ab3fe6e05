/* SPDX-License-Identifier: Apache-2.0 */
/*
 * epw-flood COUNT SEED: a pcap on standard output with that many SYNs of 60 bytes between random
 * addresses and ports, one a microsecond: what a flow table must survive.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME 60

/* splitmix64: the same numbers everywhere. */
static uint64_t next(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

static void put_le32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static void put_random(uint8_t *at, size_t len, uint64_t from)
{
    for (size_t i = 0; i < len; i++)
        at[i] = (uint8_t)(from >> (8 * i));
}

static void write_header(void)
{
    static const uint8_t version[4] = { 2, 0, 4, 0 };
    uint8_t header[24] = { 0 };
    put_le32(header, 0xa1b2c3d4);
    memcpy(header + 4, version, sizeof(version));
    put_le32(header + 16, 262144);
    put_le32(header + 20, 1);
    fwrite(header, 1, sizeof(header), stdout);
}

int main(int argc, char **argv)
{
    static const uint8_t syn[54] = {
        2,    0, 0,   0,   0,  2, 2, 0, 0,  0, 0, 1, 8, 0, /* Ethernet, IPv4 */
        0x45, 0, 0,   40,  0,  1, 0, 0, 64, 6, 0, 0,       /* 40 bytes, TTL 64, TCP */
        10,   0, 0,   0,   10, 0, 0, 0,                    /* addresses below 10.0.0.0/8 */
        0,    0, 0,   0,   0,  0, 0, 1, 0,  0, 0, 0,       /* ports, sequence number */
        0x50, 2, 255, 255, 0,  0, 0, 0,                    /* SYN */
    };
    if (argc != 3) {
        fputs("usage: epw-flood COUNT SEED\n", stderr);
        return 2;
    }
    uint64_t count = strtoull(argv[1], NULL, 10), state = strtoull(argv[2], NULL, 10);
    write_header();
    for (uint64_t i = 0; i < count; i++) {
        uint8_t packet[16 + FRAME] = { 0 };
        put_le32(packet, (uint32_t)(1772438400 + i / 1000000));
        put_le32(packet + 4, (uint32_t)(i % 1000000));
        put_le32(packet + 8, FRAME);
        put_le32(packet + 12, FRAME);
        memcpy(packet + 16, syn, sizeof(syn));
        put_random(packet + 16 + 27, 3, next(&state));
        put_random(packet + 16 + 31, 3, next(&state));
        put_random(packet + 16 + 34, 4, next(&state));
        fwrite(packet, 1, sizeof(packet), stdout);
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
