/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record path on one page: look at it the right way round, learn from it,
 * decide, and either hand the result out or let it wait for what others show.
 */
#include "analyst/analyst_inside.h"

#include <stdlib.h>
#include <string.h>

/*
 * Flows that wait at most, 0.3 to 1 KB each. Beyond, the oldest is decided by
 * what is known then, and counted (wait_evicted).
 */
#define WAIT_MAX 131072

/*
 * Flows that say no name and wait all the same, to the end of a capture: a
 * later DNS answer may still tell one. No verdict depends
 * on it, so it is not worth more memory than this.
 */
#define UNNAMED_MAX 16384

/*
 * ... in a capture that has shown no DNS so far: most of those never will, and
 * each of these flows is decided twice. Enough for what precedes the first answer.
 */
#define UNNAMED_EARLY_MAX 4096

/* Bytes of verdicts kept at the end, from result to audit; beyond, flows are decided once more. */
#define VERDICTS_MAX (16u << 20)

static enum epw_err list_control(struct epw_knowledge *know)
{
    size_t count = epw_catalogue_count(know->catalogue);
    know->control = calloc(count == 0 ? 1 : count, sizeof(know->control[0]));
    if (know->control == NULL)
        return EPW_ENOMEM;
    for (size_t i = 0; i < count; i++) {
        const struct epw_signature *sig = epw_catalogue_at(know->catalogue, i);
        if (sig->needs == EPW_NEEDS_CONTROL)
            know->control[know->control_count++] = sig;
    }
    return EPW_OK;
}

static bool has_mask(const void *catalogue, const char *name)
{
    return epw_catalogue_by_name(catalogue, name, NULL, 0) != 0;
}

enum epw_err epw_analyst_new(struct epw_analyst **analyst, const struct epw_catalogue *catalogue,
                             const struct epw_analyst_options *options, epw_result_fn on_result,
                             void *ctx)
{
    struct epw_analyst *a = calloc(1, sizeof(*a));
    *analyst = NULL;
    if (a == NULL)
        return EPW_ENOMEM;
    a->options = *options;
    a->on_result = on_result;
    a->ctx = ctx;
    a->know.catalogue = catalogue;
    a->know.stats = &a->stats;
    a->know.site = options->site;
    if (epw_addresses_new(&a->know.addresses, options->seed, &a->stats) != EPW_OK ||
        epw_names_new(&a->know.names, options->seed, &a->stats) != EPW_OK ||
        epw_hosts_new(&a->know.hosts, a->know.addresses, options->seed) != EPW_OK ||
        epw_fans_new(&a->know.fans, a->know.addresses, options->seed, &a->stats) != EPW_OK ||
        epw_endpoints_new(&a->know.endpoints, options->seed, &a->stats) != EPW_OK ||
        list_control(&a->know) != EPW_OK ||
        epw_inventory_new(&a->inventory, &a->know, options->seed) != EPW_OK ||
        epw_audit_new(&a->audit, &a->know, a->inventory, options->seed, &a->stats) != EPW_OK) {
        epw_analyst_free(a);
        return EPW_ENOMEM;
    }
    epw_names_mark(a->know.names, has_mask, catalogue);
    *analyst = a;
    return EPW_OK;
}

void epw_analyst_free(struct epw_analyst *a)
{
    if (a == NULL)
        return;
    epw_waiting_free(&a->line);
    epw_decision_close(&a->decision);
    epw_addresses_free(a->know.addresses);
    epw_audit_free(a->audit);
    epw_inventory_free(a->inventory);
    free(a->know.control);
    epw_endpoints_free(a->know.endpoints);
    epw_fans_free(a->know.fans);
    epw_hosts_free(a->know.hosts);
    epw_names_free(a->know.names);
    free(a);
}

static bool has_rows(const struct epw_analyst *a, uint8_t proto, uint16_t port)
{
    const struct epw_signature *first;
    if (!epw_site_has_moved(a->know.site))
        return (epw_catalogue_port(a->know.catalogue, proto, port) & EPW_PORT_ROWS) != 0;
    return epw_site_by_port(a->know.site, a->know.catalogue, proto, port, &first, 1) != 0;
}

/* The meter guesses a midstream flow's sides from port numbers; documented ports know better. */
static bool is_reversed(const struct epw_analyst *a, const struct epw_flow_record *r)
{
    return r->how == EPW_INIT_INFERRED && !has_rows(a, r->proto, r->port[1]) &&
           has_rows(a, r->proto, r->port[0]);
}

#define SWAP(type, pair)                                                                           \
    do {                                                                                           \
        type kept = (pair)[0];                                                                     \
        (pair)[0] = (pair)[1];                                                                     \
        (pair)[1] = kept;                                                                          \
    } while (0)

static void reverse(struct epw_flow_record *r, struct epw_evidence *ev)
{
    uint8_t mac[6];
    SWAP(struct epw_ip, r->ip);
    SWAP(uint16_t, r->port);
    SWAP(uint64_t, r->packets);
    SWAP(uint64_t, r->bytes);
    SWAP(uint64_t, r->payload_bytes);
    SWAP(uint8_t, r->tcp_flags);
    memcpy(mac, r->mac[0], sizeof(mac));
    memcpy(r->mac[0], r->mac[1], sizeof(mac));
    memcpy(r->mac[1], mac, sizeof(mac));
    SWAP(uint8_t, ev->app_side);
    SWAP(bool, ev->payload_seen);
}

static void emit(struct epw_analyst *a, const struct epw_flow_record *record)
{
    const struct epw_result result = { .record = record, .verdict = &a->decision.verdict };
    if (record->first_record && a->decision.verdict.sig != NULL)
        a->stats.labelled++;
    a->on_result(a->ctx, &result);
    epw_inventory_flow(a->inventory, &result);
}

static void audit(struct epw_analyst *a, const struct epw_flow_record *record)
{
    const struct epw_result result = { .record = record, .verdict = &a->decision.verdict };
    epw_audit_flow(a->audit, &result);
}

/* What the next ones need is fetched some flows at a time. */
static void fetch_ahead(struct epw_analyst *a, const struct epw_waiting *w)
{
    epw_waiting_soon(w);
    for (size_t i = 0; i < 2 * EPW_WAITING_SOON && w != NULL; i++, w = w->next)
        for (size_t side = 0; side < 2 && i >= EPW_WAITING_SOON; side++)
            epw_addresses_warm(a->know.addresses, w->address[side]);
}

/* The addresses of one that waited at hand. */
static void take_up(struct epw_analyst *a, const struct epw_waiting *w)
{
    if (a->taken_up++ % EPW_WAITING_SOON == 0)
        fetch_ahead(a, w);
    for (size_t side = 0; side < 2; side++)
        epw_addresses_hint(a->know.addresses, w->address[side], &w->record->ip[side]);
}

static void decide_waiting(struct epw_analyst *a, const struct epw_waiting *w)
{
    if (!w->plain || !epw_decide_unchanged(&a->decision, w->record, &a->know, w->untold))
        epw_decide_again(&a->decision, w->record, &a->know, w->unmasked);
}

static void decide_oldest(struct epw_analyst *a)
{
    struct epw_waiting *w = a->line.oldest;
    take_up(a, w);
    if (w->idle) {
        /* What it was then it is now, when all else is known too. */
        const struct epw_verdict nothing = { .confidence = EPW_CONF_NONE, .masked = !w->unmasked };
        epw_audit_flow(a->audit, &(struct epw_result){ w->record, &nothing });
    } else if (w->verdict != NULL) {
        epw_audit_flow(a->audit, &(struct epw_result){ w->record, w->verdict });
    } else {
        decide_waiting(a, w);
        if (!w->told)
            emit(a, w->record);
        audit(a, w->record);
    }
    epw_waiting_drop(&a->line);
}

static void advance(struct epw_analyst *a, int64_t ts_ns)
{
    if (ts_ns > a->clock_ns)
        a->clock_ns = ts_ns;
    if (a->options.wait_s == EPW_WAIT_TO_END)
        return;
    int64_t wait_ns = (int64_t)a->options.wait_s * 1000000000;
    while (a->line.oldest != NULL && a->clock_ns - a->line.oldest->since_ns >= wait_ns)
        decide_oldest(a);
}

static enum epw_err let_wait(struct epw_analyst *a, const struct epw_flow_record *record, bool told)
{
    struct epw_waiting *w = epw_waiting_add(&a->line, record);
    if (w == NULL)
        return EPW_ENOMEM;
    w->since_ns = a->clock_ns;
    w->told = told;
    for (size_t side = 0; side < 2; side++)
        w->address[side] = epw_addresses_entry(a->know.addresses, &record->ip[side]);
    w->unmasked = !a->decision.verdict.masked;
    w->untold = a->decision.verdict.untold;
    w->plain = w->unmasked && (w->untold || epw_case_is_nobodys(&a->decision.kase));
    if (a->line.count > WAIT_MAX) {
        decide_oldest(a);
        a->stats.wait_evicted++;
    }
    return EPW_OK;
}

static uint32_t unnamed_max(const struct epw_analyst *a, const struct epw_flow_record *record)
{
    if (!epw_names_any(a->know.names))
        return UNNAMED_EARLY_MAX;
    /* There are many DNS flows, and their servers' names matter least. */
    return record->evidence->app == EPW_APP_DNS ? UNNAMED_MAX / 4 : UNNAMED_MAX;
}

/* A verdict that stands is told at once; what others show may still matter to the audit. */
static enum epw_err hand_on(struct epw_analyst *a, const struct epw_flow_record *record)
{
    const struct epw_result result = { .record = record, .verdict = &a->decision.verdict };
    bool may_change = epw_decision_waits(&a->decision);
    bool unnamed = !may_change && a->decision.verdict.confidence != EPW_CONF_CONFIRMED &&
                   a->options.wait_s == EPW_WAIT_TO_END && !a->decision.kase.own_name;
    if (unnamed && a->unnamed >= unnamed_max(a, record)) {
        a->stats.limited[EPW_LIMIT_UNNAMED]++;
        unnamed = false;
    }
    a->unnamed += unnamed;
    /* So many names are a resolver's questions: nothing to wait for, and too much to keep. */
    bool large = record->evidence->name_count > EPW_FLOW_NAMES;
    bool stands = (!may_change && !unnamed) || large || a->options.wait_s == 0;
    bool waits =
        a->options.wait_s != 0 && !large && (!stands || epw_audit_waits(a->audit, &result));
    if (stands)
        emit(a, record);
    enum epw_err err = waits ? let_wait(a, record, stands) : EPW_OK;
    if (waits && err == EPW_OK)
        return EPW_OK;
    if (!stands)
        emit(a, record);
    audit(a, record);
    return err;
}

static enum epw_err take(struct epw_analyst *a, const struct epw_flow_record *record)
{
    advance(a, record->told_ns > record->last_ns ? record->told_ns : record->last_ns);
    epw_audit_record(a->audit, record);
    epw_decide(&a->decision, record, &a->know);
    epw_analyst_learn(a, record);
    return hand_on(a, record);
}

enum epw_err epw_analyst_flow(struct epw_analyst *a, const struct epw_flow_record *record)
{
    struct epw_flow_record view;
    struct epw_evidence evidence;
    struct epw_endpoint endpoint;
    bool reversed = is_reversed(a, record);
    /* Which way round it is decides where an announcement is looked for. */
    if (reversed) {
        view = *record;
        evidence = *record->evidence;
        view.evidence = &evidence;
        reverse(&view, &evidence);
        record = &view;
    }
    if (record->evidence->app == EPW_APP_UNKNOWN &&
        epw_endpoints_find(a->know.endpoints, record, &endpoint)) {
        view = *record;
        evidence = *record->evidence;
        evidence.app = EPW_APP_FTP_DATA;
        view.evidence = &evidence;
        record = &view;
    }
    return take(a, record);
}

void epw_analyst_soon(struct epw_analyst *a, const struct epw_ip *ip, size_t flows)
{
    epw_addresses_soon(a->know.addresses, ip, 2 * flows);
}

void epw_analyst_sighting(struct epw_analyst *a, const struct epw_sighting *sighting)
{
    advance(a, sighting->ts_ns);
    epw_inventory_sighting(a->inventory, sighting);
    epw_audit_sighting(a->audit, sighting);
    switch (sighting->kind) {
    case EPW_SIGHT_ADDRESS:
    case EPW_SIGHT_ASKED:
    case EPW_SIGHT_ANSWERED:
    case EPW_SIGHT_ALIAS:
        epw_names_learn(a->know.names, sighting);
        return;
    case EPW_SIGHT_ENDPOINT:
        epw_endpoints_learn(a->know.endpoints, sighting);
        return;
    case EPW_SIGHT_REFUSAL: /* what was blocked is the audit's subject */
    case EPW_SIGHT_ICMP:
        return;
    }
}

void epw_analyst_time(struct epw_analyst *a, int64_t now_ns)
{
    advance(a, now_ns);
}

void epw_analyst_drops(struct epw_analyst *a, uint64_t packets, uint64_t dropped)
{
    epw_audit_dropped_packets(a->audit, packets, dropped);
}

void epw_analyst_flush(struct epw_analyst *a)
{
    size_t room = VERDICTS_MAX;
    /* First every result, then the audit: its rules ask what all of them have shown. */
    for (struct epw_waiting *w = a->line.oldest; w != NULL; w = w->next) {
        if (w->told)
            continue;
        take_up(a, w);
        decide_waiting(a, w);
        w->idle = a->decision.verdict.sig == NULL && a->decision.verdict.candidate_count == 0;
        emit(a, w->record);
        w->told = true;
        size_t size = epw_verdict_size(&a->decision.verdict);
        if (!w->idle && size <= room) {
            w->verdict = epw_verdict_copy(&a->decision.verdict);
            room -= size;
        }
    }
    while (a->line.oldest != NULL)
        decide_oldest(a);
}

enum epw_err epw_analyst_findings(struct epw_analyst *a,
                                  void (*on_finding)(void *ctx, const struct epw_finding *finding),
                                  void *ctx)
{
    return epw_audit_tell(a->audit, on_finding, ctx);
}

enum epw_err epw_analyst_report(struct epw_analyst *a,
                                void (*on_host)(void *ctx, const struct epw_inventory_host *host),
                                void (*on_finding)(void *ctx, const struct epw_finding *finding),
                                void *ctx)
{
    if (on_finding != NULL)
        return epw_audit_each(a->audit, on_host, on_finding, ctx);
    return on_host == NULL ? EPW_OK : epw_inventory_each(a->inventory, on_host, ctx);
}

enum epw_err epw_analyst_so_far(struct epw_analyst *a,
                                void (*on_host)(void *ctx, const struct epw_inventory_host *host),
                                void (*on_finding)(void *ctx, const struct epw_finding *finding),
                                void *ctx)
{
    if (on_finding != NULL)
        return epw_audit_so_far(a->audit, on_host, on_finding, ctx);
    return on_host == NULL ? EPW_OK : epw_inventory_each(a->inventory, on_host, ctx);
}

const struct epw_stats *epw_analyst_stats(const struct epw_analyst *analyst)
{
    epw_audit_settle(analyst->audit);
    return &analyst->stats;
}
