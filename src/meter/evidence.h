/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data header: what the first bytes of a flow say about it. Filled by the
 * sources in meter/evidence/, read by the analyst and the outputs.
 */
#ifndef EPW_METER_EVIDENCE_H
#define EPW_METER_EVIDENCE_H

#include "base/ip.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Application protocols that the first bytes can prove. One list for the
 * meter, the signatures' app_protocol column and EVE's app_proto: the ids are
 * epw_app_name()'s.
 */
enum epw_app {
    EPW_APP_UNKNOWN, /* nothing recognised (or no payload seen) */
    EPW_APP_TLS,
    EPW_APP_HTTP,
    EPW_APP_QUIC,
    EPW_APP_DNS,
    EPW_APP_SSH,
    EPW_APP_FTP,
    EPW_APP_SMB,
    EPW_APP_NBNS, /* NetBIOS name service */
    EPW_APP_NBDS, /* NetBIOS datagram service */
    EPW_APP_NBSS, /* NetBIOS session service without SMB in sight */
    EPW_APP_LDAP,
    EPW_APP_KERBEROS,
    EPW_APP_MQTT,
    EPW_APP_TDS,
    EPW_APP_MYSQL,
    EPW_APP_SYSLOG,
    EPW_APP_NTP,
    EPW_APP_RMI, /* Java RMI registry */
    EPW_APP_DHCP,
    EPW_APP_FTP_DATA, /* announced by a control channel */
    EPW_APPS
};

/* The id ("tls", "http", ...), static storage; "unknown" for EPW_APP_UNKNOWN. */
const char *epw_app_name(enum epw_app app);
/* The app of an id; EPW_APPS when there is none of that name. */
enum epw_app epw_app_parse(const char *name);

/* Where a name came from, as in epwatch.name_sources. */
enum epw_name_source {
    EPW_NAME_SNI,       /* TLS ClientHello */
    EPW_NAME_QUIC,      /* QUIC Initial */
    EPW_NAME_HOST,      /* HTTP Host, or the host of an absolute-form request */
    EPW_NAME_CONNECT,   /* HTTP CONNECT target */
    EPW_NAME_CERT,      /* server certificate: dNSName or common name */
    EPW_NAME_DNS,       /* an answer gave the responder's address this name (analyst) */
    EPW_NAME_DNS_QUERY, /* the name asked for, on a DNS flow: never names the flow */
    EPW_NAME_SITE,      /* the site file declares it (analyst) */
    EPW_NAME_SOURCES
};

const char *epw_name_source_name(enum epw_name_source source);

/* RFC 1035 2.3.4: 253 characters in text form. Longer ones are not host names. */
#define EPW_NAME_LEN 254
/* Names kept of one flow: SNI, Host, and the first of a certificate's. */
#define EPW_FLOW_NAMES 12
/*
 * Names asked for that are kept of one DNS flow. A resolver asks from one port for hours; this
 * holds some thousand questions, and what a meter keeps of all flows beyond EPW_FLOW_NAMES each is
 * bounded as well.
 */
#define EPW_FLOW_QUERIES 2048
/* ... and bytes they may take: a record of them travels between threads in one piece. */
#define EPW_FLOW_QUERY_BYTES (96u << 10)
/* First request line, User-Agent, share name, banner: enough to recognise them. */
#define EPW_HINT_LEN 160

struct epw_flow_name {
    const char *text; /* lower case, no trailing dot, cleaned; owned by the evidence */
    uint16_t port;    /* port named with it (CONNECT, absolute form, Host), 0: none */
    uint8_t source;   /* enum epw_name_source */
};

/* Which side asked, where the first bytes tell: a request, a ClientHello, a query. */
#define EPW_REQUESTER_UNKNOWN 2

/*
 * The evidence of a flow. The meter owns it and every string in it; strings
 * are never NULL ("" when nothing was seen), printable and NUL-terminated.
 * epw_evidence_none is the empty one.
 */
struct epw_evidence {
    uint8_t app;           /* enum epw_app of the flow */
    uint8_t app_side[2];   /* what either side's first bytes are, by enum epw_dir */
    uint8_t inner_app;     /* enum epw_app told by ALPN inside TLS, or seen inside CONNECT */
    uint8_t requester;     /* enum epw_dir whose sender asked, or EPW_REQUESTER_UNKNOWN */
    uint8_t names_dropped; /* names beyond the limits, saturating */
    uint16_t name_count;   /* at most EPW_FLOW_NAMES, and questions up to EPW_FLOW_QUERIES */
    bool payload_seen[2];  /* at least one payload byte was captured, by enum epw_dir */
    bool cut;              /* an opening was cut by the snaplen, a gap or a limit: unknown
                              then means "not seen", never "mismatch" */
    bool evicted;          /* an opening that waited for more was judged early, from what had been
                              read, because newer flows needed the room */
    bool ech;              /* the ClientHello offers encrypted_client_hello: its server name may
                              be the outer one. Browsers offer a made-up one to everybody
                              (GREASE), then the name is real; the two look alike */
    bool starttls;         /* AUTH TLS, STARTTLS: what follows is hidden */
    bool simple_bind;      /* LDAP simple bind with a password in clear */
    bool absolute_form;    /* HTTP absolute-form request: spoken to a proxy */
    bool tls_alert;        /* a TLS alert came in place of, or right after, ServerHello */
    uint16_t http_status;  /* first HTTP status; for CONNECT the proxy's answer; 0: none */
    uint16_t connect_port; /* target port of CONNECT or absolute form, 0: none */
    const char *alpn;      /* first ALPN id offered */
    const char *cert_org;  /* subject O of the server certificate */
    const char *request; /* first request line: "METHOD target"; "REGISTER NAME" where a host tells
                            the NetBIOS name service its own */
    const char *user_agent;
    const char *hint;                 /* banner, share name, ... in the protocol's own words */
    const struct epw_flow_name *name; /* name_count of them, in the order seen */
};

extern const struct epw_evidence epw_evidence_none;

/* The evidence of flows in which nothing was found, shared by them all: by what else is said. */
#define EPW_EVIDENCE_EMPTY 16
extern const struct epw_evidence epw_evidence_empty[EPW_EVIDENCE_EMPTY];

/*
 * Whether it is one of these, as in most flows: it says whether payload was seen, stays for good,
 * and who keeps it need not copy it.
 */
static inline bool epw_evidence_is_shared(const struct epw_evidence *evidence)
{
    return (uintptr_t)evidence - (uintptr_t)epw_evidence_empty < sizeof(epw_evidence_empty);
}

#endif
