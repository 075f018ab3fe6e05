/* SPDX-License-Identifier: Apache-2.0 */
#include "output/record.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *community(uint8_t proto, const char *src, uint16_t sport, const char *dst,
                             uint16_t dport)
{
    static char out[EPW_COMMUNITY_LEN];
    struct epw_flow_record record = { .proto = proto, .port = { sport, dport } };
    cr_assert(epw_ip_parse(src, &record.ip[0]) && epw_ip_parse(dst, &record.ip[1]));
    struct epw_community *ids = epw_community_new();
    cr_assert_not_null(ids);
    epw_community_id(ids, &record, out);
    epw_community_free(ids);
    return out;
}

/* Expected ids: the baseline of the specification's own test captures, seed 0. */
Test(record, community_id_is_that_of_other_tools)
{
    cr_expect_str_eq(community(6, "128.232.110.120", 34855, "66.35.250.204", 80),
                     "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
    cr_expect_str_eq(community(17, "192.168.1.52", 54585, "8.8.8.8", 53),
                     "1:d/FP5EW3wiY1vCndhwleRRKHowQ=");
    cr_expect_str_eq(community(132, "192.168.170.8", 7, "192.168.170.56", 7),
                     "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=");
}

Test(record, community_id_is_the_same_in_both_directions)
{
    cr_expect_str_eq(community(6, "66.35.250.204", 80, "128.232.110.120", 34855),
                     "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
}

Test(record, community_id_orders_by_port_between_equal_addresses)
{
    char first[EPW_COMMUNITY_LEN];
    strcpy(first, community(6, "127.0.0.1", 9, "127.0.0.1", 8));
    cr_expect_str_eq(first, community(6, "127.0.0.1", 8, "127.0.0.1", 9));
    cr_expect_str_neq(first, community(6, "127.0.0.1", 8, "127.0.0.1", 10));
}

Test(record, community_id_is_absent_for_icmp)
{
    cr_expect_str_eq(community(1, "10.0.0.1", 0, "10.0.0.2", 0), "");
    cr_expect_str_eq(community(58, "fe80::1", 0, "fe80::2", 0), "");
}

Test(record, protocols_have_names_or_three_digits)
{
    char out[EPW_PROTO_LEN];
    cr_expect_str_eq(epw_record_proto(6, out), "TCP");
    cr_expect_str_eq(epw_record_proto(58, out), "IPv6-ICMP");
    cr_expect_str_eq(epw_record_proto(0, out), "000");
    cr_expect_str_eq(epw_record_proto(253, out), "253");
}

Test(record, flow_ids_are_exact_in_every_json_reader)
{
    cr_expect_eq(epw_record_flow_id(UINT64_MAX), UINT64_C(9007199254740991));
}

Test(record, eve_time_has_a_numeric_zone)
{
    char out[EPW_TEXT_LEN];
    cr_expect_str_eq(epw_record_eve_time(INT64_C(1772438400123456789), out),
                     "2026-03-02T08:00:00.123456+0000");
    cr_expect_str_eq(epw_record_eve_time(0, out), "1970-01-01T00:00:00.000000+0000");
}
