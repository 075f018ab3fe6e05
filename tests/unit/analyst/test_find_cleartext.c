/* SPDX-License-Identifier: Apache-2.0 */
#include "audit_fixture.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(cleartext, .init = find_open, .fini = find_close);

#define KIND "cleartext"

Test(cleartext, where_an_encrypted_row_does_the_same)
{
    show_talk(AGENT, SERVER, 8014, EPW_APP_HTTP);
    show_talk(AGENT2, SERVER, 8014, EPW_APP_HTTP);
    find_all(KIND);
    EXPECT_ONE(SERVER ":8014", AGENT, SERVER);
    cr_assert_eq(found[0].count, 2);
    cr_assert_str_eq(found[0].host[2], AGENT2);
    cr_assert_str_eq(found[0].documented,
                     "A-4 is in clear text; A-5 does it with TLS at port 8015.");
}

Test(cleartext, not_where_nothing_better_is_documented)
{
    show_talk(AGENT, OTHER, 2967, EPW_APP_HTTP);
    find_all(KIND);
    EXPECT_NONE();
}

Test(cleartext, not_on_the_encrypted_row)
{
    show_talk(AGENT, SERVER, 8015, EPW_APP_TLS);
    find_all(KIND);
    EXPECT_NONE();
}

Test(cleartext, not_what_was_not_seen)
{
    show_product();
    show_attempt(AGENT, SERVER, 8014);
    find_all(KIND);
    EXPECT_NONE();
}

static void show_ldap(const char *from, bool simple_bind, bool starttls)
{
    struct epw_flow_record r = talk(from, OTHER, 389, EPW_APP_LDAP);
    evidence_of(&r)->simple_bind = simple_bind;
    evidence_of(&r)->starttls = starttls;
    show(&r);
}

Test(cleartext, a_server_shows_its_password_in_ldap)
{
    show_product();
    show_ldap(SERVER, true, false);
    find_all(KIND);
    EXPECT_ONE(OTHER ":389", SERVER, OTHER);
    cr_assert_not_null(strstr(found[0].summary, "simple bind"));
}

Test(cleartext, ldap_without_a_password_or_with_starttls_is_none)
{
    show_product();
    show_ldap(SERVER, false, false);
    show_ldap(SERVER, true, true);
    find_all(KIND);
    EXPECT_NONE();
}

Test(cleartext, not_of_somebody_who_is_no_server_of_a_product)
{
    show_product();
    show_ldap(AGENT, true, false);
    show_ldap(ADMIN, true, false);
    find_all(KIND);
    EXPECT_NONE();
}
