/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/catalogue/internal.h"

#define LABEL_MAX     63 /* RFC 1035 2.3.4 */
#define ANY_DEPTH     "*."
#define ANY_DEPTH_LEN 2

static bool any_depth(const char *mask)
{
    return strncmp(mask, ANY_DEPTH, ANY_DEPTH_LEN) == 0;
}

static size_t label_len(const char *at)
{
    return strcspn(at, ".");
}

static size_t label_count(const char *text)
{
    size_t count = 1;
    for (; *text != '\0'; text++)
        count += *text == '.';
    return count;
}

const char *epw_mask_tail(const char *mask)
{
    const char *tail = mask;
    for (const char *c = mask; *c != '\0'; c++)
        if (*c == '*' || *c == '?') {
            const char *dot = strchr(c, '.');
            tail = dot == NULL ? c + strlen(c) : dot + 1;
        }
    return tail;
}

bool epw_mask_valid(const char *mask)
{
    size_t len = strlen(mask);
    if (len == 0 || len >= EPW_NAME_LEN || mask[len - 1] == '.')
        return false;
    if (strspn(mask, "abcdefghijklmnopqrstuvwxyz0123456789-_.*?") != len)
        return false;
    for (const char *at = mask;; at++) {
        size_t label = label_len(at);
        if (label == 0 || label > LABEL_MAX)
            return false;
        at += label;
        if (*at == '\0')
            break;
    }
    const char *tail = epw_mask_tail(mask);
    return *tail != '\0' && label_count(tail) >= EPW_CAT_LITERAL_TAIL;
}

/* Goes back to the last '*' only: enough for globs, and never more than label times label steps. */
static bool label_match(const char *mask, size_t mask_len, const char *label, size_t len)
{
    size_t m = 0, n = 0, star = SIZE_MAX, star_n = 0;
    while (n < len) {
        if (m < mask_len && mask[m] == '*') {
            star = m++;
            star_n = n;
        } else if (m < mask_len && (mask[m] == '?' || mask[m] == label[n])) {
            m++;
            n++;
        } else if (star != SIZE_MAX) {
            m = star + 1;
            n = ++star_n;
        } else {
            return false;
        }
    }
    while (m < mask_len && mask[m] == '*')
        m++;
    return m == mask_len;
}

bool epw_mask_match(const char *mask, const char *name)
{
    bool deep = any_depth(mask);
    if (deep)
        mask += ANY_DEPTH_LEN;
    size_t want = label_count(mask), have = label_count(name);
    if (*name == '.' || (deep ? have <= want : have != want))
        return false;
    for (; have > want; have--)
        name += label_len(name) + 1;
    for (;;) {
        size_t mask_len = label_len(mask), len = label_len(name);
        if (len == 0 || !label_match(mask, mask_len, name, len))
            return false;
        mask += mask_len;
        name += len;
        if (*mask == '\0')
            return true;
        mask++;
        name++;
    }
}
