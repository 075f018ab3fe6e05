/* SPDX-License-Identifier: Apache-2.0 */
#include "output/json.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* The text between the brackets of a list of one. */
static char *one(const char *value)
{
    static struct epw_str line;
    epw_str_clear(&line);
    epw_json_list(&line, NULL, &value, 1);
    return line.text;
}

/* jansson is the judge: what it writes of the same text is what must come out. */
static void same_as_jansson(const char *value)
{
    json_t *list = json_pack("[s]", value);
    cr_assert_not_null(list);
    char *text = json_dumps(list, JSON_COMPACT);
    cr_expect_str_eq(one(value), text);
    free(text);
    json_decref(list);
}

Test(json, every_character_is_written_as_jansson_does)
{
    char text[] = "a.b";
    for (int c = 1; c < 0x80; c++) {
        text[1] = (char)c;
        same_as_jansson(text);
    }
    same_as_jansson("");
    same_as_jansson("\"\\\"");
    same_as_jansson("gr\xc3\xbc\xc3\x9f, \xe2\x82\xac \xf0\x9f\x90\x9f");
}

Test(json, what_is_not_utf8_is_cleaned)
{
    cr_expect_str_eq(one("bad \xff byte"), "[\"bad \\\\xff byte\"]");
    cr_expect_str_eq(one("cut \xe2\x82"), "[\"cut \\\\xe2\\\\x82\"]");
    cr_expect_str_eq(one("surrogate \xed\xa0\x80"), "[\"surrogate \\\\xed\\\\xa0\\\\x80\"]");
}

Test(json, commas_stand_between_items_and_nowhere_else)
{
    struct epw_str line = { 0 };
    epw_json_open(&line, NULL, '{');
    epw_json_open(&line, "empty", '[');
    epw_json_close(&line, ']');
    epw_json_open(&line, "list", '[');
    epw_json_u64(&line, NULL, 0);
    epw_json_u64(&line, NULL, 1234567890123456789U);
    epw_json_u64(&line, NULL, UINT64_MAX);
    epw_json_close(&line, ']');
    epw_json_open(&line, "inner", '{');
    epw_json_text(&line, "brackets", "{[");
    epw_json_text(&line, "after", "x");
    epw_json_close(&line, '}');
    epw_json_close(&line, '}');
    cr_expect_str_eq(line.text,
                     "{\"empty\":[],\"list\":[0,1234567890123456789,9223372036854775807],"
                     "\"inner\":{\"brackets\":\"{[\",\"after\":\"x\"}}");
    epw_str_free(&line);
}
