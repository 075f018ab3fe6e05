/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ip.h"

#include "base/digits.h"

#include <arpa/inet.h>
#include <stdlib.h>

bool epw_ip_is_loopback(const struct epw_ip *ip)
{
    static const uint8_t one[16] = { [15] = 1 };
    return epw_ip_is4(ip) ? ip->b[12] == 127 : memcmp(ip->b, one, 16) == 0;
}

bool epw_ip_is_private(const struct epw_ip *ip)
{
    if (epw_ip_is_loopback(ip))
        return true;
    if (!epw_ip_is4(ip))
        return (ip->b[0] & 0xfe) == 0xfc || (ip->b[0] == 0xfe && (ip->b[1] & 0xc0) == 0x80);
    const uint8_t *b = ip->b + 12;
    return b[0] == 10 || (b[0] == 172 && (b[1] & 0xf0) == 16) || (b[0] == 192 && b[1] == 168) ||
           (b[0] == 169 && b[1] == 254) || (b[0] == 100 && (b[1] & 0xc0) == 64);
}

/* Every name of a flow is asked about: most differ from an address at their end. */
static bool may_be_address(const char *text)
{
    size_t len = strlen(text);
    return len != 0 &&
           ((text[len - 1] >= '0' && text[len - 1] <= '9') || strchr(text, ':') != NULL);
}

bool epw_ip_parse(const char *text, struct epw_ip *ip)
{
    uint8_t raw[16];
    if (!may_be_address(text))
        return false;
    if (inet_pton(AF_INET, text, raw) == 1) {
        *ip = epw_ip_from4(raw);
        return true;
    }
    if (inet_pton(AF_INET6, text, raw) == 1) {
        *ip = epw_ip_from6(raw);
        return true;
    }
    return false;
}

static void format4(const uint8_t *b, char *at)
{
    for (int i = 0; i < 4; i++) {
        if (b[i] >= 100)
            *at++ = (char)('0' + b[i] / 100);
        if (b[i] >= 10)
            at = epw_digits_pair(at, b[i] % 100u);
        else
            *at++ = (char)('0' + b[i]);
        *at++ = i == 3 ? '\0' : '.';
    }
}

char *epw_ip_format(const struct epw_ip *ip, char out[EPW_IP_STRLEN])
{
    if (epw_ip_is4(ip))
        format4(ip->b + 12, out);
    else if (inet_ntop(AF_INET6, ip->b, out, EPW_IP_STRLEN) == NULL)
        out[0] = '\0';
    return out;
}

static bool host_bits_zero(const struct epw_prefix *prefix)
{
    for (unsigned bit = prefix->bits; bit < 128; bit++)
        if (prefix->ip.b[bit / 8] & (0x80u >> bit % 8))
            return false;
    return true;
}

bool epw_prefix_parse(const char *text, struct epw_prefix *prefix)
{
    char address[EPW_IP_STRLEN];
    const char *slash = strchr(text, '/');
    size_t len = slash == NULL ? strlen(text) : (size_t)(slash - text);
    if (len >= sizeof(address))
        return false;
    memcpy(address, text, len);
    address[len] = '\0';
    if (!epw_ip_parse(address, &prefix->ip))
        return false;
    unsigned most = epw_ip_is4(&prefix->ip) ? 32 : 128;
    unsigned long bits = most;
    if (slash != NULL) {
        char *rest;
        if (slash[1] < '0' || slash[1] > '9')
            return false;
        bits = strtoul(slash + 1, &rest, 10);
        if (*rest != '\0' || bits > most)
            return false;
    }
    prefix->bits = (uint8_t)(bits + (128 - most));
    return host_bits_zero(prefix);
}

bool epw_prefix_has(const struct epw_prefix *prefix, const struct epw_ip *ip)
{
    unsigned whole = prefix->bits / 8, rest = prefix->bits % 8;
    if (memcmp(prefix->ip.b, ip->b, whole) != 0)
        return false;
    if (rest == 0)
        return true;
    uint8_t mask = (uint8_t)(0xff00u >> rest);
    return ((prefix->ip.b[whole] ^ ip->b[whole]) & mask) == 0;
}
