/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/waiting.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* More than several chunks of 1 MiB hold, of some 400 bytes each. */
#define MANY 10000

/* No chunk holds it. */
#define TOO_LARGE (1u << 20)

static struct epw_waiting *add(struct epw_waiting_line *line, uint64_t id, const char *text)
{
    struct epw_flow_name name = { .text = text, .source = EPW_NAME_SNI };
    struct epw_evidence ev = epw_evidence_none;
    ev.name = &name;
    ev.name_count = 1;
    return epw_waiting_add(line, &(struct epw_flow_record){ .flow_id = id, .evidence = &ev });
}

Test(waiting, is_first_come_first_served)
{
    struct epw_waiting_line line = { 0 };
    for (uint64_t id = 0; id < MANY; id++)
        cr_assert_not_null(add(&line, id, "update.example"));
    cr_assert_eq(line.count, MANY);
    for (uint64_t id = 0; id < MANY; id++) {
        cr_assert_eq(line.oldest->record->flow_id, id);
        cr_assert_str_eq(line.oldest->record->evidence->name[0].text, "update.example");
        epw_waiting_drop(&line);
    }
    cr_assert_null(line.oldest);
    cr_assert_null(line.newest);
    cr_assert_eq(line.count, 0);
    epw_waiting_free(&line);
}

/* A line that never grows long: who comes takes the room of who went. */
Test(waiting, goes_on_while_some_leave)
{
    struct epw_waiting_line line = { 0 };
    for (uint64_t id = 0; id < MANY; id++) {
        cr_assert_not_null(add(&line, id, id % 2 == 0 ? "a" : "a-far-longer-name.example"));
        if (id < 3)
            continue;
        cr_assert_eq(line.oldest->record->flow_id, id - 3);
        epw_waiting_drop(&line);
        cr_assert_eq(line.count, 3);
    }
    epw_waiting_free(&line);
}

Test(waiting, starts_anew_when_all_left)
{
    struct epw_waiting_line line = { 0 };
    for (uint64_t id = 0; id < MANY; id++) {
        struct epw_waiting *w = add(&line, id, "update.example");
        cr_assert_not_null(w);
        cr_assert_eq(line.oldest, w);
        cr_assert_eq(line.newest, w);
        cr_assert_null(w->next);
        cr_assert(!w->told && !w->idle);
        epw_waiting_drop(&line);
    }
    epw_waiting_free(&line);
}

Test(waiting, keeps_what_it_copied)
{
    struct epw_waiting_line line = { 0 };
    char text[] = "update.example";
    const struct epw_waiting *w = add(&line, 7, text);
    memset(text, 'x', sizeof(text) - 1);
    cr_assert_str_eq(w->record->evidence->name[0].text, "update.example");
    cr_assert_eq((uintptr_t)w->record % _Alignof(max_align_t), 0);
    epw_waiting_free(&line);
}

/* A flow that no chunk holds is refused, and those that wait go on waiting. */
Test(waiting, refuses_what_is_too_large)
{
    struct epw_waiting_line line = { 0 };
    char *text = calloc(1, TOO_LARGE + 1);
    cr_assert_not_null(text);
    memset(text, 'a', TOO_LARGE);
    cr_assert_not_null(add(&line, 1, "first.example"));
    cr_assert_null(add(&line, 2, text));
    cr_assert_not_null(add(&line, 3, "third.example"));
    cr_assert_eq(line.count, 2);
    epw_waiting_drop(&line);
    cr_assert_eq(line.oldest->record->flow_id, 3);
    epw_waiting_free(&line);
    free(text);
}

Test(waiting, may_be_freed_empty)
{
    struct epw_waiting_line line = { 0 };
    epw_waiting_free(&line);
    cr_assert_null(line.oldest);
}
