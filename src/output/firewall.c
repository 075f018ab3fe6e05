/* SPDX-License-Identifier: Apache-2.0 */
#include "output/firewall.h"

#include "base/hash.h"
#include "base/table.h"
#include "output/seen.h"

#include <stdlib.h>
#include <string.h>

/* The role id of every vendor's service on the Internet. */
#define OUTSIDE_ROLE "cloud"

/* No padding: the key is compared as bytes. */
struct key {
    uint64_t id; /* hash of the signature's: it may have been loaded twice */
    struct epw_ip responder;
    uint64_t port_and_proxy;
};

struct kept {
    UT_hash_handle hh;
    struct key key;
    struct epw_fw_rule rule;
    size_t cap;
    uint64_t number; /* no other one ever has it */
};

struct epw_firewall {
    uint64_t seed;
    struct kept *kept;
    uint64_t numbers; /* given so far */
    struct epw_seen pairs;
    struct epw_fw_rule **list;
    struct epw_ip *inside; /* our addresses, sorted when rules are asked for */
    size_t inside_count, inside_cap;
};

enum epw_err epw_firewall_new(struct epw_firewall **fw)
{
    *fw = calloc(1, sizeof(**fw));
    if (*fw == NULL)
        return EPW_ENOMEM;
    (*fw)->seed = (*fw)->pairs.seed = epw_hash_new_seed();
    return EPW_OK;
}

void epw_firewall_free(struct epw_firewall *fw)
{
    if (fw == NULL)
        return;
    struct kept *k, *next;
    HASH_ITER (hh, fw->kept, k, next) {
        HASH_DEL(fw->kept, k);
        free(k->rule.initiator);
        free(k);
    }
    epw_seen_free(&fw->pairs);
    free(fw->list);
    free(fw->inside);
    free(fw);
}

/* What its documents want to pass a firewall. */
static bool passes(const struct epw_signature *sig)
{
    return !sig->neighbour && sig->scope != EPW_SCOPE_LOCALHOST &&
           sig->scope != EPW_SCOPE_NOT_IN_FIREWALL;
}

static struct kept *get(struct epw_firewall *fw, const struct epw_flow_record *r,
                        const struct epw_signature *sig, bool proxied)
{
    /* Announced ports differ from one connection to the next: they are told as one. */
    uint16_t port = sig->needs == EPW_NEEDS_CONTROL ? 0 : r->port[1];
    struct key key = { .id = epw_hash(sig->id, strlen(sig->id), fw->seed),
                       .responder = r->ip[1],
                       .port_and_proxy = (uint64_t)port << 1 | (proxied ? 1 : 0) };
    unsigned hash = (unsigned)epw_hash(&key, sizeof(key), fw->seed);
    struct kept *k;
    HASH_FIND_BYHASHVALUE(hh, fw->kept, &key, sizeof(key), hash, k);
    if (k != NULL)
        return k;
    k = calloc(1, sizeof(*k));
    if (k == NULL)
        return NULL;
    k->key = key;
    k->number = ++fw->numbers;
    k->rule = (struct epw_fw_rule){ .sig = sig,
                                    .responder = r->ip[1],
                                    .port = port,
                                    .proxied = proxied,
                                    .first_ns = r->first_ns,
                                    .last_ns = r->last_ns };
    HASH_ADD_BYHASHVALUE(hh, fw->kept, key, sizeof(k->key), hash, k);
    if (!EPW_TABLE_ADDED(k)) {
        free(k);
        return NULL;
    }
    return k;
}

static bool push(struct epw_ip **list, size_t *count, size_t *cap, const struct epw_ip *ip)
{
    if (*count == *cap) {
        size_t grown_cap = *cap == 0 ? 4 : 2 * *cap;
        struct epw_ip *grown = realloc(*list, grown_cap * sizeof(grown[0]));
        if (grown == NULL)
            return false;
        *list = grown;
        *cap = grown_cap;
    }
    (*list)[(*count)++] = *ip;
    return true;
}

static enum epw_err add(struct epw_firewall *fw, const struct epw_flow_record *r,
                        const struct epw_signature *sig, bool proxied)
{
    if (!passes(sig) || HASH_COUNT(fw->kept) >= EPW_FIREWALL_PAIRS)
        return EPW_OK;
    struct kept *k = get(fw, r, sig, proxied);
    if (k == NULL)
        return EPW_ENOMEM;
    k->rule.flows += r->first_record ? 1 : 0;
    k->rule.first_ns = r->first_ns < k->rule.first_ns ? r->first_ns : k->rule.first_ns;
    k->rule.last_ns = r->last_ns > k->rule.last_ns ? r->last_ns : k->rule.last_ns;
    bool fresh;
    enum epw_err err = epw_seen_add(&fw->pairs, k->number, 0, &r->ip[0], &fresh);
    if (err == EPW_OK && fresh && !push(&k->rule.initiator, &k->rule.count, &k->cap, &r->ip[0]))
        err = EPW_ENOMEM;
    return err;
}

void epw_firewall_reloaded(struct epw_firewall *fw, epw_signature_find_fn find,
                           const void *signatures)
{
    struct kept *k, *next;
    HASH_ITER (hh, fw->kept, k, next) {
        k->rule.sig = find(signatures, k->rule.sig->id);
        if (k->rule.sig != NULL && passes(k->rule.sig))
            continue;
        HASH_DEL(fw->kept, k);
        free(k->rule.initiator);
        free(k);
    }
}

static bool has_port(const struct epw_signature *sig, uint16_t port)
{
    for (size_t i = 0; i < sig->port_count; i++)
        if (port >= sig->port[i].low && port <= sig->port[i].high)
            return true;
    return false;
}

/* The row that documents the proxy itself, of the product that is spoken to through it. */
static const struct epw_signature *proxy_row(const struct epw_result *result)
{
    const struct epw_verdict *v = result->verdict;
    for (size_t i = 0; i < v->candidate_count; i++) {
        const struct epw_candidate *c = &v->candidate[i];
        if (c->sig != v->sig && c->reached >= EPW_CONF_POSSIBLE && !c->contradicted &&
            strcmp(c->sig->product, v->sig->product) == 0 &&
            has_port(c->sig, result->record->port[1]))
            return c->sig;
    }
    return NULL;
}

enum epw_err epw_firewall_flow(struct epw_firewall *fw, const struct epw_result *result)
{
    const struct epw_verdict *v = result->verdict;
    if (v->confidence < EPW_CONF_LIKELY)
        return EPW_OK;
    enum epw_err err = add(fw, result->record, v->sig, v->proxied);
    const struct epw_signature *row = v->proxied ? proxy_row(result) : NULL;
    return err == EPW_OK && row != NULL ? add(fw, result->record, row, false) : err;
}

enum epw_err epw_firewall_host(struct epw_firewall *fw, const struct epw_inventory_host *host)
{
    for (size_t i = 0; host->internal && i < host->ip_count; i++)
        if (!push(&fw->inside, &fw->inside_count, &fw->inside_cap, &host->ip[i]))
            return EPW_ENOMEM;
    return EPW_OK;
}

static int by_ip(const void *a, const void *b)
{
    return epw_ip_cmp(a, b);
}

static bool is_inside(const struct epw_firewall *fw, const struct epw_ip *ip)
{
    return fw->inside_count != 0 &&
           bsearch(ip, fw->inside, fw->inside_count, sizeof(fw->inside[0]), by_ip) != NULL;
}

/* A service that opens the conversation from outside: from its networks, where they are known. */
static bool is_documented(const struct epw_signature *sig, const struct epw_ip *initiator)
{
    bool networks = false;
    for (size_t i = 0; i < sig->network_count; i++) {
        if (sig->network[i].side == 0 && epw_prefix_has(&sig->network[i].prefix, initiator))
            return true;
        networks |= sig->network[i].side == 0;
    }
    return !networks && strcmp(sig->initiator, OUTSIDE_ROLE) == 0;
}

/* Sorted, and those from outside that no document knows moved to the end. */
static void part(const struct epw_firewall *fw, struct epw_fw_rule *rule)
{
    qsort(rule->initiator, rule->count, sizeof(rule->initiator[0]), by_ip);
    rule->outside = 0;
    if (!is_inside(fw, &rule->responder))
        return;
    for (size_t i = 0; i + rule->outside < rule->count;) {
        struct epw_ip ip = rule->initiator[i];
        if (is_inside(fw, &ip) || is_documented(rule->sig, &ip)) {
            i++;
            continue;
        }
        memmove(&rule->initiator[i], &rule->initiator[i + 1],
                (rule->count - i - 1) * sizeof(rule->initiator[0]));
        rule->initiator[rule->count - 1] = ip;
        rule->outside++;
    }
}

static int by_initiators(const struct epw_fw_rule *a, const struct epw_fw_rule *b)
{
    size_t x = a->count - a->outside, y = b->count - b->outside;
    if (x != y)
        return x > y ? -1 : 1;
    return x == 0 ? 0 : memcmp(a->initiator, b->initiator, x * sizeof(a->initiator[0]));
}

bool epw_firewall_same(const struct epw_fw_rule *a, const struct epw_fw_rule *b)
{
    return strcmp(a->sig->product, b->sig->product) == 0 && a->sig->proto == b->sig->proto &&
           a->port == b->port && epw_ip_cmp(&a->responder, &b->responder) == 0 &&
           by_initiators(a, b) == 0;
}

static int by_product(const void *a, const void *b)
{
    const struct epw_fw_rule *x = *(struct epw_fw_rule *const *)a;
    const struct epw_fw_rule *y = *(struct epw_fw_rule *const *)b;
    int order = strcmp(x->sig->product, y->sig->product);
    if (order == 0)
        order = epw_ip_cmp(&x->responder, &y->responder);
    if (order == 0)
        order = (x->sig->proto > y->sig->proto) - (x->sig->proto < y->sig->proto);
    if (order == 0)
        order = (x->port > y->port) - (x->port < y->port);
    if (order == 0)
        order = by_initiators(x, y);
    if (order == 0)
        order = strcmp(x->sig->function, y->sig->function);
    return order != 0 ? order : strcmp(x->sig->id, y->sig->id);
}

struct epw_fw_rule *const *epw_firewall_rules(struct epw_firewall *fw, size_t *count)
{
    *count = 0;
    free(fw->list);
    fw->list = calloc(HASH_COUNT(fw->kept) + 1, sizeof(fw->list[0]));
    if (fw->list == NULL)
        return NULL;
    if (fw->inside_count != 0)
        qsort(fw->inside, fw->inside_count, sizeof(fw->inside[0]), by_ip);
    for (struct kept *k = fw->kept; k != NULL; k = k->hh.next) {
        if (k->rule.count == 0)
            continue;
        part(fw, &k->rule);
        fw->list[(*count)++] = &k->rule;
    }
    qsort(fw->list, *count, sizeof(fw->list[0]), by_product);
    return fw->list;
}

bool epw_firewall_full(const struct epw_firewall *fw)
{
    return fw->pairs.missed != 0 || HASH_COUNT(fw->kept) >= EPW_FIREWALL_PAIRS;
}

bool epw_firewall_unused(const struct epw_firewall *fw, const struct epw_signature *sig)
{
    if (!passes(sig) || sig->status != EPW_STATUS_CURRENT || sig->needs == EPW_NEEDS_NEVER ||
        sig->row_count == 0)
        return false;
    for (const struct kept *k = fw->kept; k != NULL; k = k->hh.next)
        if (strcmp(k->rule.sig->id, sig->id) == 0 && k->rule.count > k->rule.outside)
            return false;
    return true;
}
