/* SPDX-License-Identifier: Apache-2.0 */
#include "output/learn.h"

#include "base/hash.h"
#include "base/ip.h"
#include "base/table.h"
#include "base/text.h"
#include "output/openers.h"
#include "output/seen.h"

#include <stdlib.h>
#include <string.h>

/* Networks that are private by themselves (as epw_ip_is_private()); whatever is in them is ours. */
static const char *const ranges[] = { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
                                      "fc00::/7",   "100.64.0.0/10", "169.254.0.0/16",
                                      "fe80::/10" };
#define RANGES (sizeof(ranges) / sizeof(ranges[0]))

/*
 * Findings about hosts, not about their traffic: what is found now is accepted
 * in the file, so that only what is new is told from then on.
 */
static const char *const accepted[] = { "silent-agent", "two-products" };
#define ACCEPTED (sizeof(accepted) / sizeof(accepted[0]))

/* Longest text of others in a comment; longer ones are cut. */
#define COMMENT_LEN 1024

struct product {
    UT_hash_handle hh;
    bool neighbour;
    enum epw_confidence confidence;
    uint64_t flows;
    int64_t first_ns, last_ns;
    char name[];
};

/* A host in a role that others connect to. */
struct answer {
    struct answer *next;
    const struct epw_signature *sig; /* a row by which it answers: gives product and role */
    uint32_t peers;
    bool opens;             /* it is seen on the other side of such rows as well */
    struct epw_str basis;   /* a comment line */
    struct epw_str address; /* the lines themselves */
    size_t ip_count;
    struct epw_ip *ip;
};

struct learn {
    FILE *stream;
    const struct epw_run_info *info;
    struct product *products;
    struct epw_openers openers;
    struct epw_prefix range[RANGES];
    uint64_t in_range[RANGES];    /* hosts */
    struct epw_str nets;          /* lines of networks beside the private ones */
    struct epw_seen in_nets;      /* these networks */
    struct answer *first, **last; /* in the order of the inventory */
    struct epw_seen servers;      /* those of several: addresses by kind_of() */
    struct epw_str ignores;       /* lines of accepted deviations */
    uint64_t others;              /* internal hosts that speak for no product */
};

static enum epw_err learn_open(void **state, FILE *stream, const struct epw_run_info *info)
{
    struct learn *l = calloc(1, sizeof(*l));
    if (l == NULL)
        return EPW_ENOMEM;
    l->stream = stream;
    l->info = info;
    for (size_t i = 0; i < RANGES; i++)
        epw_prefix_parse(ranges[i], &l->range[i]);
    l->last = &l->first;
    l->openers.seed = l->in_nets.seed = l->servers.seed = epw_hash_new_seed();
    *state = l;
    return EPW_OK;
}

static struct product *product_of(struct learn *l, const struct epw_signature *sig)
{
    struct product *p;
    HASH_FIND_STR(l->products, sig->product, p);
    if (p != NULL)
        return p;
    size_t len = strlen(sig->product);
    p = calloc(1, sizeof(*p) + len + 1);
    if (p == NULL)
        return NULL;
    memcpy(p->name, sig->product, len + 1);
    p->neighbour = sig->neighbour;
    p->first_ns = INT64_MAX;
    HASH_ADD_KEYPTR(hh, l->products, p->name, len, p);
    if (!EPW_TABLE_ADDED(p)) {
        free(p);
        return NULL;
    }
    return p;
}

static enum epw_err learn_flow(void *state, const struct epw_result *result)
{
    struct learn *l = state;
    const struct epw_verdict *verdict = result->verdict;
    if (verdict->sig == NULL || verdict->confidence < EPW_CONF_LIKELY)
        return EPW_OK;
    enum epw_err err = epw_openers_note(&l->openers, verdict->sig->product, result->record);
    if (err == EPW_ELIMIT && l->info->stats != NULL)
        l->info->stats->limited[EPW_LIMIT_OPENERS]++;
    struct product *p = err == EPW_ENOMEM ? NULL : product_of(l, verdict->sig);
    if (p == NULL)
        return EPW_ENOMEM;
    const struct epw_flow_record *r = result->record;
    p->flows += r->first_record;
    p->confidence = verdict->confidence > p->confidence ? verdict->confidence : p->confidence;
    p->first_ns = r->first_ns < p->first_ns ? r->first_ns : p->first_ns;
    p->last_ns = r->last_ns > p->last_ns ? r->last_ns : p->last_ns;
    return EPW_OK;
}

/* Names and summaries hold what hosts said: a line break must not become a line of the file. */
static void add_clean(struct epw_str *s, const char *text)
{
    char clean[COMMENT_LEN];
    epw_text_clean(text, strlen(text), clean, sizeof(clean));
    epw_str_add(s, clean);
}

/* "likely, 33 flows from 2026-... to 2026-...". */
static void add_basis(struct epw_str *s, enum epw_confidence confidence, uint64_t flows,
                      int64_t first_ns, int64_t last_ns)
{
    char count[EPW_TEXT_LEN], first[EPW_TEXT_LEN], last[EPW_TEXT_LEN];
    epw_str_addf(s, "%s, %s flow%s from %s to %s", epw_confidence_name(confidence),
                 epw_text_count(flows, count), flows == 1 ? "" : "s",
                 epw_text_time(first_ns, first), epw_text_time(last_ns, last));
}

/* A network of the host that is not private by itself: its /24 or /64, once. */
static enum epw_err add_net(struct learn *l, const struct epw_ip *ip)
{
    struct epw_ip net = *ip;
    size_t from = epw_ip_is4(ip) ? 15 : 8;
    memset(net.b + from, 0, sizeof(net.b) - from);
    char text[EPW_IP_STRLEN];
    bool fresh;
    enum epw_err err = epw_seen_add(&l->in_nets, 0, 0, &net, &fresh);
    if (fresh)
        epw_str_addf(&l->nets, "internal,,,%s/%d\n", epw_ip_format(&net, text),
                     epw_ip_is4(ip) ? 24 : 64);
    return err;
}

static enum epw_err learn_network(struct learn *l, const struct epw_inventory_host *host)
{
    bool private = false;
    for (size_t i = 0; i < host->ip_count; i++)
        for (size_t k = 0; k < RANGES; k++)
            if (epw_prefix_has(&l->range[k], &host->ip[i])) {
                l->in_range[k]++;
                private = true;
            }
    return private ? EPW_OK : add_net(l, &host->ip[0]);
}

static bool among(const char *const *list, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], text) == 0)
            return true;
    return false;
}

/* A row of the functions that the host was seen in, by which the role answers; NULL: none. */
static const struct epw_signature *answers(const struct learn *l,
                                           const struct epw_inventory_role *role)
{
    for (size_t i = 0; i < l->info->signature_count; i++) {
        const struct epw_signature *sig = l->info->signatures[i];
        if (strcmp(sig->product, role->product) == 0 && strcmp(sig->responder, role->role) == 0 &&
            among(role->seen, role->seen_count, sig->function))
            return sig;
    }
    return NULL;
}

static bool opens(const struct epw_inventory_host *host, const struct epw_signature *sig)
{
    for (size_t i = 0; i < host->role_count; i++)
        if (strcmp(host->role[i].product, sig->product) == 0 &&
            strcmp(host->role[i].role, sig->initiator) == 0 &&
            strcmp(sig->initiator, sig->responder) != 0)
            return true;
    return false;
}

/* Of the role of a product: the same number for the same. */
static uint64_t kind_of(const struct learn *l, const struct epw_signature *sig)
{
    uint64_t product = epw_hash(sig->product, strlen(sig->product), l->servers.seed);
    return epw_hash(sig->responder, strlen(sig->responder), product);
}

static enum epw_err learn_role(struct learn *l, const struct epw_inventory_host *host,
                               const struct epw_inventory_role *role,
                               const struct epw_signature *sig)
{
    char ip[EPW_IP_STRLEN];
    struct answer *a = calloc(1, sizeof(*a));
    if (a == NULL)
        return EPW_ENOMEM;
    *l->last = a;
    l->last = &a->next;
    a->sig = sig;
    a->peers = role->peers;
    a->opens = opens(host, sig);
    a->ip = calloc(host->ip_count, sizeof(a->ip[0]));
    if (a->ip == NULL)
        return EPW_ENOMEM;
    a->ip_count = host->ip_count;
    memcpy(a->ip, host->ip, host->ip_count * sizeof(a->ip[0]));
    epw_str_add(&a->basis, "# ");
    for (size_t i = 0; i < host->name_count; i++) {
        add_clean(&a->basis, host->name[i]);
        epw_str_add(&a->basis, i + 1 == host->name_count ? ": " : ", ");
    }
    add_basis(&a->basis, role->confidence, role->flows, role->first_ns, role->last_ns);
    epw_str_addf(&a->basis, ", %u peer%s:", (unsigned)role->peers, role->peers == 1 ? "" : "s");
    for (size_t i = 0; i < role->seen_count; i++)
        epw_str_addf(&a->basis, " %s", role->seen[i]);
    for (size_t i = 0; i < host->ip_count; i++)
        epw_str_addf(&a->address, "host,%s,%s,%s\n", role->product, role->role,
                     epw_ip_format(&host->ip[i], ip));
    bool fresh;
    for (size_t i = 0; i < host->ip_count && role->peers > 1; i++)
        if (epw_seen_add(&l->servers, kind_of(l, sig), 0, &host->ip[i], &fresh) != EPW_OK)
            return EPW_ENOMEM;
    return a->basis.failed || a->address.failed ? EPW_ENOMEM : EPW_OK;
}

/* A server that a site runs itself, wherever it stands; a vendor's cloud is known by its names. */
static bool is_own_server(const struct epw_signature *sig)
{
    return (sig->needs == EPW_NEEDS_PORT || sig->needs == EPW_NEEDS_RESPONDER) &&
           sig->name_count == 0 && strcmp(sig->initiator, sig->responder) != 0;
}

static enum epw_err learn_host(void *state, const struct epw_inventory_host *host)
{
    struct learn *l = state;
    if (host->ip_count == 0)
        return EPW_OK;
    if (host->internal && learn_network(l, host) != EPW_OK)
        return EPW_ENOMEM;
    for (size_t i = 0; i < host->role_count; i++) {
        const struct epw_inventory_role *role = &host->role[i];
        const struct epw_signature *sig =
            role->confidence >= EPW_CONF_LIKELY ? answers(l, role) : NULL;
        if (sig != NULL && (host->internal || is_own_server(sig)) &&
            learn_role(l, host, role, sig) != EPW_OK)
            return EPW_ENOMEM;
    }
    if (host->internal && host->role_count == 0) {
        char ip[EPW_IP_STRLEN];
        l->others++;
        epw_str_addf(&l->ignores, "ignore,,unprotected-host,%s\n", epw_ip_format(&host->ip[0], ip));
    }
    return l->nets.failed || l->ignores.failed ? EPW_ENOMEM : EPW_OK;
}

static enum epw_err learn_finding(void *state, const struct epw_finding *finding)
{
    struct learn *l = state;
    char ip[EPW_IP_STRLEN];
    if (!among(accepted, ACCEPTED, finding->kind))
        return EPW_OK;
    epw_str_add(&l->ignores, "# ");
    add_clean(&l->ignores, finding->summary);
    epw_str_add(&l->ignores, "\n");
    for (size_t i = 0; i < finding->host_count; i++)
        epw_str_addf(&l->ignores, "ignore,%s,%s,%s\n", finding->product, finding->kind,
                     epw_ip_format(&finding->host[i], ip));
    return l->ignores.failed ? EPW_ENOMEM : EPW_OK;
}

/* EPW_ENOMEM: not all were written. */
static enum epw_err write_products(const struct learn *l)
{
    struct epw_str s = { 0 };
    for (const struct product *p = l->products; p != NULL; p = p->hh.next) {
        epw_str_add(&s, "# ");
        add_basis(&s, p->confidence, p->flows, p->first_ns, p->last_ns);
        epw_str_addf(&s, "%s\ndeployed,%s,,\n",
                     p->neighbour ? "; a neighbour of the products that are watched for" : "",
                     p->name);
    }
    enum epw_err err = s.failed ? EPW_ENOMEM : EPW_OK;
    fputs(epw_str_text(&s), l->stream);
    epw_str_free(&s);
    return err;
}

/*
 * An agent that one host alone opened, which is the server of several and so
 * opened it the wrong way round.
 */
static bool is_wrong_way(const struct learn *l, const struct answer *a)
{
    for (size_t i = 0; i < a->ip_count && a->opens && a->peers == 1; i++) {
        const struct epw_ip *by = epw_openers_only(&l->openers, a->sig->product, &a->ip[i]);
        if (by != NULL && epw_seen_has(&l->servers, kind_of(l, a->sig), 0, by))
            return true;
    }
    return false;
}

static void write_hosts(const struct learn *l)
{
    for (const struct answer *a = l->first; a != NULL; a = a->next) {
        bool doubt = is_wrong_way(l, a);
        const char *lines = epw_str_text(&a->address);
        fprintf(l->stream, "%s%s\n", epw_str_text(&a->basis),
                doubt ? "; an agent, so this may be the wrong direction: not taken" : "");
        for (size_t len; *lines != '\0'; lines += len) {
            len = strcspn(lines, "\n") + 1;
            fprintf(l->stream, "%s%.*s", doubt ? "# " : "", (int)len, lines);
        }
    }
}

static enum epw_err write_all(const struct learn *l, const struct epw_stats *stats)
{
    char first[EPW_TEXT_LEN], last[EPW_TEXT_LEN];
    fprintf(l->stream,
            "# Learned by epwatch %s from traffic of %s to %s%s.\n"
            "# What was seen is not what should be: read each line, keep what is meant, delete the "
            "rest.\ntype,product,key,value,note\n",
            l->info->version, epw_text_time(stats->first_ns, first),
            epw_text_time(stats->last_ns, last),
            l->info->partial ? ", of which a part could not be read" : "");
    fputs("# Networks: those of the internal hosts that were seen\n", l->stream);
    for (size_t i = 0; i < RANGES; i++)
        if (l->in_range[i] != 0)
            fprintf(l->stream, "# %llu address%s\ninternal,,,%s\n",
                    (unsigned long long)l->in_range[i], l->in_range[i] == 1 ? "" : "es", ranges[i]);
    fputs(epw_str_text(&l->nets), l->stream);
    fputs("# Products: what spoke, likely or better\n", l->stream);
    enum epw_err err = write_products(l);
    fputs("# Hosts in roles that others connect to\n", l->stream);
    write_hosts(l);
    fprintf(l->stream,
            "# Accepted as it is: %llu internal hosts that speak for no product, and what was "
            "found of hosts\n",
            (unsigned long long)l->others);
    fputs(epw_str_text(&l->ignores), l->stream);
    return ferror(l->stream) != 0 ? EPW_EIO : err;
}

static enum epw_err learn_close(void *state, const struct epw_stats *stats)
{
    struct learn *l = state;
    enum epw_err err = write_all(l, stats);
    struct product *p, *next;
    HASH_ITER (hh, l->products, p, next) {
        HASH_DEL(l->products, p);
        free(p);
    }
    epw_openers_free(&l->openers);
    epw_seen_free(&l->in_nets);
    epw_seen_free(&l->servers);
    epw_str_free(&l->nets);
    for (struct answer *a = l->first, *after; a != NULL; a = after) {
        after = a->next;
        epw_str_free(&a->basis);
        epw_str_free(&a->address);
        free(a->ip);
        free(a);
    }
    epw_str_free(&l->ignores);
    free(l);
    return err;
}

const struct epw_output epw_learn = {
    .name = "learn",
    .help = "",
    .open = learn_open,
    .flow = learn_flow,
    .host = learn_host,
    .finding = learn_finding,
    .close = learn_close,
};
