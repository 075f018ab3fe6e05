/* SPDX-License-Identifier: Apache-2.0 */
/* Which host plays which role: what shows it, and what does not. */
#include "analyst/audit/inventory.h"
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

#define NS INT64_C(1000000000)

static struct epw_catalogue *catalogue;
static struct epw_knowledge know;
static struct epw_stats stats;
static struct epw_inventory *inventory;
static struct epw_evidence evidence;
static struct epw_verdict verdict;
static struct epw_flow_record record;

static void set_up(void)
{
    catalogue = must_load(signatures);
    know = (struct epw_knowledge){ .catalogue = catalogue, .stats = &stats };
    stats = (struct epw_stats){ 0 };
    cr_assert_eq(epw_addresses_new(&know.addresses, 42, &stats), EPW_OK);
    cr_assert_eq(epw_inventory_new(&inventory, &know, 42), EPW_OK);
}

static void tear_down(void)
{
    epw_addresses_free(know.addresses);
    epw_inventory_free(inventory);
    epw_catalogue_free(catalogue);
}

TestSuite(inventory, .init = set_up, .fini = tear_down);

static struct epw_ip ip_of(const char *text)
{
    struct epw_ip ip;
    cr_assert(epw_ip_parse(text, &ip), "%s", text);
    return ip;
}

/* The flow that the next add() gives: at a second, answered; sig NULL: no verdict. */
static void make(const char *from, const char *to, const char *sig, int second)
{
    evidence = epw_evidence_none;
    record = (struct epw_flow_record){
        .ip = { ip_of(from), ip_of(to) },
        .port = { 50000, 2222 },
        .proto = 6,
        .state = EPW_FLOW_CLOSED,
        .first_ns = second * NS,
        .last_ns = second * NS + 1,
        .packets = { 5, 5 },
        .bytes = { 500, 500 },
        .payload_bytes = { 100, 100 },
        .first_record = true,
        .evidence = &evidence,
    };
    verdict = (struct epw_verdict){ .confidence = EPW_CONF_NONE };
    if (sig != NULL) {
        verdict.confidence = EPW_CONF_LIKELY;
        verdict.sig = epw_catalogue_find(catalogue, sig);
        cr_assert_not_null(verdict.sig);
        record.port[1] = verdict.sig->port[0].low;
    }
}

static void set_mac(unsigned side, uint8_t last)
{
    record.has_mac = true;
    record.mac[side][0] = 2;
    record.mac[side][5] = last;
}

static void add(void)
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

static void tell_host(void *ctx, const struct epw_inventory_host *host)
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

/* All hosts as lines; the same text when asked twice. */
static void expect_hosts(const char *expected)
{
    for (int i = 0; i < 2; i++) {
        struct epw_str text = { 0 };
        cr_assert_eq(epw_inventory_each(inventory, tell_host, &text), EPW_OK);
        cr_expect_str_eq(epw_str_text(&text), expected);
        epw_str_free(&text);
    }
}

Test(inventory, both_sides_of_a_verdict_have_their_roles)
{
    make("10.0.0.7", "10.0.0.5", "a-agent", 1);
    add();
    make("10.0.0.8", "10.0.0.5", "a-old", 2);
    verdict.confidence = EPW_CONF_CONFIRMED;
    add();
    make("10.0.0.8", "10.0.0.5", "a-old", 3);
    record.first_record = false;
    add();
    expect_hosts(
        "10.0.0.5 | acme server confirmed 2 peers seen old-reports,replication unseen inner,upload "
        "versions 9.x\n"
        "10.0.0.7 | acme agent likely 1 peers seen replication unseen bridge,inner,upload\n"
        "10.0.0.8 | acme agent confirmed 1 peers seen old-reports unseen "
        "bridge,inner,replication,upload versions 9.x\n");
}

Test(inventory, active_internal_hosts_are_listed_without_a_role_others_not)
{
    make("10.0.0.9", "203.0.113.5", NULL, 1);
    add();
    make("10.0.0.9", "10.0.0.10", NULL, 2); /* nobody there */
    record.packets[1] = 0;
    add();
    make("10.0.0.9", "198.51.100.1", "a-agent", 3);
    add();
    expect_hosts(
        "10.0.0.9 | acme agent likely 1 peers seen replication unseen bridge,inner,upload\n"
        "198.51.100.1 | acme server likely 1 peers seen replication unseen inner,upload\n");
}

Test(inventory, groups_and_the_unspecified_address_are_no_hosts)
{
    make("0.0.0.0", "255.255.255.255", "a-agent", 1);
    add();
    make("10.0.0.7", "224.0.0.1", "a-agent", 2);
    add();
    make("10.0.0.7", "10.0.0.255", "a-agent", 3);
    record.group = true;
    add();
    expect_hosts(
        "10.0.0.7 | acme agent likely 0 peers seen replication unseen bridge,inner,upload\n");
}

Test(inventory, who_does_not_answer_shows_no_role)
{
    make("10.0.0.7", "10.0.0.5", "a-agent", 1);
    record.packets[1] = record.payload_bytes[0] = record.payload_bytes[1] = 0;
    record.state = EPW_FLOW_UNANSWERED;
    add();
    make("10.0.0.7", "10.0.0.6", "a-agent", 1);
    record.state = EPW_FLOW_REFUSED;
    add();
    expect_hosts(
        "10.0.0.6\n"
        "10.0.0.7 | acme agent likely 2 peers seen replication unseen bridge,inner,upload\n");
}

Test(inventory, anybody_may_try_what_is_not_for_the_network)
{
    make("10.0.0.66", "10.0.0.5", "a-local", 1);
    add();
    make("10.0.0.66", "10.0.0.5", "a-inner", 2);
    add();
    expect_hosts(
        "10.0.0.5 | acme server likely 1 peers seen inner,local unseen replication,upload\n"
        "10.0.0.66\n");
}

Test(inventory, a_proxy_is_not_the_service_and_speaks_for_others)
{
    make("10.0.0.7", "10.0.0.80", "a-agent", 1);
    record.port[1] = 8080;
    evidence.connect_port = 2222;
    evidence.http_status = 200;
    verdict.proxied = true;
    add();
    make("10.0.0.80", "198.51.100.1", "a-agent", 2);
    add();
    expect_hosts(
        "10.0.0.7 | acme agent likely 1 peers seen replication unseen bridge,inner,upload\n"
        "10.0.0.80\n"
        "198.51.100.1 | acme server likely 1 peers seen replication unseen inner,upload\n");
}

Test(inventory, a_documented_proxy_has_its_role)
{
    make("10.0.0.7", "10.0.0.80", "a-agent", 1);
    struct epw_candidate candidate[2] = {
        { .sig = verdict.sig, .reached = EPW_CONF_LIKELY, .why = "" },
        { .sig = epw_catalogue_find(catalogue, "a-bridge"),
          .reached = EPW_CONF_POSSIBLE,
          .why = "" },
    };
    record.port[1] = 3128;
    evidence.connect_port = 2222;
    verdict.proxied = true;
    verdict.candidate = candidate;
    verdict.candidate_count = 2;
    add();
    candidate[1].contradicted = true;
    record.ip[1] = ip_of("10.0.0.81");
    add();
    expect_hosts(
        "10.0.0.7 | acme agent likely 2 peers seen replication unseen bridge,inner,upload\n"
        "10.0.0.80 | acme bridge likely 1 peers seen bridge unseen \n"
        "10.0.0.81\n");
}

Test(inventory, dhcp_names_a_client_by_its_mac_and_dns_by_its_address)
{
    struct epw_sighting sighting = { .kind = EPW_SIGHT_ADDRESS, .name = "pc7.corp.example" };
    sighting.address = ip_of("10.0.0.7");
    epw_inventory_sighting(inventory, &sighting);
    sighting.address = ip_of("10.0.0.99"); /* never active */
    epw_inventory_sighting(inventory, &sighting);
    make("0.0.0.0", "255.255.255.255", NULL, 1);
    set_mac(0, 7);
    record.port[0] = 68;
    evidence.app = EPW_APP_DHCP;
    evidence.hint = "Anna's PC";
    add();
    make("10.0.0.7", "10.0.0.5", NULL, 2);
    set_mac(0, 7);
    add();
    make("10.0.0.1", "10.0.0.5", NULL, 3); /* a relay speaks for others */
    record.port[0] = 67;
    evidence.app = EPW_APP_DHCP;
    evidence.hint = "somebody";
    add();
    expect_hosts("10.0.0.1\n10.0.0.5\n10.0.0.7 mac 7 names anna's_pc,pc7.corp.example\n");
}

Test(inventory, netbios_registrations_name_a_host_queries_do_not)
{
    make("10.0.0.7", "10.0.0.255", NULL, 1);
    record.group = true;
    evidence.app = EPW_APP_NBNS;
    evidence.hint = "FILES<20>";
    add();
    evidence.request = "REGISTER PC7";
    add();
    add();
    expect_hosts("10.0.0.7 names pc7\n");
}

Test(inventory, neighbours_are_told_apart)
{
    make("10.0.0.7", "10.0.0.5", "n-peer", 1);
    add();
    make("10.0.0.7", "10.0.0.5", "a-agent", 1);
    verdict.confidence = EPW_CONF_POSSIBLE;
    add();
    expect_hosts("10.0.0.5 | acme server possible 1 peers seen replication unseen inner,upload | "
                 "acme-old server likely 1 peers seen peer unseen \n"
                 "10.0.0.7 | acme agent possible 1 peers seen replication unseen "
                 "bridge,inner,upload | acme-old client likely 1 peers seen peer unseen \n");
}

Test(inventory, peers_are_counted_once_and_up_to_a_limit)
{
    for (unsigned i = 0; i < EPW_INVENTORY_PEERS + 100; i++) {
        make("10.1.0.0", "10.0.0.5", "a-agent", 1);
        record.ip[0].b[14] = (uint8_t)(i >> 8);
        record.ip[0].b[15] = (uint8_t)i;
        add();
        add();
    }
    struct epw_str text = { 0 };
    cr_assert_eq(epw_inventory_each(inventory, tell_host, &text), EPW_OK);
    cr_expect_eq(strncmp(text.text, "10.0.0.5 | acme server likely 1024 peers", 40), 0);
    cr_expect_eq(stats.limited[EPW_LIMIT_PEERS], 200, "two flows of each that is not counted");
    epw_str_free(&text);
}

Test(inventory, roles_have_a_limit_of_their_own)
{
    /* Two roles a client: half as many clients as there may be roles, and some more. */
    for (unsigned i = 0; i < EPW_INVENTORY_ROLES_ALL / 2 + 10; i++) {
        for (unsigned k = 0; k < 2; k++) {
            make("10.128.0.0", "10.0.0.5", k == 0 ? "a-agent" : "n-peer", 1);
            record.ip[0].b[13] = (uint8_t)(128 | i >> 16);
            record.ip[0].b[14] = (uint8_t)(i >> 8);
            record.ip[0].b[15] = (uint8_t)i;
            add();
        }
    }
    cr_expect_eq(stats.limited[EPW_LIMIT_ROLES], 22, "the server has two as well");
    cr_expect_eq(stats.hosts_evicted, 0);
}

Test(inventory, a_full_table_keeps_those_with_roles)
{
    make("10.0.0.7", "10.0.0.5", "a-agent", 1);
    add();
    for (unsigned i = 0; i < 131072; i++) {
        make("10.128.0.0", "203.0.113.1", NULL, 2);
        record.ip[0].b[13] = (uint8_t)(128 | i >> 16);
        record.ip[0].b[14] = (uint8_t)(i >> 8);
        record.ip[0].b[15] = (uint8_t)i;
        add();
    }
    struct epw_str text = { 0 };
    cr_assert_eq(epw_inventory_each(inventory, tell_host, &text), EPW_OK);
    cr_expect_eq(strncmp(text.text, "10.0.0.5 | acme server", 22), 0);
    cr_expect_not_null(strstr(text.text, "\n10.0.0.7 | acme agent"));
    cr_expect_eq(stats.hosts_evicted, 2);
    epw_str_free(&text);
}
