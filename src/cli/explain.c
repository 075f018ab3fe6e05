/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --explain of a port or a name: what the signatures say of it, and what the
 * analyst itself makes of a flow of which nothing else is known. The rules are
 * not told twice: such flows are made up here and given to a real analyst.
 */
#include "cli/explain.h"
#include "analyst/analyst.h"
#include "base/hash.h"
#include "cli/analysis.h"
#include "cli/message.h"
#include "cli/query.h"
#include "cli/run.h"

#include <string.h>

/* More signatures of one port or name than any shipped set has; more are not told one by one. */
#define SHOWN 256

enum { TCP = 6, UDP = 17 };

/* Where both are documented, HTTP is spoken on its own port and TLS on the others. */
#define HTTP_PORT 80

/* What flows are judged by. */
struct rules {
    const struct epw_catalogue *catalogue;
    const struct epw_site *site; /* NULL: none */
};

/* One made-up flow, and whether its reasons are told too. */
struct telling {
    const char *head;
    uint8_t proto;
    uint16_t port;
    bool brief;
};

static void put_result(void *ctx, const struct epw_result *result)
{
    const struct telling *telling = ctx;
    char head[128];
    snprintf(head, sizeof(head), "%s %s/%u", telling->head, epw_query_transport(telling->proto),
             (unsigned)telling->port);
    epw_explain_outcome(head, result->verdict);
    if (!telling->brief)
        epw_explain_verdict(result->verdict);
}

/* An answered flow between two hosts of the documentation's own network. */
static enum epw_err judge(const struct rules *rules, struct telling *telling,
                          const struct epw_evidence *evidence)
{
    const struct epw_analyst_options options = { .wait_s = 0,
                                                 .seed = epw_hash_new_seed(),
                                                 .site = rules->site };
    struct epw_analyst *analyst;
    enum epw_err err = epw_analyst_new(&analyst, rules->catalogue, &options, put_result, telling);
    if (err != EPW_OK)
        return err;
    bool tcp = telling->proto == TCP;
    struct epw_flow_record record = {
        .flow_id = 1,
        .port = { 49152, telling->port },
        .proto = telling->proto,
        .how = EPW_INIT_FIRST, /* nobody saw a handshake */
        .state = EPW_FLOW_ESTABLISHED,
        .reason = EPW_REASON_FORCED,
        .packets = { 2, 1 },
        .bytes = { 128, 64 },
        .syns = tcp ? 1 : 0,
        .first_record = true,
        .evidence = evidence,
    };
    epw_ip_parse("192.0.2.10", &record.ip[0]);
    epw_ip_parse("192.0.2.20", &record.ip[1]);
    err = epw_analyst_flow(analyst, &record);
    epw_analyst_flush(analyst);
    epw_analyst_free(analyst);
    return err;
}

static enum epw_err explain_port(const struct rules *rules, uint8_t proto, uint16_t port)
{
    const struct epw_signature *list[SHOWN];
    size_t count = epw_site_by_port(rules->site, rules->catalogue, proto, port, list, SHOWN);
    printf("%s/%u: ", epw_query_transport(proto), (unsigned)port);
    if (count == 0) {
        puts("no signature has this port");
        return EPW_OK;
    }
    printf("%zu signature%s%s\n", count, count == 1 ? "" : "s",
           count == 1 ? "" : "; a port that several share names none of them by itself");
    for (size_t i = 0; i < count; i++) {
        epw_explain_signature(list[i]);
        if (epw_site_moved(rules->site, list[i]))
            epw_explain_put("port:", "moved here by the site file");
    }
    putchar('\n');
    struct telling telling = { "suppose nothing is known of a flow but that it goes to", proto,
                               port, false };
    return judge(rules, &telling, &epw_evidence_none);
}

static bool has_app(const struct epw_signature *sig, enum epw_app app)
{
    for (size_t i = 0; i < sig->app_count; i++)
        if (sig->app[i] == app)
            return true;
    return false;
}

/* A client that says the name in the way of the protocol that the signature documents. */
static enum epw_err say_name(const struct rules *rules, const struct epw_signature *sig,
                             const char *text, struct telling *telling)
{
    struct epw_flow_name name = { .text = text, .source = EPW_NAME_SNI };
    struct epw_evidence evidence = epw_evidence_none;
    evidence.app = EPW_APP_TLS;
    if (telling->proto == UDP) {
        evidence.app = EPW_APP_QUIC;
        name.source = EPW_NAME_QUIC;
    } else if (has_app(sig, EPW_APP_HTTP) &&
               (telling->port == HTTP_PORT || !has_app(sig, EPW_APP_TLS))) {
        evidence.app = EPW_APP_HTTP;
        name.source = EPW_NAME_HOST;
    } else if (!has_app(sig, EPW_APP_TLS) && sig->app_count != 0) {
        evidence.inner_app = sig->app[0];
    }
    evidence.app_side[0] = evidence.app_side[1] = evidence.app;
    evidence.payload_seen[0] = evidence.payload_seen[1] = true;
    evidence.requester = EPW_TO_SERVER;
    evidence.name = &name;
    evidence.name_count = 1;
    return judge(rules, telling, &evidence);
}

/* Whether an earlier signature of the list has this port among its first ones of a range. */
static bool told(const struct epw_signature *const *list, size_t i, size_t range)
{
    const uint16_t port = list[i]->port[range].low;
    for (size_t k = 0; k <= i; k++)
        for (size_t n = 0; n < (k == i ? range : list[k]->port_count); n++)
            if (list[k]->proto == list[i]->proto && list[k]->port[n].low == port)
                return true;
    return false;
}

static enum epw_err explain_name(const struct rules *rules, const char *name)
{
    const struct epw_signature *list[SHOWN];
    const char *mask = "";
    size_t count = epw_catalogue_by_name(rules->catalogue, name, list, SHOWN);
    printf("%s: ", name);
    if (count == 0) {
        puts("no signature has a mask that this name matches");
        return EPW_OK;
    }
    printf("%zu signature%s a mask that it matches\n", count, count == 1 ? " has" : "s have");
    if (count > SHOWN)
        count = SHOWN;
    struct epw_str ports = { 0 };
    for (size_t i = 0; i < count; i++) {
        epw_explain_signature(list[i]);
        epw_signature_names(list[i], name, &mask);
        epw_explain_put("mask:", mask);
        epw_str_clear(&ports);
        epw_str_addf(&ports, "%s ", epw_query_transport(list[i]->proto));
        epw_query_ports(&ports, list[i]);
        epw_explain_put("ports:", epw_str_text(&ports));
    }
    epw_query_told(&ports);
    puts("\n  suppose nothing is known of a flow but that its client says this name");
    enum epw_err err = EPW_OK;
    for (size_t i = 0; i < count && err == EPW_OK; i++)
        for (size_t n = 0; n < list[i]->port_count && err == EPW_OK; n++) {
            struct telling telling = { "- to", list[i]->proto, list[i]->port[n].low, true };
            if (!told(list, i, n))
                err = say_name(rules, list[i], name, &telling);
        }
    if (err != EPW_OK || list[0]->port_count == 0)
        return err;
    putchar('\n');
    struct telling first = { "step by step, to", list[0]->proto, list[0]->port[0].low, false };
    return say_name(rules, list[0], name, &first);
}

static enum epw_err explain(const struct rules *rules, const struct epw_target *target)
{
    if (target->kind == EPW_TARGET_NAME)
        return explain_name(rules, target->name);
    enum epw_err err = target->tcp ? explain_port(rules, TCP, target->port[0]) : EPW_OK;
    if (err == EPW_OK && target->tcp && target->udp)
        putchar('\n');
    if (err == EPW_OK && target->udp)
        err = explain_port(rules, UDP, target->port[0]);
    return err;
}

int epw_query_explain(const struct epw_options *options)
{
    if (options->target.kind == EPW_TARGET_FLOW)
        return epw_explain_flow(options);
    struct epw_catalogue *catalogue = epw_analysis_catalogue(options);
    if (catalogue == NULL)
        return EPW_EXIT_FAIL;
    struct epw_site *site;
    if (!epw_analysis_site(options, catalogue, &site)) {
        epw_catalogue_free(catalogue);
        return EPW_EXIT_FAIL;
    }
    const struct rules rules = { catalogue, site };
    enum epw_err err = explain(&rules, &options->target);
    epw_site_free(site);
    epw_catalogue_free(catalogue);
    if (err != EPW_OK)
        epw_say(NULL, "--explain: %s", epw_strerror(err));
    return err == EPW_OK ? epw_query_finish() : EPW_EXIT_FAIL;
}
