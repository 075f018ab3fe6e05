/* SPDX-License-Identifier: Apache-2.0 */
/* The ids of the meter's enums, as machine output writes them. */
#include "meter/evidence.h"
#include "meter/flow_record.h"

#include <string.h>

static const char *const app_names[EPW_APPS] = {
    [EPW_APP_UNKNOWN] = "unknown", [EPW_APP_TLS] = "tls",       [EPW_APP_HTTP] = "http",
    [EPW_APP_QUIC] = "quic",       [EPW_APP_DNS] = "dns",       [EPW_APP_SSH] = "ssh",
    [EPW_APP_FTP] = "ftp",         [EPW_APP_SMB] = "smb",       [EPW_APP_NBNS] = "nbns",
    [EPW_APP_NBDS] = "nbds",       [EPW_APP_NBSS] = "nbss",     [EPW_APP_LDAP] = "ldap",
    [EPW_APP_KERBEROS] = "krb5",   [EPW_APP_MQTT] = "mqtt",     [EPW_APP_TDS] = "tds",
    [EPW_APP_MYSQL] = "mysql",     [EPW_APP_SYSLOG] = "syslog", [EPW_APP_NTP] = "ntp",
    [EPW_APP_RMI] = "rmi",         [EPW_APP_DHCP] = "dhcp",     [EPW_APP_FTP_DATA] = "ftp-data",
};

static const char *const source_names[EPW_NAME_SOURCES] = {
    [EPW_NAME_SNI] = "sni",         [EPW_NAME_QUIC] = "quic",
    [EPW_NAME_HOST] = "http_host",  [EPW_NAME_CONNECT] = "http_connect",
    [EPW_NAME_CERT] = "cert",       [EPW_NAME_DNS] = "dns",
    [EPW_NAME_DNS_QUERY] = "query", [EPW_NAME_SITE] = "site",
};

const struct epw_evidence epw_evidence_none = {
    .requester = EPW_REQUESTER_UNKNOWN,
    .alpn = "",
    .cert_org = "",
    .request = "",
    .user_agent = "",
    .hint = "",
};

const char *epw_app_name(enum epw_app app)
{
    return (unsigned)app < EPW_APPS ? app_names[app] : "unknown";
}

enum epw_app epw_app_parse(const char *name)
{
    for (unsigned app = 0; app < EPW_APPS; app++)
        if (strcmp(app_names[app], name) == 0)
            return (enum epw_app)app;
    return EPW_APPS;
}

const char *epw_name_source_name(enum epw_name_source source)
{
    return (unsigned)source < EPW_NAME_SOURCES ? source_names[source] : "unknown";
}

const char *epw_flow_state_name(enum epw_flow_state state)
{
    switch (state) {
    case EPW_FLOW_NEW:
        return "new";
    case EPW_FLOW_ESTABLISHED:
        return "established";
    case EPW_FLOW_CLOSED:
        return "closed";
    case EPW_FLOW_REFUSED:
        return "refused";
    case EPW_FLOW_UNANSWERED:
        return "unanswered";
    }
    return "unknown";
}

const char *epw_flow_reason_name(enum epw_flow_reason reason)
{
    switch (reason) {
    case EPW_REASON_END:
        return "end";
    case EPW_REASON_TIMEOUT:
        return "timeout";
    case EPW_REASON_ACTIVE:
        return "active";
    case EPW_REASON_EVICTED:
        return "evicted";
    case EPW_REASON_FORCED:
        return "forced";
    }
    return "unknown";
}

const char *epw_initiator_how_name(enum epw_initiator_how how)
{
    switch (how) {
    case EPW_INIT_HANDSHAKE:
        return "handshake";
    case EPW_INIT_FIRST:
        return "first packet";
    case EPW_INIT_EVIDENCE:
        return "request seen";
    case EPW_INIT_INFERRED:
        return "inferred";
    }
    return "unknown";
}
