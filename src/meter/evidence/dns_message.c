/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/evidence/dns_message.h"

#include <string.h>

/* Pointers to pointers of one name: servers write one, sometimes two. Each goes backwards. */
#define DNS_MAX_HOPS 16
/* RFC 1035, 2.3.4. */
#define DNS_MAX_LABEL 63
#define DNS_POINTER   0xc0

bool epw_dns_header(struct epw_cur *c, struct epw_dns_header *header)
{
    header->id = epw_cur_be16(c);
    header->flags = epw_cur_be16(c);
    header->questions = epw_cur_be16(c);
    header->answers = epw_cur_be16(c);
    header->authorities = epw_cur_be16(c);
    header->additionals = epw_cur_be16(c);
    return epw_cur_ok(c);
}

static bool add_label(struct epw_dns_name *name, struct epw_cur *c, size_t len)
{
    const uint8_t *label = epw_cur_bytes(c, len);
    size_t dot = name->len == 0 ? 0 : 1;
    if (label == NULL || name->len + dot + len >= sizeof(name->text))
        return false;
    if (dot != 0)
        name->text[name->len++] = '.';
    char *text = name->text + name->len;
    bool plain = true;
    for (size_t i = 0; i < len; i++) {
        uint8_t byte = label[i];
        if (byte >= 'A' && byte <= 'Z')
            byte = (uint8_t)(byte + 32);
        plain &= (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' ||
                 byte == '_';
        text[i] = (char)byte;
    }
    name->plain &= plain;
    name->len += len;
    return true;
}

/* Follows the pointer whose first byte was read; c is where it was written. */
static bool jump(struct epw_cur whole, struct epw_cur *at, uint8_t high, const uint8_t **from)
{
    size_t offset = (size_t)(high & ~DNS_POINTER) << 8 | epw_cur_u8(at);
    if (!epw_cur_ok(at) || !epw_cur_skip(&whole, offset) || whole.at >= *from)
        return false;
    *from = whole.at;
    *at = whole;
    return true;
}

bool epw_dns_name(struct epw_cur whole, struct epw_cur *c, struct epw_dns_name *name)
{
    struct epw_cur at = *c;
    /* Where the run of labels being read began: the next pointer must go before it. */
    const uint8_t *from = at.at;
    bool jumped = false;
    name->len = 0;
    name->plain = true;
    for (int hops = 0; hops <= DNS_MAX_HOPS;) {
        uint8_t len = epw_cur_u8(&at);
        if (!epw_cur_ok(&at))
            break;
        if (len >= DNS_POINTER) {
            struct epw_cur behind = at;
            epw_cur_skip(&behind, 1);
            if (!jumped)
                *c = behind;
            jumped = true;
            hops++;
            if (!jump(whole, &at, len, &from))
                return false;
        } else if (len == 0) {
            if (!jumped)
                *c = at;
            name->text[name->len] = '\0';
            return true;
        } else if (len > DNS_MAX_LABEL || !add_label(name, &at, len)) {
            break;
        }
    }
    /* Cut in the middle of the name itself, not in what a pointer led to. */
    if (!jumped)
        *c = at;
    return false;
}

bool epw_dns_question(struct epw_cur whole, struct epw_cur *c, struct epw_dns_question *question)
{
    if (!epw_dns_name(whole, c, &question->name))
        return false;
    question->type = epw_cur_be16(c);
    question->class = epw_cur_be16(c);
    return epw_cur_ok(c);
}

/* The name of a record that is nothing but a pointer to the first one. */
static bool same_name(struct epw_cur *c, const struct epw_dns_name *first,
                      struct epw_dns_name *name)
{
    struct epw_cur ahead = *c;
    if (first == NULL || epw_cur_be16(&ahead) != (DNS_POINTER << 8 | EPW_DNS_HEADER))
        return false;
    *c = ahead;
    memcpy(name->text, first->text, first->len + 1);
    name->len = first->len;
    name->plain = first->plain;
    return true;
}

bool epw_dns_record(struct epw_cur whole, struct epw_cur *c, const struct epw_dns_name *first,
                    struct epw_dns_record *record)
{
    if (!same_name(c, first, &record->name) && !epw_dns_name(whole, c, &record->name))
        return false;
    record->type = epw_cur_be16(c);
    record->class = epw_cur_be16(c);
    record->ttl_s = epw_cur_be32(c);
    record->data = epw_cur_sub(c, epw_cur_be16(c));
    return epw_cur_ok(c);
}

bool epw_dns_opcode_known(unsigned opcode)
{
    return opcode <= 6 && opcode != 3;
}

bool epw_dns_header_fits(const struct epw_dns_header *h, bool strict)
{
    unsigned opcode = EPW_DNS_OPCODE(h->flags);
    bool response = EPW_DNS_RESPONSE(h->flags);
    if (h->questions > EPW_DNS_MAX_QUESTIONS)
        return false;
    if (!strict)
        return h->questions != 0 || (response && epw_dns_opcode_known(opcode));
    unsigned records = h->answers + (unsigned)h->authorities + h->additionals;
    /* The reserved bit is zero; queries have no answers; answers end within the limit. */
    return opcode == 0 && (h->flags & 0x0040) == 0 && h->questions == 1 &&
           EPW_DNS_RCODE(h->flags) <= 10 && records <= EPW_DNS_MAX_RECORDS &&
           (response || (h->answers == 0 && h->authorities == 0 && h->additionals <= 2 &&
                         EPW_DNS_RCODE(h->flags) == 0));
}

bool epw_dns_question_fits(const struct epw_dns_question *q)
{
    bool type =
        (q->type >= 1 && q->type <= 65) || q->type == 99 || (q->type >= 249 && q->type <= 257);
    return type && (q->class == 1 || q->class == 3 || q->class == 255) && q->name.plain;
}

bool epw_dns_flags_fit(struct epw_cur header)
{
    epw_cur_skip(&header, 2);
    unsigned flags = epw_cur_be16(&header);
    return !epw_cur_ok(&header) || (EPW_DNS_OPCODE(flags) == 0 && (flags & 0x0040) == 0 &&
                                    EPW_DNS_RCODE(flags) <= (EPW_DNS_RESPONSE(flags) ? 10u : 0u));
}

bool epw_dns_may_begin(const void *bytes, size_t len, bool stream)
{
    struct epw_cur c = epw_cur(bytes, len);
    struct epw_dns_header header;
    if (stream)
        epw_cur_skip(&c, 2);
    /* Most that is no DNS shows by its flags. */
    if (epw_cur_ok(&c) && !epw_dns_flags_fit(c))
        return false;
    return stream || (epw_dns_header(&c, &header) && epw_dns_header_fits(&header, true));
}
