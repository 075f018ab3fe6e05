/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/audit.h"

#include "analyst/audit/kept.h"

#include <stdlib.h>

static enum epw_err open_rules(struct epw_audit *audit)
{
    size_t count = 0;
    while (epw_rules[count] != NULL)
        count++;
    audit->state = calloc(count + 1, sizeof(audit->state[0]));
    audit->looks = calloc(2 * count + 1, sizeof(audit->looks[0]));
    audit->waits = audit->looks + count;
    enum epw_err err = audit->state == NULL || audit->looks == NULL ? EPW_ENOMEM : EPW_OK;
    for (size_t i = 0; i < count && err == EPW_OK; i++) {
        const struct epw_rule *rule = epw_rules[i];
        if (rule->open != NULL)
            err = rule->open(audit->know, &audit->state[i]);
        if (rule->flow != NULL && !rule->of_rows)
            audit->looks[audit->look_count++] = i;
        if (rule->waits != NULL && !rule->of_rows)
            audit->waits[audit->wait_count++] = i;
    }
    return err;
}

enum epw_err epw_audit_new(struct epw_audit **audit, const struct epw_knowledge *know,
                           struct epw_inventory *inventory, uint64_t seed, struct epw_stats *stats)
{
    *audit = NULL;
    struct epw_audit *a = calloc(1, sizeof(*a));
    if (a == NULL || epw_pairs_new(&a->pairs, know->addresses, seed, stats) != EPW_OK) {
        free(a);
        return EPW_ENOMEM;
    }
    a->know = know;
    a->inventory = inventory;
    a->stats = stats;
    if (open_rules(a) != EPW_OK) {
        epw_audit_free(a);
        return EPW_ENOMEM;
    }
    *audit = a;
    return EPW_OK;
}

void epw_audit_free(struct epw_audit *audit)
{
    if (audit == NULL)
        return;
    struct epw_kept *k, *next;
    HASH_ITER (hh, audit->kept, k, next) {
        epw_audit_forget(audit, k);
    }
    for (size_t i = 0; audit->state != NULL && epw_rules[i] != NULL; i++)
        if (audit->state[i] != NULL)
            epw_rules[i]->close(audit->state[i]);
    free(audit->state);
    free(audit->looks);
    epw_pairs_free(audit->pairs);
    free(audit);
}

size_t epw_audit_rank(const struct epw_rule *rule)
{
    size_t i = 0;
    while (epw_rules[i] != rule)
        i++;
    return i;
}

void epw_audit_adopt(struct epw_audit *audit, struct epw_audit *old)
{
    epw_pairs_adopt(audit->pairs, old->pairs);
    audit->kept = old->kept;
    old->kept = NULL;
    audit->first_ns = old->first_ns;
    audit->now_ns = old->now_ns;
    audit->lossy = old->lossy;
    audit->pass = old->pass;
    audit->withheld = old->withheld;
    audit->dropped = old->dropped;
}

void *epw_audit_state(const struct epw_audit *audit, const struct epw_rule *rule)
{
    return rule == audit->asked ? audit->asked_state : audit->state[epw_audit_rank(rule)];
}

void epw_audit_dropped(struct epw_audit *audit)
{
    audit->stats->findings_dropped++;
    audit->dropped += audit->looks_back;
}

const struct epw_knowledge *epw_audit_knowledge(const struct epw_audit *audit)
{
    return audit->know;
}

const struct epw_site *epw_audit_site(const struct epw_audit *audit)
{
    return audit->know->site;
}

bool epw_audit_has_role(const struct epw_audit *audit, const struct epw_ip *ip, const char *product,
                        const char *role)
{
    return epw_site_role(audit->know->site, ip, product, role) ||
           epw_hosts_role(audit->know->hosts, ip, product, role).how != EPW_ROLE_UNKNOWN;
}

bool epw_audit_shows_role(const struct epw_audit *audit, const struct epw_ip *ip,
                          const char *product, const char *role)
{
    return (product != NULL && epw_audit_has_role(audit, ip, product, role)) ||
           epw_inventory_shows(audit->inventory, ip, product, role);
}

const struct epw_ip *epw_audit_kin(const struct epw_audit *audit, const struct epw_ip *ip,
                                   size_t *at)
{
    return epw_inventory_kin(audit->inventory, ip, at);
}

bool epw_audit_passed_on(const struct epw_audit *audit, const struct epw_ip *ip)
{
    return epw_inventory_passed_on(audit->inventory, ip);
}

int64_t epw_audit_watched_ns(const struct epw_audit *audit)
{
    return audit->now_ns - audit->first_ns;
}

bool epw_audit_goes_on(const struct epw_audit *audit)
{
    return audit->goes_on;
}

int64_t epw_audit_now_ns(const struct epw_audit *audit)
{
    return audit->now_ns;
}

static void see_time(struct epw_audit *audit, int64_t first_ns, int64_t last_ns)
{
    if (audit->first_ns == 0 || first_ns < audit->first_ns)
        audit->first_ns = first_ns;
    if (last_ns > audit->now_ns)
        audit->now_ns = last_ns;
}

void epw_audit_dropped_packets(struct epw_audit *audit, uint64_t packets, uint64_t dropped)
{
    audit->lossy = dropped > packets / EPW_AUDIT_LOSSY;
}

void epw_audit_record(struct epw_audit *audit, const struct epw_flow_record *record)
{
    see_time(audit, record->first_ns, record->last_ns);
    epw_pairs_note(audit->pairs, record);
}

void epw_audit_soon(const struct epw_audit *audit, const struct epw_ip *ip, size_t count)
{
    epw_pairs_soon(audit->pairs, ip, count);
}

static bool has_rows(const struct epw_result *result)
{
    return result->verdict->candidate_count != 0 || result->verdict->sig != NULL;
}

/* The rule asks for its state first, and again and again. */
static void ask(struct epw_audit *audit, size_t rank, const struct epw_result *result)
{
    audit->asked = epw_rules[rank];
    audit->asked_state = audit->state[rank];
    audit->asked->flow(audit, result);
}

bool epw_audit_waits(const struct epw_audit *audit, const struct epw_result *result)
{
    if (!has_rows(result)) {
        for (size_t i = 0; i < audit->wait_count; i++)
            if (epw_rules[audit->waits[i]]->waits(audit, result))
                return true;
        return false;
    }
    for (size_t i = 0; epw_rules[i] != NULL; i++)
        if (epw_rules[i]->waits != NULL && epw_rules[i]->waits(audit, result))
            return true;
    return false;
}

void epw_audit_flow(struct epw_audit *audit, const struct epw_result *result)
{
    if (!has_rows(result)) {
        for (size_t i = 0; i < audit->look_count; i++)
            ask(audit, audit->looks[i], result);
        return;
    }
    for (size_t i = 0; epw_rules[i] != NULL; i++)
        if (epw_rules[i]->flow != NULL)
            ask(audit, i, result);
}

void epw_audit_sighting(struct epw_audit *audit, const struct epw_sighting *sighting)
{
    see_time(audit, sighting->ts_ns, sighting->ts_ns);
    for (size_t i = 0; epw_rules[i] != NULL; i++)
        if (epw_rules[i]->sighting != NULL)
            epw_rules[i]->sighting(audit, sighting);
}
