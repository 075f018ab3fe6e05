/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

#include <string.h>

/* The key's entry in "key key: key*", or NULL. *kind: ':' one value, '*' many, 0 a flag. */
static const char *key_find(const char *keys, const struct word *w, char *kind)
{
    while (!w->quoted && *keys != '\0') {
        size_t len = strcspn(keys, " ");
        size_t name = len;
        *kind = 0;
        if (len != 0 && (keys[len - 1] == ':' || keys[len - 1] == '*'))
            *kind = keys[--name];
        if (name == w->len && memcmp(keys, w->text, name) == 0)
            return keys;
        keys += len;
        keys += strspn(keys, " ");
    }
    return NULL;
}

void options_read(const struct scene *s, const struct line *line, size_t from, size_t to,
                  const char *keys, struct options *o)
{
    *o = (struct options){ .scene = s, .line = line };
    for (size_t i = from; i < to;) {
        char kind, other;
        const struct word *w = &line->word[i];
        if (key_find(keys, w, &kind) == NULL)
            die_at(s, "unknown option '%s'; known here: %s", w->text, keys);
        if (options_has(o, w->text))
            die_at(s, "option '%s' stands twice", w->text);
        if (o->count == sizeof(o->option) / sizeof(o->option[0]))
            die_at(s, "too many options");
        struct option *opt = &o->option[o->count++];
        *opt = (struct option){ .key = w->text, .from = ++i };
        if (kind == ':' && i < to)
            opt->count = 1;
        while (kind == '*' && i + opt->count < to &&
               key_find(keys, &line->word[i + opt->count], &other) == NULL)
            opt->count++;
        if (kind != 0 && opt->count == 0)
            die_at(s, "option '%s' needs a value", w->text);
        i += opt->count;
    }
}

const struct word *options_words(const struct options *o, const char *key, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < o->count; i++) {
        if (strcmp(o->option[i].key, key) != 0)
            continue;
        *count = o->option[i].count;
        return &o->line->word[o->option[i].from];
    }
    return NULL;
}

bool options_has(const struct options *o, const char *key)
{
    size_t count;
    return options_words(o, key, &count) != NULL;
}

const char *options_text(const struct options *o, const char *key, const char *otherwise)
{
    size_t count;
    const struct word *w = options_words(o, key, &count);
    return w == NULL || count == 0 ? otherwise : w->text;
}

uint64_t options_number(const struct options *o, const char *key, uint64_t otherwise, uint64_t max)
{
    size_t count;
    const struct word *w = options_words(o, key, &count);
    return w == NULL || count == 0 ? otherwise : word_number(o->scene, w, 0, max);
}
