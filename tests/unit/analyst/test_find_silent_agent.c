/* SPDX-License-Identifier: Apache-2.0 */
#include "find_fixture.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(silent_agent, .fini = find_close);

static void browse(double at_s, const char *from)
{
    push(flow_at(at_s, from, "203.0.113.80", 443, EPW_APP_TLS, "www.example.com"));
}

static void speak(double at_s, const char *from)
{
    push(flow_at(at_s, from, "10.0.0.5", 2222, EPW_APP_TLS, NULL));
}

Test(silent_agent, stopped_while_the_host_went_on)
{
    find_open(NULL);
    speak(0, "10.0.0.7");
    speak(60, "10.0.0.7");
    browse(150, "10.0.0.7");
    browse(200, "10.0.0.7");
    find_all("silent-agent");
    cr_assert_eq(found_count, 1);
    cr_expect_str_eq(found[0].product, "acme");
    cr_expect_str_eq(found[0].hosts, "10.0.0.7");
    cr_expect_not_null(strstr(found[0].documented, "documented every"), "%s", found[0].documented);
}

Test(silent_agent, not_watched_for_two_periods)
{
    find_open(NULL);
    speak(0, "10.0.0.7");
    browse(110, "10.0.0.7");
    find_all("silent-agent");
    cr_assert_eq(found_count, 0);
}

Test(silent_agent, a_host_that_was_switched_off)
{
    find_open(NULL);
    speak(0, "10.0.0.7");
    browse(10, "10.0.0.7");
    browse(400, "10.0.0.8");
    find_all("silent-agent");
    cr_assert_eq(found_count, 0);
}

Test(silent_agent, a_machine_that_has_just_woken_is_given_time)
{
    find_open(NULL);
    speak(0, "10.0.0.7");
    speak(60, "10.0.0.7");
    browse(70, "10.0.0.7");
    browse(6000, "10.0.0.7");
    browse(6060, "10.0.0.7");
    find_all("silent-agent");
    cr_assert_eq(found_count, 0);
    browse(6200, "10.0.0.7");
    find_all("silent-agent");
    cr_assert_eq(found_count, 1, "two periods awake without a word");
}

/* It was active, as far as can be seen; but what else was not captured? */
Test(silent_agent, withheld_where_no_answer_was_captured)
{
    find_open(NULL);
    speak(0, "10.0.0.7");
    for (double at_s = 150; at_s <= 200; at_s += 50) {
        struct epw_flow_record *r =
            flow_at(at_s, "10.0.0.7", "203.0.113.80", 443, EPW_APP_TLS, "www.example.com");
        r->packets[EPW_TO_CLIENT] = r->bytes[EPW_TO_CLIENT] = 0;
        r->payload_bytes[EPW_TO_CLIENT] = 0;
        r->payload_bytes[EPW_TO_SERVER] = 700;
        push(r);
    }
    find_all("silent-agent");
    cr_assert_eq(found_count, 0);
    cr_assert_eq(withheld_count, 1);
}

Test(silent_agent, another_conversation_of_the_product_is_a_sign_of_life)
{
    find_open(NULL);
    speak(0, "10.0.0.7");
    push(flow_at(190, "10.0.0.7", "203.0.113.5", 443, EPW_APP_TLS, "eu.cloud.acme.example"));
    browse(200, "10.0.0.7");
    find_all("silent-agent");
    cr_assert_eq(found_count, 0);
}

Test(silent_agent, another_address_of_the_same_machine_speaks_on)
{
    static const uint8_t mac[6] = { 0x02, 0, 0, 0, 0, 7 };
    find_open("internal,,,10.0.0.0/8\ninternal,,,2001:db8:1::/48\nhost,acme,server,10.0.0.5\n"
              "host,acme,server,2001:db8:1::5\n");
    struct epw_flow_record *r[] = {
        flow_at(0, "10.0.0.7", "10.0.0.5", 2222, EPW_APP_TLS, NULL),
        flow_at(100, "2001:db8:1::7", "2001:db8:1::5", 2222, EPW_APP_TLS, NULL),
        flow_at(150, "2001:db8:1::7", "2001:db8:1::5", 2222, EPW_APP_TLS, NULL),
        flow_at(200, "10.0.0.7", "203.0.113.80", 443, EPW_APP_TLS, "www.example.com"),
    };
    for (size_t i = 0; i < sizeof(r) / sizeof(r[0]); i++) {
        r[i]->has_mac = true;
        memcpy(r[i]->mac[0], mac, sizeof(mac));
        push(r[i]);
    }
    find_all("silent-agent");
    cr_assert_eq(found_count, 0);
}

Test(silent_agent, declared_and_never_heard)
{
    find_open("host,acme,agent,10.0.0.7\n");
    browse(0, "10.0.0.7");
    browse(200, "10.0.0.7");
    find_all("silent-agent");
    cr_assert_eq(found_count, 1);
    cr_expect_str_eq(found[0].hosts, "10.0.0.7");
    cr_expect_not_null(strstr(found[0].summary, "did not speak"), "%s", found[0].summary);
}

Test(silent_agent, a_rhythm_of_its_own_serves_where_none_is_documented)
{
    find_open(NULL);
    for (int i = 0; i < 6; i++)
        push(flow_at(i * 100, "10.0.0.7", "10.0.0.6", 2225, EPW_APP_TLS, NULL));
    browse(720, "10.0.0.7");
    find_all("silent-agent");
    cr_assert_eq(found_count, 1);
    cr_expect_str_eq(found[0].product, "bolt");
    cr_expect_not_null(strstr(found[0].documented, "it spoke every"), "%s", found[0].documented);
}

Test(silent_agent, without_a_rhythm_nothing_is_missed)
{
    find_open(NULL);
    static const int at[] = { 0, 20, 300, 310, 330, 360 };
    for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
        push(flow_at(at[i], "10.0.0.7", "10.0.0.6", 2225, EPW_APP_TLS, NULL));
    browse(5000, "10.0.0.7");
    find_all("silent-agent");
    cr_assert_eq(found_count, 0);
}

Test(silent_agent, declared_and_never_heard_where_no_period_is_documented)
{
    find_open("host,bolt,client,10.0.0.7\n");
    for (int i = 0; i <= 3600; i += 600)
        browse(i, "10.0.0.7");
    find_all("silent-agent");
    cr_assert_eq(found_count, 1);
    cr_expect_str_eq(found[0].product, "bolt");
    cr_expect_str_eq(found[0].hosts, "10.0.0.7");
    cr_expect_not_null(strstr(found[0].documented, "it should speak every 30 min"), "%s",
                       found[0].documented);
}

Test(silent_agent, declared_and_not_watched_for_twice_as_long)
{
    find_open("host,bolt,client,10.0.0.7\n");
    for (int i = 0; i <= 3500; i += 500)
        browse(i, "10.0.0.7");
    find_all("silent-agent");
    cr_assert_eq(found_count, 0);
}

Test(silent_agent, declared_and_only_spoken_to)
{
    find_open("host,bolt,client,10.0.0.7\nhost,bolt,server,10.0.0.6\n");
    push(flow_at(3000, "10.0.0.6", "10.0.0.7", 2224, EPW_APP_UNKNOWN, NULL));
    for (int i = 0; i <= 3600; i += 600)
        browse(i, "10.0.0.7");
    find_all("silent-agent");
    cr_assert_eq(found_count, 0, "it answers its server");
}

Test(silent_agent, declared_servers_and_proxies_need_not_speak)
{
    find_open("host,bolt,server,10.0.0.7\nhost,bolt,client,10.0.0.8\nproxy,,,10.0.0.8\n");
    for (int i = 0; i <= 3600; i += 600) {
        browse(i, "10.0.0.7");
        browse(i, "10.0.0.8");
    }
    find_all("silent-agent");
    cr_assert_eq(found_count, 0);
}

Test(silent_agent, one_that_takes_more_time_than_documented_is_given_it)
{
    find_open(NULL);
    speak(0, "10.0.0.7");
    speak(600, "10.0.0.7");
    browse(1200, "10.0.0.7");
    browse(1700, "10.0.0.7");
    find_all("silent-agent");
    cr_assert_eq(found_count, 0);
    browse(1801, "10.0.0.7");
    find_all("silent-agent");
    cr_assert_eq(found_count, 1);
}
