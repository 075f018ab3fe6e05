/* SPDX-License-Identifier: Apache-2.0 */
/* What makes addresses one host, and whose a MAC is. */
#include "inventory_fixture.h"

TestSuite(inventory_kin, .init = inventory_open, .fini = inventory_close);

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
