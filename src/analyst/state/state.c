/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/state/keeper.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

extern const struct epw_keeper epw_keeper_names;
extern const struct epw_keeper epw_keeper_roles;
extern const struct epw_keeper epw_keeper_hosts;
extern const struct epw_keeper epw_keeper_rules;

static const struct epw_keeper *const keepers[] = {
    &epw_keeper_hosts, /* first: they come to stand in the order in which they were first seen */
    &epw_keeper_roles,
    &epw_keeper_names,
    &epw_keeper_rules,
};
#define KEEPERS (sizeof(keepers) / sizeof(keepers[0]))

/* Keys of the first and the last line. */
#define HEAD "epwatch_state"
#define FOOT "end"

struct epw_state_out {
    FILE *stream;
    uint64_t count;
    bool no_memory;
};

void epw_state_put(struct epw_state_out *out, const char *kind, json_t *fact)
{
    json_t *line = fact == NULL ? NULL : json_pack("{s:o}", kind, fact);
    if (line == NULL) {
        out->no_memory = true;
        return;
    }
    if (json_dumpf(line, out->stream, JSON_COMPACT) != 0 && !ferror(out->stream))
        out->no_memory = true; /* whether writing works, the stream remembers */
    fputc('\n', out->stream);
    json_decref(line);
    out->count++;
}

bool epw_state_ip(json_t *fact, const char *key, struct epw_ip *ip)
{
    const char *text = json_string_value(json_object_get(fact, key));
    return text != NULL && epw_ip_parse(text, ip);
}

json_t *epw_state_ip_text(const struct epw_ip *ip)
{
    char text[EPW_IP_STRLEN];
    return json_string(epw_ip_format(ip, text));
}

enum epw_err epw_state_save(const struct epw_state_rooms *rooms, FILE *stream)
{
    struct epw_state_out out = { .stream = stream };
    fprintf(stream, "{\"%s\":%d}\n", HEAD, EPW_STATE_VERSION);
    for (size_t i = 0; i < KEEPERS; i++)
        keepers[i]->save(rooms, &out);
    fprintf(stream, "{\"%s\":%llu}\n", FOOT, (unsigned long long)out.count);
    if (fflush(stream) != 0 || ferror(stream))
        return EPW_EIO;
    return out.no_memory ? EPW_ENOMEM : EPW_OK;
}

struct reader {
    struct epw_state_rooms *rooms;
    struct epw_state_count *count;
    uint64_t line;
    bool ended;
};

static enum epw_err wrong(const struct reader *r, enum epw_err err, const char *what,
                          struct epw_diag *diag)
{
    return epw_diag_set(diag, err, "line %llu: %s", (unsigned long long)r->line, what);
}

static enum epw_err take_head(const struct reader *r, json_t *value, struct epw_diag *diag)
{
    if (!json_is_integer(value))
        return wrong(r, EPW_EFORMAT,
                     "a saved state of epwatch was expected, which begins with "
                     "{\"" HEAD "\":VERSION}",
                     diag);
    if (json_integer_value(value) == EPW_STATE_VERSION)
        return EPW_OK;
    return epw_diag_set(diag, EPW_EUNSUP, "line 1: a state of version %lld, version %d is expected",
                        (long long)json_integer_value(value), EPW_STATE_VERSION);
}

static enum epw_err take_foot(struct reader *r, json_t *value, struct epw_diag *diag)
{
    r->ended = true;
    /* The first line and this one are no facts. */
    if (json_is_integer(value) && (uint64_t)json_integer_value(value) == r->line - 2)
        return EPW_OK;
    return wrong(r, EPW_EFORMAT, "the number of lines before the last was expected", diag);
}

static enum epw_err take_fact(struct reader *r, const char *kind, json_t *value,
                              struct epw_diag *diag)
{
    enum epw_err err = EPW_ENOENT;
    for (size_t i = 0; i < KEEPERS; i++)
        if (strcmp(keepers[i]->kind, kind) == 0)
            err = keepers[i]->load(r->rooms, value);
    if (err == EPW_OK)
        r->count->kept++;
    else if (err == EPW_ENOENT)
        r->count->left_out++;
    else if (err == EPW_EFORMAT)
        return epw_diag_set(diag, err, "line %llu: a fact of kind %s was expected in full",
                            (unsigned long long)r->line, kind);
    else
        return wrong(r, err, epw_strerror(err), diag);
    return EPW_OK;
}

static enum epw_err take_line(struct reader *r, const char *text, size_t len, struct epw_diag *diag)
{
    json_t *line = len == 0 ? NULL : json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    void *first = line == NULL ? NULL : json_object_iter(line);
    const char *kind = first == NULL ? "" : json_object_iter_key(first);
    json_t *value = first == NULL ? NULL : json_object_iter_value(first);
    enum epw_err err;
    r->line++;
    if (r->line == 1)
        err = take_head(r, strcmp(kind, HEAD) == 0 ? value : NULL, diag);
    else if (first == NULL || r->ended)
        err = wrong(
            r, EPW_EFORMAT,
            r->ended ? "nothing was expected after the end" : "one JSON object was expected", diag);
    else if (strcmp(kind, FOOT) == 0)
        err = take_foot(r, value, diag);
    else
        err = take_fact(r, kind, value, diag);
    json_decref(line);
    return err;
}

enum epw_err epw_state_load(struct epw_state_rooms *rooms, FILE *stream,
                            struct epw_state_count *count, struct epw_diag *diag)
{
    struct reader r = { .rooms = rooms, .count = count };
    char *text = NULL;
    size_t room = 0;
    ssize_t len;
    enum epw_err err = EPW_OK;
    *count = (struct epw_state_count){ 0 };
    while (err == EPW_OK && (len = getline(&text, &room, stream)) > 0)
        err = take_line(&r, text, (size_t)len, diag);
    free(text);
    if (err != EPW_OK)
        return err;
    r.line++;
    if (ferror(stream))
        return wrong(&r, EPW_EIO, strerror(errno), diag);
    return r.ended ? EPW_OK : wrong(&r, EPW_ETRUNC, "the file ends before its last line", diag);
}
