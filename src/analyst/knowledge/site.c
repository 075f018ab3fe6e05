/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of a site file once it is read; its reader is site_load.c. */
#include "analyst/knowledge/site.h"

#include "analyst/knowledge/site_lines.h"

#include <stdlib.h>
#include <string.h>

static void free_lines(struct epw_site_line *line)
{
    for (struct epw_site_line *next; line != NULL; line = next) {
        next = line->next;
        free(line);
    }
}

void epw_site_free(struct epw_site *site)
{
    if (site == NULL)
        return;
    struct epw_site_net *net, *next_net;
    HASH_ITER (hh, site->nets, net, next_net) {
        HASH_DEL(site->nets, net);
        free_lines(net->first);
        free(net);
    }
    struct epw_site_host_name *name, *next_name;
    HASH_ITER (hh, site->names, name, next_name) {
        HASH_DEL(site->names, name);
        free_lines(name->first);
        free(name);
    }
    free_lines(site->deployed);
    free(site->move);
    free(site->moved);
    free(site->moved_sig);
    free(site);
}

static struct epw_prefix cut_to(const struct epw_ip *ip, unsigned bits)
{
    struct epw_prefix prefix = { .ip = *ip, .bits = (uint8_t)bits };
    for (unsigned byte = bits / 8; byte < sizeof(ip->b); byte++)
        prefix.ip.b[byte] =
            (uint8_t)(byte == bits / 8 ? prefix.ip.b[byte] & 0xff00u >> bits % 8 : 0);
    return prefix;
}

const struct epw_site_line *epw_site_next(const struct epw_site *site, const struct epw_ip *ip,
                                          struct epw_site_walk *walk)
{
    if (walk->line != NULL)
        walk->line = walk->line->next;
    while (walk->line == NULL && walk->bits > 0) {
        walk->bits--;
        if (site->of_length[walk->bits] == 0)
            continue;
        struct epw_prefix prefix = cut_to(ip, walk->bits);
        HASH_FIND(hh, site->nets, &prefix, sizeof(prefix), walk->net);
        walk->line = walk->net == NULL ? NULL : walk->net->first;
    }
    return walk->line;
}

/* Whether a line of this type holds the address. */
static bool holds(const struct epw_site *site, enum epw_site_type type, const struct epw_ip *ip)
{
    if (site == NULL || site->count[type] == 0)
        return false;
    struct epw_site_walk walk = { .bits = EPW_SITE_LENGTHS };
    const struct epw_site_line *line;
    while ((line = epw_site_next(site, ip, &walk)) != NULL)
        if (line->type == type)
            return true;
    return false;
}

bool epw_site_has_internal(const struct epw_site *site)
{
    return site != NULL && site->count[EPW_SITE_INTERNAL] != 0;
}

bool epw_site_internal(const struct epw_site *site, const struct epw_ip *ip)
{
    return epw_site_has_internal(site) ? holds(site, EPW_SITE_INTERNAL, ip) : epw_ip_is_private(ip);
}

bool epw_site_has_deployed(const struct epw_site *site)
{
    return site != NULL && site->count[EPW_SITE_DEPLOYED] != 0;
}

bool epw_site_deployed(const struct epw_site *site, const char *product)
{
    const struct epw_site_line *line = site == NULL ? NULL : site->deployed;
    while (line != NULL && strcmp(line->product, product) != 0)
        line = line->next;
    return line != NULL;
}

static bool is_role(const struct epw_site_line *line, const char *product, const char *role)
{
    return strcmp(line->product, product) == 0 && strcmp(line->key, role) == 0;
}

bool epw_site_role(const struct epw_site *site, const struct epw_ip *ip, const char *product,
                   const char *role)
{
    if (site == NULL || site->count[EPW_SITE_HOST] == 0 || role[0] == '\0')
        return false;
    struct epw_site_walk walk = { .bits = EPW_SITE_LENGTHS };
    const struct epw_site_line *line;
    while ((line = epw_site_next(site, ip, &walk)) != NULL)
        if (line->type == EPW_SITE_HOST && is_role(line, product, role))
            return true;
    return false;
}

bool epw_site_known(const struct epw_site *site, const struct epw_ip *ip, const char **product,
                    const char **role)
{
    if (site == NULL || site->count[EPW_SITE_HOST] == 0)
        return false;
    struct epw_site_walk walk = { .bits = EPW_SITE_LENGTHS };
    const struct epw_site_line *line = epw_site_next(site, ip, &walk);
    while (line != NULL && line->type != EPW_SITE_HOST)
        line = epw_site_next(site, ip, &walk);
    if (line == NULL)
        return false;
    *product = line->product;
    *role = line->key;
    return true;
}

bool epw_site_is_silent(const struct epw_site *site, const struct epw_ip *a, const struct epw_ip *b)
{
    return site == NULL || (site->count[EPW_SITE_NAME] == 0 && site->move_count == 0 &&
                            !holds(site, EPW_SITE_HOST, a) && !holds(site, EPW_SITE_HOST, b));
}

static const struct epw_site_line *lines_of_name(const struct epw_site *site, const char *name)
{
    struct epw_site_host_name *found = NULL;
    if (site != NULL)
        HASH_FIND(hh, site->names, name, strlen(name), found);
    return found == NULL ? NULL : found->first;
}

bool epw_site_names(const struct epw_site *site, const char *name, const char *product,
                    const char *role)
{
    const struct epw_site_line *line = lines_of_name(site, name);
    while (line != NULL && !is_role(line, product, role))
        line = line->next;
    return line != NULL;
}

static bool any_is_role(const struct epw_site_line *line, const char *product, const char *role)
{
    for (; line != NULL; line = line->next)
        if ((line->type == EPW_SITE_HOST || line->type == EPW_SITE_NAME) &&
            is_role(line, product, role))
            return true;
    return false;
}

bool epw_site_declares_address(const struct epw_site *site, const char *product, const char *role)
{
    const struct epw_site_net *net = site == NULL ? NULL : site->nets;
    while (net != NULL && !any_is_role(net->first, product, role))
        net = net->hh.next;
    return net != NULL;
}

const char *epw_site_name_at(const struct epw_site *site, const char *product, const char *role,
                             size_t index)
{
    const struct epw_site_host_name *name = site == NULL ? NULL : site->names;
    for (; name != NULL; name = name->hh.next)
        if (any_is_role(name->first, product, role) && index-- == 0)
            return name->name;
    return NULL;
}

bool epw_site_declares(const struct epw_site *site, const char *product, const char *role)
{
    return epw_site_declares_address(site, product, role) ||
           epw_site_name_at(site, product, role, 0) != NULL;
}

bool epw_site_move_is_of(const struct epw_site_move *move, const struct epw_signature *sig)
{
    return move->proto == sig->proto && strcmp(move->function, sig->function) == 0 &&
           strcmp(move->product, sig->product) == 0;
}

bool epw_site_has_moved(const struct epw_site *site)
{
    return site != NULL && site->move_count != 0;
}

bool epw_site_moved(const struct epw_site *site, const struct epw_signature *sig)
{
    return epw_site_has_moved(site) && site->moved[sig->index];
}

bool epw_site_moved_has(const struct epw_site *site, const struct epw_signature *sig, uint16_t port)
{
    if (!epw_site_moved(site, sig))
        return false;
    for (size_t i = 0; i < site->move_count; i++) {
        const struct epw_site_move *move = &site->move[i];
        if (port >= move->range.low && port <= move->range.high && epw_site_move_is_of(move, sig))
            return true;
    }
    return false;
}

bool epw_site_has_port(const struct epw_site *site, const struct epw_signature *sig, uint16_t port)
{
    return epw_site_moved(site, sig) ? epw_site_moved_has(site, sig, port)
                                     : epw_signature_has_port(sig, port);
}

uint16_t epw_site_first_port(const struct epw_site *site, const struct epw_signature *sig)
{
    for (size_t i = 0; epw_site_moved(site, sig) && i < site->move_count; i++)
        if (epw_site_move_is_of(&site->move[i], sig))
            return site->move[i].range.low;
    return sig->first.low;
}

size_t epw_site_moved_to(const struct epw_site *site, uint8_t proto, uint16_t port,
                         const struct epw_signature **list, size_t max)
{
    size_t count = 0;
    for (size_t i = 0; site != NULL && i < site->moved_sig_count && count < max; i++) {
        const struct epw_signature *sig = site->moved_sig[i];
        if (sig->proto == proto && epw_site_moved_has(site, sig, port))
            list[count++] = sig;
    }
    return count;
}

size_t epw_site_by_port(const struct epw_site *site, const struct epw_catalogue *catalogue,
                        uint8_t proto, uint16_t port, const struct epw_signature **list, size_t max)
{
    const struct epw_signature *const *documented;
    size_t all = epw_catalogue_by_port(catalogue, proto, port, &documented), count = 0;
    for (size_t i = 0; i < all && count < max; i++)
        if (!epw_site_moved(site, documented[i]))
            list[count++] = documented[i];
    return count + epw_site_moved_to(site, proto, port, list + count, max - count);
}

bool epw_site_proxy(const struct epw_site *site, const struct epw_ip *ip)
{
    return holds(site, EPW_SITE_PROXY, ip);
}

bool epw_site_scanner(const struct epw_site *site, const struct epw_ip *ip)
{
    return holds(site, EPW_SITE_SCANNER, ip);
}

static bool accepts(const struct epw_site *site, const char *kind, const char *product,
                    const struct epw_ip *ip)
{
    struct epw_site_walk walk = { .bits = EPW_SITE_LENGTHS };
    const struct epw_site_line *line;
    while ((line = epw_site_next(site, ip, &walk)) != NULL)
        if (line->type == EPW_SITE_IGNORE && strcmp(line->key, kind) == 0 &&
            (line->product[0] == '\0' || strcmp(line->product, product) == 0))
            return true;
    return false;
}

bool epw_site_ignores(const struct epw_site *site, const char *kind, const char *product,
                      const struct epw_ip *a, const struct epw_ip *b)
{
    if (site == NULL || site->count[EPW_SITE_IGNORE] == 0)
        return false;
    return (a != NULL && accepts(site, kind, product, a)) ||
           (b != NULL && accepts(site, kind, product, b));
}
