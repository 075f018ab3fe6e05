/* SPDX-License-Identifier: Apache-2.0 */
#include "openings.h"

#include <stdio.h>

#define HELLO_LEN 517 /* what browsers pad their ClientHello to (RFC 7685) */

void opening_name(unsigned number, char name[NAME_MAX_LEN])
{
    static const char *const known[] = {
        "liveupdate.symantec.com",  "ent-shasta-rrs.symantec.com",
        "update.eset.com",          "edf.eset.com",
        "touch.kaspersky.com",      "ds1.geoksn.kaspersky.com",
        "dsaas.url.trendmicro.com", "agents.deepsecurity.trendmicro.com",
    };
    if (number % 32 == 0)
        snprintf(name, NAME_MAX_LEN, "%s", known[number / 32 % 8]);
    else
        snprintf(name, NAME_MAX_LEN, "www%u.site-%u.example", number % 7, number);
}

/* Leaves room for a length of two bytes; set_len() fills it. */
static size_t open_len(struct out *out)
{
    put16(out, 0);
    return out->len;
}

static void set_len(struct out *out, size_t from)
{
    set16(out, from - 2, out->len - from);
}

static void put_extension(struct out *out, unsigned type, const void *bytes, size_t len)
{
    put16(out, type);
    put16(out, (unsigned)len);
    put_bytes(out, bytes, len);
}

static void put_server_name(struct out *out, const char *name)
{
    put16(out, 0);
    size_t extension = open_len(out), list = open_len(out);
    put8(out, 0);
    size_t host = open_len(out);
    put_text(out, name);
    set_len(out, host);
    set_len(out, list);
    set_len(out, extension);
}

static void put_key_share(struct out *out, uint64_t seed, unsigned server)
{
    put16(out, 51);
    size_t extension = open_len(out);
    if (!server)
        put16(out, 36);
    put16(out, 29); /* x25519 */
    put16(out, 32);
    put_noise(out, seed, 32);
    set_len(out, extension);
}

void opening_tls_client(struct out *out, const char *name, uint64_t seed)
{
    static const uint8_t suites[] = { 0x13, 1,    0x13, 2,    0x13, 3,    0xc0, 0x2b, 0xc0,
                                      0x2f, 0xc0, 0x2c, 0xc0, 0x30, 0xcc, 0xa9, 0xcc, 0xa8 };
    size_t start = out->len;
    put8(out, 22); /* handshake */
    put16(out, 0x0301);
    size_t record = open_len(out);
    put8(out, 1); /* ClientHello; its length has three bytes */
    put8(out, 0);
    size_t hello = open_len(out);
    put16(out, 0x0303);
    put_noise(out, seed, 32);
    put8(out, 32); /* session id */
    put_noise(out, seed + 100, 32);
    put16(out, sizeof(suites));
    put_bytes(out, suites, sizeof(suites));
    put16(out, 0x0100); /* no compression */
    size_t extensions = open_len(out);
    put_server_name(out, name);
    put_extension(out, 10, "\0\6\0\x1d\0\x17\0\x18", 8);
    put_extension(out, 13, "\0\x8\4\3\x8\4\4\1\5\3", 10);
    put_extension(out, 16, "\0\x0c\2h2\x08http/1.1", 14);
    put_extension(out, 43, "\4\3\4\3\3", 5);
    put_key_share(out, seed + 200, 0);
    put16(out, 21); /* padding */
    size_t padding = open_len(out);
    while (out->len - start < HELLO_LEN)
        put8(out, 0);
    set_len(out, padding);
    set_len(out, extensions);
    set_len(out, hello);
    set_len(out, record);
}

void opening_tls_server(struct out *out, uint64_t seed)
{
    put8(out, 22);
    put16(out, 0x0303);
    size_t record = open_len(out);
    put8(out, 2); /* ServerHello */
    put8(out, 0);
    size_t hello = open_len(out);
    put16(out, 0x0303);
    put_noise(out, seed + 300, 32);
    put8(out, 32);
    put_noise(out, seed + 100, 32);
    put16(out, 0x1301);
    put8(out, 0);
    size_t extensions = open_len(out);
    put_extension(out, 43, "\3\4", 2);
    put_key_share(out, seed + 400, 1);
    set_len(out, extensions);
    set_len(out, hello);
    set_len(out, record);
    put_bytes(out, "\x14\3\3\0\1\1\x17\3\3\3\x20", 11); /* 800 encrypted bytes follow */
    put_noise(out, seed + 500, 800);
}

void opening_http_request(struct out *out, const char *name)
{
    put_text(out, "GET /download/content/latest.dat HTTP/1.1\r\nHost: ");
    put_text(out, name);
    put_text(out, "\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: */*\r\n"
                  "Accept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\n\r\n");
}

void opening_http_answer(struct out *out)
{
    put_text(out, "HTTP/1.1 200 OK\r\nDate: Mon, 02 Mar 2026 08:00:00 GMT\r\nServer: Apache\r\n"
                  "Content-Type: application/octet-stream\r\nContent-Length: 1000000\r\n"
                  "Connection: keep-alive\r\n\r\n");
    put_noise(out, 600, 400);
}

void opening_dns(struct out *out, const char *name, unsigned id, uint32_t address, unsigned answer)
{
    put16(out, id & 65535);
    put16(out, answer ? 0x8180 : 0x0100);
    put16(out, 1);
    put16(out, answer);
    put32(out, 0);
    for (const char *label = name; *label != '\0';) {
        size_t len = strcspn(label, ".");
        put8(out, (unsigned)len);
        put_bytes(out, label, len);
        label += len + (label[len] == '.');
    }
    put8(out, 0);
    put32(out, 0x00010001); /* A, IN */
    if (!answer)
        return;
    put16(out, 0xc00c); /* the name above */
    put32(out, 0x00010001);
    put32(out, 300);
    put16(out, 4);
    put32(out, address);
}
