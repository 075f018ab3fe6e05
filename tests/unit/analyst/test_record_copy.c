/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/record_copy.h"

#include "meter/evidence/engine.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(record_copy, owns_all_it_points_to)
{
    char sni[] = "update.example", alpn[] = "h2";
    struct epw_flow_name name[2] = { { .text = sni, .source = EPW_NAME_SNI },
                                     { .text = "", .source = EPW_NAME_HOST } };
    struct epw_evidence ev = epw_evidence_none;
    ev.name = name;
    ev.name_count = 2;
    ev.alpn = alpn;
    struct epw_flow_record r = { .flow_id = 7, .evidence = &ev };
    struct epw_flow_record *copy = epw_record_copy(&r);
    cr_assert_not_null(copy);
    memset(sni, 'x', sizeof(sni) - 1);
    memset(alpn, 'x', sizeof(alpn) - 1);
    memset(name, 0, sizeof(name));
    ev = epw_evidence_none;
    cr_assert_eq(copy->flow_id, 7);
    cr_assert_str_eq(copy->evidence->name[0].text, "update.example");
    cr_assert_str_eq(copy->evidence->name[1].text, "");
    cr_assert_str_eq(copy->evidence->alpn, "h2");
    cr_assert_str_eq(copy->evidence->hint, "");
    free(copy);
}

Test(record_copy, leaves_the_evidence_that_flows_share_where_it_is)
{
    const struct epw_ev_kept none = { 0 };
    struct epw_flow_record r = { .flow_id = 7, .evidence = epw_ev_result(&none) };
    cr_assert(epw_evidence_is_shared(r.evidence));
    struct epw_flow_record *copy = epw_record_copy(&r);
    cr_assert_not_null(copy);
    cr_assert_eq(copy->flow_id, 7);
    cr_assert_eq(copy->evidence, r.evidence);
    free(copy);

    /* One that looks the same is somebody's own. */
    struct epw_evidence own = *r.evidence;
    cr_assert_not(epw_evidence_is_shared(&own));
    r.evidence = &own;
    copy = epw_record_copy(&r);
    cr_assert_not_null(copy);
    cr_assert_neq(copy->evidence, &own);
    cr_assert_str_eq(copy->evidence->hint, "");
    free(copy);
}

Test(record_copy, of_an_empty_record)
{
    struct epw_flow_record r = { .evidence = &epw_evidence_none };
    struct epw_flow_record *copy = epw_record_copy(&r);
    cr_assert_not_null(copy);
    cr_assert_eq(copy->evidence->name_count, 0);
    free(copy);
}
