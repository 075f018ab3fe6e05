/* SPDX-License-Identifier: Apache-2.0 */
/* What the inventory keeps, by address; inventory_list.c makes hosts of it at the end. */
#ifndef EPW_ANALYST_AUDIT_INVENTORY_TABLE_H
#define EPW_ANALYST_AUDIT_INVENTORY_TABLE_H

#include "analyst/audit/inventory.h"
#include "analyst/audit/kinds.h"
#include "base/table.h"

/* MACs kept, some 120 bytes each: as many as there are addresses. What comes after has none. */
#define EPW_INVENTORY_HOSTS EPW_ADDRESSES_MAX

/*
 * Peers counted of all roles together, at most 32 bytes each: 32 MiB, as much as a thousand servers
 * of a thousand clients take. A role that is new then has none.
 */
#define EPW_INVENTORY_PEERS_ALL (1u << 20)

/* A wired and a wireless interface, and a router's at a second tap. */
#define EPW_INVENTORY_MACS 3

/* Addresses kept of a MAC; with as many it is a router's. */
#define EPW_INVENTORY_KIN 32

/* A host has a name or two; an address with more is a shared one, and told by the first. */
#define EPW_INVENTORY_NAMES 4

/* Versions told of one role: hints, not a history. */
#define EPW_INVENTORY_VERSIONS 4

/* What is known of an address in one role of one product. */
struct epw_inv_role {
    struct epw_inv_role *next;
    const struct epw_kind *kind;
    enum epw_confidence confidence;
    int64_t first_ns, last_ns;
    uint64_t flows;
    uint64_t *peer; /* a set of hashes, 0 where a place is free: a collision is no more
                       likely than a bad memory cell */
    uint32_t peer_count, peer_cap;
    bool answered; /* was the responder in it */
    size_t version_count;
    const char *version[EPW_INVENTORY_VERSIONS]; /* the catalogue's */
    bool seen[];                                 /* by kind->function */
};

struct epw_inv_mac {
    UT_hash_handle hh;
    uint8_t mac[6];
    bool inside4, outside4; /* carried IPv4 addresses of ours, and others */
    bool has_prefix;        /* of a global IPv6 address: its /64 */
    bool prefixes;          /* more than one of them */
    uint8_t prefix[8];
    bool leases; /* asked DHCP for an address itself: a host's */
    char *name;  /* that DHCP was told */
    size_t ip_count;
    struct epw_ip *ip; /* that it sent for, EPW_INVENTORY_KIN at most; room for a power of two */
    bool own;          /* set when hosts are made */
};

enum epw_inv_whose {
    EPW_INV_OWN,    /* its addresses are one host's */
    EPW_INV_DOUBT,  /* they may be */
    EPW_INV_ROUTER, /* they are not */
};

struct epw_inv_addr {
    const struct epw_ip *ip; /* NULL: the inventory keeps nothing of it */
    bool active;             /* sent packets, or has a role; else only a name is known */
    bool internal;
    bool shown;     /* it has a role that flows labelled likely or better have shown */
    bool proxy;     /* passes on what others say: what it opens is not its own */
    bool near, far; /* connections came with a TTL that systems begin with, and with others */
    uint8_t mac_count, name_count;
    int64_t first_ns, last_ns;
    uint64_t flows, bytes;
    struct epw_inv_mac *mac[EPW_INVENTORY_MACS];
    char **name; /* EPW_INVENTORY_NAMES, NULL until the first */
    struct epw_inv_role *roles;
};

struct epw_inventory {
    const struct epw_knowledge *know;
    uint64_t seed;
    struct epw_kinds *kinds;
    size_t place;   /* of struct epw_inv_addr among what is kept of addresses */
    uint32_t peers; /* of all roles of all addresses */
    uint32_t roles; /* of all addresses */
    struct epw_inv_mac *macs, *last_mac; /* that was asked for; NULL: none */
};

/* The address, made when it is not kept yet. NULL without memory. */
struct epw_inv_addr *epw_inv_addr_get(struct epw_inventory *inventory, const struct epw_ip *ip);
/* The same, NULL when it is not kept. */
struct epw_inv_addr *epw_inv_addr_find(const struct epw_inventory *inventory,
                                       const struct epw_ip *ip);
/* The first address from *at on, which then is the next one's; NULL: none. Begin at 0. */
struct epw_inv_addr *epw_inv_addr_next(const struct epw_inventory *inventory, size_t *at);
/* Groups, and the unspecified address of those that have none yet, are no hosts. */
bool epw_inv_is_host(const struct epw_ip *ip);
/* What is kept of a MAC, made when it is new. NULL: a group's or none at all, or no room for it,
 * which is counted. */
struct epw_inv_mac *epw_inv_mac_get(struct epw_inventory *inventory, const uint8_t bytes[6]);
/* What a flow's DHCP or NetBIOS message, if it has one, calls its sender. */
void epw_inv_note_own_name(struct epw_inventory *inventory, const struct epw_flow_record *record);
/* It sent for the address: noted once. False: no memory for it. */
bool epw_inv_mac_add(struct epw_inv_mac *mac, const struct epw_ip *ip);
/* The address opened this flow. */
void epw_inv_addr_ttl(struct epw_inv_addr *addr, const struct epw_flow_record *record);
/* By what is known so far. */
enum epw_inv_whose epw_inv_mac_whose(const struct epw_inventory *inventory,
                                     const struct epw_inv_mac *mac);
/* Adds one more MAC or name of it, up to the limits above. */
void epw_inv_addr_mac(struct epw_inventory *inventory, struct epw_inv_addr *addr,
                      const uint8_t bytes[6]);
void epw_inv_addr_name(struct epw_inventory *inventory, struct epw_inv_addr *addr,
                       const char *name);

/* The role of this kind that an address plays, made when it is new. NULL: there are too many, or no
 * memory for it, which is counted. */
struct epw_inv_role *epw_inv_addr_role(struct epw_inventory *inventory, struct epw_inv_addr *addr,
                                       const struct epw_kind *kind);
/* The role was shown with this confidence. */
static inline void epw_inv_addr_shown(struct epw_inv_addr *addr, struct epw_inv_role *role,
                                      enum epw_confidence confidence)
{
    if (confidence > role->confidence)
        role->confidence = confidence;
    addr->shown |= confidence >= EPW_CONF_LIKELY;
}
/* The role of this kind in a list; NULL: it is not there. */
struct epw_inv_role *epw_inv_role_find(struct epw_inv_role *list, const struct epw_kind *kind);
/* Adds the role's kind to a list of roles, or finds it there. NULL without memory. */
struct epw_inv_role *epw_inv_role_get(struct epw_inv_role **list, const struct epw_kind *kind);
/*
 * Counts a peer, not 0: up to EPW_INVENTORY_PEERS, and none that is new when full. EPW_ELIMIT: it
 * is not counted for that. EPW_ENOMEM.
 */
enum epw_err epw_inv_role_peer(struct epw_inv_role *role, uint64_t peer, bool full);
/* The same under the limit of all; counts what is not. 0 is fine. */
void epw_inv_role_met(struct epw_inventory *inventory, struct epw_inv_role *role, uint64_t peer);
void epw_inv_role_version(struct epw_inv_role *role, const char *version);
void epw_inv_roles_free(struct epw_inv_role *list);

#endif
