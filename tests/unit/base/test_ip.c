/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ip.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct epw_ip ip(const char *text)
{
    struct epw_ip out;
    cr_assert(epw_ip_parse(text, &out), "%s", text);
    return out;
}

Test(ip, both_families_round_trip)
{
    char out[EPW_IP_STRLEN];
    struct epw_ip v4 = ip("10.1.2.3"), v6 = ip("2001:db8::1");
    cr_assert_str_eq(epw_ip_format(&v4, out), "10.1.2.3");
    cr_assert_str_eq(epw_ip_format(&v6, out), "2001:db8::1");
    cr_assert(epw_ip_is4(&v4));
    cr_assert_not(epw_ip_is4(&v6));
}

Test(ip, every_byte_has_its_digits)
{
    for (unsigned byte = 0; byte < 256; byte++) {
        char out[EPW_IP_STRLEN], expected[EPW_IP_STRLEN];
        const struct epw_ip v4 = epw_ip_from4(
            (const uint8_t[4]){ (uint8_t)byte, 0, (uint8_t)(255 - byte), (uint8_t)byte });
        snprintf(expected, sizeof(expected), "%u.0.%u.%u", byte, 255 - byte, byte);
        cr_assert_str_eq(epw_ip_format(&v4, out), expected);
    }
}

Test(ip, kinds)
{
    struct epw_ip a = ip("127.8.9.1"), b = ip("::1"), c = ip("239.1.1.1"), d = ip("ff02::1");
    struct epw_ip e = ip("255.255.255.255"), f = ip("172.31.0.1"), g = ip("172.32.0.1");
    cr_assert(epw_ip_is_loopback(&a) && epw_ip_is_loopback(&b));
    cr_assert(epw_ip_is_multicast(&c) && epw_ip_is_multicast(&d));
    cr_assert(epw_ip_is_limited_broadcast(&e));
    cr_assert(epw_ip_is_private(&f));
    cr_assert_not(epw_ip_is_private(&g));
}

Test(ip, prefixes_hold_what_they_should)
{
    struct epw_prefix p;
    struct epw_ip in = ip("10.20.30.40"), out = ip("11.0.0.0"), v6 = ip("2001:db8:1::5");
    cr_assert(epw_prefix_parse("10.0.0.0/8", &p));
    cr_assert(epw_prefix_has(&p, &in));
    cr_assert_not(epw_prefix_has(&p, &out));
    cr_assert_not(epw_prefix_has(&p, &v6));
    cr_assert(epw_prefix_parse("3.69.198.64/27", &p));
    in = ip("3.69.198.95");
    out = ip("3.69.198.96");
    cr_assert(epw_prefix_has(&p, &in));
    cr_assert_not(epw_prefix_has(&p, &out));
    cr_assert(epw_prefix_parse("2001:db8::/32", &p));
    cr_assert(epw_prefix_has(&p, &v6));
    cr_assert(epw_prefix_parse("0.0.0.0/0", &p));
    cr_assert_not(epw_prefix_has(&p, &v6), "all of IPv4 is not IPv6");
}

Test(ip, wrong_prefixes_are_refused)
{
    struct epw_prefix p;
    static const char *const wrong[] = { "10.0.0.1/8",  "10.0.0.0/33", "10.0.0.0/",
                                         "10.0.0.0/8x", "10.0.0.0/-1", "",
                                         "/8",          "300.1.1.1",   "::1/129",
                                         "a/8" };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        cr_assert_not(epw_prefix_parse(wrong[i], &p), "%s", wrong[i]);
}
