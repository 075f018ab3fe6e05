/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/spoken.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

struct epw_spoken {
    struct epw_addresses *addresses;
    struct epw_stats *stats;
    size_t place; /* of struct epw_speaker */
    struct epw_said *all;
    uint32_t count;
};

static enum epw_worth worth(const void *part)
{
    return ((const struct epw_speaker *)part)->spoke ? EPW_WORTH_ROLE : EPW_WORTH_STRANGER;
}

static void forget(struct epw_spoken *spoken, struct epw_said *said)
{
    struct epw_said **at = &said->by->said;
    while (*at != said)
        at = &(*at)->after;
    *at = said->after;
    DL_DELETE(spoken->all, said);
    spoken->count--;
    epw_rhythm_free(&said->rhythm);
    free(said);
}

static void drop(void *ctx, void *part)
{
    struct epw_speaker *speaker = part;
    while (speaker->said != NULL)
        forget(ctx, speaker->said);
}

enum epw_err epw_spoken_new(struct epw_spoken **spoken, struct epw_addresses *addresses,
                            struct epw_stats *stats)
{
    struct epw_spoken *made = calloc(1, sizeof(*made));
    *spoken = made;
    if (made == NULL)
        return EPW_ENOMEM;
    const struct epw_address_part part = {
        .size = sizeof(struct epw_speaker), .worth = worth, .drop = drop, .ctx = made
    };
    made->addresses = addresses;
    made->stats = stats;
    made->place = epw_addresses_add(addresses, &part);
    return EPW_OK;
}

void epw_spoken_free(struct epw_spoken *spoken)
{
    free(spoken);
}

struct epw_speaker *epw_spoken_find(const struct epw_spoken *spoken, const struct epw_ip *ip)
{
    struct epw_speaker *h = epw_addresses_find(spoken->addresses, spoken->place, ip);
    return h == NULL || !h->kept ? NULL : h;
}

struct epw_speaker *epw_spoken_get(struct epw_spoken *spoken, const struct epw_ip *ip)
{
    struct epw_speaker *h = epw_addresses_get(spoken->addresses, spoken->place, ip);
    if (h != NULL)
        h->kept = true;
    return h;
}

struct epw_speaker *epw_spoken_of(const struct epw_spoken *spoken, struct epw_address *entry)
{
    struct epw_speaker *h = epw_address_part(entry, spoken->place);
    h->kept = true;
    return h;
}

static bool is_same(const struct epw_said *said, const struct epw_signature *sig, bool aside)
{
    if (said->aside != aside)
        return false;
    return said->sig == sig || (aside && epw_same(said->sig->product, sig->product));
}

static struct epw_said *add(struct epw_spoken *spoken, struct epw_speaker *h)
{
    if (spoken->count == EPW_SPOKEN_MAX) {
        forget(spoken, spoken->all);
        spoken->stats->limited[EPW_LIMIT_SPOKEN]++;
    }
    struct epw_said *said = calloc(1, sizeof(*said));
    if (said == NULL)
        return NULL;
    struct epw_said **end = &h->said;
    while (*end != NULL)
        end = &(*end)->after;
    *end = said;
    said->by = h;
    h->spoke = true;
    spoken->count++;
    DL_APPEND(spoken->all, said);
    return said;
}

/* The newest of all from now on. */
static struct epw_said *said_of(struct epw_spoken *spoken, struct epw_speaker *h,
                                const struct epw_signature *sig, bool aside)
{
    struct epw_said *said = h->said;
    while (said != NULL && !is_same(said, sig, aside))
        said = said->after;
    if (said == NULL) {
        said = add(spoken, h);
        if (said == NULL)
            return NULL;
        said->sig = sig;
        said->aside = aside;
    } else if (said->next != NULL) {
        DL_DELETE(spoken->all, said);
        DL_APPEND(spoken->all, said);
    }
    return said;
}

static void note_start(struct epw_spoken *spoken, struct epw_said *said, int64_t start_ns)
{
    if (!said->aside && !epw_rhythm_add(&said->rhythm, start_ns))
        epw_addresses_lost(spoken->addresses);
}

void epw_spoken_add(struct epw_spoken *spoken, struct epw_speaker *speaker,
                    const struct epw_signature *sig, bool aside, const struct epw_flow_record *r)
{
    struct epw_said *said = said_of(spoken, speaker, sig, aside);
    if (said == NULL) {
        epw_addresses_lost(spoken->addresses);
        return;
    }
    if (r->first_record)
        note_start(spoken, said, r->first_ns);
    if (r->last_ns < said->last.last_ns)
        return;
    said->sig = sig;
    said->last = (struct epw_words){ .flow_id = r->flow_id,
                                     .first_ns = r->first_ns,
                                     .last_ns = r->last_ns,
                                     .ip = { r->ip[0], r->ip[1] },
                                     .port = { r->port[0], r->port[1] },
                                     .proto = r->proto,
                                     .has_mac = r->has_mac };
    memcpy(said->last.mac, r->mac, sizeof(said->last.mac));
}

static json_t *ip_text(const struct epw_ip *ip)
{
    char text[EPW_IP_STRLEN];
    return json_string(epw_ip_format(ip, text));
}

static json_t *said_fact(const struct epw_ip *host, const struct epw_speaker *h,
                         const struct epw_said *said)
{
    const struct epw_words *r = &said->last;
    json_t *starts = json_array();
    bool whole = starts != NULL;
    for (size_t i = 0; i < said->rhythm.count; i++)
        whole &= json_array_append_new(starts, json_integer(said->rhythm.start[i])) == 0;
    if (!whole) {
        json_decref(starts);
        starts = NULL;
    }
    return json_pack("{s:o, s:I, s:I, s:s, s:b, s:o, s:{s:o, s:o, s:i, s:i, s:i, s:I, s:I}}",
                     "host", ip_text(host), "awake_ns", (json_int_t)h->awake_ns, "active_ns",
                     (json_int_t)h->active_ns, "signature", said->sig->id, "aside",
                     (int)said->aside, "starts_ns", starts, "last", "from", ip_text(&r->ip[0]),
                     "to", ip_text(&r->ip[1]), "from_port", (int)r->port[0], "to_port",
                     (int)r->port[1], "proto", (int)r->proto, "first_ns", (json_int_t)r->first_ns,
                     "last_ns", (json_int_t)r->last_ns);
}

void epw_spoken_save(const struct epw_spoken *spoken, void (*put)(void *ctx, json_t *fact),
                     void *ctx)
{
    for (size_t at = 0; at < epw_addresses_count(spoken->addresses); at++) {
        const struct epw_speaker *h = epw_addresses_at(spoken->addresses, spoken->place, at);
        for (const struct epw_said *said = h->said; said != NULL; said = said->after)
            put(ctx, said_fact(epw_addresses_ip(h, spoken->place), h, said));
    }
}

static bool load_last(json_t *fact, struct epw_flow_record *r)
{
    const char *from, *to;
    int from_port, to_port, proto;
    json_int_t first_ns, last_ns;
    if (json_unpack(fact, "{s:s, s:s, s:i, s:i, s:i, s:I, s:I}", "from", &from, "to", &to,
                    "from_port", &from_port, "to_port", &to_port, "proto", &proto, "first_ns",
                    &first_ns, "last_ns", &last_ns) != 0 ||
        !epw_ip_parse(from, &r->ip[0]) || !epw_ip_parse(to, &r->ip[1]) || from_port < 0 ||
        from_port > UINT16_MAX || to_port < 0 || to_port > UINT16_MAX || proto < 0 ||
        proto > UINT8_MAX)
        return false;
    r->port[0] = (uint16_t)from_port;
    r->port[1] = (uint16_t)to_port;
    r->proto = (uint8_t)proto;
    r->first_ns = first_ns;
    r->last_ns = last_ns;
    return true;
}

enum epw_err epw_spoken_load(struct epw_spoken *spoken, const struct epw_catalogue *catalogue,
                             json_t *fact)
{
    struct epw_flow_record r = { .evidence = &epw_evidence_none };
    struct epw_ip ip;
    const char *host, *id;
    json_int_t awake_ns, active_ns;
    int aside;
    json_t *starts, *last, *item;
    size_t at;
    if (json_unpack(fact, "{s:s, s:I, s:I, s:s, s:b, s:o, s:o}", "host", &host, "awake_ns",
                    &awake_ns, "active_ns", &active_ns, "signature", &id, "aside", &aside,
                    "starts_ns", &starts, "last", &last) != 0 ||
        !epw_ip_parse(host, &ip) || !load_last(last, &r))
        return EPW_EFORMAT;
    const struct epw_signature *sig = epw_catalogue_find(catalogue, id);
    if (sig == NULL)
        return EPW_ENOENT;
    struct epw_speaker *h = epw_spoken_get(spoken, &ip);
    if (h == NULL)
        return EPW_ENOMEM;
    h->awake_ns = awake_ns;
    h->active_ns = active_ns;
    epw_spoken_add(spoken, h, sig, aside != 0, &r);
    struct epw_said *said = said_of(spoken, h, sig, aside != 0);
    json_array_foreach(starts, at, item) if (said != NULL && json_is_integer(item))
        note_start(spoken, said, json_integer_value(item));
    return said == NULL ? EPW_ENOMEM : EPW_OK;
}
