/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/record_copy.h"

#include <stdlib.h>
#include <string.h>

struct block {
    struct epw_flow_record record;
    struct epw_evidence evidence;
    struct epw_flow_name name[]; /* and the strings behind them */
};

/* Moves *text into the block; the empty string needs no room. */
static void keep(const char **text, char **at)
{
    size_t len = strlen(*text) + 1;
    if (len == 1) {
        *text = "";
        return;
    }
    memcpy(*at, *text, len);
    *text = *at;
    *at += len;
}

struct epw_flow_record *epw_record_copy(const struct epw_flow_record *record)
{
    const struct epw_evidence *ev = record->evidence;
    size_t text_len = strlen(ev->alpn) + strlen(ev->cert_org) + strlen(ev->request) +
                      strlen(ev->user_agent) + strlen(ev->hint) + 5;
    for (size_t i = 0; i < ev->name_count; i++)
        text_len += strlen(ev->name[i].text) + 1;
    struct block *b = malloc(sizeof(*b) + ev->name_count * sizeof(b->name[0]) + text_len);
    if (b == NULL)
        return NULL;
    b->record = *record;
    b->evidence = *ev;
    b->record.evidence = &b->evidence;
    b->evidence.name = b->name;
    char *at = (char *)&b->name[ev->name_count];
    for (size_t i = 0; i < ev->name_count; i++) {
        b->name[i] = ev->name[i];
        keep(&b->name[i].text, &at);
    }
    keep(&b->evidence.alpn, &at);
    keep(&b->evidence.cert_org, &at);
    keep(&b->evidence.request, &at);
    keep(&b->evidence.user_agent, &at);
    keep(&b->evidence.hint, &at);
    return &b->record;
}
