/* SPDX-License-Identifier: Apache-2.0 */
/* Findings handed out: all at the end of the run, and, while it goes on, what is new of them. */
#include "analyst/audit/kept.h"

#include <stdlib.h>
#include <string.h>

/* Hosts are dear to list: whoever else wants them sees each when the rules do. */
struct look {
    struct epw_audit *audit;
    void (*on_host)(void *ctx, const struct epw_inventory_host *host); /* NULL: nobody */
    void *ctx;
};

static void show_host(void *ctx, const struct epw_inventory_host *host)
{
    const struct look *look = ctx;
    if (look->on_host != NULL)
        look->on_host(look->ctx, host);
    for (size_t i = 0; epw_rules[i] != NULL; i++)
        if (epw_rules[i]->host != NULL)
            epw_rules[i]->host(look->audit, host);
}

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

/* What is not believed last; most severe first, then in the order of the rules, then by what it is
 * about. */
static int by_severity(const void *a, const void *b)
{
    const struct epw_kept *x = *(const struct epw_kept *const *)a,
                          *y = *(const struct epw_kept *const *)b;
    if (x->withheld != y->withheld)
        return x->withheld ? 1 : -1;
    if (x->finding.severity != y->finding.severity)
        return x->finding.severity < y->finding.severity ? -1 : 1;
    if (x->rule != y->rule)
        return epw_audit_rank(x->rule) < epw_audit_rank(y->rule) ? -1 : 1;
    int by = strcmp(x->finding.product, y->finding.product);
    return by != 0 ? by : strcmp(or_empty(x->finding.subject), or_empty(y->finding.subject));
}

/* Texts that no observation gave are empty, never NULL. */
static struct epw_finding shown(const struct epw_finding *f)
{
    struct epw_finding out = *f;
    out.subject = or_empty(f->subject);
    out.summary = or_empty(f->summary);
    out.documented = or_empty(f->documented);
    out.advice = or_empty(f->advice);
    return out;
}

/* Rules see the inventory and what they kept; what they say takes the place of the last time's. */
static enum epw_err look_back(struct epw_audit *audit, bool last,
                              void (*on_host)(void *ctx, const struct epw_inventory_host *host),
                              void *ctx)
{
    struct look look = { audit, on_host, ctx };
    audit->goes_on = !last;
    audit->pass++;
    audit->stats->findings_withheld -= audit->withheld;
    audit->stats->findings_dropped -= audit->dropped;
    audit->withheld = audit->dropped = 0;
    audit->looks_back = true;
    enum epw_err err = epw_inventory_each(audit->inventory, show_host, &look);
    for (size_t i = 0; err == EPW_OK && epw_rules[i] != NULL; i++)
        if (epw_rules[i]->finish != NULL)
            epw_rules[i]->finish(audit);
    audit->looks_back = false;
    return err;
}

static bool is_over(const struct epw_audit *audit, const struct epw_kept *k)
{
    return k->at_end ? k->pass != audit->pass
                     : audit->now_ns - k->finding.last_ns > EPW_FINDING_OVER_NS;
}

static bool is_changed(const struct epw_kept *k)
{
    return k->finding.count != k->told_count || k->finding.host_total != k->told_hosts;
}

/* What is to be told of it now; false: nothing. */
static bool next_state(const struct epw_audit *audit, const struct epw_kept *k, bool last,
                       enum epw_finding_state *state)
{
    bool changed = is_changed(k);
    bool over = is_over(audit, k);
    if (k->withheld) {
        *state = EPW_FINDING_WITHHELD;
        return last && !over;
    }
    if (k->told && over) {
        *state = EPW_FINDING_CLOSED;
        return true;
    }
    *state = k->told ? EPW_FINDING_UPDATED : EPW_FINDING_OPEN;
    if (last)
        return !(k->at_end && over);
    return !over && changed && (!k->told || audit->now_ns - k->told_ns >= EPW_FINDING_QUIET_NS);
}

static void hand_out(struct epw_audit *audit, struct epw_kept *k, enum epw_finding_state state,
                     void (*each)(void *ctx, const struct epw_finding *finding), void *ctx)
{
    struct epw_finding finding = shown(&k->finding);
    finding.state = state;
    finding.repeated = state == EPW_FINDING_UPDATED && !is_changed(k);
    k->told = state != EPW_FINDING_CLOSED;
    k->told_ns = audit->now_ns;
    k->told_count = k->finding.count;
    k->told_hosts = k->finding.host_total;
    each(ctx, &finding);
}

/*
 * In a run of months what is over would take all places: it goes, and is new when it comes again.
 * What was over before anybody was told of it stays for the end of the run.
 */
static void forget_over(struct epw_audit *audit)
{
    struct epw_kept *k, *next;
    HASH_ITER (hh, audit->kept, k, next) {
        bool untold = !k->at_end && !k->withheld && k->told_count == 0;
        if (is_over(audit, k) && !untold)
            epw_audit_forget(audit, k);
    }
}

/* After a look back. */
static enum epw_err tell(struct epw_audit *audit, bool last,
                         void (*each)(void *ctx, const struct epw_finding *finding), void *ctx)
{
    size_t count = 0, all = HASH_COUNT(audit->kept);
    struct epw_kept **list = calloc(all == 0 ? 1 : all, sizeof(list[0])), *k, *next;
    if (list == NULL)
        return EPW_ENOMEM;
    enum epw_finding_state state;
    HASH_ITER (hh, audit->kept, k, next) {
        if (next_state(audit, k, last, &state))
            list[count++] = k;
    }
    qsort(list, count, sizeof(list[0]), by_severity);
    for (size_t i = 0; i < count; i++) {
        next_state(audit, list[i], last, &state);
        hand_out(audit, list[i], state, each, ctx);
    }
    free(list);
    if (!last)
        forget_over(audit);
    return EPW_OK;
}

enum epw_err epw_audit_so_far(struct epw_audit *audit,
                              void (*on_host)(void *ctx, const struct epw_inventory_host *host),
                              void (*each)(void *ctx, const struct epw_finding *finding), void *ctx)
{
    enum epw_err err = look_back(audit, false, on_host, ctx);
    if (err != EPW_OK)
        return err;
    size_t count = 0, all = HASH_COUNT(audit->kept);
    struct epw_kept **list = calloc(all == 0 ? 1 : all, sizeof(list[0])), *k, *next;
    if (list == NULL)
        return EPW_ENOMEM;
    HASH_ITER (hh, audit->kept, k, next) {
        if (!is_over(audit, k) && !k->withheld)
            list[count++] = k;
    }
    qsort(list, count, sizeof(list[0]), by_severity);
    for (size_t i = 0; i < count; i++) {
        struct epw_finding finding = shown(&list[i]->finding);
        each(ctx, &finding);
    }
    free(list);
    return EPW_OK;
}

enum epw_err epw_audit_tell(struct epw_audit *audit,
                            void (*each)(void *ctx, const struct epw_finding *finding), void *ctx)
{
    enum epw_err err = look_back(audit, false, NULL, NULL);
    return err != EPW_OK ? err : tell(audit, false, each, ctx);
}

enum epw_err epw_audit_each(struct epw_audit *audit,
                            void (*on_host)(void *ctx, const struct epw_inventory_host *host),
                            void (*each)(void *ctx, const struct epw_finding *finding), void *ctx)
{
    enum epw_err err = look_back(audit, true, on_host, ctx);
    return err != EPW_OK ? err : tell(audit, true, each, ctx);
}
