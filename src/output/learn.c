/* SPDX-License-Identifier: Apache-2.0 */
#include "output/learn.h"

#include "base/ip.h"
#include "base/table.h"
#include "base/text.h"

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
    const char *name; /* the catalogue's */
    bool neighbour;
    enum epw_confidence confidence;
    uint64_t flows;
    int64_t first_ns, last_ns;
};

struct learn {
    FILE *stream;
    const struct epw_run_info *info;
    struct product *products;
    struct epw_prefix range[RANGES];
    uint64_t in_range[RANGES]; /* hosts */
    struct epw_str nets;       /* lines of networks beside the private ones */
    struct epw_str hosts;      /* lines of roles */
    struct epw_str ignores;    /* lines of accepted deviations */
    uint64_t others;           /* internal hosts that speak for no product */
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
    *state = l;
    return EPW_OK;
}

static struct product *product_of(struct learn *l, const struct epw_signature *sig)
{
    struct product *p;
    HASH_FIND_STR(l->products, sig->product, p);
    if (p != NULL)
        return p;
    p = calloc(1, sizeof(*p));
    if (p == NULL)
        return NULL;
    p->name = sig->product;
    p->neighbour = sig->neighbour;
    p->first_ns = INT64_MAX;
    HASH_ADD_KEYPTR(hh, l->products, p->name, strlen(p->name), p);
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
    struct product *p = product_of(l, verdict->sig);
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
static void add_net(struct learn *l, const struct epw_ip *ip)
{
    struct epw_ip net = *ip;
    size_t from = epw_ip_is4(ip) ? 15 : 8;
    memset(net.b + from, 0, sizeof(net.b) - from);
    char text[EPW_IP_STRLEN];
    struct epw_str line = { 0 };
    epw_str_addf(&line, "internal,,,%s/%d\n", epw_ip_format(&net, text), epw_ip_is4(ip) ? 24 : 64);
    if (strstr(epw_str_text(&l->nets), epw_str_text(&line)) == NULL)
        epw_str_add(&l->nets, epw_str_text(&line));
    epw_str_free(&line);
}

static void learn_network(struct learn *l, const struct epw_inventory_host *host)
{
    bool private = false;
    for (size_t i = 0; i < host->ip_count; i++)
        for (size_t k = 0; k < RANGES; k++)
            if (epw_prefix_has(&l->range[k], &host->ip[i])) {
                l->in_range[k]++;
                private = true;
            }
    if (!private)
        add_net(l, &host->ip[0]);
}

static bool among(const char *const *list, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i], text) == 0)
            return true;
    return false;
}

/* Whether the role answers in one of the functions that the host was seen in. */
static bool answers(const struct learn *l, const struct epw_inventory_role *role)
{
    for (size_t i = 0; i < l->info->signature_count; i++) {
        const struct epw_signature *sig = l->info->signatures[i];
        if (strcmp(sig->product, role->product) == 0 && strcmp(sig->responder, role->role) == 0 &&
            among(role->seen, role->seen_count, sig->function))
            return true;
    }
    return false;
}

static void learn_role(struct learn *l, const struct epw_inventory_host *host,
                       const struct epw_inventory_role *role)
{
    struct epw_str *s = &l->hosts;
    char ip[EPW_IP_STRLEN];
    epw_str_add(s, "# ");
    for (size_t i = 0; i < host->name_count; i++) {
        add_clean(s, host->name[i]);
        epw_str_add(s, i + 1 == host->name_count ? ": " : ", ");
    }
    add_basis(s, role->confidence, role->flows, role->first_ns, role->last_ns);
    epw_str_addf(s, ", %u peer%s:", (unsigned)role->peers, role->peers == 1 ? "" : "s");
    for (size_t i = 0; i < role->seen_count; i++)
        epw_str_addf(s, " %s", role->seen[i]);
    for (size_t i = 0; i < host->ip_count; i++)
        epw_str_addf(s, "\nhost,%s,%s,%s", role->product, role->role,
                     epw_ip_format(&host->ip[i], ip));
    epw_str_add(s, "\n");
}

static enum epw_err learn_host(void *state, const struct epw_inventory_host *host)
{
    struct learn *l = state;
    if (!host->internal || host->ip_count == 0)
        return EPW_OK;
    learn_network(l, host);
    for (size_t i = 0; i < host->role_count; i++)
        if (host->role[i].confidence >= EPW_CONF_LIKELY && answers(l, &host->role[i]))
            learn_role(l, host, &host->role[i]);
    if (host->role_count == 0) {
        char ip[EPW_IP_STRLEN];
        l->others++;
        epw_str_addf(&l->ignores, "ignore,,unprotected-host,%s\n", epw_ip_format(&host->ip[0], ip));
    }
    return l->hosts.failed || l->nets.failed || l->ignores.failed ? EPW_ENOMEM : EPW_OK;
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

static void write_products(const struct learn *l)
{
    struct epw_str s = { 0 };
    for (const struct product *p = l->products; p != NULL; p = p->hh.next) {
        epw_str_add(&s, "# ");
        add_basis(&s, p->confidence, p->flows, p->first_ns, p->last_ns);
        epw_str_addf(&s, "%s\ndeployed,%s,,\n",
                     p->neighbour ? "; a neighbour of the products that are watched for" : "",
                     p->name);
    }
    fputs(epw_str_text(&s), l->stream);
    epw_str_free(&s);
}

static void write_all(const struct learn *l, const struct epw_stats *stats)
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
    write_products(l);
    fputs("# Hosts in roles that others connect to\n", l->stream);
    fputs(epw_str_text(&l->hosts), l->stream);
    fprintf(l->stream,
            "# Accepted as it is: %llu internal hosts that speak for no product, and what was "
            "found of hosts\n",
            (unsigned long long)l->others);
    fputs(epw_str_text(&l->ignores), l->stream);
}

static enum epw_err learn_close(void *state, const struct epw_stats *stats)
{
    struct learn *l = state;
    write_all(l, stats);
    bool failed = ferror(l->stream) != 0;
    struct product *p, *next;
    HASH_ITER (hh, l->products, p, next) {
        HASH_DEL(l->products, p);
        free(p);
    }
    epw_str_free(&l->nets);
    epw_str_free(&l->hosts);
    epw_str_free(&l->ignores);
    free(l);
    return failed ? EPW_EIO : EPW_OK;
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
