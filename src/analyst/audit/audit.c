/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/audit.h"

#include "analyst/audit/kept.h"

#include <stdlib.h>

static bool wants(const struct epw_audit *audit, const struct epw_rule *rule,
                  enum epw_asked_kind kind)
{
    if (rule->of_internal && !epw_site_has_internal(audit->know->site))
        return false;
    return kind == EPW_ASKED_ROWS ||
           (!rule->of_rows && (kind == EPW_ASKED_WORDS || !rule->of_words));
}

static void list_rule(const struct epw_audit *audit, size_t i, struct epw_asked *asked)
{
    asked->list[asked->count++] = (struct epw_asked_rule){ epw_rules[i], audit->state[i] };
}

/* The rules with one of their functions about flows, in list. */
static void list_asked(const struct epw_audit *audit, enum epw_asked_kind kind, bool waits,
                       struct epw_asked *asked)
{
    for (size_t i = 0; epw_rules[i] != NULL; i++) {
        const struct epw_rule *rule = epw_rules[i];
        if (wants(audit, rule, kind) && (waits ? rule->waits != NULL : rule->flow != NULL))
            list_rule(audit, i, asked);
    }
}

static enum epw_err open_rules(struct epw_audit *audit)
{
    size_t count = 0;
    while (epw_rules[count] != NULL)
        count++;
    audit->state = calloc(count + 1, sizeof(audit->state[0]));
    struct epw_asked_rule *room = calloc((2 * EPW_ASKED_KINDS + 1) * count + 1, sizeof(*room));
    audit->looks[0].list = room;
    enum epw_err err = audit->state == NULL || room == NULL ? EPW_ENOMEM : EPW_OK;
    for (size_t i = 0; i < count && err == EPW_OK; i++)
        if (epw_rules[i]->open != NULL)
            err = epw_rules[i]->open(audit->know, &audit->state[i]);
    for (unsigned kind = 0; kind < EPW_ASKED_KINDS && err == EPW_OK; kind++) {
        audit->looks[kind].list = room + 2 * kind * count;
        audit->waits[kind].list = room + (2 * kind + 1) * count;
        list_asked(audit, kind, false, &audit->looks[kind]);
        list_asked(audit, kind, true, &audit->waits[kind]);
    }
    audit->hears.list = room + 2 * EPW_ASKED_KINDS * count;
    for (size_t i = 0; i < count && err == EPW_OK; i++)
        if (epw_rules[i]->sighting != NULL)
            list_rule(audit, i, &audit->hears);
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
    free(audit->looks[0].list);
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
           epw_hosts_has_role(audit->know->hosts, ip, product, role);
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

void epw_audit_settle(struct epw_audit *audit)
{
    epw_pairs_settle(audit->pairs);
}

static enum epw_asked_kind kind_of(const struct epw_result *result)
{
    const struct epw_evidence *ev = result->record->evidence;
    if (result->verdict->candidate_count != 0 || result->verdict->sig != NULL)
        return EPW_ASKED_ROWS;
    return ev->name_count != 0 || ev->connect_port != 0 || ev->simple_bind ? EPW_ASKED_WORDS
                                                                           : EPW_ASKED_MUTE;
}

bool epw_audit_waits(const struct epw_audit *audit, const struct epw_result *result)
{
    const struct epw_asked *waits = &audit->waits[kind_of(result)];
    for (size_t i = 0; i < waits->count; i++)
        if (waits->list[i].rule->waits(audit, result))
            return true;
    return false;
}

/* The rule of a list, which asks for its state first, and again and again. */
static const struct epw_rule *ask(struct epw_audit *audit, const struct epw_asked_rule *asked)
{
    audit->asked = asked->rule;
    audit->asked_state = asked->state;
    return asked->rule;
}

void epw_audit_flow(struct epw_audit *audit, const struct epw_result *result)
{
    const struct epw_asked *looks = &audit->looks[kind_of(result)];
    for (size_t i = 0; i < looks->count; i++)
        ask(audit, &looks->list[i])->flow(audit, result);
}

void epw_audit_sighting(struct epw_audit *audit, const struct epw_sighting *sighting)
{
    see_time(audit, sighting->ts_ns, sighting->ts_ns);
    for (size_t i = 0; i < audit->hears.count; i++)
        ask(audit, &audit->hears.list[i])->sighting(audit, sighting);
}
