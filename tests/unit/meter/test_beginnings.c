/* SPDX-License-Identifier: Apache-2.0 */
/* What a source says of first bytes (may_begin, may_have, may_open) is what its looks say. */
#include "fake_asserts.h"

#include <string.h>

extern const struct epw_source epw_source_http, epw_source_ldap, epw_source_mqtt,
    epw_source_netbios_ssn, epw_source_rmi, epw_source_smb, epw_source_socks, epw_source_ssh,
    epw_source_syslog, epw_source_tds, epw_source_tls, epw_source_dhcp, epw_source_dtls,
    epw_source_kerberos, epw_source_netbios_dgm, epw_source_netbios_ns, epw_source_ntp,
    epw_source_quic, epw_source_rdpudp, epw_source_dns, epw_source_ftp, epw_source_mysql,
    epw_source_upgrade;
static const struct epw_source *const sources[] = {
    &epw_source_http,   &epw_source_ldap,     &epw_source_mqtt,        &epw_source_netbios_ssn,
    &epw_source_rmi,    &epw_source_smb,      &epw_source_socks,       &epw_source_ssh,
    &epw_source_syslog, &epw_source_tds,      &epw_source_tls,         &epw_source_dhcp,
    &epw_source_dtls,   &epw_source_kerberos, &epw_source_netbios_dgm, &epw_source_ntp,
    &epw_source_quic
};
/* Those of some ports only. */
static const struct epw_source *const bound[] = {
    &epw_source_dhcp, &epw_source_netbios_dgm, &epw_source_netbios_ns,
    &epw_source_ntp,  &epw_source_rdpudp,
};

#define LONGEST 80

/* Bytes after the first: none that help, and those that openings have most. */
static void fill(uint8_t bytes[LONGEST], unsigned kind)
{
    static const uint8_t all[] = { 0, 1, 3, 5, ' ', '0', '2', 'A', '<', 0x30, 0x82, 0xff };
    for (size_t i = 0; i < LONGEST; i++)
        bytes[i] = kind < sizeof(all) ? all[kind] : (uint8_t)(i * 37 + kind);
    if (kind % 2 == 1)
        memcpy(bytes + LONGEST - 2, "\r\n", 2);
}

static void assert_no(const struct epw_source *source, const uint8_t *bytes, struct epw_opening o)
{
    for (size_t len = 1; len <= LONGEST; len += len < 12 ? 1 : 17) {
        struct epw_finder f;
        fake_clear(&f);
        o.last = len % 2 == 0;
        cr_assert_eq(fake_look(&f, source, o, bytes, len), EPW_LOOK_NO, "%s: byte %u, length %zu",
                     source->name, bytes[0], len);
        cr_assert_eq(f.ev.requester, EPW_REQUESTER_UNKNOWN);
        cr_assert_eq(f.names + f.sights, 0);
        cr_assert(!f.tunnel);
    }
}

static void assert_source(const struct epw_source *source, uint8_t first)
{
    uint8_t bytes[LONGEST];
    for (unsigned kind = 0; kind < 16; kind++) {
        fill(bytes, kind);
        bytes[0] = first;
        for (unsigned way = 0; way < 8; way++) {
            enum epw_dir dir = (way & 1) != 0 ? EPW_TO_CLIENT : EPW_TO_SERVER;
            bool udp = (way & 2) != 0;
            if ((source->over & (udp ? EPW_OVER_UDP : EPW_OVER_TCP)) == 0)
                continue;
            uint16_t port = source->ports[0] != 0 ? source->ports[0] : 139;
            struct epw_opening o = fake_opening(udp ? 17 : 6, port, 514, dir);
            o.from_start = udp || (way & 4) != 0;
            assert_no(source, bytes, o);
        }
    }
}

Test(beginnings, other_first_bytes_are_never_its_own)
{
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
        for (unsigned first = 0; first < 256; first++)
            if (!sources[i]->may_begin((uint8_t)first))
                assert_source(sources[i], (uint8_t)first);
}

Test(beginnings, other_ports_are_never_its_own)
{
    uint8_t bytes[LONGEST];
    for (size_t i = 0; i < sizeof(bound) / sizeof(bound[0]); i++) {
        cr_assert_neq(bound[i]->ports[0], 0);
        for (unsigned kind = 0; kind < 16 * 256; kind++) {
            fill(bytes, kind % 16);
            bytes[0] = (uint8_t)(kind / 16);
            assert_no(bound[i], bytes, fake_opening(17, 139, 514, EPW_TO_SERVER));
        }
    }
}

/* Bytes of every kind, also nearly those of openings. */
static void fill_any(uint8_t bytes[LONGEST], uint32_t *random)
{
    static const char begins[][17] = { "GET / HTTP/1.1\r\n",
                                       "\r\nHTTP/1.1 200",
                                       "220 ftp\r\n",
                                       "\x40\0\0\0\x0a"
                                       "5.7",
                                       "EHLO x\r\n",
                                       "\x03\0\0\x13",
                                       "\x16\x03\x01\x02",
                                       "\x80\x2e\x01\x03",
                                       "220\n\x16\x03" };
    for (size_t i = 0; i < LONGEST; i++) {
        *random = *random * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(*random >> 24);
        if (*random % 3 == 0)
            bytes[i] = (uint8_t)(bytes[i] % 95 + 32);
        else if (*random % 3 == 1)
            bytes[i] &= 0x03;
    }
    const char *begin = begins[(*random >> 8) % (sizeof(begins) / sizeof(begins[0]))];
    if (*random % 2 == 0)
        memcpy(bytes, begin, 1 + (*random >> 16) % sizeof(begins[0]));
}

static bool is_home(const struct epw_source *source, const struct epw_opening *o)
{
    for (size_t i = 0; i < EPW_EV_HOMES && source->home[i] != 0; i++)
        if (o->port[0] == source->home[i] || o->port[1] == source->home[i])
            return true;
    return false;
}

/* What the engine does with it: glance.c. */
static bool may_open(const struct epw_source *source, const struct epw_opening *o)
{
    if (source->beginnings && !o->from_start)
        return false;
    if (source->may_have != NULL && o->len >= EPW_EV_PLACES && !is_home(source, o))
        for (unsigned place = 0; place < EPW_EV_PLACES; place++)
            if (!source->may_have(place, o->bytes[place], o->proto == 6))
                return false;
    return source->may_open == NULL || source->may_open(o);
}

Test(beginnings, what_may_not_open_is_never_its_own)
{
    static const struct epw_source *const openers[] = { &epw_source_http,    &epw_source_dns,
                                                        &epw_source_ftp,     &epw_source_mysql,
                                                        &epw_source_upgrade, &epw_source_tls,
                                                        &epw_source_socks };
    uint8_t bytes[LONGEST];
    uint32_t random = 1, refused = 0;
    for (unsigned round = 0; round < 28000; round++) {
        const struct epw_source *source = openers[random / 7 % 7];
        bool udp = round % 2 == 0 && (source->over & EPW_OVER_UDP) != 0;
        uint16_t port = round % 7 == 0 ? 53 : round % 7 == 1 ? 137 : 4000;
        fill_any(bytes, &random);
        for (size_t len = 1; len <= LONGEST; len += len < 20 ? 1 : 17) {
            struct epw_opening o = fake_opening(udp ? 17 : 6, port, 514, (enum epw_dir)(round & 1));
            struct epw_finder f;
            fake_clear(&f);
            o.from_start = udp || round % 3 != 0;
            o.last = udp;
            o.bytes = bytes;
            o.len = len;
            if (may_open(source, &o))
                continue;
            refused++;
            cr_assert_eq(fake_look(&f, source, o, bytes, len), EPW_LOOK_NO, "%s: round %u, %zu",
                         source->name, round, len);
            cr_assert_eq(f.names + f.sights, 0);
        }
    }
    cr_assert_gt(refused, 10000u);
}
