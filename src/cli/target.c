/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/target.h"

#include "base/text.h"

#include <string.h>

enum { TCP = 6, UDP = 17 };

/* Longest text of one end: an address in brackets, a colon, a port. */
#define END_LEN (EPW_IP_STRLEN + sizeof("[]:65535"))

/* Between the ends, as explanations print it; "-" needs no quotes in a shell. */
#define ARROW " -> "

/* ADDRESS:PORT, or [ADDRESS]:PORT as IPv6 needs it. */
static bool parse_end(const char *text, size_t len, struct epw_ip *ip, uint16_t *port)
{
    char end[END_LEN];
    uint64_t number;
    if (len == 0 || len >= sizeof(end))
        return false;
    memcpy(end, text, len);
    end[len] = '\0';
    char *colon = strrchr(end, ':');
    if (colon == NULL || !epw_text_u64(colon + 1, 0, 65535, &number))
        return false;
    *colon = '\0';
    char *address = end;
    bool brackets = end[0] == '[' && colon[-1] == ']';
    if (brackets) {
        colon[-1] = '\0';
        address++;
    }
    *port = (uint16_t)number;
    /* Without brackets nobody can tell where an IPv6 address ends and the port begins. */
    return epw_ip_parse(address, ip) && brackets == (strchr(address, ':') != NULL);
}

static bool parse_flow(struct epw_target *t, const char *text)
{
    const char *arrow = strstr(text, ARROW), *dash = arrow == NULL ? strchr(text, '-') : arrow;
    size_t len = arrow == NULL ? 1 : strlen(ARROW);
    t->kind = EPW_TARGET_FLOW;
    return dash != NULL && parse_end(text, (size_t)(dash - text), &t->ip[0], &t->port[0]) &&
           parse_end(dash + len, strlen(dash + len), &t->ip[1], &t->port[1]);
}

static bool parse_port(struct epw_target *t, const char *text)
{
    uint64_t number;
    t->kind = EPW_TARGET_PORT;
    if (!epw_text_u64(text, 1, 65535, &number))
        return false;
    t->port[0] = (uint16_t)number;
    return true;
}

/* A host name with a dot, whose last label is not a number: that would be an address. */
static bool parse_name(struct epw_target *t, const char *text)
{
    size_t len = strlen(text), label = 0;
    bool letters = false, dots = false;
    t->kind = EPW_TARGET_NAME;
    if (len > 1 && text[len - 1] == '.')
        len--;
    if (len >= sizeof(t->name))
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        bool digit = c >= '0' && c <= '9', other = (c >= 'a' && c <= 'z') || c == '-' || c == '_';
        if (c == '.' ? label == 0 : !digit && !other)
            return false;
        dots = dots || c == '.';
        label = c == '.' ? 0 : label + 1;
        letters = c != '.' && (other || (letters && label > 1));
        if (label > 63) /* RFC 1035, 2.3.4 */
            return false;
        t->name[i] = c;
    }
    t->name[len] = '\0';
    return dots && letters && label != 0;
}

enum epw_err epw_target_parse(struct epw_target *t, const char *text, struct epw_diag *diag)
{
    *t = (struct epw_target){ .tcp = strncmp(text, "udp/", 4) != 0,
                              .udp = strncmp(text, "tcp/", 4) != 0 };
    bool both = t->tcp && t->udp;
    const char *rest = both ? text : text + 4;
    if (parse_port(t, rest) || parse_flow(t, rest) || (both && parse_name(t, rest)))
        return EPW_OK;
    return epw_diag_set(diag, EPW_EUSAGE,
                        "--explain %s: not a port, a name or a flow; expected one like tcp/2222, "
                        "update.example.com, 10.0.0.7:51000-10.0.0.5:2222 or [::1]:1-[::2]:2",
                        text);
}

static bool end_is(const struct epw_target *t, const struct epw_flow_record *r, int side, int end)
{
    return epw_ip_cmp(&t->ip[end], &r->ip[side]) == 0 && t->port[end] == r->port[side];
}

bool epw_target_is(const struct epw_target *t, const struct epw_flow_record *r)
{
    if ((r->proto == TCP && !t->tcp) || (r->proto == UDP && !t->udp) ||
        (r->proto != TCP && r->proto != UDP && !(t->tcp && t->udp)))
        return false;
    return (end_is(t, r, 0, 0) && end_is(t, r, 1, 1)) || (end_is(t, r, 0, 1) && end_is(t, r, 1, 0));
}

unsigned epw_target_hosts(const struct epw_target *t, const struct epw_flow_record *r)
{
    unsigned straight = 0, crossed = 0;
    for (int i = 0; i < 2; i++) {
        straight += epw_ip_cmp(&t->ip[i], &r->ip[i]) == 0;
        crossed += epw_ip_cmp(&t->ip[i], &r->ip[1 - i]) == 0;
    }
    return straight > crossed ? straight : crossed;
}
