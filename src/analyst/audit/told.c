/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/told.h"

#include <stdio.h>
#include <string.h>

#define PROTO_TCP 6
#define PROTO_UDP 17

char *epw_told_endpoint(const struct epw_ip *ip, uint16_t port, char out[EPW_ENDPOINT_LEN])
{
    char text[EPW_IP_STRLEN];
    epw_ip_format(ip, text);
    snprintf(out, EPW_ENDPOINT_LEN, epw_ip_is4(ip) ? "%s:%u" : "[%s]:%u", text, port);
    return out;
}

char *epw_told_opened(const struct epw_flow_record *record, char out[EPW_OPENED_LEN])
{
    char ip[EPW_IP_STRLEN];
    snprintf(out, EPW_OPENED_LEN, "%s to %s/%u", epw_ip_format(&record->ip[0], ip),
             epw_told_proto(record->proto), record->port[1]);
    return out;
}

const char *epw_told_proto(uint8_t proto)
{
    return proto == PROTO_TCP ? "tcp" : proto == PROTO_UDP ? "udp" : "ip";
}

void epw_told_row(struct epw_str *text, const struct epw_signature *sig)
{
    epw_str_addf(text, " (%s", sig->function);
    if (sig->row_count != 0)
        epw_str_add(text, sig->row_count == 1 ? ", row" : ", rows");
    for (size_t i = 0; i < sig->row_count; i++)
        epw_str_addf(text, " %s", sig->row[i]);
    epw_str_add(text, ")");
}

const char *epw_told_initiator(const struct epw_signature *sig)
{
    return sig->initiator[0] == '\0' ? "the product's hosts" : sig->initiator;
}

const char *epw_told_responder(const struct epw_signature *sig)
{
    return sig->responder[0] == '\0' ? "server" : sig->responder;
}

static bool is_one_of(const char *word, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

bool epw_role_is_agent(const struct epw_catalogue *catalogue, const char *product, const char *role)
{
    static const char *const protects[] = { "management", "update", "reputation",
                                            "push",       "mobile", NULL };
    static const char *const serves[] = { "database", "deployment", "directory", "discovery",
                                          NULL };
    bool agent = false;
    const struct epw_signature *const *list;
    size_t count = epw_catalogue_by_product(catalogue, product, &list);
    for (size_t i = 0; i < count && role[0] != '\0'; i++) {
        const struct epw_signature *sig = list[i];
        bool own = sig->needs == EPW_NEEDS_PORT || sig->needs == EPW_NEEDS_NAME;
        if (sig->needs == EPW_NEEDS_NAME && epw_same(sig->responder, role))
            return false;
        /* Who sends to many at once hands out what the others fetch. */
        if (!epw_same(sig->initiator, role) || sig->scope == EPW_SCOPE_MULTICAST)
            continue;
        if (is_one_of(sig->category, serves))
            return false;
        agent |= own && is_one_of(sig->category, protects) && sig->network_count == 0;
    }
    return agent;
}
