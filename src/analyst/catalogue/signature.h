/* SPDX-License-Identifier: Apache-2.0 */
/* Data header: one signature, a row of signatures/NAME.csv. Columns: docs/formats.md. */
#ifndef EPW_ANALYST_CATALOGUE_SIGNATURE_H
#define EPW_ANALYST_CATALOGUE_SIGNATURE_H

#include "base/ip.h"
#include "meter/evidence.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* When a signature may give its label: the only definition of what a port is worth. */
enum epw_needs {
    EPW_NEEDS_PORT,      /* the port is the product's own */
    EPW_NEEDS_NAME,      /* a name that one of the masks matches must belong to the flow */
    EPW_NEEDS_INITIATOR, /* the initiator must be known in the documented role */
    EPW_NEEDS_RESPONDER, /* the responder must be known in the documented role */
    EPW_NEEDS_CONTROL,   /* a control channel must have announced the endpoint */
    EPW_NEEDS_NEVER,     /* never labels: infrastructure, listed as a candidate only */
};

/* Where the conversation is documented to take place. */
enum epw_scope {
    EPW_SCOPE_NETWORK,
    EPW_SCOPE_BROADCAST,
    EPW_SCOPE_MULTICAST,
    EPW_SCOPE_LOCALHOST,       /* localhost-only */
    EPW_SCOPE_NOT_IN_FIREWALL, /* not-needed-in-firewall */
};

enum epw_status {
    EPW_STATUS_CURRENT,
    EPW_STATUS_OBSOLETE, /* bound to old versions or a removed service */
};

/* A network whose addresses are in the documented role on that side by themselves. */
struct epw_sig_network {
    struct epw_prefix prefix;
    uint8_t side; /* 0 initiator, 1 responder */
};

struct epw_port_range {
    uint16_t low, high; /* inclusive */
};

/* Signatures begin at multiples of it: a cache line. */
#define EPW_SIGNATURE_ALIGN 64

/*
 * All texts are NUL-terminated, never NULL ("" when the column is empty), and
 * belong, like the arrays, to the catalogue the signature is from. Products, functions,
 * categories and roles that are equal are one text: epw_same().
 *
 * What is asked of the rows of a flow's port comes first and is one cache line: of many signatures
 * none is in the cache.
 */
struct epw_signature {
    _Alignas(EPW_SIGNATURE_ALIGN) const char *product; /* id */
    const char *function;                              /* id */
    const char *initiator;                             /* role id, "" when not stated */
    const char *responder;                             /* role id, "" when not stated */
    const struct epw_port_range *port;
    uint32_t index; /* position in the catalogue: file order */
    uint16_t port_count, name_count, network_count;
    struct epw_port_range first; /* port[0], of most all there is; zeros: no port */
    enum epw_needs needs : 8;
    enum epw_scope scope : 8;
    enum epw_status status : 8;
    bool neighbour;    /* of a product that is not one of the catalogue's own five, but what a
                          flow may be instead */
    uint8_t proto;     /* IP protocol: 6 tcp, 17 udp */
    uint8_t app_count; /* 0: the protocol is unknown, bytes neither agree nor contradict */
    uint8_t app[4];    /* enum epw_app that agree; any other recognised one contradicts */

    const char *id;
    const char *vendor;
    const char *category; /* management, update, reputation, ... */
    const char *versions;
    const char *source; /* document */
    const char *notes;
    const char *const *name; /* masks: exact, "*.suffix", '*' or '?' inside a label */
    const struct epw_sig_network *network;
    const char *const *row; /* ids of the documents' rows it covers */
    uint16_t row_count;
    uint32_t line;
    const char *file;  /* where it was read */
    uint32_t period_s; /* how often the product speaks, 0: not documented */
};

_Static_assert(offsetof(struct epw_signature, id) == EPW_SIGNATURE_ALIGN, "one cache line");

/*
 * Whether two products, functions, categories or roles of one catalogue are the same. What many
 * rows say is compared for every flow, and each row's own copy would be memory that no cache had.
 */
static inline bool epw_same(const char *a, const char *b)
{
    return a == b;
}

const char *epw_needs_name(enum epw_needs needs);
const char *epw_scope_name(enum epw_scope scope);
const char *epw_status_name(enum epw_status status);

#endif
