/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the lines of a site file agree with each other. What cannot be true
 * at once is an error; what each line may say alone, but hardly both, or what
 * would have no effect, is a warning. The list is in docs/formats.md.
 */
#include "analyst/audit/audit.h"
#include "analyst/knowledge/site_lines.h"

#include <stdlib.h>
#include <string.h>

/* Prefix lengths that leave nothing out: IPv4 has its own, as its addresses are mapped ones. */
#define ALL_BITS4 96

#define NET_LEN   (EPW_IP_STRLEN + 4) /* "/128" */

/* The first line of each type that holds a net as a whole, its own lines included; NULL: none. */
struct above {
    const struct epw_site_line *first[EPW_SITE_TYPES];
    bool own[EPW_SITE_TYPES]; /* it is one of the net's own */
};

static void tell(struct epw_csv *csv, const struct epw_site_line *line, enum epw_err code,
                 const char *text)
{
    csv->line = line->number;
    epw_csv_tell(csv, code, "%s", text);
    csv->line = 0;
}

static char *format(const struct epw_site_net *net, char text[NET_LEN])
{
    bool four = epw_ip_is4(&net->prefix.ip) && net->prefix.bits >= ALL_BITS4;
    unsigned whole = four ? 32 : 128, bits = net->prefix.bits - (four ? ALL_BITS4 : 0u);
    epw_ip_format(&net->prefix.ip, text);
    if (bits != whole)
        snprintf(text + strlen(text), 5, "/%u", bits);
    return text;
}

static struct above look_above(const struct epw_site *site, const struct epw_site_net *net)
{
    struct above above = { 0 };
    struct epw_site_walk walk = { .bits = net->prefix.bits + 1u };
    const struct epw_site_line *line;
    while ((line = epw_site_next(site, &net->prefix.ip, &walk)) != NULL)
        if (above.first[line->type] == NULL) {
            above.first[line->type] = line;
            above.own[line->type] = walk.net == net;
        }
    return above;
}

/* A network is not outside of ours when a part of it is ours. */
static void mark_internal(struct epw_site *site)
{
    struct epw_site_net *net, *next;
    HASH_ITER (hh, site->nets, net, next) {
        const struct epw_site_line *line = net->first;
        while (line != NULL && line->type != EPW_SITE_INTERNAL)
            line = line->next;
        struct epw_site_walk walk = { .bits = line == NULL ? 0 : net->prefix.bits + 1u };
        while (epw_site_next(site, &net->prefix.ip, &walk) != NULL)
            walk.net->holds_internal = true;
    }
}

static void check_outside(const struct epw_site *site, struct epw_csv *csv,
                          const struct epw_site_net *net, const struct above *above,
                          const struct epw_site_line *line)
{
    char text[EPW_DIAG_LEN], name[NET_LEN];
    /* Clouds and hosted servers have public addresses; a private one elsewhere was mistyped. */
    if (site->count[EPW_SITE_INTERNAL] == 0 || above->first[EPW_SITE_INTERNAL] != NULL ||
        net->holds_internal || !epw_ip_is_private(&net->prefix.ip))
        return;
    snprintf(text, sizeof(text),
             "column value: %s is private, but in no internal network, and so taken for an outside "
             "one; expected an internal line that holds it",
             format(net, name));
    tell(csv, line, EPW_OK, text);
}

static void check_host(struct epw_csv *csv, const struct epw_site_net *net,
                       const struct above *above, const struct epw_site_line *line)
{
    char text[EPW_DIAG_LEN], name[NET_LEN];
    const struct epw_site_line *proxy = above->first[EPW_SITE_PROXY];
    if (proxy == NULL)
        return;
    snprintf(text, sizeof(text),
             "column value: %s is a proxy by line %u, and what a proxy speaks for others shows no "
             "role of its own; expected one of the two lines",
             format(net, name), (unsigned)proxy->number);
    tell(csv, line, EPW_OK, text);
}

/* What a proxy opens is what its clients want; what a scanner opens is wanted by nobody. */
static void check_scanner(struct epw_csv *csv, const struct epw_site_net *net,
                          const struct above *above, const struct epw_site_line *line)
{
    static const char *const words[EPW_SITE_TYPES] = {
        [EPW_SITE_PROXY] = "proxy", [EPW_SITE_SCANNER] = "scanner"
    };
    char text[EPW_DIAG_LEN], name[NET_LEN];
    enum epw_site_type type = line->type == EPW_SITE_PROXY ? EPW_SITE_SCANNER : EPW_SITE_PROXY;
    const struct epw_site_line *other = above->first[type];
    /* Lines of one net are both above each other: the later one tells. */
    if (other == NULL || (above->own[type] && other->number > line->number))
        return;
    snprintf(text, sizeof(text),
             "column type: got '%s', expected no such line, as line %u says that %s is a %s: it "
             "cannot be both",
             words[line->type], (unsigned)other->number, format(net, name), words[type]);
    tell(csv, line, EPW_EFORMAT, text);
}

static void check_all_of_it(struct epw_csv *csv, const struct epw_site_net *net,
                            const struct epw_site_line *line)
{
    if (net->prefix.bits != 0 && (net->prefix.bits != ALL_BITS4 || !epw_ip_is4(&net->prefix.ip)))
        return;
    tell(csv, line, EPW_OK,
         "column value: holds every address there is; expected a network of yours");
}

/* Whoever accepts it for one product does not accept it at all. */
static void check_accepted(struct epw_csv *csv, const struct epw_site_line *line)
{
    char text[EPW_DIAG_LEN];
    const struct epw_rule *rule = NULL;
    for (size_t i = 0; rule == NULL && epw_rules[i] != NULL; i++)
        if (strcmp(epw_rules[i]->name, line->key) == 0)
            rule = epw_rules[i];
    if (rule == NULL || !rule->of_hosts || line->product[0] == '\0')
        return;
    snprintf(text, sizeof(text),
             "column product: got '%s', but %s is about no product, and nothing is accepted so; "
             "expected an empty cell",
             line->product, line->key);
    tell(csv, line, EPW_OK, text);
}

static void check_net(const struct epw_site *site, struct epw_csv *csv,
                      const struct epw_site_net *net)
{
    const struct above above = look_above(site, net);
    for (const struct epw_site_line *line = net->first; line != NULL; line = line->next) {
        if (line->type == EPW_SITE_IGNORE) { /* its net may be anybody's */
            check_accepted(csv, line);
            continue;
        }
        check_all_of_it(csv, net, line);
        if (line->type == EPW_SITE_INTERNAL)
            continue;
        check_outside(site, csv, net, &above, line);
        if (line->type == EPW_SITE_HOST)
            check_host(csv, net, &above, line);
        else
            check_scanner(csv, net, &above, line);
    }
}

/* A product that was told of. */
struct product {
    UT_hash_handle hh;
    const char *name;
};

/* A file that has deployed lines names all that is run: traffic of others is told as rogue. */
static void check_deployed(const struct epw_site *site, struct epw_csv *csv,
                           struct product **products, const struct epw_site_line *line)
{
    size_t len = strlen(line->product);
    struct product *product;
    HASH_FIND(hh, *products, line->product, len, product);
    if (product != NULL || epw_site_deployed(site, line->product))
        return;
    char text[EPW_DIAG_LEN];
    snprintf(text, sizeof(text),
             "column product: %s is not among the deployed ones, and so told as rogue; expected a "
             "line deployed,%s,, too",
             line->product, line->product);
    tell(csv, line, EPW_OK, text);
    product = calloc(1, sizeof(*product));
    if (product == NULL)
        return; /* it is told again */
    product->name = line->product;
    HASH_ADD_KEYPTR(hh, *products, product->name, len, product);
    if (!EPW_TABLE_ADDED(product))
        free(product);
}

static void check_products(const struct epw_site *site, struct epw_csv *csv)
{
    struct product *products = NULL, *product, *after;
    const struct epw_site_net *net = site->nets;
    const struct epw_site_host_name *name = site->names;
    const struct epw_site_line *line;
    if (!epw_site_has_deployed(site))
        return;
    for (; net != NULL; net = net->hh.next)
        for (line = net->first; line != NULL; line = line->next)
            if (line->type == EPW_SITE_HOST)
                check_deployed(site, csv, &products, line);
    for (; name != NULL; name = name->hh.next)
        for (line = name->first; line != NULL; line = line->next)
            check_deployed(site, csv, &products, line);
    for (size_t i = 0; i < site->move_count; i++) {
        const struct epw_site_line moved = { .product = site->move[i].product,
                                             .number = site->move[i].number };
        check_deployed(site, csv, &products, &moved);
    }
    HASH_ITER (hh, products, product, after) {
        HASH_DEL(products, product);
        free(product);
    }
}

static bool overlap(const struct epw_site_move *a, const struct epw_site_move *b)
{
    return a->proto == b->proto && a->range.low <= b->range.high && b->range.low <= a->range.high &&
           strcmp(a->function, b->function) == 0 && strcmp(a->product, b->product) == 0;
}

static void check_moves(const struct epw_site *site, struct epw_csv *csv)
{
    for (size_t i = 1; i < site->move_count; i++)
        for (size_t before = 0; before < i; before++) {
            if (!overlap(&site->move[i], &site->move[before]))
                continue;
            csv->line = site->move[i].number;
            epw_csv_tell(csv, EPW_OK,
                         "column value: has ports of line %u again; expected each port of a "
                         "function once",
                         (unsigned)site->move[before].number);
            csv->line = 0;
            break;
        }
}

void epw_site_check(struct epw_site *site, struct epw_csv *csv)
{
    mark_internal(site);
    for (const struct epw_site_net *net = site->nets; net != NULL; net = net->hh.next)
        check_net(site, csv, net);
    check_products(site, csv);
    check_moves(site, csv);
}
