/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/evidence/ftp_endpoint.h"

#include "meter/evidence/scan.h"

#include <string.h>

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* h1,h2,h3,h4,p1,p2 */
static bool host_port(struct epw_cur c, struct epw_ftp_endpoint *endpoint)
{
    uint8_t part[6];
    for (size_t i = 0; i < sizeof(part); i++) {
        uint32_t value;
        if (i > 0 && epw_cur_u8(&c) != ',')
            return false;
        /* Some servers put a blank behind the comma. */
        while (epw_scan_peek(&c) == ' ')
            epw_cur_skip(&c, 1);
        if (!epw_scan_number(&c, 255, &value))
            return false;
        part[i] = (uint8_t)value;
    }
    static const uint8_t any[4];
    endpoint->address = epw_ip_from4(part);
    endpoint->has_address = memcmp(part, any, 4) != 0;
    endpoint->port = (uint16_t)((unsigned)part[4] << 8 | part[5]);
    return endpoint->port != 0;
}

/* The text up to the delimiter, which is then behind the cursor. */
static bool up_to(struct epw_cur *c, uint8_t delimiter, struct epw_cur *text)
{
    size_t left = epw_cur_left(c);
    const uint8_t *found = left == 0 ? NULL : memchr(c->at, delimiter, left);
    if (found == NULL)
        return false;
    *text = epw_cur_sub(c, (size_t)(found - c->at));
    return epw_cur_skip(c, 1);
}

/* <d>family<d>address<d>port<d>; family and address may be empty in a 229 (RFC 2428, 3). */
static bool extended(struct epw_cur c, struct epw_ftp_endpoint *endpoint)
{
    struct epw_cur family, address, port;
    uint32_t number;
    char text[EPW_IP_STRLEN];
    uint8_t delimiter = epw_cur_u8(&c);
    if (delimiter < 33 || delimiter > 126 || is_digit(delimiter) ||
        !up_to(&c, delimiter, &family) || !up_to(&c, delimiter, &address) ||
        !up_to(&c, delimiter, &port))
        return false;
    if (!epw_scan_number(&port, 65535, &number) || number == 0 || epw_cur_left(&port) != 0)
        return false;
    endpoint->port = (uint16_t)number;
    size_t len = epw_cur_left(&address);
    endpoint->has_address = len != 0;
    if (len == 0)
        return true;
    if (len >= sizeof(text))
        return false;
    memcpy(text, address.at, len);
    text[len] = '\0';
    return epw_ip_parse(text, &endpoint->address);
}

bool epw_ftp_reply(struct epw_cur line, struct epw_ftp_endpoint *endpoint)
{
    struct epw_cur passive = line, text;
    *endpoint = (struct epw_ftp_endpoint){ .server_listens = true };
    if (epw_scan_literal(&passive, "227 ", 4) == EPW_FIT_YES) {
        /* RFC 1123, 4.1.2.6: the parentheses may be missing, so the first digit counts. */
        while (epw_cur_left(&passive) != 0 && !is_digit(epw_scan_peek(&passive)))
            epw_cur_skip(&passive, 1);
        return host_port(passive, endpoint);
    }
    if (epw_scan_literal(&line, "229 ", 4) != EPW_FIT_YES || !up_to(&line, '(', &text))
        return false;
    bool fits = extended(line, endpoint);
    endpoint->has_address = false; /* RFC 2428, 3: always the control channel's own */
    return fits;
}

bool epw_ftp_command(struct epw_cur line, struct epw_ftp_endpoint *endpoint)
{
    *endpoint = (struct epw_ftp_endpoint){ .server_listens = false };
    bool eprt = epw_scan_word(line, "EPRT");
    if (!eprt && !epw_scan_word(line, "PORT"))
        return false;
    epw_cur_skip(&line, 4);
    if (epw_cur_u8(&line) != ' ')
        return false;
    return (eprt ? extended(line, endpoint) : host_port(line, endpoint)) && endpoint->has_address;
}
