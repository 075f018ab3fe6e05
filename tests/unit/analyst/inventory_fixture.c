/* SPDX-License-Identifier: Apache-2.0 */
#include "inventory_fixture.h"

#include "catalogue_text.h"

#define SIG(id, kind, function, ports, from, to, scope, versions, status, needs)                   \
    id ",Acme,acme," kind "," function ",management,tcp," ports ",," from "," to ",,," scope       \
       "," versions "," status ",," needs ",acme-1,a document,\n"

static const char signatures[] = HEADER SIG("a-agent", "own", "replication", "2222", "agent",
                                            "server", "network", "", "current", "port")
    SIG("a-old", "own", "old-reports", "2224", "agent", "server", "network", "9.x", "obsolete",
        "port") SIG("a-upload", "own", "upload", "2225", "agent", "server", "network", "",
                    "current", "port") SIG("a-local", "own", "local", "2226", "agent", "server",
                                           "localhost-only", "", "current", "port")
        SIG("a-inner", "own", "inner", "2227", "agent", "server", "not-needed-in-firewall", "",
            "current", "port") SIG("a-bridge", "own", "bridge", "3128", "agent", "bridge",
                                   "network", "", "current", "port")
            SIG("a-time", "own", "time", "123", "agent", "clock", "network", "", "current", "never")
    /* the same server has the name of a neighbour product too */
    "n-peer,Acme,acme-old,neighbour,peer,management,tcp,9000,,client,server,,,network,,current,,"
    "port,,a document,\n";

struct epw_catalogue *catalogue;
struct epw_knowledge know;
struct epw_stats stats;
struct epw_inventory *inventory;
struct epw_evidence evidence;
struct epw_verdict verdict;
struct epw_flow_record record;

void inventory_open(void)
{
    catalogue = must_load(signatures);
    know = (struct epw_knowledge){ .catalogue = catalogue, .stats = &stats };
    stats = (struct epw_stats){ 0 };
    cr_assert_eq(epw_addresses_new(&know.addresses, 42, &stats), EPW_OK);
    cr_assert_eq(epw_inventory_new(&inventory, &know, 42), EPW_OK);
}

void inventory_close(void)
{
    epw_addresses_free(know.addresses);
    epw_inventory_free(inventory);
    epw_catalogue_free(catalogue);
}

void make(const char *from, const char *to, const char *sig, int second)
{
    record = made_flow(from, to, 2222, EPW_APP_UNKNOWN, &evidence);
    record.first_ns = second * NS;
    record.last_ns = second * NS + 1;
    verdict = (struct epw_verdict){ .confidence = EPW_CONF_NONE };
    if (sig != NULL) {
        verdict.confidence = EPW_CONF_LIKELY;
        verdict.sig = epw_catalogue_find(catalogue, sig);
        cr_assert_not_null(verdict.sig);
        record.port[1] = verdict.sig->port[0].low;
    }
}

void set_mac(unsigned side, uint8_t last)
{
    record.has_mac = true;
    record.mac[side][0] = 2;
    record.mac[side][5] = last;
}

void add(void)
{
    const struct epw_result result = { &record, &verdict };
    epw_inventory_flow(inventory, &result);
}

static void list_words(struct epw_str *text, const char *label, const char *const *list,
                       size_t count)
{
    epw_str_add(text, label);
    for (size_t i = 0; i < count; i++)
        epw_str_addf(text, "%s%s", i == 0 ? "" : ",", list[i]);
}

void tell_host(void *ctx, const struct epw_inventory_host *host)
{
    struct epw_str *text = ctx;
    char ip[EPW_IP_STRLEN];
    for (size_t i = 0; i < host->ip_count; i++)
        epw_str_addf(text, "%s%s", i == 0 ? "" : "+", epw_ip_format(&host->ip[i], ip));
    if (host->has_mac)
        epw_str_addf(text, " mac %u", host->mac[5]);
    for (size_t i = 0; i < host->name_count; i++)
        epw_str_addf(text, "%s%s", i == 0 ? " names " : ",", host->name[i]);
    for (size_t i = 0; i < host->role_count; i++) {
        const struct epw_inventory_role *r = &host->role[i];
        epw_str_addf(text, " | %s %s %s %u peers", r->product, r->role,
                     epw_confidence_name(r->confidence), r->peers);
        list_words(text, " seen ", r->seen, r->seen_count);
        list_words(text, " unseen ", r->unseen, r->unseen_count);
        if (r->versions[0] != '\0')
            epw_str_addf(text, " versions %s", r->versions);
    }
    epw_str_add(text, "\n");
}

void expect_hosts(const char *expected)
{
    for (int i = 0; i < 2; i++) {
        struct epw_str text = { 0 };
        cr_assert_eq(epw_inventory_each(inventory, tell_host, &text), EPW_OK);
        cr_expect_str_eq(epw_str_text(&text), expected);
        epw_str_free(&text);
    }
}
