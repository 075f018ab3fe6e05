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

static bool judge_rows(struct epw_look *look, const struct epw_case *c)
{
    const struct epw_signature *const *row;
    const struct epw_flow_record *r = c->record;
    size_t count = epw_catalogue_unnamed(c->know->catalogue, r->proto, r->port[1], &row);
    if (count > EPW_MAX_CANDIDATES) {
        c->know->stats->limited[EPW_LIMIT_CANDIDATES] += count - EPW_MAX_CANDIDATES;
        count = EPW_MAX_CANDIDATES;
    }
    look->judged = calloc(count + 1, sizeof(look->judged[0]));
    look->candidate = calloc(count + 1, sizeof(look->candidate[0]));
    look->lesson = calloc(count + 1, sizeof(look->lesson[0]));
    if (look->judged == NULL || look->candidate == NULL || look->lesson == NULL)
        return false;
    for (; look->count < count; look->count++) {
        struct epw_judged *j = &look->judged[look->count];
        epw_judge_seen(c, row[look->count], j);
        look->candidate[look->count] = epw_candidate_of(j);
        look->may_change |= epw_judged_may_change(j);
        if (epw_judged_teaches(c, j, &look->lesson[look->lesson_count]))
            look->lesson_count++;
    }
    return true;
}

static void forget(struct epw_look *look)
{
    free(look->judged);
    free(look->candidate);
    free(look->lesson);
    free(look->told);
    free(look->place);
    *look = (struct epw_look){ .looks = 0 };
}

struct epw_look *epw_looks_find(struct epw_looks *looks, const struct epw_case *c)
{
    if (c->hit_count != 0 || c->proxied || c->record->evidence->hint[0] != '\0')
        return NULL;
    uint64_t mine = looks_of(c);
    struct epw_look *look = &looks->look[epw_hash_mix(mine, EPW_HASH_K1) % EPW_LOOKS];
    if (look->looks == mine)
        return look;
    forget(look);
    if (!judge_rows(look, c)) {
        forget(look);
        return NULL;
    }
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
    for (size_t i = 0; look->told == NULL && i < count; i++)
        if (row[i]->network_count != 0)
            return NULL;
    return look;
}

/* What epw_judge_known() asks of the hosts: their roles, and whether it is a rival's responder. */
static void note_bits(const struct epw_signature *sig, uint32_t bits[2])
{
    uint32_t responder = epw_role_bit(sig->product, sig->responder);
    bool of_responder = sig->needs == EPW_NEEDS_PORT || sig->needs == EPW_NEEDS_RESPONDER;
    bits[0] = epw_role_bit(sig->product, sig->initiator) | responder;
    bits[1] = responder | (of_responder ? epw_product_bit(sig->product) : 0);
}

void epw_look_tell(struct epw_look *look, struct epw_judged *const *judged, size_t count,
                   bool refuted)
{
    struct epw_judged *told = malloc((count + 1) * sizeof(told[0]));
    struct epw_place *place = malloc((count + 1) * sizeof(place[0]));
    if (told == NULL || place == NULL) {
        free(told);
        free(place);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        told[i] = *judged[i];
        place[i].order = epw_judged_order(&told[i]);
        note_bits(told[i].sig, place[i].bits);
    }
    look->told = told;
    look->place = place;
    look->told_count = count;
    look->refuted = refuted;
}

void epw_looks_free(struct epw_looks *looks)
{
    for (size_t i = 0; i < EPW_LOOKS; i++)
        forget(&looks->look[i]);
}
