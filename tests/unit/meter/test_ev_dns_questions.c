/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of DNS questions: that an answer is awaited, was read, and what stands for them. */
#include "dns_bytes.h"

#include <stdio.h>

TestSuite(ev_dns_questions, .init = clear);

/* The name asked for, and what of it is told beside addresses: one line each. */
static void expect_questions(const char *expected)
{
    char text[512] = "";
    for (unsigned i = 0; i < f.questions; i++) {
        const struct epw_sighting *s = &f.question[i];
        size_t used = strlen(text);
        cr_assert_str_eq(s->name, "www.example.com");
        if (s->kind == EPW_SIGHT_ALIAS)
            snprintf(text + used, sizeof(text) - used, "alias %s\n", s->canonical);
        else
            snprintf(text + used, sizeof(text) - used, "%s %x type %u\n",
                     s->kind == EPW_SIGHT_ASKED ? "asked" : "answered", s->dns_id, s->dns_type);
    }
    cr_expect_str_eq(text, expected);
}

Test(ev_dns_questions, a_question_awaits_its_answer)
{
    udp(53, EPW_TO_SERVER, query, sizeof(query));
    expect_questions("asked 1234 type 1\n");
    udp(53, EPW_TO_CLIENT, answer, sizeof(answer));
    expect_questions("asked 1234 type 1\nanswered 1234 type 1\n"
                     "alias cdn.example.com\nalias edge.example.com\n");
}

Test(ev_dns_questions, an_answer_that_was_cut_answers_nothing)
{
    struct epw_opening o = fake_opening(17, 40000, 53, EPW_TO_CLIENT);
    uint8_t short_answer[sizeof(answer)];
    o.cut = true;
    fake_look(&f, &epw_source_dns, o, answer, sizeof(answer) - 1);
    cr_expect_eq(f.questions, 3);
    cr_expect_eq(f.question[0].kind, EPW_SIGHT_ASKED, "the snaplen cut it");
    clear();
    memcpy(short_answer, answer, sizeof(answer));
    short_answer[2] |= 0x02; /* TC: the server did */
    udp(53, EPW_TO_CLIENT, short_answer, sizeof(answer));
    cr_expect_eq(f.question[0].kind, EPW_SIGHT_ASKED);
}

Test(ev_dns_questions, only_addresses_asked_for_by_unicast_are_awaited)
{
    uint8_t other[sizeof(query)];
    memcpy(other, query, sizeof(query));
    other[sizeof(query) - 3] = 15; /* MX */
    udp(53, EPW_TO_SERVER, other, sizeof(other));
    udp(5353, EPW_TO_SERVER, query, sizeof(query));
    cr_expect_eq(f.questions, 0);
}

Test(ev_dns_questions, a_service_that_another_name_gives)
{
    /* HTTPS of www.example.com, AliasMode: priority 0, target b.de; RFC 9460, 2.4.2 */
    static const uint8_t record[] = { 0xc0, 12, 0, 65, 0, 1,   0, 0,   0,   30,
                                      0,    8,  0, 0,  1, 'b', 2, 'd', 'e', 0 };
    uint8_t https[sizeof(query) + sizeof(record)];
    memcpy(https, query, sizeof(query));
    memcpy(https + sizeof(query), record, sizeof(record));
    https[2] = 0x81; /* a response with one answer */
    https[3] = 0x80;
    https[7] = 1;
    https[sizeof(query) - 3] = 65;
    udp(53, EPW_TO_CLIENT, https, sizeof(https));
    expect_questions("answered 1234 type 65\nalias b.de\n");
    cr_expect_eq(f.sights, 0);
}
