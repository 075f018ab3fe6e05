/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/ordinary.h"

#define PROTO_TCP 6
#define PROTO_UDP 17

/* RFC 6335: dynamic ports. Windows RPC gives its services ports there, and so do media streams. */
#define FIRST_DYNAMIC 49152

/* Ports of the services that operating systems, directories, browsers and printers use. Every flow
 * is asked: one look at a table, and most at the same two places. */
static const bool service[] = {
    [7] = true,    /* echo */
    [20] = true,   /* FTP data */
    [21] = true,   /* FTP */
    [22] = true,   /* SSH */
    [23] = true,   /* Telnet */
    [25] = true,   /* mail */
    [53] = true,   /* DNS */
    [67] = true,   /* DHCP */
    [68] = true,   /* DHCP */
    [69] = true,   /* TFTP */
    [80] = true,   /* web */
    [88] = true,   /* Kerberos */
    [110] = true,  /* mail */
    [111] = true,  /* ONC RPC */
    [123] = true,  /* NTP */
    [135] = true,  /* Windows RPC */
    [137] = true,  /* NetBIOS names */
    [138] = true,  /* NetBIOS datagrams */
    [139] = true,  /* NetBIOS sessions */
    [143] = true,  /* mail */
    [161] = true,  /* SNMP */
    [162] = true,  /* SNMP traps */
    [389] = true,  /* LDAP */
    [443] = true,  /* web */
    [445] = true,  /* SMB */
    [464] = true,  /* Kerberos passwords */
    [465] = true,  /* mail */
    [500] = true,  /* IPsec */
    [514] = true,  /* syslog */
    [515] = true,  /* printing */
    [546] = true,  /* DHCPv6 */
    [547] = true,  /* DHCPv6 */
    [587] = true,  /* mail */
    [593] = true,  /* Windows RPC over HTTP */
    [631] = true,  /* printing */
    [636] = true,  /* LDAP with TLS */
    [853] = true,  /* DNS with TLS */
    [993] = true,  /* mail */
    [995] = true,  /* mail */
    [1433] = true, /* database */
    [1434] = true, /* database */
    [1900] = true, /* SSDP */
    [2049] = true, /* NFS */
    [3268] = true, /* LDAP, global catalogue */
    [3269] = true, /* LDAP, global catalogue with TLS */
    [3306] = true, /* database */
    [3389] = true, /* remote desktop */
    [3702] = true, /* WS-Discovery */
    [4500] = true, /* IPsec behind NAT */
    [5040] = true, /* Windows connected devices */
    [5060] = true, /* telephony */
    [5061] = true, /* telephony */
    [5353] = true, /* mDNS */
    [5355] = true, /* LLMNR */
    [5432] = true, /* database */
    [5900] = true, /* remote desktop */
    [5985] = true, /* Windows remote management */
    [5986] = true, /* Windows remote management with TLS */
    [6514] = true, /* syslog with TLS */
    [7680] = true, /* Windows delivery optimisation */
    [8080] = true, /* web */
    [8443] = true, /* web */
    [9100] = true, /* printing */
    [9389] = true, /* directory web services */
};

bool epw_ordinary_port(uint8_t proto, uint16_t port)
{
    if (port < sizeof(service) && service[port])
        return true;
    return (proto != PROTO_TCP && proto != PROTO_UDP) || port >= FIRST_DYNAMIC;
}

bool epw_ordinary_app(enum epw_app app)
{
    return app != EPW_APP_UNKNOWN && app != EPW_APP_TLS && app != EPW_APP_HTTP &&
           app != EPW_APP_QUIC && app != EPW_APP_MQTT && app != EPW_APP_RMI;
}
