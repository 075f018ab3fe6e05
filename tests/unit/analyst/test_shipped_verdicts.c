/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shipped signatures through the verdict rules: one conversation of each
 * that labels by a port or a name, seen alone, as its row documents it.
 */
#include "analyst/analyst.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEGIN_NS 1000000000

static struct epw_catalogue *catalogue;

struct outcome {
    enum epw_confidence confidence;
    const char *product;
    size_t count;
};

static void on_result(void *ctx, const struct epw_result *result)
{
    struct outcome *out = ctx;
    out->confidence = result->verdict->confidence;
    out->product = result->verdict->sig == NULL ? "" : result->verdict->sig->product;
    out->count++;
}

static void set_up(void)
{
    char path[4096];
    const char *srcdir = getenv("EPW_SRCDIR"), *folder = path;
    snprintf(path, sizeof(path), "%s/signatures", srcdir == NULL ? "." : srcdir);
    cr_assert_eq(epw_catalogue_load(&catalogue, &folder, 1, NULL, NULL), EPW_OK);
}

static void tear_down(void)
{
    epw_catalogue_free(catalogue);
}

TestSuite(shipped_verdicts, .init = set_up, .fini = tear_down);

/* A name that the mask matches: every wildcard is one letter. */
static void spell(const char *mask, char *name, size_t len)
{
    snprintf(name, len, "%s", mask);
    for (char *c = name; *c != '\0'; c++)
        if (*c == '*' || *c == '?')
            *c = 'x';
}

/* The conversation: from 10.0.0.7:50000, handshake and both sides' payload seen. */
static struct epw_flow_record converse(const struct epw_signature *sig)
{
    struct epw_flow_record r = { .flow_id = 1,
                                 .proto = sig->proto,
                                 .port = { 50000, sig->port[0].low },
                                 .packets = { 5, 5 },
                                 .bytes = { 500, 500 },
                                 .first_ns = BEGIN_NS,
                                 .last_ns = 2 * (int64_t)BEGIN_NS,
                                 .first_record = true,
                                 .state = EPW_FLOW_ESTABLISHED,
                                 .how = EPW_INIT_HANDSHAKE };
    const char *to = "10.0.0.5";
    if (sig->scope == EPW_SCOPE_MULTICAST)
        to = "239.1.1.1";
    if (sig->scope == EPW_SCOPE_BROADCAST)
        to = "255.255.255.255";
    r.group = to[0] == '2';
    cr_assert(epw_ip_parse("10.0.0.7", &r.ip[0]) && epw_ip_parse(to, &r.ip[1]));
    return r;
}

static struct outcome judge(const struct epw_signature *sig)
{
    char text[EPW_NAME_LEN] = "";
    struct epw_flow_name name = { .text = text, .source = EPW_NAME_SNI };
    struct epw_evidence ev = epw_evidence_none;
    if (sig->app_count != 0) {
        ev.app = ev.app_side[0] = sig->app[0];
        ev.payload_seen[0] = ev.payload_seen[1] = true;
    }
    if (sig->name_count != 0) {
        spell(sig->name[0], text, sizeof(text));
        ev.name = &name;
        ev.name_count = 1;
    }
    struct epw_flow_record r = converse(sig);
    r.evidence = &ev;
    struct outcome out = { .count = 0 };
    struct epw_analyst_options options = { .wait_s = 0, .seed = 42 };
    struct epw_analyst *analyst;
    cr_assert_eq(epw_analyst_new(&analyst, catalogue, &options, on_result, &out), EPW_OK);
    cr_assert_eq(epw_analyst_flow(analyst, &r), EPW_OK);
    epw_analyst_flush(analyst);
    epw_analyst_free(analyst);
    cr_assert_eq(out.count, (size_t)1, "%s", sig->id);
    return out;
}

Test(shipped_verdicts, a_name_confirms_its_product)
{
    for (size_t i = 0; i < epw_catalogue_count(catalogue); i++) {
        const struct epw_signature *sig = epw_catalogue_at(catalogue, i);
        if (sig->needs != EPW_NEEDS_NAME)
            continue;
        struct outcome out = judge(sig);
        cr_expect_eq(out.confidence, EPW_CONF_CONFIRMED, "%s: %s", sig->id,
                     epw_confidence_name(out.confidence));
        cr_expect_str_eq(out.product, sig->product, "%s", sig->id);
    }
}

/* An own port names its product, or nobody while a neighbour has the same one: never another. */
Test(shipped_verdicts, an_own_port_names_no_other_product)
{
    size_t named = 0, ambiguous = 0;
    for (size_t i = 0; i < epw_catalogue_count(catalogue); i++) {
        const struct epw_signature *sig = epw_catalogue_at(catalogue, i);
        if (sig->needs != EPW_NEEDS_PORT)
            continue;
        struct outcome out = judge(sig);
        cr_expect_neq(out.confidence, EPW_CONF_NONE, "%s", sig->id);
        if (out.confidence == EPW_CONF_AMBIGUOUS)
            ambiguous++;
        else
            named += strcmp(out.product, sig->product) == 0;
        cr_expect(out.product[0] == '\0' || strcmp(out.product, sig->product) == 0, "%s became %s",
                  sig->id, out.product);
    }
    cr_expect_gt(named, ambiguous, "%zu named, %zu ambiguous", named, ambiguous);
}

/* Without the role, rows that need one and infrastructure name nobody on the shared ports. */
Test(shipped_verdicts, roles_and_infrastructure_name_nobody_alone)
{
    for (size_t i = 0; i < epw_catalogue_count(catalogue); i++) {
        const struct epw_signature *sig = epw_catalogue_at(catalogue, i);
        const struct epw_signature *const *list;
        bool own_port = false;
        size_t count = sig->port_count == 0
                           ? 0
                           : epw_catalogue_by_port(catalogue, sig->proto, sig->port[0].low, &list);
        for (size_t k = 0; k < count; k++)
            own_port |= list[k]->needs == EPW_NEEDS_PORT;
        if (count == 0 || own_port || sig->needs == EPW_NEEDS_NAME)
            continue;
        struct outcome out = judge(sig);
        cr_expect_eq(out.confidence, EPW_CONF_NONE, "%s: %s %s", sig->id,
                     epw_confidence_name(out.confidence), out.product);
    }
}
