/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --explain: what the signatures say of a port, and what the analyst itself
 * makes of a flow to it of which nothing else is known. The rules are not told
 * twice: that flow is made up here and given to a real analyst.
 */
#include "analyst/analyst.h"
#include "base/hash.h"
#include "cli/message.h"
#include "cli/query.h"
#include "cli/run.h"
#include "output/layout.h"

#include <string.h>

/* More signatures of one port than any shipped set has; more are not told one by one. */
#define SHOWN 256

enum { TCP = 6, UDP = 17 };

struct port {
    bool tcp, udp;
    uint16_t number;
};

static bool parse_port(const char *text, struct port *port)
{
    uint64_t number;
    port->tcp = strncmp(text, "udp/", 4) != 0;
    port->udp = strncmp(text, "tcp/", 4) != 0;
    if (!port->tcp || !port->udp)
        text += 4;
    if (!epw_text_u64(text, 1, 65535, &number))
        return false;
    port->number = (uint16_t)number;
    return true;
}

/* One indented line of words. */
static void put(const char *label, const char *words)
{
    if (words[0] == '\0')
        return;
    int at = printf("    %s ", label);
    epw_layout_wrap(stdout, (size_t)(at < 0 ? 0 : at), 8, words);
}

static const char *needs_in_words(enum epw_needs needs)
{
    switch (needs) {
    case EPW_NEEDS_PORT:
        return "nothing more: the port is the product's own";
    case EPW_NEEDS_NAME:
        return "a name below that belongs to the flow";
    case EPW_NEEDS_INITIATOR:
        return "the initiator known in its documented role";
    case EPW_NEEDS_RESPONDER:
        return "the responder known in its documented role";
    case EPW_NEEDS_CONTROL:
        return "a control channel that announced the port";
    case EPW_NEEDS_NEVER:
        return "never given: it is infrastructure, listed as a candidate only";
    }
    return "";
}

static void put_signature(const struct epw_signature *sig)
{
    struct epw_str text = { 0 };
    printf("\n  %s %s (%s)\n", sig->product, sig->function, sig->id);
    epw_str_addf(&text, "%s -> %s", sig->initiator[0] == '\0' ? "any host" : sig->initiator,
                 sig->responder[0] == '\0' ? "any host" : sig->responder);
    put("who:", epw_str_text(&text));
    put("label needs:", needs_in_words(sig->needs));
    epw_str_clear(&text);
    for (size_t i = 0; i < sig->app_count; i++)
        epw_str_addf(&text, "%s%s", i == 0 ? "" : " or ", epw_app_name((enum epw_app)sig->app[i]));
    put("protocol:", epw_str_text(&text));
    epw_str_clear(&text);
    for (size_t i = 0; i < sig->name_count; i++)
        epw_str_addf(&text, "%s ", sig->name[i]);
    put("names:", epw_str_text(&text));
    if (sig->scope != EPW_SCOPE_NETWORK)
        put("scope:", epw_scope_name(sig->scope));
    if (sig->status != EPW_STATUS_CURRENT)
        put("status:", epw_status_name(sig->status));
    put("versions:", sig->versions);
    epw_str_clear(&text);
    for (size_t i = 0; i < sig->row_count; i++)
        epw_str_addf(&text, "%s ", sig->row[i]);
    put("rows:", epw_str_text(&text));
    put("source:", sig->source);
    put("notes:", sig->notes);
    epw_str_free(&text);
}

static void put_verdict(void *ctx, const struct epw_result *result)
{
    (void)ctx;
    const struct epw_verdict *verdict = result->verdict;
    printf("\n  a flow to it of which nothing else is known: %s",
           epw_confidence_name(verdict->confidence));
    if (verdict->sig != NULL)
        printf(", %s %s", verdict->sig->product, verdict->sig->function);
    putchar('\n');
    for (size_t i = 0; i < verdict->reason_count; i++)
        put("-", verdict->reason[i]);
    struct epw_str text = { 0 };
    for (size_t i = 0; i < verdict->candidate_count; i++) {
        epw_str_clear(&text);
        epw_str_addf(&text, "%s: %s", verdict->candidate[i].sig->id, verdict->candidate[i].why);
        put("candidate", epw_str_text(&text));
    }
    epw_str_free(&text);
}

/* An answered flow without payload between two hosts of the documentation's own network. */
static enum epw_err judge(const struct epw_catalogue *catalogue, uint8_t proto, uint16_t port)
{
    const struct epw_analyst_options options = { .wait_s = 0, .seed = epw_hash_new_seed() };
    struct epw_analyst *analyst;
    enum epw_err err = epw_analyst_new(&analyst, catalogue, &options, put_verdict, NULL);
    if (err != EPW_OK)
        return err;
    struct epw_flow_record record = {
        .flow_id = 1,
        .port = { 49152, port },
        .proto = proto,
        .how = proto == TCP ? EPW_INIT_HANDSHAKE : EPW_INIT_FIRST,
        .state = EPW_FLOW_ESTABLISHED,
        .reason = EPW_REASON_FORCED,
        .packets = { 2, 1 },
        .bytes = { 128, 64 },
        .syns = proto == TCP ? 1 : 0,
        .first_record = true,
        .evidence = &epw_evidence_none,
    };
    epw_ip_parse("192.0.2.10", &record.ip[0]);
    epw_ip_parse("192.0.2.20", &record.ip[1]);
    err = epw_analyst_flow(analyst, &record);
    epw_analyst_flush(analyst);
    epw_analyst_free(analyst);
    return err;
}

static enum epw_err explain(const struct epw_catalogue *catalogue, uint8_t proto, uint16_t port)
{
    const struct epw_signature *const *list;
    size_t count = epw_catalogue_by_port(catalogue, proto, port, &list);
    printf("%s/%u: ", epw_query_transport(proto), (unsigned)port);
    if (count == 0) {
        puts("no signature has this port");
        return EPW_OK;
    }
    printf("%zu signature%s%s\n", count, count == 1 ? "" : "s",
           count == 1 ? "" : "; a port that several share names none of them by itself");
    for (size_t i = 0; i < count && i < SHOWN; i++)
        put_signature(list[i]);
    return judge(catalogue, proto, port);
}

int epw_query_explain(const struct epw_options *options)
{
    struct port port;
    if (!parse_port(options->operand, &port)) {
        epw_say(NULL,
                "--explain %s: not a port; expected a number from 1 to 65535, or tcp/ or udp/ and "
                "one",
                options->operand);
        return EPW_EXIT_FAIL;
    }
    struct epw_catalogue *catalogue = epw_run_catalogue(options);
    if (catalogue == NULL)
        return EPW_EXIT_FAIL;
    enum epw_err err = port.tcp ? explain(catalogue, TCP, port.number) : EPW_OK;
    if (err == EPW_OK && port.tcp && port.udp)
        putchar('\n');
    if (err == EPW_OK && port.udp)
        err = explain(catalogue, UDP, port.number);
    epw_catalogue_free(catalogue);
    if (err != EPW_OK)
        epw_say(NULL, "--explain: %s", epw_strerror(err));
    return err == EPW_OK ? epw_query_finish() : EPW_EXIT_FAIL;
}
