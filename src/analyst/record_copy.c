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

static size_t text_len(const struct epw_evidence *ev)
{
    size_t len = strlen(ev->alpn) + strlen(ev->cert_org) + strlen(ev->request) +
                 strlen(ev->user_agent) + strlen(ev->hint) + 5;
    for (size_t i = 0; i < ev->name_count; i++)
        len += strlen(ev->name[i].text) + 1;
    return len;
}

size_t epw_record_copy_len(const struct epw_flow_record *record)
{
    const struct epw_evidence *ev = record->evidence;
    return sizeof(struct block) + ev->name_count * sizeof(struct epw_flow_name) + text_len(ev);
}

struct epw_flow_record *epw_record_copy_to(const struct epw_flow_record *record, void *at)
{
    const struct epw_evidence *ev = record->evidence;
    struct block *b = at;
    b->record = *record;
    b->evidence = *ev;
    b->record.evidence = &b->evidence;
    b->evidence.name = b->name;
    char *text = (char *)&b->name[ev->name_count];
    for (size_t i = 0; i < ev->name_count; i++) {
        b->name[i] = ev->name[i];
        keep(&b->name[i].text, &text);
    }
    keep(&b->evidence.alpn, &text);
    keep(&b->evidence.cert_org, &text);
    keep(&b->evidence.request, &text);
    keep(&b->evidence.user_agent, &text);
    keep(&b->evidence.hint, &text);
    return &b->record;
}

struct epw_flow_record *epw_record_copy(const struct epw_flow_record *record)
{
    void *at = malloc(epw_record_copy_len(record));
    return at == NULL ? NULL : epw_record_copy_to(record, at);
}
