/* SPDX-License-Identifier: Apache-2.0 */
/* QUIC v1 (RFC 9000, 9001) and v2 (RFC 9369): Initial packets that can be opened, then noise. */
#include "say.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#define CID_LEN      8
#define DATAGRAM_LEN 1200 /* an Initial fills at least this: RFC 9000, 14.1 */
#define CRYPTO_MAX   1100 /* of the hello in one packet, so that header and tag fit too */
#define TAG_LEN      16

struct quic_version {
    uint32_t number;
    unsigned initial, handshake; /* first byte, packet number of 4 bytes */
    const char *salt, *key, *iv, *hp;
};
static const struct quic_version versions[] = {
    { 1, 0xc3, 0xe3, "38762cf7f55934b34d179ae6a4c80cadccbb7f0a", "quic key", "quic iv", "quic hp" },
    { 0x6b3343cf, 0xd3, 0xf3, "0dede3def700a6db819381be6e269dcbf9bd2ed9", "quicv2 key", "quicv2 iv",
      "quicv2 hp" },
};

struct quic {
    struct scene *s;
    struct convo *c;
    const struct quic_version *v;
    uint8_t cid[2][CID_LEN]; /* that a side chose for itself */
    uint8_t first[CID_LEN];  /* that the client invented for the server: keys come of it */
    uint32_t number[2];      /* of the next packet */
};

static void hmac(const uint8_t *key, size_t key_len, const struct buf *data, uint8_t out[32])
{
    unsigned len = 32;
    HMAC(EVP_sha256(), key, (int)key_len, data->at, data->len, out, &len);
}

/* HKDF-Expand-Label (RFC 8446, 7.1) of at most one hash length. */
static void expand(const uint8_t secret[32], const char *label, size_t len, uint8_t *out)
{
    struct buf info = { 0 };
    uint8_t full[32];
    buf_be16(&info, (unsigned)len);
    buf_u8(&info, (unsigned)strlen(label) + 6);
    buf_text(&info, "tls13 ");
    buf_text(&info, label);
    buf_u8(&info, 0);
    buf_u8(&info, 1);
    hmac(secret, 32, &info, full);
    memcpy(out, full, len);
    buf_free(&info);
}

static void side_secret(const struct quic *q, enum dir dir, uint8_t out[32])
{
    struct buf salt = { 0 }, cid = { 0 };
    uint8_t initial[32];
    buf_hex(&salt, q->v->salt);
    buf_add(&cid, q->first, CID_LEN);
    hmac(salt.at, salt.len, &cid, initial);
    expand(initial, dir == TO_SERVER ? "client in" : "server in", 32, out);
    buf_free(&salt);
    buf_free(&cid);
}

/* AES-128-GCM over payload with the header as associated data; the tag is appended. */
static bool seal(const uint8_t key[16], const uint8_t nonce[12], const struct buf *header,
                 struct buf *payload)
{
    int len;
    uint8_t tag[TAG_LEN];
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool ok = ctx != NULL && EVP_EncryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, key, nonce) == 1 &&
              EVP_EncryptUpdate(ctx, NULL, &len, header->at, (int)header->len) == 1 &&
              EVP_EncryptUpdate(ctx, payload->at, &len, payload->at, (int)payload->len) == 1 &&
              EVP_EncryptFinal_ex(ctx, tag, &len) == 1 &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_LEN, tag) == 1;
    EVP_CIPHER_CTX_free(ctx);
    buf_add(payload, tag, TAG_LEN);
    return ok;
}

static bool mask(const uint8_t key[16], const uint8_t *sample, uint8_t out[16])
{
    int len;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    bool ok = ctx != NULL && EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, key, NULL) == 1 &&
              EVP_EncryptUpdate(ctx, out, &len, sample, 16) == 1;
    EVP_CIPHER_CTX_free(ctx);
    return ok;
}

static void long_header(const struct quic *q, enum dir dir, unsigned first, struct buf *b)
{
    buf_u8(b, first);
    buf_be32(b, q->v->number);
    buf_u8(b, CID_LEN);
    if (dir == TO_SERVER && first == q->v->initial && q->number[TO_CLIENT] == 0)
        buf_add(b, q->first, CID_LEN);
    else
        buf_add(b, q->cid[!dir], CID_LEN);
    buf_u8(b, CID_LEN);
    buf_add(b, q->cid[dir], CID_LEN);
}

/* One Initial packet of the frames, padded to a full datagram, protected and sent. */
static void say_initial(struct quic *q, enum dir dir, struct buf *frames)
{
    struct buf b = { 0 };
    uint8_t secret[32], key[16], hp[16], iv[12], m[16];
    uint32_t number = q->number[dir]++;
    long_header(q, dir, q->v->initial, &b);
    buf_u8(&b, 0); /* no token */
    size_t pad = DATAGRAM_LEN - b.len - 2 - 4 - TAG_LEN;
    if (frames->len < pad)
        buf_fill(frames, 0, pad - frames->len);
    buf_be16(&b, 0x4000 | (unsigned)(frames->len + 4 + TAG_LEN));
    size_t at = b.len;
    buf_be32(&b, number);

    side_secret(q, dir, secret);
    expand(secret, q->v->key, 16, key);
    expand(secret, q->v->iv, 12, iv);
    expand(secret, q->v->hp, 16, hp);
    iv[11] ^= (uint8_t)number;
    bool ok = seal(key, iv, &b, frames);
    buf_join(&b, frames);
    buf_free(frames);
    if (!ok || !mask(hp, b.at + at + 4, m))
        die_at(q->s, "libcrypto failed");
    b.at[0] ^= m[0] & 0x0f;
    for (size_t i = 0; i < 4; i++)
        b.at[at + i] ^= m[i + 1];
    convo_say_buf(q->s, q->c, dir, &b);
}

static void crypto_frame(struct buf *b, const struct buf *hello, size_t from, size_t len)
{
    buf_u8(b, 6);
    buf_be16(b, 0x4000 | (unsigned)from);
    buf_be16(b, 0x4000 | (unsigned)len);
    buf_add(b, hello->at + from, len);
}

static void say_hello(struct quic *q, enum dir dir, struct buf *hello, size_t most)
{
    for (size_t from = 0; from < hello->len; from += most) {
        struct buf frames = { 0 };
        size_t len = hello->len - from < most ? hello->len - from : most;
        if (dir == TO_CLIENT)
            buf_hex(&frames, "02 00 00 00 00"); /* ACK of packet 0 */
        crypto_frame(&frames, hello, from, len);
        say_initial(q, dir, &frames);
    }
    buf_free(hello);
}

static void say_protected(struct quic *q, enum dir dir, bool handshake, size_t len)
{
    struct buf b = { 0 };
    if (handshake) {
        long_header(q, dir, q->v->handshake, &b);
        buf_be16(&b, 0x4000 | (unsigned)len);
    } else {
        buf_u8(&b, 0x40 | (scene_random(q->s) & 0x3f));
        buf_add(&b, q->cid[!dir], CID_LEN);
    }
    scene_random_bytes(q->s, &b, len);
    convo_say_buf(q->s, q->c, dir, &b);
}

static void random_cid(struct scene *s, uint8_t cid[CID_LEN])
{
    for (size_t i = 0; i < CID_LEN; i++)
        cid[i] = (uint8_t)scene_random(s);
}

void say_quic(struct scene *s, struct convo *c, const struct options *o)
{
    struct buf parameters = { 0 }, hello = { 0 };
    const char *version = options_text(o, "version", "1");
    struct quic q = { .s = s, .c = c, .v = &versions[strcmp(version, "2") == 0] };
    struct word h3 = { .text = (char[]){ "h3" }, .len = 2 };
    struct tls_hello h = { .sni = options_text(o, "sni", NULL),
                           .v13 = true,
                           .big_key_share = options_has(o, "big-key-share"),
                           .quic = &parameters };
    if (strcmp(version, "1") != 0 && strcmp(version, "2") != 0)
        die_at(s, "QUIC version 1 or 2 expected, not '%s'", version);
    h.alpn = options_words(o, "alpn", &h.alpn_count);
    if (h.alpn_count == 0) {
        h.alpn = &h3;
        h.alpn_count = 1;
    }
    random_cid(s, q.cid[0]);
    random_cid(s, q.cid[1]);
    random_cid(s, q.first);
    buf_hex(&parameters, "01 04 80007530 04 04 80100000 0f 08"); /* idle, max data, our id */
    buf_add(&parameters, q.cid[0], CID_LEN);
    tls_client_hello(s, &h, &hello);
    say_hello(&q, TO_SERVER, &hello, options_has(o, "split") ? 150 : CRYPTO_MAX);
    tls_server_hello(s, &h, &hello);
    say_hello(&q, TO_CLIENT, &hello, CRYPTO_MAX);
    buf_free(&parameters);
    say_protected(&q, TO_CLIENT, true, 1100);
    say_protected(&q, TO_SERVER, true, 80);
    uint64_t rounds = options_number(o, "app", 2, 1000);
    for (uint64_t i = 0; i < rounds; i++) {
        say_protected(&q, TO_SERVER, false, 120);
        say_protected(&q, TO_CLIENT, false, 900);
    }
}
