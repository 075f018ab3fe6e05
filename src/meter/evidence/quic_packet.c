/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/evidence/quic_packet.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#define SALT_LEN   20
#define SECRET_LEN 32
#define KEY_LEN    16
#define IV_LEN     12
#define TAG_LEN    16
#define SAMPLE_LEN 16
/* The sample stands where it would with the longest packet number (RFC 9001, 5.4.2). */
#define SAMPLE_OFFSET 4

struct epw_quic_version {
    uint32_t first, last; /* version numbers */
    uint8_t salt[SALT_LEN];
    uint8_t initial; /* packet type bits of an Initial */
    uint8_t retry;   /* ... of a Retry, which has no length */
    uint8_t crypto;  /* type of a CRYPTO frame */
    const char *key, *iv, *hp;
};

/* RFC 9001, 5.2. */
#define SALT_V1                                                                                    \
    {                                                                                              \
        0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c,  \
            0xad, 0xcc, 0xbb, 0x7f, 0x0a                                                           \
    }
/* draft-ietf-quic-tls-23, 5.2. */
#define SALT_DRAFT23                                                                               \
    {                                                                                              \
        0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7, 0xd2, 0x43, 0x2b, 0xb4, 0x63,  \
            0x65, 0xbe, 0xf9, 0xf5, 0x02                                                           \
    }
#define LABELS_V1                                                                                  \
    .initial = 0, .retry = 3, .crypto = 0x06, .key = "quic key", .iv = "quic iv", .hp = "quic hp"
#define LABELS_T05X                                                                                \
    .initial = 0, .retry = 3, .crypto = 0x08, .key = "quic key", .iv = "quic iv", .hp = "quic hp"

static const struct epw_quic_version versions[] = {
    /* Version 1, and drafts 33 and 34. */
    { 0x00000001, 0x00000001, SALT_V1, LABELS_V1 },
    { 0xff000021, 0xff000022, SALT_V1, LABELS_V1 },
    /* RFC 9369, 3.3.1. */
    { 0x6b3343cf,
      0x6b3343cf,
      { 0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
        0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9 },
      .initial = 1,
      .retry = 0,
      .crypto = 0x06,
      .key = "quicv2 key",
      .iv = "quicv2 iv",
      .hp = "quicv2 hp" },
    /* draft-ietf-quic-tls 29 to 32. */
    { 0xff00001d,
      0xff000020,
      { 0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,
        0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99 },
      LABELS_V1 },
    /* draft-ietf-quic-tls 23 to 28, and one vendor's name for 27. */
    { 0xff000017, 0xff00001c, SALT_DRAFT23, LABELS_V1 },
    { 0xfaceb002, 0xfaceb002, SALT_DRAFT23, LABELS_V1 },
    /* The "T" versions of Google's QUIC: TLS inside, salts and a frame type of their own. */
    { 0x54303530, /* T050 */
      0x54303530,
      { 0x7f, 0xf5, 0x79, 0xe5, 0xac, 0xd0, 0x72, 0x91, 0x55, 0x80,
        0x30, 0x4c, 0x43, 0xa2, 0x36, 0x7c, 0x60, 0x48, 0x83, 0x10 },
      LABELS_T05X },
    { 0x54303531, /* T051 */
      0x54303531,
      { 0x7a, 0x4e, 0xde, 0xf4, 0xe7, 0xcc, 0xee, 0x5f, 0xa4, 0x50,
        0x6c, 0x19, 0x12, 0x4f, 0xc8, 0xcc, 0xda, 0x6e, 0x03, 0x3d },
      LABELS_T05X },
};

const struct epw_quic_version *epw_quic_version(uint32_t number)
{
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
        if (number >= versions[i].first && number <= versions[i].last)
            return &versions[i];
    return NULL;
}

uint64_t epw_quic_varint(struct epw_cur *c)
{
    uint8_t first = epw_cur_u8(c);
    uint64_t value = first & 0x3f;
    for (unsigned left = (1u << (first >> 6)) - 1; left > 0; left--)
        value = value << 8 | epw_cur_u8(c);
    return value;
}

/* First byte, version and connection ids, which all long headers of these versions have. */
static bool long_head(struct epw_cur *c, uint8_t *type, struct epw_quic_packet *packet)
{
    uint8_t first = epw_cur_u8(c);
    *type = first >> 4 & 3;
    packet->version = epw_quic_version(epw_cur_be32(c));
    packet->dcid_len = epw_cur_u8(c);
    packet->dcid = epw_cur_bytes(c, packet->dcid_len);
    uint8_t scid_len = epw_cur_u8(c);
    epw_cur_skip(c, scid_len);
    return epw_cur_ok(c) && (first & 0xc0) == 0xc0 && packet->version != NULL &&
           packet->dcid_len <= EPW_QUIC_CID_LEN && scid_len <= EPW_QUIC_CID_LEN;
}

bool epw_quic_is_long(struct epw_cur datagram)
{
    struct epw_quic_packet packet;
    uint8_t type;
    return long_head(&datagram, &type, &packet);
}

bool epw_quic_next(struct epw_cur *datagram, struct epw_quic_packet *packet)
{
    struct epw_cur c = *datagram;
    uint8_t type;
    if (!long_head(&c, &type, packet) || type == packet->version->retry)
        return false;
    packet->initial = type == packet->version->initial;
    if (packet->initial) {
        uint64_t token = epw_quic_varint(&c);
        if (token > epw_cur_left(&c))
            return false;
        epw_cur_skip(&c, (size_t)token);
    }
    uint64_t len = epw_quic_varint(&c);
    if (!epw_cur_ok(&c) || len > epw_cur_left(&c))
        return false;
    packet->crypto_frame = packet->version->crypto;
    packet->bytes = datagram->at;
    packet->pn_offset = (size_t)(c.at - datagram->at);
    packet->len = packet->pn_offset + (size_t)len;
    epw_cur_skip(datagram, packet->len);
    return true;
}

/* HKDF-Expand-Label (RFC 8446, 7.1) for what fits one block of SHA-256. */
static bool expand(const uint8_t secret[SECRET_LEN], const char *label, uint8_t *out, size_t len)
{
    uint8_t info[64], block[EVP_MAX_MD_SIZE];
    size_t label_len = strlen(label), at = 0;
    unsigned block_len = sizeof(block);
    info[at++] = 0;
    info[at++] = (uint8_t)len;
    info[at++] = (uint8_t)(label_len + 6);
    memcpy(info + at, "tls13 ", 6);
    memcpy(info + at + 6, label, label_len);
    at += 6 + label_len;
    info[at++] = 0; /* no context */
    info[at++] = 1; /* number of the block */
    if (HMAC(EVP_sha256(), secret, SECRET_LEN, info, at, block, &block_len) == NULL)
        return false;
    memcpy(out, block, len);
    return true;
}

struct keys {
    uint8_t key[KEY_LEN], iv[IV_LEN], hp[KEY_LEN];
};

static bool derive(const struct epw_quic_version *v, const uint8_t *dcid, size_t dcid_len,
                   struct keys *keys)
{
    uint8_t initial[EVP_MAX_MD_SIZE], client[SECRET_LEN];
    unsigned initial_len = sizeof(initial);
    return HMAC(EVP_sha256(), v->salt, SALT_LEN, dcid, dcid_len, initial, &initial_len) != NULL &&
           expand(initial, "client in", client, sizeof(client)) &&
           expand(client, v->key, keys->key, KEY_LEN) && expand(client, v->iv, keys->iv, IV_LEN) &&
           expand(client, v->hp, keys->hp, KEY_LEN);
}

/* Header protection (RFC 9001, 5.4.3): the mask of a sample. */
static bool mask_of(EVP_CIPHER_CTX *ctx, const uint8_t hp[KEY_LEN],
                    const uint8_t sample[SAMPLE_LEN], uint8_t mask[SAMPLE_LEN])
{
    int len = 0;
    return EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, hp, NULL) == 1 &&
           EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
           EVP_EncryptUpdate(ctx, mask, &len, sample, SAMPLE_LEN) == 1 && len == SAMPLE_LEN;
}

/* The head as it was authenticated: first byte and packet number without protection. */
struct head {
    uint8_t first, pn[4];
    size_t pn_len;
};

static struct head unmask(const struct epw_quic_packet *p, const uint8_t mask[SAMPLE_LEN])
{
    struct epw_cur c = epw_cur(p->bytes + p->pn_offset, SAMPLE_OFFSET);
    struct head head = { .first = (uint8_t)(p->bytes[0] ^ (mask[0] & 0x0f)) };
    head.pn_len = (head.first & 3u) + 1;
    for (size_t i = 0; i < head.pn_len; i++)
        head.pn[i] = (uint8_t)(epw_cur_u8(&c) ^ mask[1 + i]);
    return head;
}

/* AES-128-GCM over what follows the packet number; the plain length, 0 when the tag is wrong. */
static size_t decrypt(EVP_CIPHER_CTX *ctx, const struct keys *keys, const struct head *head,
                      const struct epw_quic_packet *p, uint8_t *out)
{
    uint8_t nonce[IV_LEN], tag[TAG_LEN];
    memcpy(nonce, keys->iv, IV_LEN);
    for (size_t i = 0; i < head->pn_len; i++)
        nonce[IV_LEN - head->pn_len + i] ^= head->pn[i];
    struct epw_cur c = epw_cur(p->bytes, p->len);
    epw_cur_skip(&c, 1);
    const uint8_t *aad = epw_cur_bytes(&c, p->pn_offset - 1);
    epw_cur_skip(&c, head->pn_len);
    size_t len = epw_cur_left(&c) - TAG_LEN;
    const uint8_t *cipher = epw_cur_bytes(&c, len), *wire_tag = epw_cur_bytes(&c, TAG_LEN);
    if (wire_tag == NULL || len > EPW_QUIC_INITIAL_BYTES)
        return 0;
    memcpy(tag, wire_tag, TAG_LEN);
    int n = 0, end = 0;
    bool ok = EVP_DecryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, keys->key, nonce) == 1 &&
              EVP_DecryptUpdate(ctx, NULL, &n, &head->first, 1) == 1 &&
              EVP_DecryptUpdate(ctx, NULL, &n, aad, (int)(p->pn_offset - 1)) == 1 &&
              EVP_DecryptUpdate(ctx, NULL, &n, head->pn, (int)head->pn_len) == 1 &&
              EVP_DecryptUpdate(ctx, out, &n, cipher, (int)len) == 1 &&
              EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG_LEN, tag) == 1 &&
              EVP_DecryptFinal_ex(ctx, out + n, &end) == 1;
    return ok ? len : 0;
}

size_t epw_quic_open(const struct epw_quic_packet *packet, const uint8_t *dcid, size_t dcid_len,
                     uint8_t out[EPW_QUIC_INITIAL_BYTES])
{
    struct keys keys;
    uint8_t mask[SAMPLE_LEN];
    /* Enough for the sample is enough for packet number, a byte of frames and tag. */
    if (packet->len - packet->pn_offset < SAMPLE_OFFSET + SAMPLE_LEN ||
        !derive(packet->version, dcid, dcid_len, &keys))
        return 0;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    if (ctx == NULL)
        return 0;
    size_t len = 0;
    if (mask_of(ctx, keys.hp, packet->bytes + packet->pn_offset + SAMPLE_OFFSET, mask)) {
        struct head head = unmask(packet, mask);
        len = decrypt(ctx, &keys, &head, packet, out);
    }
    EVP_CIPHER_CTX_free(ctx);
    return len;
}
