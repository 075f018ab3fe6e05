/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/verdict/looks.h"

#include "analyst/verdict/check.h"
#include "analyst/verdict/verdict.h"
#include "base/hash.h"

#include <stdlib.h>

bool epw_awaits_name(const struct epw_case *c)
{
    const struct epw_flow_record *r = c->record;
    const struct epw_signature *const *row;
    size_t count = epw_catalogue_by_port(c->know->catalogue, r->proto, r->port[1], &row);
    for (size_t i = 0; !c->named && i < count && i < EPW_MAX_CANDIDATES; i++) {
        struct epw_judged j = { .sig = row[i] };
        if (row[i]->needs != EPW_NEEDS_NAME)
            continue;
        epw_check_seen(c, &j);
        if (!j.contradicted)
            return true;
    }
    return false;
}

/* All that epw_judge_seen() looks at where no name has hit a mask, as one number; never 0. */
static uint64_t looks_of(const struct epw_case *c)
{
    const struct epw_evidence *ev = c->record->evidence;
    uint64_t looks = (uint64_t)ev->app | (uint64_t)ev->inner_app << 8 |
                     (uint64_t)ev->app_side[0] << 16 | (uint64_t)ev->app_side[1] << 24;
    looks |= (uint64_t)c->record->port[1] << 32 | (uint64_t)c->record->proto << 48;
    return looks | (uint64_t)ev->starttls << 56 | (uint64_t)c->strange << 57 |
           (uint64_t)c->to_group << 58 | (uint64_t)c->own_name << 59 | (uint64_t)c->named << 60 |
           1ULL << 63;
}

/* All of them in one piece, which what looks otherwise next takes over: ports come and go. */
static bool make_room(struct epw_look_rows *rows, size_t count)
{
    size_t room = count + 1;
    rows->count = rows->lesson_count = 0;
    rows->may_change = false;
    if (rows->room >= room)
        return true;
    free(rows->judged);
    rows->judged = malloc(room * (sizeof(*rows->judged) + sizeof(*rows->candidate) +
                                  sizeof(*rows->place) + sizeof(*rows->lesson)));
    rows->room = rows->judged == NULL ? 0 : room;
    if (rows->judged == NULL)
        return false;
    rows->candidate = (void *)(rows->judged + room);
    rows->place = (void *)(rows->candidate + room);
    rows->lesson = (void *)(rows->place + room);
    return true;
}

/* What epw_judge_known() asks of the hosts: their roles, and whether it is a rival's responder. */
static void note_bits(const struct epw_signature *sig, uint32_t bits[2])
{
    uint32_t responder = epw_role_bit(sig->product, sig->responder);
    bool of_responder = sig->needs == EPW_NEEDS_PORT || sig->needs == EPW_NEEDS_RESPONDER;
    bits[0] = epw_role_bit(sig->product, sig->initiator) | responder;
    bits[1] = responder | (of_responder ? epw_product_bit(sig->product) : 0);
}

/* The next row, which stands where it is to be kept. */
static void note_row(struct epw_look_rows *rows, const struct epw_case *c)
{
    const struct epw_judged *j = &rows->judged[rows->count];
    struct epw_place *place = &rows->place[rows->count];
    rows->candidate[rows->count++] = epw_candidate_of(j);
    place->order = epw_judged_order(j);
    note_bits(j->sig, place->bits);
    rows->may_change |= epw_judged_may_change(j);
    rows->lesson_count += epw_judged_teaches(c, j, &rows->lesson[rows->lesson_count]);
}

static bool judge_rows(struct epw_look *look, const struct epw_case *c)
{
    const struct epw_signature *const *row;
    const struct epw_flow_record *r = c->record;
    size_t count = epw_catalogue_unnamed(c->know->catalogue, r->proto, r->port[1], &row);
    if (count > EPW_MAX_CANDIDATES) {
        c->know->stats->limited[EPW_LIMIT_CANDIDATES] += count - EPW_MAX_CANDIDATES;
        count = EPW_MAX_CANDIDATES;
    }
    if (!make_room(&look->seen, count))
        return false;
    while (look->seen.count < count) {
        epw_judge_seen(c, row[look->seen.count], &look->seen.judged[look->seen.count]);
        note_row(&look->seen, c);
    }
    return true;
}

struct epw_look *epw_looks_find(struct epw_looks *looks, const struct epw_case *c)
{
    if (c->hit_count != 0 || c->proxied || c->record->evidence->hint[0] != '\0')
        return NULL;
    uint64_t mine = looks_of(c);
    struct epw_look *look = &looks->look[epw_hash_mix(mine, EPW_HASH_K1) % EPW_LOOKS];
    if (look->looks == mine)
        return look;
    look->looks = 0;
    look->is_told = false;
    if (!judge_rows(look, c))
        return NULL;
    look->awaits_name = epw_awaits_name(c);
    look->looks = mine;
    return look;
}

struct epw_look *epw_looks_told(struct epw_looks *looks, const struct epw_case *c)
{
    const struct epw_flow_record *r = c->record;
    const struct epw_signature *const *row;
    size_t count = epw_catalogue_by_port(c->know->catalogue, r->proto, r->port[1], &row);
    struct epw_look *look = epw_looks_find(looks, c);
    if (look == NULL || epw_site_scanner(c->know->site, &r->ip[0]))
        return NULL;
    for (size_t i = 0; !look->is_told && i < count; i++)
        if (row[i]->network_count != 0)
            return NULL;
    return look;
}

/*
 * Whether a row may name the flow with no host known in a role: itself, or, as bytes of no protocol
 * refuted it, another one by its shape.
 */
static bool may_name(const struct epw_judged *j)
{
    return j->reached != EPW_CONF_NONE || (j->contradicted && j->sig->needs == EPW_NEEDS_PORT);
}

void epw_look_tell(struct epw_look *look, const struct epw_case *c,
                   struct epw_judged *const *judged, size_t count, bool refuted)
{
    struct epw_look_rows *told = &look->told;
    if (!make_room(told, count))
        return;
    look->idle = true;
    look->bits[0] = look->bits[1] = 0;
    for (size_t i = 0; i < count; i++) {
        told->judged[i] = *judged[i];
        note_row(told, c);
        for (size_t side = 0; side < 2; side++)
            look->bits[side] |= told->place[i].bits[side];
        look->idle &= !may_name(judged[i]);
    }
    look->refuted = refuted;
    look->is_told = true;
}

void epw_looks_free(struct epw_looks *looks)
{
    for (size_t i = 0; i < EPW_LOOKS; i++) {
        free(looks->look[i].seen.judged);
        free(looks->look[i].told.judged);
    }
}
