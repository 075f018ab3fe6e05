/* SPDX-License-Identifier: Apache-2.0 */
/* DNS over UDP and TCP (RFC 1035), and mDNS: a question and what is answered to it. */
#include "say.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

struct dns_type {
    const char *name;
    unsigned type;
};
static const struct dns_type types[] = { { "A", 1 },    { "NS", 2 },    { "CNAME", 5 },
                                         { "PTR", 12 }, { "MX", 15 },   { "TXT", 16 },
                                         { "SRV", 33 }, { "AAAA", 28 }, { "HTTPS", 65 } };

static void put_name(const struct scene *s, struct buf *b, const char *name)
{
    while (*name != '\0') {
        size_t len = strcspn(name, ".");
        if (len == 0 || len > 63)
            die_at(s, "'%s' is no part of a host name", name);
        buf_u8(b, (unsigned)len);
        buf_add(b, name, len);
        name += len + (name[len] == '.');
    }
    buf_u8(b, 0);
}

/* Owner, type, class, TTL and the place of the length; returns that place. */
static size_t put_record(const struct scene *s, struct buf *b, const char *owner, bool is_question,
                         unsigned type, uint32_t ttl)
{
    if (is_question)
        buf_be16(b, 0xc00c); /* a pointer to the question's name */
    else
        put_name(s, b, owner);
    buf_be16(b, type);
    buf_be16(b, 1);
    buf_be32(b, ttl);
    buf_be16(b, 0);
    return b->len - 2;
}

struct answers {
    unsigned count, rcode;
    bool silence;
};

/* One item of the answer: an address, a host of the scenario, cname:, mx:, ptr:, txt:. */
static void put_item(struct scene *s, struct buf *b, const struct word *w, const char **owner,
                     const char *question, uint32_t ttl)
{
    bool same = *owner == question;
    uint8_t ip[16];
    size_t at;
    if (strncmp(w->text, "cname:", 6) == 0 || strncmp(w->text, "ptr:", 4) == 0) {
        const char *name = strchr(w->text, ':') + 1;
        at = put_record(s, b, *owner, same, w->text[0] == 'c' ? 5 : 12, ttl);
        put_name(s, b, name);
        *owner = w->text[0] == 'c' ? name : *owner;
    } else if (strncmp(w->text, "mx:", 3) == 0) {
        at = put_record(s, b, *owner, same, 15, ttl);
        buf_be16(b, 10);
        put_name(s, b, w->text + 3);
    } else if (strncmp(w->text, "txt:", 4) == 0) {
        at = put_record(s, b, *owner, same, 16, ttl);
        buf_u8(b, (unsigned)w->len - 4);
        buf_text(b, w->text + 4);
    } else if (inet_pton(AF_INET, w->text, ip) == 1) {
        at = put_record(s, b, *owner, same, 1, ttl);
        buf_add(b, ip, 4);
    } else if (inet_pton(AF_INET6, w->text, ip) == 1) {
        at = put_record(s, b, *owner, same, 28, ttl);
        buf_add(b, ip, 16);
    } else {
        const struct host *h = scene_host(s, w->text);
        at = put_record(s, b, *owner, same, h->v6 ? 28 : 1, ttl);
        buf_add(b, h->ip, h->v6 ? 16 : 4);
    }
    buf_length16(b, at);
}

static struct answers put_answers(struct scene *s, struct buf *b, const struct options *o,
                                  const char *question)
{
    size_t count;
    struct answers a = { 0 };
    const struct word *w = options_words(o, "answer", &count);
    const char *owner = question;
    uint32_t ttl = (uint32_t)options_number(o, "ttl", 300, UINT32_MAX);
    for (size_t i = 0; i < count; i++) {
        if (word_is(&w[i], "silence")) {
            a.silence = true;
        } else if (word_is(&w[i], "nxdomain")) {
            a.rcode = 3;
        } else if (word_is(&w[i], "servfail")) {
            a.rcode = 2;
        } else if (word_is(&w[i], "refused")) {
            a.rcode = 5;
        } else if (!word_is(&w[i], "none")) {
            put_item(s, b, &w[i], &owner, question, ttl);
            a.count++;
        }
    }
    a.silence = a.silence || w == NULL;
    return a;
}

static unsigned type_number(const struct scene *s, const char *name)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(types[i].name, name) == 0)
            return types[i].type;
    die_at(s, "unknown DNS type '%s'", name);
}

static void send_message(struct scene *s, struct convo *c, enum dir dir, struct buf *b)
{
    uint8_t len[2] = { (uint8_t)(b->len >> 8), (uint8_t)b->len };
    if (c->proto == 6)
        buf_prepend(b, len, 2);
    convo_say_buf(s, c, dir, b);
}

void say_dns(struct scene *s, struct convo *c, const struct options *o)
{
    const char *name = options_text(o, "query", NULL);
    unsigned type = type_number(s, options_text(o, "type", "A"));
    bool multicast = c->port[1] == 5353;
    unsigned id = multicast ? 0 : scene_random(s) & 0xffff;
    struct buf question = { 0 }, records = { 0 }, b = { 0 };
    if (name == NULL)
        die_at(s, "'dns' needs: query NAME");
    put_name(s, &question, name);
    buf_be16(&question, type);
    buf_be16(&question, 1);

    buf_be16(&b, id);
    buf_be16(&b, multicast ? 0 : 0x0100); /* recursion desired */
    buf_hex(&b, "0001 0000 0000 0000");
    buf_join(&b, &question);
    send_message(s, c, TO_SERVER, &b);

    struct answers a = put_answers(s, &records, o, name);
    if (!a.silence) {
        buf_be16(&b, id);
        buf_be16(&b, 0x8180 | a.rcode);
        buf_be16(&b, 1);
        buf_be16(&b, a.count);
        buf_be32(&b, 0);
        buf_join(&b, &question);
        buf_join(&b, &records);
        send_message(s, c, TO_CLIENT, &b);
    }
    buf_free(&question);
    buf_free(&records);
}
