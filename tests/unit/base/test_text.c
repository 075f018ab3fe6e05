/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <criterion/criterion.h>
#include <string.h>

Test(text, string_grows_and_clears)
{
    struct epw_str s = { 0 };
    cr_assert_str_eq(epw_str_text(&s), "");
    for (int i = 0; i < 1000; i++)
        epw_str_addf(&s, "%d,", i % 10);
    cr_assert_eq(s.len, 2000);
    epw_str_clear(&s);
    epw_str_add(&s, "x");
    cr_assert_str_eq(epw_str_text(&s), "x");
    cr_assert_not(s.failed);
    epw_str_free(&s);
}

Test(text, numbers_with_units)
{
    char out[EPW_TEXT_LEN];
    cr_assert_str_eq(epw_text_bytes(0, out), "0 B");
    cr_assert_str_eq(epw_text_bytes(999, out), "999 B");
    cr_assert_str_eq(epw_text_bytes(1400000, out), "1.4 MB");
    cr_assert_str_eq(epw_text_bytes(999960, out), "1.0 MB");
    cr_assert_str_eq(epw_text_count(1234567, out), "1,234,567");
    cr_assert_str_eq(epw_text_count(12, out), "12");
    cr_assert_str_eq(epw_text_span(15000000, out), "15 ms");
    cr_assert_str_eq(epw_text_span(11520000000000, out), "3 h 12 min");
}

Test(text, times_have_a_zone)
{
    char out[EPW_TEXT_LEN];
    cr_assert_str_eq(epw_text_time(1772438400123456789, out), "2026-03-02T08:00:00.123456Z");
    cr_assert_str_eq(epw_text_time(-1, out), "1969-12-31T23:59:59.999999Z");
    cr_assert_str_eq(epw_text_moment(1772438400123456789, out), "2026-03-02 08:00:00 UTC");
}

Test(text, numbers_are_read_strictly)
{
    uint64_t v = 7;
    cr_assert(epw_text_u64("65535", 0, 65535, &v));
    cr_assert_eq(v, 65535);
    static const char *const wrong[] = { "",   "-1",    "+1",   " 1",
                                         "1 ", "65536", "0x10", "99999999999999999999999" };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        cr_assert_not(epw_text_u64(wrong[i], 0, 65535, &v), "%s", wrong[i]);
    cr_assert_eq(v, 65535, "a wrong number leaves the value alone");
}

Test(text, foreign_bytes_come_out_printable)
{
    char out[64];
    epw_text_clean("a\x1b[0m\\\xff\xc3\xa4", 9, out, sizeof(out));
    cr_assert_str_eq(out, "a\\x1b[0m\\x5c\\xff\xc3\xa4");
    cr_assert_eq(epw_text_clean("\xc3\xa4", 2, out, 2), 0, "a character is not split");
    cr_assert_eq(epw_text_clean("", 0, out, 1), 0);
    epw_text_clean("\xed\xa0\x80", 3, out, sizeof(out));
    cr_assert_str_eq(out, "\\xed\\xa0\\x80", "surrogates are no characters");
    /* CSI as one character, as ESC [ for a terminal; a no-break space is only a blank. */
    epw_text_clean("\xc2\x9b"
                   "31m\xc2\x80\xc2\x9f\xc2\xa0",
                   11, out, sizeof(out));
    cr_assert_str_eq(out, "\\xc2\\x9b31m\\xc2\\x80\\xc2\\x9f\xc2\xa0");
    /* What comes reads from right to left: "gpj.exe" would show as "exe.jpg". */
    epw_text_clean("\xe2\x80\xaegpj.exe", 10, out, sizeof(out));
    cr_assert_str_eq(out, "\\xe2\\x80\\xaegpj.exe");
    epw_text_clean("\xe2\x80\xa8\xe2\x81\xa9\xe2\x80\xaf\xe2\x82\xac", 12, out, sizeof(out));
    cr_assert_str_eq(out, "\\xe2\\x80\\xa8\\xe2\\x81\\xa9\xe2\x80\xaf\xe2\x82\xac");
}
