/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_asserts.h"

#include <string.h>

extern const struct epw_source epw_source_syslog;

static struct epw_finder f;

static enum epw_look look_len(uint8_t proto, uint16_t port, const char *text, size_t len)
{
    fake_clear(&f);
    return fake_look(&f, &epw_source_syslog, fake_opening(proto, 40000, port, EPW_TO_SERVER), text,
                     len);
}

static enum epw_look look(uint8_t proto, uint16_t port, const char *text)
{
    return look_len(proto, port, text, strlen(text));
}

static const char *const messages[] = {
    "<34>1 2026-03-02T08:00:00.003Z host su - ID47 - failed",
    "<0>1 - - - - - -",
    "<13>Mar  2 08:00:00 host app: text",
    "<191>Oct 11 22:14:15 host su: 'su root' failed",
    "<134>CEF:0|Vendor|Product|1.0|1|x|3|",
    "<30>dhcpd[12]: lease",
    "<189>%SYS-5-CONFIG_I: Configured",
};

Test(ev_syslog, forms_over_udp_and_tcp)
{
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        struct epw_opening o = fake_opening(6, 40000, 10514, EPW_TO_SERVER);
        cr_assert_eq(look(17, 10514, messages[i]), EPW_LOOK_DONE, "%s", messages[i]);
        cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
        assert_prefixes(&epw_source_syslog, o, messages[i], strlen(messages[i]));
    }
}

Test(ev_syslog, counted_frames)
{
    static const char text[] = "34 <13>Mar  2 08:00:00 host app: text";
    assert_prefixes(&epw_source_syslog, fake_opening(6, 1, 601, EPW_TO_SERVER), text, strlen(text));
    cr_assert_eq(look(17, 601, text), EPW_LOOK_NO, "over TCP only");
    cr_assert_eq(look(6, 601, "99999 <13>a: b"), EPW_LOOK_NO);
}

Test(ev_syslog, plain_text_on_its_port_only)
{
    cr_assert_eq(look(17, 514, "<13>{\"a\": 1}"), EPW_LOOK_DONE);
    cr_assert_eq(look(17, 10514, "<13>{\"a\": 1}"), EPW_LOOK_NO);
}

Test(ev_syslog, near_misses)
{
    static const char *const texts[] = { "<192>a: b",  "<013>a: b", "<>a: b",    "<1a>a: b",
                                         "<13 a: b",   "13>a: b",   "<html><p>", "<?xml version",
                                         "<13>: text", "<1234>a: b" };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        cr_assert_eq(look(17, 10514, texts[i]), EPW_LOOK_NO, "%s", texts[i]);
        cr_assert_eq(look(6, 10514, texts[i]), EPW_LOOK_NO, "%s", texts[i]);
    }
    cr_assert_eq(look_len(17, 514, "<13>a: \0\1\2", 10), EPW_LOOK_NO);
    cr_assert_eq(look_len(17, 514, "<13>a: b\0", 9), EPW_LOOK_DONE, "a NUL at the end");
    cr_assert_eq(look_len(17, 514, "<13>a", 5), EPW_LOOK_NO);
}
