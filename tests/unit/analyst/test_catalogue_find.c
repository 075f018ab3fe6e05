/* SPDX-License-Identifier: Apache-2.0 */
/* Look-ups: by id, by port, by name. */
#include "catalogue_text.h"

#include <time.h>

#define MANY 100000

static size_t hits(const struct epw_catalogue *c, const char *name)
{
    const struct epw_signature *list[8];
    return epw_catalogue_by_name(c, name, list, 8);
}

static struct epw_catalogue *with_mask(const char *mask)
{
    char text[2048];
    snprintf(text, sizeof(text), HEADER ROW("acme-1", "tcp", "443", "%s", "name"), mask);
    return must_load(text);
}

static void expect_mask(const char *mask, const char *name, bool matches)
{
    struct epw_catalogue *c = with_mask(mask);
    const char *hit = NULL;
    cr_expect_eq(hits(c, name), (size_t)matches, "%s of %s", name, mask);
    cr_expect_eq(epw_signature_names(epw_catalogue_at(c, 0), name, &hit), matches, "%s of %s", name,
                 mask);
    if (matches)
        cr_expect_str_eq(hit, mask);
    epw_catalogue_free(c);
}

Test(catalogue_find, by_id)
{
    struct epw_catalogue *c = must_load(HEADER ROW("acme-1", "tcp", "80", "", "port")
                                            ROW("acme-2", "udp", "80", "", "port"));
    cr_expect_eq(epw_catalogue_find(c, "acme-2"), epw_catalogue_at(c, 1));
    cr_expect_null(epw_catalogue_find(c, "acme"));
    cr_expect_null(epw_catalogue_find(c, ""));
    epw_catalogue_free(c);
}

Test(catalogue_find, by_port_in_file_order_and_per_transport)
{
    struct epw_catalogue *c = must_load(HEADER ROW("a", "tcp", "1000-2000 65535", "", "port") ROW(
        "b", "udp", "1500", "", "port") ROW("c", "tcp", "1 1500 1501-1502", "", "port"));
    const struct epw_signature *const *list;
    cr_assert_eq(epw_catalogue_by_port(c, 6, 1500, &list), (size_t)2);
    cr_expect_str_eq(list[0]->id, "a");
    cr_expect_str_eq(list[1]->id, "c");
    cr_assert_eq(epw_catalogue_by_port(c, 17, 1500, &list), (size_t)1);
    cr_expect_str_eq(list[0]->id, "b");
    static const struct {
        uint16_t port;
        size_t count;
    } tcp[] = { { 0, 0 },    { 1, 1 },    { 2, 0 },    { 999, 0 },  { 1000, 1 },
                { 1502, 2 }, { 1503, 1 }, { 2000, 1 }, { 2001, 0 }, { 65535, 1 } };
    for (size_t i = 0; i < sizeof(tcp) / sizeof(tcp[0]); i++)
        cr_expect_eq(epw_catalogue_by_port(c, 6, tcp[i].port, &list), tcp[i].count, "%u",
                     tcp[i].port);
    cr_expect_eq(epw_catalogue_by_port(c, 132, 1500, &list), (size_t)0);
    cr_expect(epw_signature_has_port(epw_catalogue_at(c, 0), 65535));
    cr_expect(!epw_signature_has_port(epw_catalogue_at(c, 0), 2001));
    epw_catalogue_free(c);
}

Test(catalogue_find, what_rows_a_port_has)
{
    struct epw_catalogue *c =
        must_load(HEADER ROW("a", "tcp", "80-81", "a.example.com", "name")
                      ROW("b", "tcp", "81", "", "responder") ROW("c", "tcp", "82", "", "initiator")
                          ROW("d", "tcp", "82 90", "", "port") ROW("e", "udp", "83", "", "never"));
    static const struct {
        uint8_t proto;
        uint16_t port;
        unsigned traits;
    } of[] = { { 6, 79, 0 },
               { 6, 80, EPW_PORT_ROWS },
               { 6, 81, EPW_PORT_ROWS | EPW_PORT_UNNAMED },
               { 6, 82, EPW_PORT_ROWS | EPW_PORT_UNNAMED | EPW_PORT_OWN | EPW_PORT_MANAGER },
               { 6, 83, 0 },
               { 17, 83, EPW_PORT_ROWS | EPW_PORT_UNNAMED },
               { 6, 90, EPW_PORT_ROWS | EPW_PORT_UNNAMED | EPW_PORT_OWN },
               { 132, 90, 0 } };
    for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++)
        cr_expect_eq(epw_catalogue_port(c, of[i].proto, of[i].port), of[i].traits, "%u/%u",
                     of[i].proto, of[i].port);
    epw_catalogue_free(c);
}

Test(catalogue_find, names_match_as_documented)
{
    expect_mask("update.example.com", "update.example.com", true);
    expect_mask("update.example.com", "a.update.example.com", false);
    expect_mask("update.example.com", "example.com", false);
    expect_mask("*.example.com", "a.example.com", true);
    expect_mask("*.example.com", "a.b.c.example.com", true);
    expect_mask("*.example.com", "example.com", false);
    expect_mask("*.example.com", "notexample.com", false);
    expect_mask("*.example.com", ".example.com", false);
    expect_mask("s??.upd.example.com", "s07.upd.example.com", true);
    expect_mask("s??.upd.example.com", "s7.upd.example.com", false);
    expect_mask("s??.upd.example.com", "s007.upd.example.com", false);
    expect_mask("s??.upd.example.com", "s.7.upd.example.com", false);
    expect_mask("s??.upd.example.com", "a.s07.upd.example.com", false);
    expect_mask("a-*.example.com", "a-.example.com", true);
    expect_mask("a-*.example.com", "a-b-c.example.com", true);
    expect_mask("a-*.example.com", "a-b.c.example.com", false);
    expect_mask("a*b*c.example.com", "aXbYbc.example.com", true);
    expect_mask("a*b*c.example.com", "acb.example.com", false);
    expect_mask("a.*.example.com", "a.b.example.com", true);
    expect_mask("a.*.example.com", "a.example.com", false);
    expect_mask("a.*.example.com", "a.b.c.example.com", false);
    expect_mask("*.s?.example.com", "x.s1.example.com", true);
    expect_mask("*.s?.example.com", "x.y.s1.example.com", true);
    expect_mask("*.s?.example.com", "s1.example.com", false);
}

/* The caller gives lower case without a trailing dot; anything else matches nothing. */
Test(catalogue_find, names_that_are_none_match_nothing)
{
    struct epw_catalogue *c = with_mask("*.example.com example.com");
    cr_expect_eq(hits(c, ""), (size_t)0);
    cr_expect_eq(hits(c, "."), (size_t)0);
    cr_expect_eq(hits(c, "com"), (size_t)0);
    cr_expect_eq(hits(c, "A.EXAMPLE.COM"), (size_t)0);
    cr_expect_eq(hits(c, "a.example.com."), (size_t)0);
    cr_expect_eq(hits(c, "a..example.com"), (size_t)1);
    char longest[300];
    memset(longest, 'a', sizeof(longest));
    memcpy(longest + sizeof(longest) - 13, ".example.com", 13);
    cr_expect_eq(hits(c, longest), (size_t)0);
    cr_expect_eq(hits(c, longest + sizeof(longest) - 1 - 253), (size_t)1);
    cr_expect_eq(hits(c, longest + sizeof(longest) - 1 - 254), (size_t)0);
    epw_catalogue_free(c);
}

Test(catalogue_find, by_name_in_file_order_each_once)
{
    struct epw_catalogue *c =
        must_load(HEADER ROW("a", "tcp", "80", "*.example.com", "name")
                      ROW("b", "tcp", "80", "x?.example.com x1.example.com *.example.com", "name")
                          ROW("c", "tcp", "80", "x1.example.com", "name")
                              ROW("d", "udp", "80", "*1.example.com", "name"));
    const struct epw_signature *list[8];
    cr_assert_eq(epw_catalogue_by_name(c, "x1.example.com", list, 8), (size_t)4);
    for (size_t i = 0; i < 4; i++)
        cr_expect_eq(list[i], epw_catalogue_at(c, i), "%zu", i);
    /* A list that is too short holds the first ones; the count is still the whole. */
    list[2] = NULL;
    cr_expect_eq(epw_catalogue_by_name(c, "x1.example.com", list, 2), (size_t)4);
    cr_expect_eq(list[0], epw_catalogue_at(c, 0));
    cr_expect_eq(list[1], epw_catalogue_at(c, 1));
    cr_expect_null(list[2]);
    cr_expect_eq(epw_catalogue_by_name(c, "x1.example.com", NULL, 0), (size_t)4);
    epw_catalogue_free(c);
}

Test(catalogue_find, ids_of_enums_are_the_files_words)
{
    cr_expect_str_eq(epw_needs_name(EPW_NEEDS_NEVER), "never");
    cr_expect_str_eq(epw_scope_name(EPW_SCOPE_NOT_IN_FIREWALL), "not-needed-in-firewall");
    cr_expect_str_eq(epw_status_name(EPW_STATUS_OBSOLETE), "obsolete");
    cr_expect_str_eq(epw_needs_name((enum epw_needs)99), "unknown");
}

/* Of this process's own work, whatever else the machine does. */
static double seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

/* Seconds for 100,000 look-ups of each kind in a catalogue of count signatures. */
static double look_up_many(const struct epw_catalogue *c, int count)
{
    double start = seconds();
    size_t found = 0;
    for (int i = 0; i < MANY; i++) {
        char name[64];
        const struct epw_signature *const *list;
        const struct epw_signature *named[4];
        snprintf(name, sizeof(name), "a.b.h%d.example.com", i % count);
        found += epw_catalogue_by_name(c, name, named, 4);
        found += epw_catalogue_by_port(c, 6, (uint16_t)(1 + i % count), &list) != 0;
    }
    cr_expect_eq(found, (size_t)MANY * 2);
    return seconds() - start;
}

static struct epw_catalogue *generated(int count)
{
    struct epw_str text = { 0 };
    epw_str_add(&text, HEADER);
    for (int i = 0; i < count; i++)
        epw_str_addf(&text, ROW("a-%d", "tcp", "%d", "*.h%d.example.com", "name"), i, 1 + i % 65535,
                     i);
    struct epw_catalogue *c = must_load(epw_str_text(&text));
    epw_str_free(&text);
    return c;
}

/* The bounds are loose: a look-up that compared with every mask would miss them a thousandfold. */
Test(catalogue_find, a_hundred_thousand_signatures_cost_no_more_than_ten, .timeout = 60)
{
    double start = seconds();
    struct epw_catalogue *large = generated(MANY), *small = generated(10);
    cr_expect_eq(epw_catalogue_count(large), (size_t)MANY);
    cr_expect_lt(seconds() - start, 20.0);
    double few = look_up_many(small, 10), many = look_up_many(large, 65535);
    cr_expect_lt(many, few * 20 + 1.0, "%f s, with ten signatures %f s", many, few);
    epw_catalogue_free(small);
    epw_catalogue_free(large);
}

/* ROW of another product. */
#define OF(id, product)                                                                            \
    id ",Acme," product ",own,updates,update,tcp,1,,client,server,,,network,,current,,port,,"      \
       "a document,\n"

Test(catalogue_find, by_product_in_file_order)
{
    struct epw_catalogue *c = must_load(HEADER OF("a", "guard-2") OF("b", "guard") OF(
        "c", "guard-2") OF("d", "guard-10") OF("e", "guard-2"));
    const struct epw_signature *const *list;
    cr_assert_eq(epw_catalogue_by_product(c, "guard-2", &list), (size_t)3);
    cr_expect_str_eq(list[0]->id, "a");
    cr_expect_str_eq(list[1]->id, "c");
    cr_expect_str_eq(list[2]->id, "e");
    cr_assert_eq(epw_catalogue_by_product(c, "guard", &list), (size_t)1);
    cr_expect_str_eq(list[0]->id, "b");
    static const char *const none[] = { "", "guar", "guard-1", "guard-20", "z" };
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        cr_expect_eq(epw_catalogue_by_product(c, none[i], &list), (size_t)0, "%s", none[i]);
    epw_catalogue_free(c);
}
