/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/attempt.h"

#include <stdio.h>

/* RFC 9110, 15.5: statuses from here on are errors. */
#define HTTP_ERRORS 400

static const char *icmp_words(const struct epw_flow_record *r)
{
    bool v4 = epw_ip_is4(&r->icmp_from);
    uint8_t code = r->icmp_code;
    /* RFC 792 and RFC 1812, 5.2.7.1 (type 3); RFC 4443, 3.1 (type 1) */
    if (v4 ? code == 9 || code == 10 || code == 13 : code == 1 || code == 5 || code == 6)
        return "administratively prohibited";
    if (v4 ? code == 3 : code == 4)
        return "port unreachable";
    return v4 && code == 2 ? "protocol unreachable" : "host or network unreachable";
}

/* RFC 9110: forbidden, a password wanted, the other side not reached. Other errors are answers. */
static bool is_refusal(uint16_t status)
{
    return status == 403 || status == 407 || status == 502;
}

bool epw_asks_proxy(const struct epw_evidence *ev)
{
    return ev->connect_port != 0 && !ev->absolute_form;
}

bool epw_attempt_failed(const struct epw_flow_record *r, bool *sure, char why[EPW_WHY_LEN])
{
    const struct epw_evidence *ev = r->evidence;
    char ip[EPW_IP_STRLEN];
    *sure = r->state != EPW_FLOW_NEW || r->packets[EPW_TO_CLIENT] != 0;
    if (!r->first_record)
        return false;
    if (r->icmp_error && r->state == EPW_FLOW_REFUSED)
        snprintf(why, EPW_WHY_LEN, "refused by ICMP %s from %s", icmp_words(r),
                 epw_ip_format(&r->icmp_from, ip));
    else if (epw_attempt_unmet(r) && r->state == EPW_FLOW_REFUSED)
        snprintf(why, EPW_WHY_LEN, "refused by a TCP reset");
    else if (epw_attempt_unmet(r) && r->syns != 0)
        snprintf(why, EPW_WHY_LEN, "nobody answered");
    else if (epw_asks_proxy(ev) && is_refusal(ev->http_status) && ev->inner_app == EPW_APP_UNKNOWN)
        snprintf(why, EPW_WHY_LEN, "the proxy %s:%u answered %u to CONNECT",
                 epw_ip_format(&r->ip[1], ip), r->port[1], ev->http_status);
    else if (r->reset_early && ev->tls_alert)
        snprintf(why, EPW_WHY_LEN, "cut by a TLS alert in the handshake");
    else if (r->reset_early)
        snprintf(why, EPW_WHY_LEN, "cut by a TCP reset right after the first request");
    else
        return false;
    return true;
}

bool epw_attempt_worked(const struct epw_flow_record *r)
{
    const struct epw_evidence *ev = r->evidence;
    return r->packets[EPW_TO_CLIENT] != 0 && !epw_attempt_unmet(r) &&
           (!epw_asks_proxy(ev) || ev->inner_app != EPW_APP_UNKNOWN ||
            (ev->http_status != 0 && ev->http_status < HTTP_ERRORS));
}
