/* SPDX-License-Identifier: Apache-2.0 */
/* What sources say they found: cleaned, bounded, and kept with the flow. */
#include "base/hash.h"
#include "base/text.h"
#include "meter/evidence/engine_state.h"

#include <stdlib.h>
#include <string.h>

/* RFC 1035, 2.3.4. */
#define LABEL_LEN 63

/* Places of the index of a flow's names: twice as many as names, so that searches stay short. */
#define NAME_INDEX (2u * EPW_FLOW_QUERIES)
/* Names and indexes of all flows of a meter beyond EPW_FLOW_NAMES each: the busiest resolvers of
 * a site. Who makes more up gets no more. */
#define NAMES_BYTES (16u << 20)

static bool is_label_char(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static char lower(uint8_t byte)
{
    return (char)(byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
}

/* Are these bytes a host name? star: a leading `*` label, as certificates have it. */
static bool copy_host_name(const uint8_t *from, size_t len, bool star, char *out)
{
    size_t at = 0, label = 0;
    if (star && len > 2 && from[0] == '*' && from[1] == '.') {
        out[at++] = '*';
        out[at++] = '.';
    }
    for (; at < len; at++) {
        out[at] = lower(from[at]);
        if (is_label_char((uint8_t)out[at])) {
            label++;
        } else if (out[at] == '.' && label != 0 && label <= LABEL_LEN) {
            label = 0;
        } else {
            return false;
        }
    }
    out[at] = '\0';
    return label != 0 && label <= LABEL_LEN;
}

static bool copy_address(const uint8_t *from, size_t len, char *out)
{
    struct epw_ip ip;
    for (size_t i = 0; i < len; i++)
        out[i] = lower(from[i]);
    out[len] = '\0';
    return memchr(out, '\0', len) == NULL && epw_ip_parse(out, &ip);
}

/* Lower case, no trailing dot; 0 when it is no host name and no address. */
static size_t clean_name(const void *bytes, size_t len, bool star, char out[EPW_NAME_LEN])
{
    const uint8_t *from = bytes;
    if (len > 1 && from[len - 1] == '.')
        len--;
    if (len == 0 || len >= EPW_NAME_LEN)
        return 0;
    return copy_host_name(from, len, star, out) || copy_address(from, len, out) ? len : 0;
}

/* Whether the flow has the name; *place is where the index has it, or would. */
static bool has_name(const struct epw_ev_engine *engine, const struct epw_ev_flow *flow,
                     enum epw_name_source source, const char *text, size_t len, size_t *place)
{
    const struct epw_flow_name *name = flow->names;
    if (flow->index == NULL) {
        for (size_t i = 0; i < flow->ev.name_count; i++)
            if (name[i].source == source && strcmp(name[i].text, text) == 0)
                return true;
        return false;
    }
    *place = epw_hash(text, len, engine->seed) % NAME_INDEX;
    for (; flow->index[*place] != 0; *place = (*place + 1) % NAME_INDEX)
        if (strcmp(name[flow->index[*place] - 1].text, text) == 0)
            return true;
    return false;
}

/* Memory ran out over something that a flow showed. */
static void lost(struct epw_ev_engine *engine)
{
    engine->stats->limited[EPW_LIMIT_MEMORY]++;
}

/* From here on there are too many names to compare with each. */
static bool make_index(struct epw_ev_engine *engine, struct epw_ev_flow *flow)
{
    size_t size = NAME_INDEX * sizeof(*flow->index), place;
    if (engine->names_held + size > NAMES_BYTES)
        return false;
    uint16_t *index = calloc(1, size);
    if (index == NULL) {
        lost(engine);
        return false;
    }
    engine->names_held += size;
    flow->names_held += size;
    for (uint16_t i = 0; i < flow->ev.name_count; i++) {
        const char *text = flow->names[i].text;
        flow->index = index;
        if (!has_name(engine, flow, EPW_NAME_DNS_QUERY, text, strlen(text), &place))
            index[place] = (uint16_t)(i + 1);
    }
    return true;
}

/* Room for so many; flow->names stays as it is without memory. */
static struct epw_flow_name *more_names(struct epw_ev_flow *flow, size_t room)
{
    if (room <= EPW_EV_FEW_NAMES)
        return flow->few;
    if (flow->names != flow->few)
        return realloc(flow->names, room * sizeof(*flow->names));
    struct epw_flow_name *more = malloc(room * sizeof(*more));
    if (more != NULL)
        memcpy(more, flow->few, sizeof(flow->few));
    return more;
}

/* A copy that lives as long as the flow; NULL, which is counted, without memory. */
static char *keep_text(struct epw_ev_engine *engine, struct epw_ev_flow *flow, const char *text,
                       size_t len)
{
    char *copy = flow->text + flow->text_used;
    if (len < sizeof(flow->text) - flow->text_used)
        flow->text_used = (uint8_t)(flow->text_used + len + 1);
    else
        copy = malloc(len + 1);
    if (copy == NULL)
        lost(engine);
    else
        memcpy(copy, text, len + 1);
    return copy;
}

static void drop_text(const struct epw_ev_flow *flow, const char *text)
{
    if ((uintptr_t)text - (uintptr_t)flow->text >= sizeof(flow->text))
        free((char *)(uintptr_t)text);
}

/* Room for one more name, within all limits. */
static bool grow(struct epw_ev_engine *engine, struct epw_ev_flow *flow,
                 enum epw_name_source source, size_t len)
{
    uint16_t count = flow->ev.name_count;
    size_t size = len + 1 + sizeof(*flow->names);
    if (count >= EPW_FLOW_NAMES) {
        if (source != EPW_NAME_DNS_QUERY || count >= EPW_FLOW_QUERIES ||
            (flow->index == NULL && !make_index(engine, flow)) ||
            flow->names_held + size > EPW_FLOW_QUERY_BYTES ||
            engine->names_held + size > NAMES_BYTES)
            return false;
        engine->names_held += size;
        flow->names_held += size;
    }
    /* By one up to the usual number, then by half of what there is. */
    size_t room = count < EPW_FLOW_NAMES ? count + 1u : count + count / 2u;
    if (count > EPW_FLOW_NAMES && count < flow->names_room)
        return true;
    struct epw_flow_name *grown = more_names(flow, room);
    if (grown == NULL) {
        lost(engine);
        return false;
    }
    flow->names_room = (uint16_t)room;
    flow->ev.name = flow->names = grown;
    return true;
}

static void add_name(struct epw_ev_engine *engine, struct epw_ev_flow *flow,
                     enum epw_name_source source, const char *text, size_t len, uint16_t port)
{
    struct epw_evidence *ev = &flow->ev;
    size_t place = 0;
    if (has_name(engine, flow, source, text, len, &place))
        return;
    bool indexed = flow->index != NULL;
    flow->found = true;
    bool room = grow(engine, flow, source, len);
    char *copy = room ? keep_text(engine, flow, text, len) : NULL;
    if (copy == NULL) {
        ev->names_dropped = (uint8_t)(ev->names_dropped + (ev->names_dropped != UINT8_MAX));
        return;
    }
    flow->names[ev->name_count++] =
        (struct epw_flow_name){ .text = copy, .port = port, .source = (uint8_t)source };
    if (flow->index == NULL)
        return;
    if (!indexed) /* the index came just now */
        has_name(engine, flow, source, text, len, &place);
    flow->index[place] = ev->name_count;
}

void epw_ev_name(struct epw_finder *f, enum epw_name_source source, const void *bytes, size_t len,
                 uint16_t port)
{
    char text[EPW_NAME_LEN];
    size_t clean = clean_name(bytes, len, source == EPW_NAME_CERT, text);
    /* DNS may ask for anything: a service "by that name", a mask, the root. */
    if (clean == 0 && source == EPW_NAME_DNS_QUERY && len != 0)
        clean = epw_text_clean(bytes, len, text, sizeof(text));
    if (clean == 0)
        f->engine->stats->evidence_bad++;
    else
        add_name(f->engine, f->flow, source, text, clean, port);
}

/* The digits behind the last colon; 0 when they are no port. */
static uint16_t parse_port(const uint8_t *digits, size_t len)
{
    struct epw_cur c = epw_cur(digits, len);
    uint32_t port = 0;
    if (len > 5)
        return 0;
    while (epw_cur_left(&c) != 0) {
        uint8_t digit = epw_cur_u8(&c);
        if (digit < '0' || digit > '9')
            return 0;
        port = port * 10 + (uint32_t)(digit - '0');
    }
    return port > UINT16_MAX ? 0 : (uint16_t)port;
}

uint16_t epw_ev_host(struct epw_finder *f, enum epw_name_source source, const void *bytes,
                     size_t len)
{
    const uint8_t *text = bytes;
    size_t host = len, from = 0;
    uint16_t port = 0;
    const uint8_t *close = len != 0 && text[0] == '[' ? memchr(text, ']', len) : NULL;
    size_t colon = close != NULL ? (size_t)(close - text) + 1 : 0;
    while (colon < len && text[colon] != ':')
        colon++;
    if (close != NULL) {
        from = 1;
        host = (size_t)(close - text) - 1;
    } else {
        host = colon;
    }
    if (colon < len && memchr(text + colon + 1, ':', len - colon - 1) != NULL) {
        host = len; /* an IPv6 address without brackets */
        from = 0;
    } else if (colon < len) {
        port = parse_port(text + colon + 1, len - colon - 1);
    }
    epw_ev_name(f, source, len == 0 ? "" : (const char *)text + from, host, port);
    return port;
}

static const char **text_place(struct epw_evidence *ev, enum epw_ev_text which)
{
    switch (which) {
    case EPW_EV_ALPN:
        return &ev->alpn;
    case EPW_EV_CERT_ORG:
        return &ev->cert_org;
    case EPW_EV_REQUEST:
        return &ev->request;
    case EPW_EV_USER_AGENT:
        return &ev->user_agent;
    case EPW_EV_HINT:
    case EPW_EV_TEXTS:
        break;
    }
    return &ev->hint;
}

void epw_ev_text(struct epw_finder *f, enum epw_ev_text which, const void *bytes, size_t len)
{
    const char **place = text_place(&f->flow->ev, which);
    char text[EPW_HINT_LEN];
    if ((*place)[0] != '\0' || len == 0)
        return;
    size_t clean = epw_text_clean(bytes, len, text, sizeof(text));
    char *copy = keep_text(f->engine, f->flow, text, clean);
    if (copy == NULL)
        return;
    f->flow->found = true;
    *place = copy;
}

void epw_ev_forget(struct epw_ev_engine *engine, struct epw_ev_flow *flow)
{
    /* Texts that were never found are constants, and empty. */
    for (int which = 0; which < EPW_EV_TEXTS; which++) {
        const char **place = text_place(&flow->ev, (enum epw_ev_text)which);
        if ((*place)[0] != '\0')
            drop_text(flow, *place);
    }
    for (size_t i = 0; i < flow->ev.name_count; i++)
        drop_text(flow, flow->names[i].text);
    if (flow->names != flow->few)
        free(flow->names);
    free(flow->index);
    engine->names_held -= flow->names_held;
}

const struct epw_evidence *epw_ev_known(const struct epw_finder *f)
{
    return &f->flow->ev;
}

struct epw_evidence *epw_ev_fields(struct epw_finder *f)
{
    f->flow->found = true;
    return &f->flow->ev;
}

void epw_ev_requester(struct epw_finder *f, enum epw_dir dir)
{
    f->flow->found = true;
    f->flow->ev.requester = (uint8_t)dir;
}

void epw_ev_sight(struct epw_finder *f, const struct epw_sighting *s)
{
    struct epw_sighting told = *s;
    told.ts_ns = f->opening->ts_ns;
    told.flow_id = f->opening->flow_id;
    if (f->engine->sight != NULL)
        f->engine->sight(f->engine->sight_ctx, &told);
}

static struct epw_ev_extra *extra(struct epw_finder *f)
{
    if (f->side->extra == NULL)
        f->side->extra = calloc(1, sizeof(*f->side->extra));
    if (f->side->extra == NULL)
        lost(f->engine);
    return f->side->extra;
}

uint8_t *epw_ev_note(struct epw_finder *f)
{
    struct epw_ev_extra *e = extra(f);
    return e == NULL ? NULL : e->note;
}

struct epw_cur epw_ev_stream(struct epw_finder *f, uint64_t offset, const void *bytes, size_t len)
{
    struct epw_ev_extra *e = extra(f);
    if (e == NULL)
        return epw_cur(NULL, 0);
    if (!epw_asm_put(&e->stream, &f->engine->pool, offset, bytes, len, f->source->max_bytes))
        epw_ev_limited(f->engine, f->flow);
    return epw_cur(e->stream.bytes, e->stream.len);
}

void epw_ev_consumed(struct epw_finder *f, size_t n)
{
    f->consumed = n > f->opening->len ? f->opening->len : n;
    size_t passed = n - f->consumed;
    f->passed = passed > EPW_EV_MAX_PASSED ? EPW_EV_MAX_PASSED : (uint32_t)passed;
}

void epw_ev_tunnel(struct epw_finder *f)
{
    f->tunnel = true;
}
