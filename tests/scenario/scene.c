/* SPDX-License-Identifier: Apache-2.0 */
/* Who is there, what time it is, and chance that comes out the same every time. */
#include "scenario.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static struct host *find(struct scene *s, const char *name)
{
    for (size_t i = 0; i < s->host_count; i++)
        if (strcmp(s->host[i].name, name) == 0)
            return &s->host[i];
    return NULL;
}

struct host *scene_host(struct scene *s, const char *name)
{
    struct host *h = find(s, name);
    if (h == NULL)
        die_at(s, "unknown host '%s'; declare it with: host NAME ADDRESS", name);
    return h;
}

struct host *scene_endpoint(struct scene *s, const struct word *w, uint16_t *port)
{
    char name[NAME_LEN];
    const char *colon = strrchr(w->text, ':');
    size_t len = colon == NULL ? w->len : (size_t)(colon - w->text);
    if (len >= sizeof(name))
        die_at(s, "'%s' is too long for a host", w->text);
    memcpy(name, w->text, len);
    name[len] = '\0';
    if (colon != NULL) {
        struct word number = { .text = w->text + len + 1, .len = w->len - len - 1 };
        *port = (uint16_t)word_number(s, &number, 0, 65535);
    }
    return scene_host(s, name);
}

/* splitmix64: short, well spread, and the same on every machine. */
uint32_t scene_random(struct scene *s)
{
    uint64_t z = s->random += 0x9e3779b97f4a7c15ULL;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
    return (uint32_t)(z >> 32);
}

void scene_random_bytes(struct scene *s, struct buf *out, size_t len)
{
    for (size_t i = 0; i < len; i++)
        buf_u8(out, scene_random(s));
}

void scene_step(struct scene *s)
{
    int64_t half = s->rtt_ns / 2;
    s->now_ns += half - half / 4 + half / 2 * (int64_t)(scene_random(s) % 1000) / 1000;
}

void scene_ip_text(const struct host *h, char *out, size_t out_len)
{
    if (inet_ntop(h->v6 ? AF_INET6 : AF_INET, h->ip, out, (socklen_t)out_len) == NULL)
        snprintf(out, out_len, "?");
}
