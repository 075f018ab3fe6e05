/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/evidence/ber.h"

enum epw_ber_got epw_ber_next(struct epw_cur *c, struct epw_ber *element)
{
    struct epw_cur at = *c;
    uint8_t tag = epw_cur_u8(&at);
    uint32_t len = epw_cur_u8(&at);
    if (!epw_cur_ok(&at))
        return EPW_BER_SHORT;
    if ((tag & 0x1f) == 0x1f)
        return EPW_BER_BAD;
    if (len >= 0x80) {
        uint32_t bytes = len & 0x7f;
        /* 0 is the indefinite form; beyond 4 no message of these protocols is real. */
        if (bytes == 0 || bytes > 4)
            return EPW_BER_BAD;
        for (len = 0; bytes > 0; bytes--)
            len = len << 8 | epw_cur_u8(&at);
        if (!epw_cur_ok(&at))
            return EPW_BER_SHORT;
    }
    size_t left = epw_cur_left(&at);
    *element = (struct epw_ber){ .tag = tag, .len = len };
    element->body = epw_cur_sub(&at, len < left ? len : left);
    *c = at;
    return len <= left ? EPW_BER_WHOLE : EPW_BER_CUT;
}

bool epw_ber_expect(struct epw_cur *c, uint8_t tag, struct epw_ber *element)
{
    return epw_ber_next(c, element) == EPW_BER_WHOLE && element->tag == tag;
}

bool epw_ber_number(struct epw_cur *c, uint8_t tag, uint32_t *value)
{
    struct epw_ber element;
    if (!epw_ber_expect(c, tag, &element) || element.len < 1 || element.len > 4)
        return false;
    *value = 0;
    for (uint32_t i = 0; i < element.len; i++)
        *value = *value << 8 | epw_cur_u8(&element.body);
    return *value >> (8 * element.len - 1) == 0; /* the sign bit */
}
