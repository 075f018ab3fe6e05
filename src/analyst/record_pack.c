/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First the record and the numbers of its evidence, as words of eight bytes of
 * which 0, 2, 4 or 8 are kept: two bits for each say how many. Then, when there
 * are any, the names and texts.
 */
#include "analyst/record_pack.h"

#include <endian.h>
#include <string.h>

#define HEAD_LEN      offsetof(struct epw_evidence, alpn) /* the numbers of the evidence */
#define WORDS_OF(len) (((len) + 7) / 8)
#define RECORD_WORDS  WORDS_OF(sizeof(struct epw_flow_record))
#define WORDS         (RECORD_WORDS + WORDS_OF(HEAD_LEN))
#define HAS_TEXTS     (1ULL << 63)
#define TEXTS         5
#define NAME_HEAD     3 /* port, source */

_Static_assert(2 * WORDS < 63, "the sizes of all words in one");

static const uint8_t size_of[] = { 0, 2, 4, 8 };
static const uint64_t mask_of[] = { 0, UINT16_MAX, UINT32_MAX, UINT64_MAX };

static void list_texts(struct epw_evidence *ev, const char **list[TEXTS])
{
    list[0] = &ev->alpn;
    list[1] = &ev->cert_org;
    list[2] = &ev->request;
    list[3] = &ev->user_agent;
    list[4] = &ev->hint;
}

static size_t texts_len(const struct epw_evidence *ev)
{
    size_t len = strlen(ev->alpn) + strlen(ev->cert_org) + strlen(ev->request) +
                 strlen(ev->user_agent) + strlen(ev->hint);
    for (size_t i = 0; i < ev->name_count; i++)
        len += NAME_HEAD + strlen(ev->name[i].text) + 1;
    return len == 0 ? 0 : len + TEXTS;
}

size_t epw_record_pack_max(const struct epw_flow_record *record)
{
    return (1 + WORDS) * sizeof(uint64_t) + texts_len(record->evidence) + EPW_PACK_SLACK;
}

static unsigned char *put_text(unsigned char *at, const char *text)
{
    size_t len = strlen(text) + 1;
    memcpy(at, text, len);
    return at + len;
}

static unsigned char *put_texts(unsigned char *at, struct epw_evidence ev)
{
    const char **list[TEXTS];
    for (size_t i = 0; i < ev.name_count; i++) {
        memcpy(at, &ev.name[i].port, sizeof(ev.name[i].port));
        at[2] = ev.name[i].source;
        at = put_text(at + NAME_HEAD, ev.name[i].text);
    }
    list_texts(&ev, list);
    for (size_t i = 0; i < TEXTS; i++)
        at = put_text(at, *list[i]);
    return at;
}

size_t epw_record_pack(const struct epw_flow_record *record, unsigned char *out)
{
    uint64_t word[WORDS] = { 0 }, sizes = 0;
    struct epw_flow_record plain = *record;
    plain.evidence = NULL;
    memcpy(word, &plain, sizeof(plain));
    memcpy(&word[RECORD_WORDS], record->evidence, HEAD_LEN);
    unsigned char *at = out + sizeof(sizes);
    for (size_t i = 0; i < WORDS; i++) {
        int size = (word[i] != 0) + (word[i] > UINT16_MAX) + (word[i] > UINT32_MAX);
        uint64_t bytes = htole64(word[i]);
        memcpy(at, &bytes, sizeof(bytes));
        at += size_of[size];
        sizes |= (uint64_t)size << 2 * i;
    }
    if (texts_len(record->evidence) != 0) {
        sizes |= HAS_TEXTS;
        at = put_texts(at, *record->evidence);
    }
    memcpy(out, &sizes, sizeof(sizes));
    return (size_t)(at - out);
}

static const char *get_text(const unsigned char **at)
{
    const char *text = (const char *)*at;
    *at += strlen(text) + 1;
    return text;
}

static void get_texts(const unsigned char *at, struct epw_unpacked *into)
{
    const char **list[TEXTS];
    for (size_t i = 0; i < into->evidence.name_count; i++) {
        struct epw_flow_name *name = &into->name[i];
        memcpy(&name->port, at, sizeof(name->port));
        name->source = at[2];
        at += NAME_HEAD;
        name->text = get_text(&at);
    }
    list_texts(&into->evidence, list);
    for (size_t i = 0; i < TEXTS; i++)
        *list[i] = get_text(&at);
}

void epw_record_unpack(const unsigned char *at, struct epw_unpacked *into)
{
    uint64_t word[WORDS], sizes;
    memcpy(&sizes, at, sizeof(sizes));
    at += sizeof(sizes);
    for (size_t i = 0; i < WORDS; i++) {
        unsigned size = sizes >> 2 * i & 3;
        uint64_t bytes;
        memcpy(&bytes, at, sizeof(bytes));
        word[i] = le64toh(bytes) & mask_of[size];
        at += size_of[size];
    }
    memcpy(&into->record, word, sizeof(into->record));
    into->evidence = epw_evidence_none;
    memcpy(&into->evidence, &word[RECORD_WORDS], HEAD_LEN);
    into->record.evidence = &into->evidence;
    into->evidence.name = into->name;
    if ((sizes & HAS_TEXTS) != 0)
        get_texts(at, into);
}
