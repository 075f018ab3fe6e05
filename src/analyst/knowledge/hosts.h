/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was learned of hosts: the roles they play, and who only probes. Facts
 * accumulate and never depend on the order in which flows end, so that a live
 * run and an offline run agree.
 */
#ifndef EPW_ANALYST_KNOWLEDGE_HOSTS_H
#define EPW_ANALYST_KNOWLEDGE_HOSTS_H

#include "analyst/catalogue/signature.h"
#include "analyst/knowledge/addresses.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/ip.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Signatures a host was seen to answer for: more than any documented server has. */
#define EPW_HOST_WITNESSES 24

/* Roles confirmed of a host: a server may run several products and be a client of each. */
#define EPW_HOST_ROLES 12

/*
 * Distinct targets (hosts, or ports of one host) that somebody tried in vain.
 * From here on it is a scanner: no agent has so many servers that do not answer.
 */
#define EPW_SCAN_TARGETS 16

/* Open for what every flow asks of its hosts, and else not for others, as is struct epw_host. */
struct epw_hosts {
    uint64_t seed;
    struct epw_addresses *addresses;
    size_t place; /* of struct epw_host */
};

enum epw_role_how {
    EPW_ROLE_UNKNOWN,
    EPW_ROLE_PORTS,     /* answered in two functions of the role: witness[0..1] */
    EPW_ROLE_CONFIRMED, /* a confirmed verdict */
    EPW_ROLE_NETWORK,   /* its address is in a network documented for the role */
    EPW_ROLE_SITE,      /* the site file declares it: its address, or name */
};

struct epw_role {
    enum epw_role_how how;
    bool shared; /* by ports: another product explains all of them too, so that it may be
                    that product's role instead */
    const struct epw_signature *witness[2];
    uint16_t port[2]; /* that the witnesses were seen on */
    const char *name; /* of EPW_ROLE_SITE: the name that is declared, NULL: the address */
};

/* addresses is borrowed for life, and goes first. EPW_ENOMEM. */
enum epw_err epw_hosts_new(struct epw_hosts **hosts, struct epw_addresses *addresses,
                           uint64_t seed);
void epw_hosts_free(struct epw_hosts *hosts);

/*
 * The host answered a flow of this signature with payload, and nothing
 * contradicted. port: the signature's first, where it is in this network.
 */
void epw_hosts_answered(struct epw_hosts *hosts, const struct epw_ip *ip,
                        const struct epw_signature *sig, uint16_t port);

/* What a flow teaches of the host that answered it. */
struct epw_lesson {
    const struct epw_signature *sig;
    uint16_t port; /* as above */
};

/*
 * All of a list. key stands for it, any number but 0: a host that was taught the same list last
 * learns nothing, and most are taught one only.
 */
void epw_hosts_answered_all(struct epw_hosts *hosts, const struct epw_ip *ip,
                            const struct epw_lesson *lesson, size_t count, uint64_t key);

/* A confirmed verdict put the host in this role of the signature's product. */
void epw_hosts_confirm(struct epw_hosts *hosts, const struct epw_ip *ip,
                       const struct epw_signature *sig, const char *role);

/*
 * What is known of one host, looked up once for all that is asked of it; NULL
 * when nothing is, which every question below takes too. Valid until anything
 * is learned of any host.
 */
struct epw_host {
    uint8_t witness_count, target_count, port_count;
    uint8_t role_count : 6;
    uint8_t has_own : 1; /* of the witnesses, one that is a product's own port may teach a role */
    uint8_t paired : 1;  /* of a product there is an own port and another one: see bits */
    /*
     * epw_role_bit() of its roles, and epw_product_bit() of products that may have a rival: most
     * rows that are asked about have none here, and no witness is looked at. It takes two ports of
     * a product, one of them its own, to teach a role, and to explain all that another product
     * does and more.
     */
    uint32_t bits;
    struct epw_host_witness *witness; /* EPW_HOST_WITNESSES, NULL until the first */
    struct epw_host_confirmed *role;  /* EPW_HOST_ROLES, NULL until the first */
    struct epw_host_tried *tried;     /* NULL until the first */
    uint64_t taught;                  /* the key of the last list it was taught */
};

static inline const struct epw_host *epw_hosts_get(const struct epw_hosts *hosts,
                                                   const struct epw_ip *ip)
{
    return epw_addresses_find(hosts->addresses, hosts->place, ip);
}

/* It has a role, or answers a port that could give it one: else no row depends on it. */
static inline bool epw_host_is_known(const struct epw_host *host)
{
    return host != NULL && (host->role_count != 0 || host->has_own);
}

/*
 * What was learned of a host, as far as so few bits tell products and roles apart: it has no role
 * whose bit is not there, and no rival of a product whose bit is not there.
 */
static inline uint32_t epw_host_bits(const struct epw_host *host)
{
    return host == NULL ? 0 : host->bits;
}

static inline uint32_t epw_product_bit(const char *product)
{
    return (uint32_t)1 << ((uintptr_t)product * EPW_HASH_K0 >> 60);
}

static inline uint32_t epw_role_bit(const char *product, const char *role)
{
    uint64_t both = (uintptr_t)product * EPW_HASH_K0 ^ (uintptr_t)role * EPW_HASH_K1;
    return (uint32_t)1 << (16 + (both >> 60));
}

static inline bool epw_host_is_scanner(const struct epw_host *host)
{
    return host != NULL &&
           (host->target_count == EPW_SCAN_TARGETS || host->port_count == EPW_SCAN_TARGETS);
}

/* For the two below. */
struct epw_role epw_host_find_role(const struct epw_host *host, const char *product,
                                   const char *role);
const struct epw_signature *epw_host_find_rival(const struct epw_host *host, const char *product);

/*
 * Whether the host is known in a role of a product. By ports: it answered in
 * two different functions of (product, role) on two ports from 1024 up, at
 * least one of which is the product's own (needs port). product and role are the texts of the
 * signatures' catalogue (epw_same()), here and below.
 */
static inline struct epw_role epw_host_role(const struct epw_host *host, const char *product,
                                            const char *role)
{
    if ((epw_host_bits(host) & epw_role_bit(product, role)) == 0)
        return (struct epw_role){ .how = EPW_ROLE_UNKNOWN };
    return epw_host_find_role(host, product, role);
}
static inline bool epw_hosts_has_role(const struct epw_hosts *hosts, const struct epw_ip *ip,
                                      const char *product, const char *role)
{
    const struct epw_host *host = epw_hosts_get(hosts, ip);
    return (epw_host_bits(host) & epw_role_bit(product, role)) != 0 &&
           epw_host_find_role(host, product, role).how != EPW_ROLE_UNKNOWN;
}

/* Whether the host was seen to answer for this signature (epw_hosts_answered). */
bool epw_host_answers(const struct epw_host *host, const struct epw_signature *sig);
bool epw_hosts_answers(const struct epw_hosts *hosts, const struct epw_ip *ip,
                       const struct epw_signature *sig);

/*
 * The signature of another product that shows what the host is instead: that
 * product explains every port of this one that the host answers, and this
 * signature's port besides. NULL when there is none, or when the host answers
 * no port of this product yet.
 */
static inline const struct epw_signature *epw_host_rival(const struct epw_host *host,
                                                         const char *product)
{
    return (epw_host_bits(host) & epw_product_bit(product)) == 0
               ? NULL
               : epw_host_find_rival(host, product);
}

/* One thing that was learned of a host. */
struct epw_kept_role {
    const struct epw_ip *host;
    const struct epw_signature *sig; /* it answered for this one, seen on port; NULL: */
    uint16_t port;
    const char *product, *role; /* this was confirmed of it */
};

/* All that epw_hosts_answered() and epw_hosts_confirm() were told and is kept; for the call. */
void epw_hosts_each(const struct epw_hosts *hosts,
                    void (*each)(void *ctx, const struct epw_kept_role *role), void *ctx);

/* ip tried a port in vain. */
void epw_hosts_tried(struct epw_hosts *hosts, const struct epw_ip *ip, const struct epw_ip *target,
                     uint16_t port);
bool epw_hosts_is_scanner(const struct epw_hosts *hosts, const struct epw_ip *ip);

#endif
