/* SPDX-License-Identifier: Apache-2.0 */
/* One flow as the verdict rules look at it: its record with what is known of it laid beside. */
#ifndef EPW_ANALYST_VERDICT_CASE_H
#define EPW_ANALYST_VERDICT_CASE_H

#include "analyst/knowledge/knowledge.h"
#include "meter/flow_record.h"

/* The flow's own names, then those that DNS gave its responder. */
#define EPW_CASE_NAMES (EPW_FLOW_NAMES + EPW_NAMES_PER_ADDRESS)

/* Masks that the names of one flow match: several times what the shipped set has of any. */
#define EPW_CASE_HITS 256

/* How a name is known: what the initiator said outranks a certificate's, which outranks what DNS
 * said of the address. */
enum epw_name_rank { EPW_RANK_NONE, EPW_RANK_DNS, EPW_RANK_CERT, EPW_RANK_SAID };

/* A name that one of a signature's masks matches. */
struct epw_hit {
    const struct epw_signature *sig;
    const char *mask;
    size_t name; /* its place among the names */
};

struct epw_case {
    const struct epw_flow_record *record;
    const struct epw_knowledge *know;
    const struct epw_host *host[2]; /* by side; NULL: nothing is known of it */
    bool known[2];                  /* by side: a row may depend on what was learned of it */
    unsigned port;                  /* enum epw_port_trait of the responder's */
    bool silent;                    /* the site file says nothing that a row could depend on */
    size_t name_count, hit_count;
    bool own_name; /* a name that the initiator said (SNI, Host, CONNECT): overrides DNS */
    bool named;    /* any name that is believed: said, of the certificate, or of DNS */
    bool attempt;  /* TCP that nobody answered */
    bool proxied;  /* spoken to a proxy: target_port is what counts for names */
    uint16_t target_port;
    bool empty; /* answered TCP that carried no byte either way */
    /* Whose name the initiator said (SNI, Host, CONNECT): a product's own, else NULL. */
    const char *said_product;
    bool seen;      /* the protocol was recognised */
    bool strange;   /* the first bytes were seen whole and are no protocol known */
    bool announced; /* a control channel announced the endpoint: endpoint says which */
    bool to_group;  /* to a broadcast or multicast address */

    /* From here on only what is said above is filled in. */
    struct epw_endpoint endpoint;
    struct epw_flow_name name[EPW_CASE_NAMES];
    uint8_t rank[EPW_CASE_NAMES];      /* enum epw_name_rank */
    bool fresh[EPW_CASE_NAMES];        /* of a DNS name: within its time; of others: true */
    bool asked[EPW_CASE_NAMES];        /* of a DNS name: told to this client */
    bool passing[EPW_CASE_NAMES];      /* of a DNS name: stood beside an answer, never believed */
    struct epw_hit hit[EPW_CASE_HITS]; /* in the order of the names, then of the catalogue */
};

/*
 * Everything is borrowed: valid while record and knowledge stay as they are. unmasked: it is
 * known from before that no mask matches a name of the flow's own.
 */
void epw_case_open(struct epw_case *c, const struct epw_flow_record *record,
                   const struct epw_knowledge *know, bool unmasked);

/* Much of the world's traffic: no row has its port, and nothing else could bring one. */
static inline bool epw_case_is_nobodys(const struct epw_case *c)
{
    return c->hit_count == 0 && !c->proxied && !c->announced && (c->port & EPW_PORT_ROWS) == 0 &&
           !epw_site_has_moved(c->know->site);
}

/* Whether the first bytes (outer, or inside TLS or CONNECT) are this protocol. */
static inline bool epw_case_is_app(const struct epw_case *c, enum epw_app app)
{
    const struct epw_evidence *ev = c->record->evidence;
    /* What a conversation turns to in its middle does not say what it is. */
    bool inside = ev->inner_app == app && !ev->starttls;
    return ev->app == app || inside || ev->app_side[EPW_TO_SERVER] == app ||
           ev->app_side[EPW_TO_CLIENT] == app;
}

#endif
