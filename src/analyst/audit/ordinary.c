/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/ordinary.h"

#define PROTO_TCP 6
#define PROTO_UDP 17

/* RFC 6335: dynamic ports. Windows RPC gives its services ports there, and so do media streams. */
#define FIRST_DYNAMIC 49152

/* Ports of the services that operating systems, directories, browsers and printers use. */
static bool is_service(uint16_t port)
{
    switch (port) {
    case 7:    /* echo */
    case 20:   /* FTP data */
    case 21:   /* FTP */
    case 22:   /* SSH */
    case 23:   /* Telnet */
    case 25:   /* mail */
    case 53:   /* DNS */
    case 67:   /* DHCP */
    case 68:   /* DHCP */
    case 69:   /* TFTP */
    case 80:   /* web */
    case 88:   /* Kerberos */
    case 110:  /* mail */
    case 111:  /* ONC RPC */
    case 123:  /* NTP */
    case 135:  /* Windows RPC */
    case 137:  /* NetBIOS names */
    case 138:  /* NetBIOS datagrams */
    case 139:  /* NetBIOS sessions */
    case 143:  /* mail */
    case 161:  /* SNMP */
    case 162:  /* SNMP traps */
    case 389:  /* LDAP */
    case 443:  /* web */
    case 445:  /* SMB */
    case 464:  /* Kerberos passwords */
    case 465:  /* mail */
    case 500:  /* IPsec */
    case 514:  /* syslog */
    case 515:  /* printing */
    case 546:  /* DHCPv6 */
    case 547:  /* DHCPv6 */
    case 587:  /* mail */
    case 593:  /* Windows RPC over HTTP */
    case 631:  /* printing */
    case 636:  /* LDAP with TLS */
    case 853:  /* DNS with TLS */
    case 993:  /* mail */
    case 995:  /* mail */
    case 1433: /* database */
    case 1434: /* database */
    case 1900: /* SSDP */
    case 2049: /* NFS */
    case 3268: /* LDAP, global catalogue */
    case 3269: /* LDAP, global catalogue with TLS */
    case 3306: /* database */
    case 3389: /* remote desktop */
    case 3702: /* WS-Discovery */
    case 4500: /* IPsec behind NAT */
    case 5040: /* Windows connected devices */
    case 5060: /* telephony */
    case 5061: /* telephony */
    case 5353: /* mDNS */
    case 5355: /* LLMNR */
    case 5432: /* database */
    case 5900: /* remote desktop */
    case 5985: /* Windows remote management */
    case 5986: /* Windows remote management with TLS */
    case 6514: /* syslog with TLS */
    case 7680: /* Windows delivery optimisation */
    case 8080: /* web */
    case 8443: /* web */
    case 9100: /* printing */
    case 9389: /* directory web services */
        return true;
    default:
        return false;
    }
}

bool epw_ordinary_port(uint8_t proto, uint16_t port)
{
    return (proto != PROTO_TCP && proto != PROTO_UDP) || port >= FIRST_DYNAMIC || is_service(port);
}

bool epw_ordinary_app(enum epw_app app)
{
    return app != EPW_APP_UNKNOWN && app != EPW_APP_TLS && app != EPW_APP_HTTP &&
           app != EPW_APP_QUIC && app != EPW_APP_MQTT && app != EPW_APP_RMI;
}
