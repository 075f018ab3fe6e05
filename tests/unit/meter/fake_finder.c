/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_finder.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

void epw_ev_name(struct epw_finder *f, enum epw_name_source source, const void *bytes, size_t len,
                 uint16_t port)
{
    (void)source, (void)port;
    if (f->names < FAKE_MAX)
        epw_text_clean(bytes, len, f->name[f->names++], EPW_NAME_LEN);
}

uint16_t epw_ev_host(struct epw_finder *f, enum epw_name_source source, const void *bytes,
                     size_t len)
{
    epw_ev_name(f, source, bytes, len, 0);
    return 0;
}

/* Sources that need it are tested with the engine; here nothing is kept. */
struct epw_cur epw_ev_stream(struct epw_finder *f, uint64_t offset, const void *bytes, size_t len)
{
    (void)f, (void)offset, (void)bytes, (void)len;
    return epw_cur(NULL, 0);
}

void epw_ev_text(struct epw_finder *f, enum epw_ev_text which, const void *bytes, size_t len)
{
    if (which == EPW_EV_HINT && f->hint[0] == '\0')
        epw_text_clean(bytes, len, f->hint, sizeof(f->hint));
    if (which == EPW_EV_REQUEST && f->request[0] == '\0')
        epw_text_clean(bytes, len, f->request, sizeof(f->request));
}

const struct epw_evidence *epw_ev_known(const struct epw_finder *f)
{
    return &f->ev;
}

struct epw_evidence *epw_ev_fields(struct epw_finder *f)
{
    return &f->ev;
}

void epw_ev_requester(struct epw_finder *f, enum epw_dir dir)
{
    f->ev.requester = (uint8_t)dir;
}

void epw_ev_sight(struct epw_finder *f, const struct epw_sighting *s)
{
    bool question =
        s->kind == EPW_SIGHT_ASKED || s->kind == EPW_SIGHT_ANSWERED || s->kind == EPW_SIGHT_ALIAS;
    if (question && f->questions < FAKE_MAX)
        f->question[f->questions++] = *s;
    else if (f->sights < FAKE_MAX)
        f->sight[f->sights++] = *s;
}

uint8_t *epw_ev_note(struct epw_finder *f)
{
    return f->note;
}

void epw_ev_consumed(struct epw_finder *f, size_t n)
{
    f->consumed = n > f->opening->len ? f->opening->len : n;
}

void epw_ev_tunnel(struct epw_finder *f)
{
    f->tunnel = true;
}

struct epw_opening fake_opening(uint8_t proto, uint16_t port0, uint16_t port1, enum epw_dir dir)
{
    static const uint8_t client[] = { 10, 0, 0, 1 }, server[] = { 10, 0, 0, 2 };
    return (struct epw_opening){
        .dir = dir,
        .from_start = true,
        .last = proto != 6,
        .proto = proto,
        .ip = { epw_ip_from4(client), epw_ip_from4(server) },
        .port = { port0, port1 },
    };
}

void fake_clear(struct epw_finder *f)
{
    *f = (struct epw_finder){ .ev = epw_evidence_none };
}

enum epw_look fake_look(struct epw_finder *f, const struct epw_source *source, struct epw_opening o,
                        const void *bytes, size_t len)
{
    uint8_t *copy = malloc(len == 0 ? 1 : len);
    if (copy == NULL)
        abort();
    if (len != 0)
        memcpy(copy, bytes, len);
    o.bytes = copy;
    o.len = len;
    f->opening = &o;
    f->consumed = 0;
    enum epw_look said = source->look(f, &o);
    f->opening = NULL;
    free(copy);
    return said;
}

enum epw_look fake_grow(struct epw_finder *f, const struct epw_source *source, struct epw_opening o,
                        const void *bytes, size_t len, size_t *at)
{
    const uint8_t *from = bytes;
    enum epw_look said = EPW_LOOK_MORE;
    bool mine = false;
    size_t used = 0, have = 1;
    for (; have <= len && (said == EPW_LOOK_MORE || said == EPW_LOOK_MINE); have++) {
        o.last = have == len;
        do {
            said = fake_look(f, source, o, from + used, have - used);
            used += f->consumed;
            mine |= said == EPW_LOOK_MINE;
            if (mine)
                o.app = (uint8_t)source->app;
        } while (said == EPW_LOOK_MINE && f->consumed != 0 && used < have);
    }
    if (at != NULL)
        *at = have - 1;
    return mine && (said == EPW_LOOK_MORE || said == EPW_LOOK_NO) ? EPW_LOOK_MINE : said;
}
