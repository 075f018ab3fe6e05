/* SPDX-License-Identifier: Apache-2.0 */
/* TLS hellos (RFC 8446, 5246) as today's clients and servers write them, and the records. */
#include "scenario.h"

#include <string.h>

enum ext {
    EXT_SNI = 0,
    EXT_STATUS = 5,
    EXT_GROUPS = 10,
    EXT_POINTS = 11,
    EXT_SIGALGS = 13,
    EXT_ALPN = 16,
    EXT_EMS = 23,
    EXT_TICKET = 35,
    EXT_VERSIONS = 43,
    EXT_PSK_MODES = 45,
    EXT_KEY_SHARE = 51,
    EXT_QUIC = 57,
    EXT_ECH = 0xfe0d,
    EXT_RENEGOTIATION = 0xff01,
};

#define GROUP_X25519     0x001d
#define GROUP_MLKEM      0x11ec /* X25519MLKEM768: 1184 + 32 bytes of the client */
#define MLKEM_CLIENT_LEN 1216
#define ECH_PAYLOAD_LEN  208
#define ECH_KEY_LEN      32

static void ext_hex(struct buf *b, unsigned type, const char *hex)
{
    buf_be16(b, type);
    buf_be16(b, 0);
    size_t at = b->len - 2;
    buf_hex(b, hex);
    buf_length16(b, at);
}

static void ext_sni(struct buf *b, const char *sni)
{
    size_t len = strlen(sni);
    buf_be16(b, EXT_SNI);
    buf_be16(b, (unsigned)len + 5);
    buf_be16(b, (unsigned)len + 3);
    buf_u8(b, 0);
    buf_be16(b, (unsigned)len);
    buf_text(b, sni);
}

static void ext_alpn(struct buf *b, const struct tls_hello *h, size_t count)
{
    buf_be16(b, EXT_ALPN);
    size_t outer = b->len;
    buf_be16(b, 0);
    size_t inner = b->len;
    buf_be16(b, 0);
    for (size_t i = 0; i < count; i++) {
        buf_u8(b, (unsigned)h->alpn[i].len);
        buf_add(b, h->alpn[i].text, h->alpn[i].len);
    }
    buf_length16(b, inner);
    buf_length16(b, outer);
}

static void ext_key_share(struct scene *s, const struct tls_hello *h, struct buf *b)
{
    buf_be16(b, EXT_KEY_SHARE);
    size_t outer = b->len;
    buf_be16(b, 0);
    size_t inner = b->len;
    buf_be16(b, 0);
    if (h->big_key_share) {
        buf_be16(b, GROUP_MLKEM);
        buf_be16(b, MLKEM_CLIENT_LEN);
        scene_random_bytes(s, b, MLKEM_CLIENT_LEN);
    }
    buf_be16(b, GROUP_X25519);
    buf_be16(b, 32);
    scene_random_bytes(s, b, 32);
    buf_length16(b, inner);
    buf_length16(b, outer);
}

static void ext_ech(struct scene *s, struct buf *b)
{
    buf_be16(b, EXT_ECH);
    buf_be16(b, 1 + 4 + 1 + 2 + ECH_KEY_LEN + 2 + ECH_PAYLOAD_LEN);
    buf_hex(b, "00 0001 0001 2a"); /* outer; HKDF-SHA256, AES-128-GCM; config id */
    buf_be16(b, ECH_KEY_LEN);
    scene_random_bytes(s, b, ECH_KEY_LEN);
    buf_be16(b, ECH_PAYLOAD_LEN);
    scene_random_bytes(s, b, ECH_PAYLOAD_LEN);
}

static void client_extensions(struct scene *s, const struct tls_hello *h, struct buf *b)
{
    if (h->sni != NULL && !h->sni_last)
        ext_sni(b, h->sni);
    if (h->quic == NULL) {
        ext_hex(b, EXT_EMS, "");
        ext_hex(b, EXT_RENEGOTIATION, "00");
        ext_hex(b, EXT_POINTS, "01 00");
        ext_hex(b, EXT_TICKET, "");
    }
    ext_hex(b, EXT_GROUPS, h->big_key_share ? "0008 11ec 001d 0017 0018" : "0006 001d 0017 0018");
    if (h->alpn_count != 0)
        ext_alpn(b, h, h->alpn_count);
    ext_hex(b, EXT_STATUS, "01 0000 0000");
    ext_hex(b, EXT_SIGALGS, "0010 0403 0804 0401 0503 0805 0501 0806 0601");
    if (h->v13) {
        ext_key_share(s, h, b);
        ext_hex(b, EXT_PSK_MODES, "01 01");
        ext_hex(b, EXT_VERSIONS, h->quic != NULL ? "02 0304" : "04 0304 0303");
    }
    if (h->quic != NULL) {
        buf_be16(b, EXT_QUIC);
        buf_be16(b, (unsigned)h->quic->len);
        buf_join(b, h->quic);
    }
    if (h->ech)
        ext_ech(s, b);
    if (h->sni != NULL && h->sni_last)
        ext_sni(b, h->sni);
}

void tls_client_hello(struct scene *s, const struct tls_hello *h, struct buf *b)
{
    size_t start = b->len;
    buf_u8(b, 1);
    buf_be24(b, 0);
    buf_be16(b, 0x0303);
    scene_random_bytes(s, b, 32);
    buf_u8(b, h->quic != NULL || !h->v13 ? 0 : 32);
    if (h->quic == NULL && h->v13)
        scene_random_bytes(s, b, 32);
    buf_hex(b, h->v13 ? "0010 1301 1302 1303 c02b c02f c02c c030 cca8"
                      : "000c c02b c02f c02c c030 009c 002f");
    buf_hex(b, "01 00");
    size_t at = b->len;
    buf_be16(b, 0);
    client_extensions(s, h, b);
    buf_length16(b, at);
    buf_length24(b, start + 1);
}

void tls_server_hello(struct scene *s, const struct tls_hello *h, struct buf *b)
{
    size_t start = b->len;
    buf_u8(b, 2);
    buf_be24(b, 0);
    buf_be16(b, 0x0303);
    scene_random_bytes(s, b, 32);
    buf_u8(b, h->quic != NULL ? 0 : 32);
    if (h->quic == NULL)
        scene_random_bytes(s, b, 32);
    buf_be16(b, h->v13 ? 0x1301 : 0xc02f);
    buf_u8(b, 0);
    size_t at = b->len;
    buf_be16(b, 0);
    if (h->v13) {
        ext_hex(b, EXT_VERSIONS, "0304");
        buf_hex(b, "0033 0024 001d 0020");
        scene_random_bytes(s, b, 32);
    } else {
        ext_hex(b, EXT_RENEGOTIATION, "00");
        ext_hex(b, EXT_EMS, "");
        if (h->alpn_count != 0)
            ext_alpn(b, h, 1);
    }
    buf_length16(b, at);
    buf_length24(b, start + 1);
}

void tls_record(struct buf *out, unsigned type, const struct buf *body, size_t record_size)
{
    for (size_t at = 0; at < body->len;) {
        size_t part = body->len - at < record_size ? body->len - at : record_size;
        buf_u8(out, type);
        buf_be16(out, 0x0303);
        buf_be16(out, (unsigned)part);
        buf_add(out, body->at + at, part);
        at += part;
    }
}
