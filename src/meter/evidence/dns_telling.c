/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/evidence/dns_telling.h"

#include <string.h>

/* Servers of one service that are looked up in the same answer: more than a site has. */
#define DNS_MAX_SERVICES 8
/* Passes over the answers that follow aliases: one is enough when they are in order. */
#define DNS_MAX_PASSES 8
/* Cache-flush and unicast-response bits (RFC 6762, 10.2 and 5.4). */
#define DNS_CLASS_MASK 0x7fff
#define DNS_CLASS_IN   1
#define DNS_NXDOMAIN   3
#define DNS_REFUSED    5
#define DNS_TRUNCATED  0x0200
#define DNS_ANY        255

static struct epw_sighting sighting(const struct epw_dns_message *m, enum epw_sighting_kind kind,
                                    const struct epw_dns_name *name)
{
    enum epw_dir here = m->o->dir, there = epw_scan_reverse(here);
    enum epw_dir asked = EPW_DNS_RESPONSE(m->header.flags) ? there : here;
    struct epw_sighting s = { .kind = kind,
                              .client = m->o->ip[asked],
                              .server = m->o->ip[epw_scan_reverse(asked)],
                              .client_port = m->o->port[asked],
                              .server_port = m->o->port[epw_scan_reverse(asked)],
                              .proto = m->o->proto,
                              .rcode = (uint8_t)EPW_DNS_RCODE(m->header.flags) };
    memcpy(s.name, name->text, name->len + 1);
    return s;
}

/* Of addresses asked for: that an answer is awaited, or was read. */
void epw_dns_tell_question(const struct epw_dns_message *m, enum epw_sighting_kind kind)
{
    const struct epw_dns_question *q = &m->question;
    bool addresses = q->type == EPW_DNS_A || q->type == EPW_DNS_AAAA || q->type == EPW_DNS_HTTPS ||
                     q->type == EPW_DNS_SVCB || q->type == DNS_ANY;
    if (m->multicast || !addresses || !q->name.plain || q->name.len == 0)
        return;
    struct epw_sighting s = sighting(m, kind, &q->name);
    s.dns_id = m->header.id;
    s.dns_type = q->type;
    epw_ev_sight(m->f, &s);
}

/* What an answer's address is told with. */
struct known_as {
    const struct epw_dns_name *name;      /* asked for */
    const struct epw_dns_name *canonical; /* end of the aliases; name itself without any */
    uint32_t ttl_s;
    bool passing; /* beside the answer */
};

static void tell_address(const struct epw_dns_message *m, const struct known_as *as,
                         struct epw_ip ip, uint32_t ttl_s)
{
    static const uint8_t any4[4];
    static const struct epw_ip any6;
    struct epw_ip zero = epw_ip_from4(any4);
    bool null = epw_ip_cmp(&ip, &zero) == 0 || epw_ip_cmp(&ip, &any6) == 0;
    if (null && as->passing)
        return;
    struct epw_sighting s = sighting(m, null ? EPW_SIGHT_REFUSAL : EPW_SIGHT_ADDRESS, as->name);
    s.address = ip;
    s.passing = as->passing;
    s.ttl_s = ttl_s < as->ttl_s ? ttl_s : as->ttl_s;
    if (strcmp(as->name->text, as->canonical->text) != 0)
        memcpy(s.canonical, as->canonical->text, as->canonical->len + 1);
    epw_ev_sight(m->f, &s);
}

static void tell_alias(const struct epw_dns_message *m, const struct epw_dns_name *other)
{
    struct epw_sighting s = sighting(m, EPW_SIGHT_ALIAS, &m->question.name);
    memcpy(s.canonical, other->text, other->len + 1);
    epw_ev_sight(m->f, &s);
}

/* RFC 9460, 2.2: priority (0: an alias alone), target, parameters; ipv4hint is 4, ipv6hint is 6. */
static void tell_hints(const struct epw_dns_message *m, const struct known_as *as,
                       const struct epw_dns_record *record)
{
    struct epw_cur c = record->data;
    struct epw_dns_name target;
    uint16_t priority = epw_cur_be16(&c);
    if (!epw_dns_name(m->whole, &c, &target) || !target.plain)
        return;
    if (target.len != 0)
        tell_alias(m, &target);
    if (priority == 0)
        return;
    struct known_as hinted = *as;
    if (target.len != 0)
        hinted.canonical = &target;
    for (int i = 0; i < EPW_DNS_MAX_RECORDS && epw_cur_left(&c) != 0; i++) {
        uint16_t key = epw_cur_be16(&c);
        struct epw_cur value = epw_cur_sub(&c, epw_cur_be16(&c));
        size_t size = key == 4 ? 4 : key == 6 ? 16 : 0;
        for (int n = 0; size != 0 && n < EPW_DNS_MAX_RECORDS && epw_cur_left(&value) >= size; n++) {
            const uint8_t *ip = epw_cur_bytes(&value, size);
            tell_address(m, &hinted, size == 4 ? epw_ip_from4(ip) : epw_ip_from6(ip),
                         record->ttl_s);
        }
    }
}

static void tell_record(const struct epw_dns_message *m, const struct known_as *as,
                        const struct epw_dns_record *record)
{
    struct epw_cur data = record->data;
    size_t len = epw_cur_left(&data);
    if (record->type == EPW_DNS_A && len == 4)
        tell_address(m, as, epw_ip_from4(data.at), record->ttl_s);
    else if (record->type == EPW_DNS_AAAA && len == 16)
        tell_address(m, as, epw_ip_from6(data.at), record->ttl_s);
    else if (record->type == EPW_DNS_HTTPS || record->type == EPW_DNS_SVCB)
        tell_hints(m, as, record);
}

/* The next of the first count records from *c on; false at their end, or where they are cut. */
static bool next_record(const struct epw_dns_message *m, struct epw_cur *c, unsigned count,
                        unsigned *i, struct epw_dns_record *record)
{
    if (*i >= count || *i >= EPW_DNS_MAX_RECORDS)
        return false;
    ++*i;
    return epw_dns_record(m->whole, c, epw_dns_first_name(m), record);
}

/* From the name asked for along CNAMEs, in whatever order they stand. */
static void follow_aliases(const struct epw_dns_message *m, struct epw_dns_name *end,
                           uint32_t *ttl_s)
{
    *end = m->question.name;
    *ttl_s = UINT32_MAX;
    bool moved = true;
    for (int pass = 0; moved && pass < DNS_MAX_PASSES; pass++) {
        struct epw_cur c = m->answer;
        struct epw_dns_record record;
        moved = false;
        for (unsigned i = 0; next_record(m, &c, m->header.answers, &i, &record);) {
            struct epw_dns_name target;
            if (record.type != EPW_DNS_CNAME || strcmp(record.name.text, end->text) != 0 ||
                !epw_dns_name(m->whole, &record.data, &target) || !target.plain)
                continue;
            *end = target;
            tell_alias(m, &target);
            *ttl_s = record.ttl_s < *ttl_s ? record.ttl_s : *ttl_s;
            moved = true;
        }
    }
}

/* RFC 2782: priority, weight, port, target; the target's addresses are additional records. */
static void tell_service(const struct epw_dns_message *m, const struct known_as *as,
                         struct epw_dns_record *service)
{
    struct epw_cur c = m->answer;
    struct epw_dns_name target;
    struct epw_dns_record record;
    unsigned before = m->header.answers + (unsigned)m->header.authorities;
    epw_cur_skip(&service->data, 6);
    if (!epw_dns_name(m->whole, &service->data, &target) || !target.plain || target.len == 0)
        return;
    uint32_t ttl_s = service->ttl_s < as->ttl_s ? service->ttl_s : as->ttl_s;
    struct known_as found = { .name = as->name, .canonical = &target, .ttl_s = ttl_s };
    struct known_as itself = { .name = &target, .canonical = &target, .ttl_s = UINT32_MAX };
    for (unsigned i = 0; next_record(m, &c, before + m->header.additionals, &i, &record);) {
        bool address = record.type == EPW_DNS_A || record.type == EPW_DNS_AAAA;
        if (i <= before || !address || strcmp(record.name.text, target.text) != 0)
            continue;
        tell_record(m, &found, &record);
        tell_record(m, &itself, &record);
    }
}

/*
 * Addresses that stand beside the answer, whose aliases lead to end: of name servers, of mail
 * servers. They belong to the question's name only loosely.
 */
static void tell_passing(const struct epw_dns_message *m, const struct epw_dns_name *end)
{
    struct epw_cur c = m->answer;
    struct epw_dns_record record;
    unsigned count = m->header.answers + (unsigned)m->header.authorities + m->header.additionals;
    for (unsigned i = 0; next_record(m, &c, count, &i, &record);) {
        struct known_as as = { &m->question.name, &record.name, record.ttl_s, .passing = true };
        bool address = record.type == EPW_DNS_A || record.type == EPW_DNS_AAAA;
        bool answers = i <= m->header.answers && strcmp(record.name.text, end->text) == 0;
        if (address && !answers && record.name.plain)
            tell_record(m, &as, &record);
    }
}

static void tell_answers(const struct epw_dns_message *m)
{
    struct epw_cur c = m->answer;
    struct epw_dns_name end;
    struct epw_dns_record record;
    uint32_t ttl_s;
    follow_aliases(m, &end, &ttl_s);
    struct known_as as = { .name = &m->question.name, .canonical = &end, .ttl_s = ttl_s };
    unsigned services = 0;
    for (unsigned i = 0; next_record(m, &c, m->header.answers, &i, &record);) {
        if (strcmp(record.name.text, end.text) != 0)
            continue;
        if (record.type == EPW_DNS_SRV && services++ < DNS_MAX_SERVICES)
            tell_service(m, &as, &record);
        else
            tell_record(m, &as, &record);
    }
    tell_passing(m, &end);
}

void epw_dns_tell_owners(const struct epw_dns_message *m, bool passing)
{
    const struct epw_dns_header *h = &m->header;
    unsigned before = passing ? h->answers : 0, behind = passing ? 0 : h->additionals;
    unsigned count = h->answers + (unsigned)h->authorities + behind;
    struct epw_cur c = m->answer;
    struct epw_dns_record record;
    for (unsigned i = 0; next_record(m, &c, count, &i, &record);) {
        struct known_as as = { &record.name, &record.name, record.ttl_s, passing };
        bool address = record.type == EPW_DNS_A || record.type == EPW_DNS_AAAA;
        bool gone = (record.class & DNS_CLASS_MASK) != DNS_CLASS_IN; /* to be deleted */
        if (i <= before || gone || !address || !record.name.plain || record.name.len == 0)
            continue;
        tell_record(m, &as, &record);
        as.name = &m->question.name;
        if (passing && as.name->plain && as.name->len != 0)
            tell_record(m, &as, &record);
    }
}

static void count_dropped(const struct epw_dns_message *m)
{
    if (m->header.answers <= EPW_DNS_MAX_RECORDS)
        return;
    uint8_t *dropped = &epw_ev_fields(m->f)->names_dropped;
    unsigned sum = *dropped + (m->header.answers - (unsigned)EPW_DNS_MAX_RECORDS);
    *dropped = (uint8_t)(sum < UINT8_MAX ? sum : UINT8_MAX);
}

/* All answers are there: not cut by the snaplen or the server (RFC 1035, 4.1.1), nor too many. */
static bool is_whole(const struct epw_dns_message *m)
{
    struct epw_cur c = m->answer;
    struct epw_dns_record record;
    unsigned i = 0, read = 0;
    while (next_record(m, &c, m->header.answers, &i, &record))
        read++;
    return (m->header.flags & DNS_TRUNCATED) == 0 && read == m->header.answers;
}

void epw_dns_tell_response(const struct epw_dns_message *m)
{
    unsigned rcode = EPW_DNS_RCODE(m->header.flags);
    bool named = m->question.name.len != 0 && m->question.name.plain;
    count_dropped(m);
    epw_dns_tell_question(m, is_whole(m) ? EPW_SIGHT_ANSWERED : EPW_SIGHT_ASKED);
    if (m->multicast && m->header.questions == 0) {
        epw_dns_tell_owners(m, false);
    } else if (named && (rcode == DNS_NXDOMAIN || rcode == DNS_REFUSED)) {
        struct epw_sighting s = sighting(m, EPW_SIGHT_REFUSAL, &m->question.name);
        epw_ev_sight(m->f, &s);
    } else if (named && rcode == 0 && (m->question.class & DNS_CLASS_MASK) == DNS_CLASS_IN) {
        tell_answers(m);
    }
}
