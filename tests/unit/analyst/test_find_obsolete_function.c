/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/knowledge/hosts.h"
#include "audit_fixture.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(obsolete_function, .init = find_open, .fini = find_close);

#define KIND "obsolete-function"

Test(obsolete_function, on_a_host_in_the_role)
{
    show_talk(ADMIN, SERVER, 8444, EPW_APP_UNKNOWN);
    show_product();
    find_all(KIND);
    EXPECT_ONE(SERVER ":8444", ADMIN, SERVER);
    cr_assert_eq(found[0].severity, EPW_SEVERITY_LOW);
    cr_assert_not_null(strstr(found[0].documented, "1.x"));
}

Test(obsolete_function, not_of_a_host_without_the_role)
{
    show_product();
    show_talk(ADMIN, OTHER, 8444, EPW_APP_UNKNOWN);
    find_all(KIND);
    EXPECT_NONE();
}

static void scan(void)
{
    for (uint16_t i = 0; i < EPW_SCAN_TARGETS; i++)
        show_attempt(ADMIN, SERVER, (uint16_t)(7000 + i));
}

Test(obsolete_function, a_scanner_uses_nothing_whenever_it_is_known)
{
    show_product();
    show_talk(ADMIN, SERVER, 8444, EPW_APP_UNKNOWN);
    scan();
    find_all(KIND);
    EXPECT_NONE();
}

Test(obsolete_function, a_scanner_that_is_known_uses_nothing)
{
    show_product();
    scan();
    show_talk(ADMIN, SERVER, 8444, EPW_APP_UNKNOWN);
    find_all(KIND);
    EXPECT_NONE();
}

Test(obsolete_function, not_when_nobody_answers)
{
    show_product();
    show_attempt(ADMIN, SERVER, 8444);
    find_all(KIND);
    EXPECT_NONE();
}

Test(obsolete_function, current_functions_are_none)
{
    show_product();
    show_talk(ADMIN, SERVER, 9443, EPW_APP_TLS);
    find_all(KIND);
    EXPECT_NONE();
}
