/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/record_copy.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct block {
    struct epw_flow_record record;
    struct epw_evidence evidence; /* from here on only where it is the flow's own */
    struct epw_flow_name name[];  /* and the strings behind them */
};

static size_t room_of(const char *text)
{
    return *text == '\0' ? 0 : strlen(text) + 1;
}

/* Moves *text into the block; the empty string needs no room. */
static void keep(const char **text, char **at)
{
    size_t len = room_of(*text);
    if (len == 0) {
        *text = "";
        return;
    }
    memcpy(*at, *text, len);
    *text = *at;
    *at += len;
}

static size_t text_len(const struct epw_evidence *ev)
{
    size_t len = room_of(ev->alpn) + room_of(ev->cert_org) + room_of(ev->request) +
                 room_of(ev->user_agent) + room_of(ev->hint);
    for (size_t i = 0; i < ev->name_count; i++)
        len += room_of(ev->name[i].text);
    return len;
}

size_t epw_record_copy_len(const struct epw_flow_record *record)
{
    const struct epw_evidence *ev = record->evidence;
    if (epw_evidence_is_shared(ev))
        return offsetof(struct block, evidence);
    return sizeof(struct block) + ev->name_count * sizeof(struct epw_flow_name) + text_len(ev);
}

struct epw_flow_record *epw_record_copy_to(const struct epw_flow_record *record, void *at)
{
    const struct epw_evidence *ev = record->evidence;
    struct block *b = at;
    b->record = *record;
    if (epw_evidence_is_shared(ev))
        return &b->record;
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
