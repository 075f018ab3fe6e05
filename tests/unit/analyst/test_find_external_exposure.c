/* SPDX-License-Identifier: Apache-2.0 */
#include "audit_fixture.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(external_exposure, .init = find_open, .fini = find_close);

#define KIND "external-exposure"

Test(external_exposure, a_stranger_is_answered)
{
    show_talk(PUBLIC, SERVER, 9443, EPW_APP_TLS);
    show_product();
    find_all(KIND);
    EXPECT_ONE(SERVER ":9443", PUBLIC, SERVER);
    cr_assert_eq(found[0].severity, EPW_SEVERITY_HIGH);
}

Test(external_exposure, private_addresses_are_internal_without_a_site_file)
{
    show_product();
    show_talk("192.168.1.1", SERVER, 9443, EPW_APP_TLS);
    find_all(KIND);
    EXPECT_NONE();
}

Test(external_exposure, not_when_nobody_answers)
{
    show_product();
    show_attempt(PUBLIC, SERVER, 2222);
    find_all(KIND);
    EXPECT_NONE();
}

Test(external_exposure, updates_are_no_management)
{
    show_talk(PUBLIC, SERVER, 2967, EPW_APP_HTTP);
    find_all(KIND);
    EXPECT_NONE();
}

Test(external_exposure, not_of_a_host_that_is_nobodys)
{
    show_talk(PUBLIC, OTHER, 9443, EPW_APP_TLS);
    find_all(KIND);
    EXPECT_NONE();
}

Test(external_exposure, the_cloud_may_open_what_is_documented_for_it)
{
    show_talk(CLOUD, AGENT, 4118, EPW_APP_TLS);
    find_all(KIND);
    EXPECT_NONE();
}

Test(external_exposure, a_stranger_is_not_the_cloud)
{
    show_talk(PUBLIC, AGENT, 4118, EPW_APP_TLS);
    find_all(KIND);
    EXPECT_ONE(AGENT ":4118", PUBLIC, AGENT);
}

/* clang-format off */
TestSuite(external_exposure_site, .fini = find_close);
/* clang-format on */

Test(external_exposure_site, the_site_file_says_what_is_internal)
{
    find_open_site("internal,,,10.0.0.0/24,\nhost,acme,server," SERVER ",\n");
    show_talk("10.0.1.1", SERVER, 9443, EPW_APP_TLS);
    find_all(KIND);
    EXPECT_ONE(SERVER ":9443", "10.0.1.1", SERVER);
}

Test(external_exposure_site, public_addresses_may_be_ours)
{
    find_open_site("internal,,,10.0.0.0/8,\ninternal,,,198.51.100.0/24,\n"
                   "host,acme,server," SERVER ",\n");
    show_talk(PUBLIC, SERVER, 9443, EPW_APP_TLS);
    find_all(KIND);
    EXPECT_NONE();
}
