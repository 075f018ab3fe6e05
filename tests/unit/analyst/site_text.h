/* SPDX-License-Identifier: Apache-2.0 */
/* Site files made from texts. */
#ifndef SITE_TEXT_H
#define SITE_TEXT_H

#include "analyst/knowledge/site.h"
#include "catalogue_text.h"

#define SITE_HEADER "type,product,key,value,note\n"

/* A site file of these lines, below the header, that must load; a doubt is not its error. */
static inline struct epw_site *must_load_site(const char *lines, const struct epw_catalogue *of)
{
    struct told told = { 0 };
    struct epw_str text = { 0 };
    struct epw_site *loaded;
    epw_str_addf(&text, SITE_HEADER "%s", lines);
    char *path = make_file(epw_str_text(&text), strlen(epw_str_text(&text)));
    cr_assert_eq(epw_site_load(&loaded, path, of, keep_told, &told), EPW_OK, "%s",
                 epw_str_text(&told.text));
    drop_file(path);
    epw_str_free(&text);
    epw_str_free(&told.text);
    return loaded;
}

#endif
