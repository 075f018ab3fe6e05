/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_asserts.h"

extern const struct epw_source epw_source_mqtt;

static struct epw_finder f;

static enum epw_look look(uint8_t app, uint16_t port, const void *bytes, size_t len)
{
    struct epw_opening o = fake_opening(6, 40000, port, EPW_TO_CLIENT);
    o.app = app;
    fake_clear(&f);
    return fake_look(&f, &epw_source_mqtt, o, bytes, len);
}

/* CONNECT of 16 bytes: "MQTT", level, clean session, keep-alive 60, client id "abcd" */
#define CONNECT(level) "\x10\x10\0\4MQTT" level "\x02\0\x3c\0\4abcd"

Test(ev_mqtt, connect_of_each_version)
{
    struct epw_opening o = fake_opening(6, 40000, 8883, EPW_TO_SERVER);
    assert_prefixes(&epw_source_mqtt, o, CONNECT("\4"), 18);
    assert_prefixes(&epw_source_mqtt, o, CONNECT("\5"), 18);
    assert_prefixes(&epw_source_mqtt, o, "\x10\x10\0\6MQIsdp\3\2\0\x3c\0\2ab", 18);
    fake_clear(&f);
    cr_assert_eq(fake_look(&f, &epw_source_mqtt, o, CONNECT("\4"), 18), EPW_LOOK_DONE);
    cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
}

Test(ev_mqtt, length_of_several_bytes)
{
    static const char text[] = "\x10\x80\x01\0\4MQTT\4\2\0\x3c\0\4abcd";
    cr_assert_eq(look(0, 2222, text, sizeof(text) - 1), EPW_LOOK_DONE);
    cr_assert_eq(look(0, 2222, "\x10\x80\x80\x80\x80\1\0\4MQTT\4\2", 14), EPW_LOOK_NO,
                 "a fifth byte");
}

Test(ev_mqtt, near_misses)
{
    struct epw_opening o = fake_opening(6, 40000, 1883, EPW_TO_SERVER);
    assert_near_misses(&epw_source_mqtt, o, CONNECT("\4"), 18, 10, 0);
    cr_assert_eq(look(0, 1, CONNECT("\3"), 18), EPW_LOOK_NO, "level 3 was named MQIsdp");
    cr_assert_eq(look(0, 1, "\x10\x10\0\4MQTT\4\x1e\0\x3c", 12), EPW_LOOK_NO, "QoS 3");
    cr_assert_eq(look(0, 1, "\x10\x10\0\4MQTT\4\x20\0\x3c", 12), EPW_LOOK_NO, "retain, no will");
    cr_assert_eq(look(0, 1, "\x10\x05\0\4MQTT\4\2\0\x3c", 12), EPW_LOOK_NO, "shorter than itself");
}

Test(ev_mqtt, connack_needs_company)
{
    cr_assert_eq(look(EPW_APP_MQTT, 2222, "\x20\2\0\0", 4), EPW_LOOK_DONE);
    cr_assert_eq(f.ev.requester, EPW_TO_SERVER);
    cr_assert_eq(look(0, 1883, "\x20\2\0\0", 4), EPW_LOOK_DONE);
    cr_assert_eq(look(0, 2222, "\x20\2\0\0", 4), EPW_LOOK_NO);
    cr_assert_eq(look(0, 1883, "\x20\2\2\0", 4), EPW_LOOK_NO, "only session present may be set");
    cr_assert_eq(look(0, 1883, "\x20\1\0\0", 4), EPW_LOOK_NO);
    cr_assert_eq(look(0, 1883, "\x20\2", 2), EPW_LOOK_MORE);
}
