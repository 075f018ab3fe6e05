/* SPDX-License-Identifier: Apache-2.0 */
/* What makes addresses one host, and whose a MAC is. */
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
    cr_assert_eq(epw_addresses_new(&know.addresses, 42, &stats), EPW_OK);
    cr_assert_eq(epw_inventory_new(&inventory, &know, 42), EPW_OK);
}

static void tear_down(void)
{
    epw_addresses_free(know.addresses);
    epw_inventory_free(inventory);
    epw_catalogue_free(catalogue);
}

TestSuite(inventory_kin, .init = set_up, .fini = tear_down);

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

Test(inventory_kin, addresses_of_one_mac_are_one_host)
{
    static const char *const from[] = { "10.0.0.7", "fe80::7", "2001:db8::7", "2001:db8::1234" };
    make("0.0.0.0", "255.255.255.255", NULL, 0); /* it leases its address */
    set_mac(0, 7);
    record.port[0] = 68;
    record.group = true;
    evidence.app = EPW_APP_DHCP;
    add();
    for (int i = 0; i < 4; i++) {
        make(from[i], i == 0 ? "10.0.0.5" : "2001:db8::5", i == 0 ? "a-agent" : NULL, i);
        set_mac(0, 7);
        add();
    }
    make("10.0.0.107", "10.0.0.5", "a-upload", 10); /* a new lease */
    set_mac(0, 7);
    add();
    expect_hosts(
        "10.0.0.5 | acme server likely 2 peers seen replication,upload unseen inner\n"
        "10.0.0.7+fe80::7+2001:db8::7+2001:db8::1234+10.0.0.107 mac 7 | acme agent likely 1 "
        "peers seen replication,upload unseen bridge,inner\n");
}

Test(inventory_kin, a_mac_with_two_ipv4_addresses_at_a_time_is_a_routers)
{
    make("10.0.0.7", "10.0.0.5", NULL, 1);
    record.last_ns = 3 * NS;
    set_mac(0, 1);
    add();
    make("10.0.0.8", "10.0.0.5", NULL, 2);
    set_mac(0, 1);
    add();
    expect_hosts("10.0.0.5\n10.0.0.7\n10.0.0.8\n");
}

Test(inventory_kin, a_mac_with_outside_addresses_is_a_routers)
{
    make("10.0.0.7", "203.0.113.5", NULL, 1);
    set_mac(0, 7);
    set_mac(1, 1);
    add();
    make("10.9.0.8", "10.0.0.7", NULL, 2); /* comes through the same router */
    set_mac(0, 1);
    set_mac(1, 7);
    add();
    expect_hosts("10.0.0.7 mac 7\n10.9.0.8\n");
}

Test(inventory_kin, a_mac_with_many_addresses_is_a_routers)
{
    char from[24];
    for (int i = 1; i <= 5; i++) {
        snprintf(from, sizeof(from), "10.0.0.%d", i);
        make(from, "203.0.113.1", NULL, 10 * i);
        set_mac(0, 1);
        add();
    }
    expect_hosts("10.0.0.1\n10.0.0.2\n10.0.0.3\n10.0.0.4\n10.0.0.5\n");
}

Test(inventory_kin, a_mac_with_two_ipv6_networks_is_a_routers)
{
    make("10.0.0.7", "10.0.0.5", NULL, 1);
    set_mac(0, 1);
    add();
    make("2001:db8:1::7", "2001:db8::5", "a-agent", 2);
    set_mac(0, 1);
    add();
    make("2001:db8:2::7", "2001:db8::5", NULL, 3);
    set_mac(0, 1);
    add();
    expect_hosts(
        "10.0.0.5\n10.0.0.7\n"
        "2001:db8::5 | acme server likely 1 peers seen replication unseen inner,upload\n"
        "2001:db8:1::7 | acme agent likely 1 peers seen replication unseen bridge,inner,upload\n");
}

/* Two machines behind a router look like a new lease: what shows nothing is not believed. */
static void add_two_in_turn(void)
{
    make("10.9.1.1", "10.0.0.5", NULL, 1);
    set_mac(0, 1);
    add();
    make("10.9.1.2", "10.0.0.5", NULL, 6);
    set_mac(0, 1);
    add();
}

Test(inventory_kin, a_new_lease_that_nothing_shows_is_another_host)
{
    struct epw_ip ip = ip_of("10.9.1.2"), before = ip_of("10.9.1.1");
    size_t at = 0;
    add_two_in_turn();
    expect_hosts("10.0.0.5\n10.9.1.1\n10.9.1.2\n");
    const struct epw_ip *kin = epw_inventory_kin(inventory, &ip, &at);
    cr_assert_not_null(kin, "it may be the same machine");
    cr_expect_eq(epw_ip_cmp(kin, &before), 0);
    cr_expect_null(epw_inventory_kin(inventory, &ip, &at));
}

Test(inventory_kin, a_name_shows_a_new_lease)
{
    struct epw_sighting sighting = { .kind = EPW_SIGHT_ADDRESS, .name = "pc1.corp.example" };
    add_two_in_turn();
    sighting.address = ip_of("10.9.1.1");
    epw_inventory_sighting(inventory, &sighting);
    sighting.address = ip_of("10.9.1.2");
    epw_inventory_sighting(inventory, &sighting);
    expect_hosts("10.0.0.5\n10.9.1.1+10.9.1.2 mac 1 names pc1.corp.example\n");
}

Test(inventory_kin, who_is_hops_away_is_behind_a_router)
{
    struct epw_ip ip = ip_of("10.9.1.1");
    size_t at = 0;
    make("10.9.1.1", "10.0.0.5", NULL, 1);
    record.ttl = 127;
    set_mac(0, 1);
    add();
    make("fd00::9", "fd00::5", NULL, 2);
    record.ttl = 63;
    set_mac(0, 1);
    add();
    expect_hosts("10.0.0.5\n10.9.1.1\nfd00::5\nfd00::9\n");
    cr_expect_null(epw_inventory_kin(inventory, &ip, &at));
    make("10.9.1.1", "10.0.0.5", NULL, 3); /* what a host passes on for its guests is not all */
    record.ttl = 128;
    set_mac(0, 1);
    add();
    make("fd00::9", "fd00::5", NULL, 4);
    record.ttl = 64;
    set_mac(0, 1);
    add();
    expect_hosts("10.0.0.5\n10.9.1.1+fd00::9 mac 1\nfd00::5\n");
}
