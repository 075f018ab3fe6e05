/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/ordinary.h"

#include <stddef.h>

#define PROTO_TCP 6
#define PROTO_UDP 17

/* RFC 6335: dynamic ports. Windows RPC gives its services ports there, and so do media streams. */
#define FIRST_DYNAMIC 49152

/* In order: ports of the services that operating systems, directories, browsers and printers use.
 */
static const uint16_t ordinary[] = {
    7,    /* echo */
    20,   /* FTP data */
    21,   /* FTP */
    22,   /* SSH */
    23,   /* Telnet */
    25,   /* mail */
    53,   /* DNS */
    67,   /* DHCP */
    68,   /* DHCP */
    69,   /* TFTP */
    80,   /* web */
    88,   /* Kerberos */
    110,  /* mail */
    111,  /* ONC RPC */
    123,  /* NTP */
    135,  /* Windows RPC */
    137,  /* NetBIOS names */
    138,  /* NetBIOS datagrams */
    139,  /* NetBIOS sessions */
    143,  /* mail */
    161,  /* SNMP */
    162,  /* SNMP traps */
    389,  /* LDAP */
    443,  /* web */
    445,  /* SMB */
    464,  /* Kerberos passwords */
    465,  /* mail */
    500,  /* IPsec */
    514,  /* syslog */
    515,  /* printing */
    546,  /* DHCPv6 */
    547,  /* DHCPv6 */
    587,  /* mail */
    593,  /* Windows RPC over HTTP */
    631,  /* printing */
    636,  /* LDAP with TLS */
    853,  /* DNS with TLS */
    993,  /* mail */
    995,  /* mail */
    1433, /* database */
    1434, /* database */
    1900, /* SSDP */
    2049, /* NFS */
    3268, /* LDAP, global catalogue */
    3269, /* LDAP, global catalogue with TLS */
    3306, /* database */
    3389, /* remote desktop */
    3702, /* WS-Discovery */
    4500, /* IPsec behind NAT */
    5040, /* Windows connected devices */
    5060, /* telephony */
    5061, /* telephony */
    5353, /* mDNS */
    5355, /* LLMNR */
    5432, /* database */
    5900, /* remote desktop */
    5985, /* Windows remote management */
    5986, /* Windows remote management with TLS */
    6514, /* syslog with TLS */
    7680, /* Windows delivery optimisation */
    8080, /* web */
    8443, /* web */
    9100, /* printing */
    9389, /* directory web services */
};

bool epw_ordinary_port(uint8_t proto, uint16_t port)
{
    if ((proto != PROTO_TCP && proto != PROTO_UDP) || port >= FIRST_DYNAMIC)
        return true;
    size_t low = 0, high = sizeof(ordinary) / sizeof(ordinary[0]);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (ordinary[middle] < port)
            low = middle + 1;
        else
            high = middle;
    }
    return low < sizeof(ordinary) / sizeof(ordinary[0]) && ordinary[low] == port;
}

bool epw_ordinary_app(enum epw_app app)
{
    return app != EPW_APP_UNKNOWN && app != EPW_APP_TLS && app != EPW_APP_HTTP &&
           app != EPW_APP_QUIC && app != EPW_APP_MQTT && app != EPW_APP_RMI;
}
