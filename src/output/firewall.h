/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a firewall must let pass for the documented traffic that was seen, and
 * what is documented and was not. For the outputs that write firewall rules.
 */
#ifndef EPW_OUTPUT_FIREWALL_H
#define EPW_OUTPUT_FIREWALL_H

#include "analyst/audit/inventory_host.h"
#include "analyst/verdict/verdict.h"
#include "base/err.h"
#include "base/ip.h"
#include "output/output.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Pairs of a rule and an initiator, about 100 bytes each. Beyond, nothing is
 * added, and the result says that it is not whole (epw_firewall_full).
 */
#define EPW_FIREWALL_PAIRS 500000

/* One documented conversation with one responder. */
struct epw_fw_rule {
    const struct epw_signature *sig;
    struct epw_ip responder;
    uint16_t port;
    bool proxied; /* the responder is a proxy, sig's responder is behind it */
    uint64_t flows;
    int64_t first_ns, last_ns;
    size_t count;   /* initiators, sorted */
    size_t outside; /* the last of them: from outside to one of ours, and not documented so */
    struct epw_ip *initiator;
};

struct epw_firewall;

enum epw_err epw_firewall_new(struct epw_firewall **fw); /* EPW_ENOMEM */
void epw_firewall_free(struct epw_firewall *fw);

/* Takes what is likely or confirmed, and passes firewalls by the documents. EPW_ENOMEM. */
enum epw_err epw_firewall_flow(struct epw_firewall *fw, const struct epw_result *result);
/* Which addresses are ours. EPW_ENOMEM. */
enum epw_err epw_firewall_host(struct epw_firewall *fw, const struct epw_inventory_host *host);

/* As the output's reloaded(): rules of signatures that are gone, or pass no firewall any more, go.
 */
void epw_firewall_reloaded(struct epw_firewall *fw, epw_signature_find_fn find,
                           const void *signatures);

/*
 * After all flows and hosts: the rules by product, responder, protocol, port,
 * initiators and function. Owned by fw. NULL without memory.
 */
struct epw_fw_rule *const *epw_firewall_rules(struct epw_firewall *fw, size_t *count);
bool epw_firewall_full(const struct epw_firewall *fw);

/* The same hosts may speak to the same port: one rule for both. Only allowed ones count. */
bool epw_firewall_same(const struct epw_fw_rule *a, const struct epw_fw_rule *b);

/* A documented rule that nothing used: of the catalogue's own products, current, with a row. */
bool epw_firewall_unused(const struct epw_firewall *fw, const struct epw_signature *sig);

#endif
