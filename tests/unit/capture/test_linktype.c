/* SPDX-License-Identifier: Apache-2.0 */
/* Names of link types, and what libpcap calls an interface's. */
#include "config.h" /* the types of pcap.h */

#include "capture/linktype.h"

#include <criterion/criterion.h>
#include <pcap/pcap.h>

Test(linktype, of_an_interface_is_what_a_file_would_say)
{
    cr_assert_eq(epw_linktype_of_dlt(DLT_EN10MB), 1);
    cr_assert_eq(epw_linktype_of_dlt(DLT_RAW), 101); /* 12 on Linux: a tunnel without Ethernet */
    cr_assert_eq(epw_linktype_of_dlt(DLT_LINUX_SLL), 113);
    cr_assert_eq(epw_linktype_of_dlt(DLT_LINUX_SLL2), 276);
    cr_assert_eq(epw_linktype_of_dlt(DLT_NULL), 0);
}

Test(linktype, has_the_name_that_libpcap_gives_it)
{
    cr_assert_str_eq(epw_linktype_name(1), "EN10MB");
    cr_assert_str_eq(epw_linktype_name(101), "RAW");
    cr_assert_str_eq(epw_linktype_name(147), "USER0");
    cr_assert_str_eq(epw_linktype_name(65000), "unknown");
}
