/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/aim.h"

#include "analyst/audit/attempt.h"
#include "base/hash.h"

#include <stdio.h>
#include <string.h>

struct epw_aim epw_aim_of(const struct epw_result *result, const struct epw_signature *sig)
{
    const struct epw_flow_record *r = result->record;
    const struct epw_verdict *v = result->verdict;
    bool behind = epw_asks_proxy(r->evidence);
    for (size_t i = 0; sig != NULL && sig->name_count != 0 && i < v->name_count; i++) {
        const struct epw_flow_name *name = &v->name[i];
        if (name->source != EPW_NAME_DNS_QUERY && name->source != EPW_NAME_CERT &&
            !(behind && name->source == EPW_NAME_DNS) && epw_signature_names(sig, name->text, NULL))
            return (struct epw_aim){ name->text, &r->ip[1],
                                     behind ? r->evidence->connect_port : r->port[1] };
    }
    return (struct epw_aim){ NULL, &r->ip[1], r->port[1] };
}

uint64_t epw_aim_hash_name(const char *name, uint64_t seed)
{
    return epw_hash(name, strlen(name), seed);
}

uint64_t epw_aim_hash(const struct epw_aim *aim, uint64_t seed)
{
    return aim->name != NULL ? epw_aim_hash_name(aim->name, seed + 1 + aim->port)
                             : epw_hash(aim->ip, sizeof(*aim->ip), ~seed - aim->port);
}

void epw_aim_name(const struct epw_aim *aim, char text[EPW_AIM_LEN])
{
    char endpoint[EPW_ENDPOINT_LEN];
    if (aim->name != NULL)
        snprintf(text, EPW_AIM_LEN, "%s:%u", aim->name, aim->port);
    else
        snprintf(text, EPW_AIM_LEN, "%s", epw_told_endpoint(aim->ip, aim->port, endpoint));
}
