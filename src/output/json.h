/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON lines as text, for what is written once a flow: building a tree of
 * objects first costs more than everything else of a flow together. Keys are
 * written in order, without blanks; commas are put where they belong.
 */
#ifndef EPW_OUTPUT_JSON_H
#define EPW_OUTPUT_JSON_H

#include "base/digits.h"
#include "base/text.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Out of memory shows in line->failed, as with every epw_str. */

/* '{' or '[', as the value of a key; NULL: as an item of a list, or the line itself. */
void epw_json_open(struct epw_str *line, const char *key, char bracket);
void epw_json_close(struct epw_str *line, char bracket);
/* A key whose value the caller adds. */
void epw_json_key(struct epw_str *line, const char *key);

/*
 * A text of any bytes as the value of a key, or, with NULL, as an item of a
 * list. Texts are clean by contract; should one not be UTF-8 after all, it is
 * cleaned here.
 */
void epw_json_text(struct epw_str *line, const char *key, const char *value);
/* Beyond the largest signed number it is that: readers know no larger one. */
void epw_json_u64(struct epw_str *line, const char *key, uint64_t value);
/*
 * For what every line has: keys and values one after the other in room made once for all of them
 * (epw_str_room()), with their quotes and commas. Each returns where the next goes. Texts are such
 * as stand for themselves in JSON.
 */
static inline char *epw_json_put(char *at, const char *text, size_t len)
{
    memcpy(at, text, len);
    return at + len;
}
#define EPW_JSON_PUT(at, literal) epw_json_put((at), (literal), sizeof(literal) - 1)

static inline char *epw_json_put_text(char *at, const char *text)
{
    return epw_json_put(at, text, strlen(text));
}

/* As epw_json_u64(). */
static inline char *epw_json_put_u64(char *at, uint64_t value)
{
    return epw_digits_u64(at, value > INT64_MAX ? INT64_MAX : value);
}

void epw_json_list(struct epw_str *line, const char *key, const char *const *texts, size_t count);

#endif
