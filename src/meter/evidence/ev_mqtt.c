/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MQTT 3.1, 3.1.1 and 5 in clear (OASIS MQTT 5.0, 3.1 and 3.2): a CONNECT with
 * protocol name, level and flags that belong together; a CONNACK only where
 * the client's side or the port says MQTT, because four bytes prove little.
 */
#include "meter/evidence/scan.h"

#define MQTT_PORT 1883
/* Fixed header (5), protocol name (8), level, flags, keep-alive (2). */
#define MQTT_MAX_BYTES 17

/* MQTT 5.0, 1.5.5: 1 to 4 bytes of 7 bits, low ones first. NO when there is a fifth. */
static enum epw_fit var_int(struct epw_cur *c, uint32_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
        uint8_t byte = epw_cur_u8(c);
        if (!epw_cur_ok(c))
            return EPW_FIT_PART;
        *value |= (uint32_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return EPW_FIT_YES;
    }
    return EPW_FIT_NO;
}

/* Will QoS 3 does not exist; will QoS or retain without a will may not be set. */
static bool flags_fit(uint8_t flags)
{
    bool will = (flags & 0x04) != 0;
    return (flags & 0x01) == 0 && (flags & 0x18) != 0x18 && (will || (flags & 0x38) == 0);
}

static enum epw_look look_connect(struct epw_finder *f, const struct epw_opening *o,
                                  struct epw_cur *c)
{
    uint32_t remaining;
    enum epw_fit fit = var_int(c, &remaining);
    if (fit == EPW_FIT_NO)
        return EPW_LOOK_NO;
    if (fit == EPW_FIT_PART)
        return epw_scan_short(o);
    enum epw_fit new_name = epw_scan_literal(c, "\0\4MQTT", 6);
    enum epw_fit old_name = epw_scan_literal(c, "\0\6MQIsdp", 8);
    if (new_name != EPW_FIT_YES && old_name != EPW_FIT_YES)
        return new_name == EPW_FIT_PART || old_name == EPW_FIT_PART ? epw_scan_short(o)
                                                                    : EPW_LOOK_NO;
    uint8_t level = epw_cur_u8(c);
    uint8_t flags = epw_cur_u8(c);
    if (!epw_cur_ok(c))
        return epw_scan_short(o);
    bool level_fits = old_name == EPW_FIT_YES ? level == 3 : level == 4 || level == 5;
    /* Variable header of 10 or 12 bytes, then at least the client id's length. */
    if (!level_fits || !flags_fit(flags) || remaining < 12)
        return EPW_LOOK_NO;
    epw_ev_requester(f, o->dir);
    return EPW_LOOK_DONE;
}

static enum epw_look look_connack(struct epw_finder *f, const struct epw_opening *o,
                                  struct epw_cur *c)
{
    if (o->app != EPW_APP_MQTT && !epw_scan_port(o, MQTT_PORT))
        return EPW_LOOK_NO;
    uint32_t remaining;
    enum epw_fit fit = var_int(c, &remaining);
    uint8_t flags = epw_cur_u8(c);
    if (fit == EPW_FIT_NO || flags > 1)
        return EPW_LOOK_NO;
    if (!epw_cur_ok(c))
        return epw_scan_short(o);
    if (remaining < 2)
        return EPW_LOOK_NO;
    epw_ev_requester(f, epw_scan_reverse(o->dir));
    return EPW_LOOK_DONE;
}

static enum epw_look look(struct epw_finder *f, const struct epw_opening *o)
{
    struct epw_cur c = epw_cur(o->bytes, o->len);
    uint8_t type = epw_cur_u8(&c);
    if (!epw_cur_ok(&c))
        return epw_scan_short(o);
    if (type == 0x10)
        return look_connect(f, o, &c);
    return type == 0x20 ? look_connack(f, o, &c) : EPW_LOOK_NO;
}

static bool may_begin(uint8_t first)
{
    return first == 0x10 || first == 0x20;
}

const struct epw_source epw_source_mqtt = {
    .name = "mqtt",
    .help = "MQTT CONNECT on any port, CONNACK where the other side or port 1883 says so",
    .app = EPW_APP_MQTT,
    .over = EPW_OVER_TCP,
    .max_bytes = MQTT_MAX_BYTES, /* all that proves it */
    .may_begin = may_begin,
    .look = look,
};
