/* SPDX-License-Identifier: Apache-2.0 */
#include "output/summary.h"

#include "base/hash.h"
#include "base/table.h"
#include "base/text.h"
#include "output/seen.h"

#include <stdlib.h>
#include <string.h>

struct function {
    struct epw_sum_function sum;
    UT_hash_handle hh;
    char key[]; /* product NUL function NUL: sum points into it */
};

struct port {
    struct epw_sum_port sum;
    uint32_t key;
    UT_hash_handle hh;
};

struct role {
    struct epw_sum_role sum;
    UT_hash_handle hh;
    char key[]; /* product NUL role NUL: sum points into it */
};

struct epw_summary {
    uint64_t seed;
    struct epw_str key; /* being looked up */
    struct function *functions;
    struct port *ports;
    struct role *roles;
    struct epw_seen hosts;
    struct epw_tally other;
    uint64_t undecided;
    const struct epw_sum_function **function_list; /* made when asked for */
    const struct epw_sum_port **port_list;
    const struct epw_sum_role **role_list;
};

enum epw_err epw_summary_new(struct epw_summary **summary)
{
    *summary = calloc(1, sizeof(**summary));
    if (*summary == NULL)
        return EPW_ENOMEM;
    (*summary)->seed = (*summary)->hosts.seed = epw_hash_new_seed();
    return EPW_OK;
}

static void free_port(struct port *port)
{
    for (size_t i = 0; i < port->sum.candidate_count; i++)
        free((void *)(uintptr_t)port->sum.candidate[i].product);
    free(port);
}

void epw_summary_forget_hosts(struct epw_summary *summary)
{
    struct role *role, *next;
    HASH_ITER (hh, summary->roles, role, next) {
        HASH_DEL(summary->roles, role);
        free(role);
    }
}

void epw_summary_free(struct epw_summary *summary)
{
    if (summary == NULL)
        return;
    struct function *function, *next_function;
    HASH_ITER (hh, summary->functions, function, next_function) {
        HASH_DEL(summary->functions, function);
        free(function);
    }
    struct port *port, *next_port;
    HASH_ITER (hh, summary->ports, port, next_port) {
        HASH_DEL(summary->ports, port);
        free_port(port);
    }
    epw_summary_forget_hosts(summary);
    epw_seen_free(&summary->hosts);
    epw_str_free(&summary->key);
    free(summary->function_list);
    free(summary->port_list);
    free(summary->role_list);
    free(summary);
}

static enum epw_err add_host(struct epw_summary *summary, struct epw_tally *tally,
                             const struct epw_ip *ip, unsigned side)
{
    bool fresh;
    enum epw_err err = epw_seen_add(&summary->hosts, (uintptr_t)tally, side, ip, &fresh);
    tally->hosts[side] += fresh ? 1 : 0;
    return err;
}

static void add_counts(struct epw_tally *tally, const struct epw_flow_record *record)
{
    tally->flows += record->first_record ? 1 : 0;
    tally->packets += record->packets[0] + record->packets[1];
    tally->bytes += record->bytes[0] + record->bytes[1];
}

static enum epw_err add_tally(struct epw_summary *summary, struct epw_tally *tally,
                              const struct epw_flow_record *record)
{
    add_counts(tally, record);
    enum epw_err first = add_host(summary, tally, &record->ip[0], 0);
    enum epw_err second = add_host(summary, tally, &record->ip[1], 1);
    return first != EPW_OK ? first : second;
}

/* "A NUL B NUL", the key of functions and roles, in the summary's room for it. */
static unsigned make_key(struct epw_summary *summary, const char *a, const char *b)
{
    epw_str_clear(&summary->key);
    epw_str_addn(&summary->key, a, strlen(a) + 1);
    epw_str_addn(&summary->key, b, strlen(b) + 1);
    return (unsigned)epw_hash(summary->key.text, summary->key.len, summary->seed);
}

static struct function *find_function(struct epw_summary *summary, const struct epw_signature *sig)
{
    unsigned hash = make_key(summary, sig->product, sig->function);
    const struct epw_str *key = &summary->key;
    struct function *f;
    HASH_FIND_BYHASHVALUE(hh, summary->functions, key->text, key->len, hash, f);
    if (f != NULL || key->failed)
        return f;
    f = calloc(1, sizeof(*f) + key->len);
    if (f == NULL)
        return NULL;
    memcpy(f->key, key->text, key->len);
    f->sum.product = f->key;
    f->sum.function = f->key + strlen(f->key) + 1;
    f->sum.neighbour = sig->neighbour;
    HASH_ADD_KEYPTR_BYHASHVALUE(hh, summary->functions, f->key, key->len, hash, f);
    if (!EPW_TABLE_ADDED(f)) {
        free(f);
        return NULL;
    }
    return f;
}

static struct role *find_role(struct epw_summary *summary, const char *product, const char *name)
{
    unsigned hash = make_key(summary, product, name);
    const struct epw_str *key = &summary->key;
    struct role *role;
    HASH_FIND_BYHASHVALUE(hh, summary->roles, key->text, key->len, hash, role);
    if (role != NULL || key->failed)
        return role;
    role = calloc(1, sizeof(*role) + key->len);
    if (role == NULL)
        return NULL;
    memcpy(role->key, key->text, key->len);
    role->sum.product = role->key;
    role->sum.role = role->key + strlen(role->key) + 1;
    HASH_ADD_KEYPTR_BYHASHVALUE(hh, summary->roles, role->key, key->len, hash, role);
    if (!EPW_TABLE_ADDED(role)) {
        free(role);
        return NULL;
    }
    return role;
}

static struct port *find_port(struct epw_summary *summary, const struct epw_flow_record *record)
{
    uint32_t key = (uint32_t)record->proto << 16 | record->port[1];
    struct port *port;
    unsigned hash = (unsigned)epw_hash(&key, sizeof(key), summary->seed);
    HASH_FIND_BYHASHVALUE(hh, summary->ports, &key, sizeof(key), hash, port);
    if (port != NULL)
        return port;
    port = calloc(1, sizeof(*port));
    if (port == NULL)
        return NULL;
    port->key = key;
    port->sum.proto = record->proto;
    port->sum.port = record->port[1];
    HASH_ADD_BYHASHVALUE(hh, summary->ports, key, sizeof(port->key), hash, port);
    if (!EPW_TABLE_ADDED(port)) {
        free(port);
        return NULL;
    }
    return port;
}

static bool has_candidate(const struct epw_sum_port *port, const struct epw_signature *sig)
{
    for (size_t i = 0; i < port->candidate_count; i++)
        if (strcmp(port->candidate[i].product, sig->product) == 0 &&
            strcmp(port->candidate[i].function, sig->function) == 0)
            return true;
    return false;
}

static enum epw_err add_candidate(struct epw_sum_port *port, const struct epw_candidate *candidate)
{
    const struct epw_signature *sig = candidate->sig;
    if (candidate->contradicted || has_candidate(port, sig) ||
        port->candidate_count == EPW_SUM_CANDIDATES)
        return EPW_OK;
    size_t product_len = strlen(sig->product) + 1, function_len = strlen(sig->function) + 1;
    size_t why_len = strlen(candidate->why) + 1;
    char *room = malloc(product_len + function_len + why_len);
    if (room == NULL)
        return EPW_ENOMEM;
    memcpy(room, sig->product, product_len);
    memcpy(room + product_len, sig->function, function_len);
    memcpy(room + product_len + function_len, candidate->why, why_len);
    port->candidate[port->candidate_count++] = (struct epw_sum_candidate){
        .product = room,
        .function = room + product_len,
        .why = room + product_len + function_len,
    };
    return EPW_OK;
}

/* These two by themselves, as few flows come there. */
static __attribute__((noinline)) enum epw_err add_ambiguous(struct epw_summary *summary,
                                                            const struct epw_result *result)
{
    struct port *port = find_port(summary, result->record);
    if (port == NULL)
        return EPW_ENOMEM;
    enum epw_err err = add_tally(summary, &port->sum.tally, result->record);
    for (size_t i = 0; i < result->verdict->candidate_count && err == EPW_OK; i++)
        err = add_candidate(&port->sum, &result->verdict->candidate[i]);
    return err;
}

static __attribute__((noinline)) enum epw_err add_labelled(struct epw_summary *summary,
                                                           const struct epw_result *result)
{
    const struct epw_verdict *verdict = result->verdict;
    struct function *function = find_function(summary, verdict->sig);
    if (function == NULL)
        return EPW_ENOMEM;
    function->sum.bytes += result->record->bytes[0] + result->record->bytes[1];
    return add_tally(summary, &function->sum.tally[verdict->confidence], result->record);
}

enum epw_err epw_summary_add(struct epw_summary *summary, const struct epw_result *result)
{
    const struct epw_verdict *verdict = result->verdict;
    if (verdict->sig != NULL)
        return add_labelled(summary, result);
    if (verdict->confidence == EPW_CONF_AMBIGUOUS)
        return add_ambiguous(summary, result);
    add_counts(&summary->other, result->record);
    if ((verdict->untold || verdict->candidate_count != 0) && result->record->first_record)
        summary->undecided++;
    return EPW_OK;
}

enum epw_err epw_summary_add_host(struct epw_summary *summary,
                                  const struct epw_inventory_host *host)
{
    for (size_t i = 0; i < host->role_count; i++) {
        const struct epw_inventory_role *played = &host->role[i];
        if (played->confidence < EPW_CONF_LIKELY || played->neighbour)
            continue;
        struct role *role = find_role(summary, played->product, played->role);
        if (role == NULL)
            return EPW_ENOMEM;
        role->sum.hosts++;
        if (role->sum.address_count < EPW_SUM_ADDRESSES)
            role->sum.address[role->sum.address_count++] = host->ip[0];
    }
    return EPW_OK;
}

static int by_product(const void *a, const void *b)
{
    const struct epw_sum_function *x = *(const struct epw_sum_function *const *)a;
    const struct epw_sum_function *y = *(const struct epw_sum_function *const *)b;
    int order = strcmp(x->product, y->product);
    if (order != 0)
        return order;
    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return strcmp(x->function, y->function);
}

const struct epw_sum_function *const *epw_summary_functions(struct epw_summary *summary,
                                                            size_t *count)
{
    *count = 0;
    free(summary->function_list);
    summary->function_list =
        calloc(HASH_COUNT(summary->functions) + 1, sizeof(*summary->function_list));
    if (summary->function_list == NULL)
        return NULL;
    for (const struct function *f = summary->functions; f != NULL; f = f->hh.next)
        summary->function_list[(*count)++] = &f->sum;
    qsort(summary->function_list, *count, sizeof(*summary->function_list), by_product);
    return summary->function_list;
}

static int by_flows(const void *a, const void *b)
{
    const struct epw_sum_port *x = *(const struct epw_sum_port *const *)a;
    const struct epw_sum_port *y = *(const struct epw_sum_port *const *)b;
    if (x->tally.flows != y->tally.flows)
        return x->tally.flows > y->tally.flows ? -1 : 1;
    if (x->proto != y->proto)
        return x->proto < y->proto ? -1 : 1;
    return (x->port > y->port) - (x->port < y->port);
}

const struct epw_sum_port *const *epw_summary_ports(struct epw_summary *summary, size_t *count)
{
    *count = 0;
    free(summary->port_list);
    summary->port_list = calloc(HASH_COUNT(summary->ports) + 1, sizeof(*summary->port_list));
    if (summary->port_list == NULL)
        return NULL;
    for (const struct port *p = summary->ports; p != NULL; p = p->hh.next)
        summary->port_list[(*count)++] = &p->sum;
    qsort(summary->port_list, *count, sizeof(*summary->port_list), by_flows);
    return summary->port_list;
}

static int by_role(const void *a, const void *b)
{
    const struct epw_sum_role *x = *(const struct epw_sum_role *const *)a;
    const struct epw_sum_role *y = *(const struct epw_sum_role *const *)b;
    int order = strcmp(x->product, y->product);
    return order != 0 ? order : strcmp(x->role, y->role);
}

const struct epw_sum_role *const *epw_summary_roles(struct epw_summary *summary, size_t *count)
{
    *count = 0;
    free(summary->role_list);
    summary->role_list = calloc(HASH_COUNT(summary->roles) + 1, sizeof(*summary->role_list));
    if (summary->role_list == NULL)
        return NULL;
    for (const struct role *r = summary->roles; r != NULL; r = r->hh.next)
        summary->role_list[(*count)++] = &r->sum;
    qsort(summary->role_list, *count, sizeof(*summary->role_list), by_role);
    return summary->role_list;
}

const struct epw_tally *epw_summary_other(const struct epw_summary *summary)
{
    return &summary->other;
}

uint64_t epw_summary_undecided(const struct epw_summary *summary)
{
    return summary->undecided;
}

bool epw_summary_hosts_full(const struct epw_summary *summary)
{
    return summary->hosts.missed != 0;
}
