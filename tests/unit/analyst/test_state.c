/* SPDX-License-Identifier: Apache-2.0 */
/* What an analyst learned, saved and taken in by another one. */
#include "verdict_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *text;
static size_t text_len;

static void open_all(void)
{
    fixture_open(0);
}

static void close_all(void)
{
    free(text);
    text = NULL;
    fixture_close();
}

TestSuite(state, .init = open_all, .fini = close_all);

static void save(void)
{
    FILE *out = open_memstream(&text, &text_len);
    cr_assert_eq(epw_analyst_save(analyst, out), EPW_OK);
    fclose(out);
}

static struct epw_analyst *another(void)
{
    const struct epw_analyst_options options = { .wait_s = 0, .seed = 7 };
    struct epw_analyst *made;
    cr_assert_eq(epw_analyst_new(&made, catalogue, &options, fixture_result, NULL), EPW_OK);
    return made;
}

static enum epw_err load(const char *from, size_t len, struct epw_state_count *count,
                         struct epw_diag *diag)
{
    FILE *in = fmemopen((void *)(uintptr_t)from, len, "r");
    enum epw_err err = epw_analyst_load(analyst, in, count, diag);
    fclose(in);
    return err;
}

/* The analyst of the fixture is another one from here on, which was told what this one knew. */
static void restart(void)
{
    struct epw_state_count count;
    struct epw_diag diag;
    save();
    epw_analyst_free(analyst);
    analyst = another();
    cr_assert_eq(load(text, text_len, &count, &diag), EPW_OK, "%s", diag.text);
    cr_expect_eq(count.left_out, 0);
    cr_expect_gt(count.kept, 0);
}

static void show(const char *from, const char *to, uint16_t port, enum epw_app app)
{
    struct epw_flow_record r = flow(from, to, port, app);
    push(&r);
}

static void teach(void)
{
    show("10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS);
    show("10.0.0.8", "10.0.0.5", 2223, EPW_APP_UNKNOWN);
}

Test(state, a_role_learned_before_counts_after)
{
    teach();
    restart();
    show("10.0.0.5", "10.0.0.9", 445, EPW_APP_SMB);
    cr_expect_str_eq(seen[seen_count - 1].function, "deployment", "%s", seen[seen_count - 1].words);
    cr_expect_eq(seen[seen_count - 1].confidence, EPW_CONF_LIKELY);
}

Test(state, a_role_confirmed_before_counts_after)
{
    struct epw_flow_record r = flow("10.0.0.7", "198.51.100.1", 443, EPW_APP_TLS);
    say(&r, EPW_NAME_SNI, "update.acme.example");
    push(&r);
    restart();
    show("203.0.113.1", "10.0.0.7", 4118, EPW_APP_TLS);
    cr_expect_str_eq(seen[seen_count - 1].function, "push", "%s", seen[seen_count - 1].words);
}

Test(state, a_name_learned_before_counts_after)
{
    dns("10.0.0.7", "update.acme.example", "198.51.100.1");
    restart();
    show("10.0.0.7", "198.51.100.1", 443, EPW_APP_TLS);
    cr_expect_str_eq(seen[seen_count - 1].function, "cloud", "%s", seen[seen_count - 1].words);
    cr_expect_str_eq(seen[seen_count - 1].first_name, "update.acme.example");
}

static size_t hosts, roles;
static int64_t first_ns;

static void on_host(void *ctx, const struct epw_inventory_host *host)
{
    (void)ctx;
    hosts++;
    roles += host->role_count;
    first_ns = host->first_ns;
}

Test(state, the_inventory_goes_on)
{
    teach();
    restart();
    hosts = roles = 0;
    cr_assert_eq(epw_analyst_report(analyst, on_host, NULL, NULL), EPW_OK);
    cr_expect_eq(hosts, 3);
    cr_expect_eq(roles, 3);
    cr_expect_eq(first_ns, 100 * 1000000000LL);
}

Test(state, what_is_saved_twice_is_the_same)
{
    teach();
    dns("10.0.0.7", "update.acme.example", "198.51.100.1");
    restart();
    char *before = text;
    size_t before_len = text_len;
    text = NULL;
    save();
    cr_expect_eq(before_len, text_len);
    cr_expect_str_eq(before, text);
    free(before);
}

Test(state, a_file_cut_anywhere_is_known)
{
    teach();
    save();
    for (size_t len = 1; len < text_len - 1; len++) {
        struct epw_state_count count;
        struct epw_diag diag = { .code = EPW_OK };
        struct epw_analyst *first = analyst;
        analyst = another();
        enum epw_err err = load(text, len, &count, &diag);
        cr_expect(err == EPW_ETRUNC || err == EPW_EFORMAT, "%zu bytes: %d", len, err);
        cr_expect_eq(strncmp(diag.text, "line ", 5), 0, "%s", diag.text);
        epw_analyst_free(analyst);
        analyst = first;
    }
}

static void expect(const char *from, enum epw_err want, const char *words)
{
    struct epw_state_count count;
    struct epw_diag diag = { .code = EPW_OK };
    cr_expect_eq(load(from, strlen(from), &count, &diag), want, "%s", from);
    cr_expect_neq(strstr(diag.text, words), NULL, "%s: %s", from, diag.text);
}

Test(state, what_is_wrong_is_told_with_its_line)
{
    expect("{\"packets\":1}\n", EPW_EFORMAT, "line 1: a saved state");
    expect("\n", EPW_EFORMAT, "line 1");
    expect("{\"epwatch_state\":2}\n", EPW_EUNSUP, "version 2, version 1");
    expect("{\"epwatch_state\":1}\n[]\n", EPW_EFORMAT, "line 2: one JSON object");
    expect("{\"epwatch_state\":1}\n{\"role\":{\"host\":\"10.0.0.300\",\"answers\":\"a-agent\","
           "\"port\":2222}}\n",
           EPW_EFORMAT, "line 2: a fact of kind role");
    expect("{\"epwatch_state\":1}\n{\"role\":{\"host\":\"10.0.0.3\",\"answers\":\"a-agent\","
           "\"port\":70000}}\n",
           EPW_EFORMAT, "line 2: a fact of kind role");
    expect("{\"epwatch_state\":1}\n{\"name\":{\"address\":\"10.0.0.3\"}}\n", EPW_EFORMAT,
           "line 2: a fact of kind name");
    expect("{\"epwatch_state\":1}\n{\"end\":1}\n", EPW_EFORMAT, "line 2: the number of lines");
    expect("{\"epwatch_state\":1}\n{\"end\":0}\n{\"end\":0}\n", EPW_EFORMAT, "after the end");
    expect("{\"epwatch_state\":1}\n", EPW_ETRUNC, "ends before its last line");
}

Test(state, facts_about_what_is_not_loaded_are_counted)
{
    static const char from[] =
        "{\"epwatch_state\":1}\n"
        "{\"role\":{\"host\":\"10.0.0.3\",\"answers\":\"no-such-row\",\"port\":2222}}\n"
        "{\"role\":{\"host\":\"10.0.0.3\",\"product\":\"acme\",\"role\":\"king\"}}\n"
        "{\"weather\":{\"rain\":true}}\n"
        "{\"role\":{\"host\":\"10.0.0.3\",\"product\":\"acme\",\"role\":\"server\"}}\n"
        "{\"end\":4}\n";
    struct epw_state_count count;
    struct epw_diag diag;
    cr_assert_eq(load(from, strlen(from), &count, &diag), EPW_OK, "%s", diag.text);
    cr_expect_eq(count.left_out, 3);
    cr_expect_eq(count.kept, 1);
}

Test(state, an_analyst_goes_on_where_another_stood)
{
    /* It waits: only the role of the server, which comes later, tells what it is. */
    const struct epw_analyst_options waits = { .wait_s = EPW_WAIT_TO_END, .seed = 7 };
    epw_analyst_free(analyst);
    cr_assert_eq(epw_analyst_new(&analyst, catalogue, &waits, fixture_result, NULL), EPW_OK);
    show("10.0.0.5", "10.0.0.9", 445, EPW_APP_SMB);
    show("10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS);
    struct epw_analyst *old = analyst;
    cr_assert_eq(epw_analyst_new(&analyst, catalogue, &waits, fixture_result, NULL), EPW_OK);
    cr_assert_eq(epw_analyst_adopt(analyst, old), EPW_OK);
    epw_analyst_free(old);
    show("10.0.0.8", "10.0.0.5", 2223, EPW_APP_UNKNOWN);
    epw_analyst_flush(analyst);
    cr_assert_eq(seen_count, 3, "no flow is lost, and none is told twice");
    size_t deployments = 0;
    for (size_t i = 0; i < seen_count; i++)
        deployments += strcmp(seen[i].function, "deployment") == 0;
    cr_expect_eq(deployments, 1);
    cr_expect_eq(epw_analyst_stats(analyst)->labelled, 3);
}
