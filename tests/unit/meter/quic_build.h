/* SPDX-License-Identifier: Apache-2.0 */
/* Seals client Initials for tests (RFC 9001, 5), from the RFC alone: shares nothing with src/. */
#ifndef EPW_TESTS_QUIC_BUILD_H
#define EPW_TESTS_QUIC_BUILD_H

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tls_build.h"

#define QUIC_V1 0x00000001u
#define QUIC_V2 0x6b3343cfu

/* HKDF-Expand-Label with an empty context, one block. */
static inline void quic_expand(const uint8_t *secret, const char *label, uint8_t *out, size_t len)
{
    struct bytes info = { .len = 0 };
    uint8_t block[EVP_MAX_MD_SIZE];
    unsigned block_len = sizeof(block);
    put_num(&info, 2, len);
    put_num(&info, 1, strlen(label) + 6);
    put_raw(&info, "tls13 ", 6);
    put_raw(&info, label, strlen(label));
    put_num(&info, 2, 0x0001);
    HMAC(EVP_sha256(), secret, 32, info.at, info.len, block, &block_len);
    memcpy(out, block, len);
}

/*
 * Adds one Initial of a client to the datagram. keys_cid is the connection id
 * the keys come from, dcid the one in the head; frames is padded to pad bytes.
 */
static inline void quic_initial(struct bytes *datagram, uint32_t version, const char *keys_cid,
                                const char *dcid, uint32_t pn, const struct bytes *frames,
                                size_t pad)
{
    static const uint8_t salt1[20] = { 0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
                                       0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a };
    static const uint8_t salt2[20] = { 0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
                                       0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9 };
    int two = version == QUIC_V2;
    uint8_t initial[EVP_MAX_MD_SIZE], client[32], key[16], iv[12], hp[16], mask[32];
    unsigned n = sizeof(initial);
    HMAC(EVP_sha256(), two ? salt2 : salt1, 20, (const uint8_t *)keys_cid, strlen(keys_cid),
         initial, &n);
    quic_expand(initial, "client in", client, 32);
    quic_expand(client, two ? "quicv2 key" : "quic key", key, 16);
    quic_expand(client, two ? "quicv2 iv" : "quic iv", iv, 12);
    quic_expand(client, two ? "quicv2 hp" : "quic hp", hp, 16);

    struct bytes plain = *frames;
    if (plain.len < pad)
        put_fill(&plain, 0, pad - plain.len);
    size_t start = datagram->len;
    put_num(datagram, 1, two ? 0xd3 : 0xc3); /* Initial, 4-byte packet number */
    put_num(datagram, 4, version);
    put_num(datagram, 1, strlen(dcid));
    put_raw(datagram, dcid, strlen(dcid));
    put_num(datagram, 2, 0); /* no source id, no token */
    put_num(datagram, 2, 0x4000 | (4 + plain.len + 16));
    size_t at = datagram->len;
    put_num(datagram, 4, pn);
    uint8_t *cipher = datagram->at + datagram->len;
    for (int i = 0; i < 4; i++)
        iv[8 + i] ^= datagram->at[at + (size_t)i];

    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int len = 0;
    EVP_EncryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, key, iv);
    EVP_EncryptUpdate(ctx, NULL, &len, datagram->at + start, (int)(datagram->len - start));
    EVP_EncryptUpdate(ctx, cipher, &len, plain.at, (int)plain.len);
    EVP_EncryptFinal_ex(ctx, cipher + plain.len, &len);
    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, 16, cipher + plain.len);
    EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, hp, NULL);
    EVP_EncryptUpdate(ctx, mask, &len, cipher, 16);
    EVP_CIPHER_CTX_free(ctx);
    datagram->len += plain.len + 16;
    datagram->at[start] ^= mask[0] & 0x0f;
    for (size_t i = 0; i < 4; i++)
        datagram->at[at + i] ^= mask[1 + i];
}

/* A CRYPTO frame with bytes [from, to) of the message. */
static inline void quic_crypto(struct bytes *frames, const struct bytes *message, size_t from,
                               size_t to)
{
    put_num(frames, 1, 6);
    put_num(frames, 2, 0x4000 | from);
    put_num(frames, 2, 0x4000 | (to - from));
    put_raw(frames, message->at + from, to - from);
}

#endif
