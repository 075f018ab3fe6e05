/* SPDX-License-Identifier: Apache-2.0 */
/* What hosts are called: by DHCP and NetBIOS, which they tell it themselves, and by DNS. */
#include "analyst/audit/inventory_table.h"

#include <stdlib.h>
#include <string.h>

/* RFC 2131, 4.1: clients speak from port 68; a relay, which speaks for others, from 67. */
#define DHCP_CLIENT_PORT 68

/* A copy in lower case, in which no blank parts the name: lists of names are parted by them. */
static char *copy_name(const char *name)
{
    char *copy = strdup(name);
    for (char *at = copy; at != NULL && *at != '\0'; at++)
        *at = *at == ' ' ? '_' : *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
    return copy;
}

void epw_inv_addr_name(struct epw_inventory *inv, struct epw_inv_addr *addr, const char *name)
{
    if (name[0] == '\0' || addr->name_count == EPW_INVENTORY_NAMES)
        return;
    if (addr->name == NULL)
        addr->name = calloc(EPW_INVENTORY_NAMES, sizeof(addr->name[0]));
    char *copy = addr->name == NULL ? NULL : copy_name(name);
    inv->know->stats->limited[EPW_LIMIT_MEMORY] += copy == NULL;
    for (size_t i = 0; copy != NULL && i < addr->name_count; i++)
        if (strcmp(addr->name[i], copy) == 0) {
            free(copy);
            return;
        }
    if (copy != NULL)
        addr->name[addr->name_count++] = copy;
}

static void name_addr(struct epw_inventory *inv, const struct epw_ip *ip, const char *name)
{
    if (!epw_inv_is_host(ip) || !epw_site_internal(inv->know->site, ip))
        return;
    struct epw_inv_addr *addr = epw_inv_addr_get(inv, ip);
    if (addr != NULL)
        epw_inv_addr_name(inv, addr, name);
}

/* What a host says of itself to the NetBIOS name service. */
static void note_netbios(struct epw_inventory *inv, const struct epw_flow_record *r, unsigned side)
{
    static const char word[] = "REGISTER ";
    const char *request = r->evidence->request;
    if (strncmp(request, word, sizeof(word) - 1) == 0)
        name_addr(inv, &r->ip[side], request + sizeof(word) - 1);
}

/*
 * A DHCP client that has no address yet is known by its MAC alone; without an
 * address, or to everybody, nothing speaks through a router.
 */
static void note_dhcp(struct epw_inventory *inv, const struct epw_flow_record *r, unsigned side)
{
    const char *name = r->evidence->hint;
    bool has_ip = epw_inv_is_host(&r->ip[side]);
    if (has_ip && r->port[side] != DHCP_CLIENT_PORT)
        return;
    if (has_ip && name[0] != '\0')
        name_addr(inv, &r->ip[side], name);
    struct epw_inv_mac *mac =
        r->has_mac && (!has_ip || r->group) ? epw_inv_mac_get(inv, r->mac[side]) : NULL;
    if (mac == NULL)
        return;
    mac->leases = true;
    if (!has_ip && mac->name == NULL && name[0] != '\0')
        inv->know->stats->limited[EPW_LIMIT_MEMORY] += (mac->name = copy_name(name)) == NULL;
}

void epw_inv_note_own_name(struct epw_inventory *inv, const struct epw_flow_record *r)
{
    unsigned side = r->evidence->requester > 1 ? 0 : r->evidence->requester;
    if (r->evidence->app == EPW_APP_DHCP)
        note_dhcp(inv, r, side);
    else if (r->evidence->app == EPW_APP_NBNS)
        note_netbios(inv, r, side);
}

void epw_inventory_sighting(struct epw_inventory *inv, const struct epw_sighting *sighting)
{
    if (sighting->kind == EPW_SIGHT_ADDRESS)
        name_addr(inv, &sighting->address, sighting->name);
}
