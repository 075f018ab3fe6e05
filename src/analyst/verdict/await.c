/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/verdict/await.h"

#include "analyst/verdict/check.h"
#include "base/hash.h"

static bool any_row_awaits_name(const struct epw_case *c)
{
    const struct epw_flow_record *r = c->record;
    const struct epw_signature *const *row;
    size_t count = epw_catalogue_by_port(c->know->catalogue, r->proto, r->port[1], &row);
    for (size_t i = 0; i < count && i < EPW_MAX_CANDIDATES; i++) {
        struct epw_judged j = { .sig = row[i] };
        if (row[i]->needs != EPW_NEEDS_NAME)
            continue;
        epw_check_seen(c, &j);
        if (!j.contradicted)
            return true;
    }
    return false;
}

/* All of an unnamed flow that epw_check_seen() looks at, as one number; never 0. */
static uint64_t looks_of(const struct epw_case *c)
{
    const struct epw_evidence *ev = c->record->evidence;
    uint64_t looks = (uint64_t)ev->app | (uint64_t)ev->inner_app << 8 |
                     (uint64_t)ev->app_side[0] << 16 | (uint64_t)ev->app_side[1] << 24;
    looks |= (uint64_t)c->record->port[1] << 32 | (uint64_t)c->record->proto << 48;
    return looks | (uint64_t)ev->starttls << 56 | (uint64_t)c->strange << 57 |
           (uint64_t)c->to_group << 58 | 1ULL << 63;
}

bool epw_awaits_name(struct epw_awaits *awaits, const struct epw_case *c)
{
    if (c->named)
        return false;
    if (c->own_name || c->proxied || c->record->evidence->hint[0] != '\0')
        return any_row_awaits_name(c);
    uint64_t looks = looks_of(c);
    size_t at = epw_hash_mix(looks, EPW_HASH_K1) % EPW_AWAITS;
    if (awaits->looks[at] != looks) {
        awaits->looks[at] = looks;
        awaits->any[at] = any_row_awaits_name(c);
    }
    return awaits->any[at];
}
