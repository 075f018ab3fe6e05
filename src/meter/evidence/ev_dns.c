/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS over UDP and TCP, and its multicast kin (RFC 6762 on 5353, LLMNR on
 * 5355). On the registered ports a sane header and question are enough; on
 * any other port the whole message must be well-formed to its last byte, with
 * one question of a known type, because two dozen bytes of something else
 * must not become DNS.
 */
#include "meter/evidence/dns_message.h"
#include "meter/evidence/scan.h"

#include <string.h>

#define DNS_PORT   53
#define MDNS_PORT  5353
#define LLMNR_PORT 5355
#define NBNS_PORT  137 /* NetBIOS names look alike and have a source of their own */
/* Servers of one service that are looked up in the same answer: more than a site has. */
#define DNS_MAX_SERVICES 8
/* Passes over the answers that follow aliases: one is enough when they are in order. */
#define DNS_MAX_PASSES 8
/* Cache-flush and unicast-response bits (RFC 6762, 10.2 and 5.4). */
#define DNS_CLASS_MASK 0x7fff
#define DNS_CLASS_IN   1
#define DNS_NXDOMAIN   3
#define DNS_REFUSED    5
#define DNS_UPDATE     5 /* operation code; RFC 2136 */
#define DNS_TRUNCATED  0x0200
#define DNS_ANY        255

struct message {
    struct epw_finder *f;
    const struct epw_opening *o;
    struct epw_cur whole;  /* from the header on */
    struct epw_cur answer; /* where the answers begin */
    struct epw_dns_header header;
    struct epw_dns_question question; /* the first one, "" when there is none */
    bool strict;                      /* not on a registered port */
    bool multicast;
};

/* Reads the questions and keeps the first; of a cut message at least one must be whole. */
static bool questions_fit(struct message *m, struct epw_cur *c, bool cut)
{
    /* On a registered port an operation nobody knows needs a question that is beyond doubt. */
    bool doubt = m->strict || !epw_dns_opcode_known(EPW_DNS_OPCODE(m->header.flags));
    for (unsigned i = 0; i < m->header.questions; i++) {
        struct epw_dns_question q;
        bool whole = epw_dns_question(m->whole, c, &q);
        if (!whole && cut && i > 0 && !epw_cur_ok(c))
            break;
        if (!whole || (doubt && !epw_dns_question_fits(&q)))
            return false;
        if (i == 0)
            m->question = q;
    }
    m->answer = *c;
    return true;
}

/* Every record to the last byte; of a cut message those that are there. */
static bool records_fit(const struct message *m, bool cut)
{
    struct epw_cur c = m->answer;
    struct epw_dns_record record;
    unsigned records = m->header.answers + (unsigned)m->header.authorities + m->header.additionals;
    for (unsigned i = 0; i < records; i++)
        if (!epw_dns_record(m->whole, &c, &record))
            return cut && !epw_cur_ok(&c);
    return epw_cur_left(&c) == 0;
}

static void tell_names(const struct message *m)
{
    struct epw_cur c = m->whole;
    struct epw_dns_question q;
    epw_cur_skip(&c, EPW_DNS_HEADER);
    for (unsigned i = 0; i < m->header.questions; i++)
        if (epw_dns_question(m->whole, &c, &q))
            epw_ev_name(m->f, EPW_NAME_DNS_QUERY, q.name.len == 0 ? "." : q.name.text,
                        q.name.len == 0 ? 1 : q.name.len, 0);
}

static struct epw_sighting sighting(const struct message *m, enum epw_sighting_kind kind,
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
static void tell_question(const struct message *m, enum epw_sighting_kind kind)
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

static void tell_address(const struct message *m, const struct known_as *as, struct epw_ip ip,
                         uint32_t ttl_s)
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

static void tell_alias(const struct message *m, const struct epw_dns_name *other)
{
    struct epw_sighting s = sighting(m, EPW_SIGHT_ALIAS, &m->question.name);
    memcpy(s.canonical, other->text, other->len + 1);
    epw_ev_sight(m->f, &s);
}

/* RFC 9460, 2.2: priority (0: an alias alone), target, parameters; ipv4hint is 4, ipv6hint is 6. */
static void tell_hints(const struct message *m, const struct known_as *as,
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

static void tell_record(const struct message *m, const struct known_as *as,
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
static bool next_record(const struct message *m, struct epw_cur *c, unsigned count, unsigned *i,
                        struct epw_dns_record *record)
{
    if (*i >= count || *i >= EPW_DNS_MAX_RECORDS)
        return false;
    ++*i;
    return epw_dns_record(m->whole, c, record);
}

/* From the name asked for along CNAMEs, in whatever order they stand. */
static void follow_aliases(const struct message *m, struct epw_dns_name *end, uint32_t *ttl_s)
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
static void tell_service(const struct message *m, const struct known_as *as,
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
static void tell_passing(const struct message *m, const struct epw_dns_name *end)
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

static void tell_answers(const struct message *m)
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

/* Records that speak of their own names: multicast answers, and what a host wants to be called
 * (RFC 2136, 2.5), told with its zone in passing: the server may refuse it. */
static void tell_owners(const struct message *m, bool passing)
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

static void count_dropped(const struct message *m)
{
    if (m->header.answers <= EPW_DNS_MAX_RECORDS)
        return;
    uint8_t *dropped = &epw_ev_fields(m->f)->names_dropped;
    unsigned sum = *dropped + (m->header.answers - (unsigned)EPW_DNS_MAX_RECORDS);
    *dropped = (uint8_t)(sum < UINT8_MAX ? sum : UINT8_MAX);
}

/* All answers are there: not cut by the snaplen or the server (RFC 1035, 4.1.1), nor too many. */
static bool is_whole(const struct message *m)
{
    struct epw_cur c = m->answer;
    struct epw_dns_record record;
    unsigned i = 0, read = 0;
    while (next_record(m, &c, m->header.answers, &i, &record))
        read++;
    return (m->header.flags & DNS_TRUNCATED) == 0 && read == m->header.answers;
}

static void tell_response(const struct message *m)
{
    unsigned rcode = EPW_DNS_RCODE(m->header.flags);
    bool named = m->question.name.len != 0 && m->question.name.plain;
    count_dropped(m);
    tell_question(m, is_whole(m) ? EPW_SIGHT_ANSWERED : EPW_SIGHT_ASKED);
    if (m->multicast && m->header.questions == 0) {
        tell_owners(m, false);
    } else if (named && (rcode == DNS_NXDOMAIN || rcode == DNS_REFUSED)) {
        struct epw_sighting s = sighting(m, EPW_SIGHT_REFUSAL, &m->question.name);
        epw_ev_sight(m->f, &s);
    } else if (named && rcode == 0 && (m->question.class & DNS_CLASS_MASK) == DNS_CLASS_IN) {
        tell_answers(m);
    }
}

/* One message; cut: it goes on where its bytes end. NO, BAD (a registered port's) or MINE. */
static enum epw_look message(struct epw_finder *f, const struct epw_opening *o,
                             struct epw_cur whole, bool cut)
{
    struct message m = { .f = f, .o = o, .whole = whole };
    struct epw_cur c = whole;
    m.multicast = epw_scan_port(o, MDNS_PORT) || epw_scan_port(o, LLMNR_PORT);
    m.strict = !m.multicast && !epw_scan_port(o, DNS_PORT);
    if (!epw_dns_header(&c, &m.header) || !epw_dns_header_fits(&m.header, m.strict))
        return EPW_LOOK_NO;
    if (!questions_fit(&m, &c, cut))
        return m.strict || cut ? EPW_LOOK_NO : EPW_LOOK_BAD;
    if (m.strict && !records_fit(&m, cut))
        return EPW_LOOK_NO;
    bool response = EPW_DNS_RESPONSE(m.header.flags);
    epw_ev_requester(f, response ? epw_scan_reverse(o->dir) : o->dir);
    tell_names(&m);
    unsigned opcode = EPW_DNS_OPCODE(m.header.flags);
    if (response && opcode == 0)
        tell_response(&m);
    else if (!response && opcode == 0)
        tell_question(&m, EPW_SIGHT_ASKED);
    else if (!response && opcode == DNS_UPDATE)
        tell_owners(&m, true);
    return EPW_LOOK_MINE;
}

/* RFC 1035, 4.2.2: messages behind their lengths, one after the other. */
static enum epw_look look_stream(struct epw_finder *f, const struct epw_opening *o)
{
    struct epw_cur c = epw_cur(o->bytes, o->len);
    size_t used = 0;
    while (epw_cur_left(&c) >= 2) {
        struct epw_cur ahead = c;
        size_t len = epw_cur_be16(&ahead), left = epw_cur_left(&ahead);
        if (len <= EPW_DNS_HEADER)
            return used != 0 ? EPW_LOOK_DONE : EPW_LOOK_NO;
        bool cut = left < len;
        if (cut && !o->last) {
            /* What cannot become a message is not waited for. */
            struct message m = { .strict = !epw_scan_port(o, DNS_PORT) };
            struct epw_cur flags = ahead;
            if ((epw_dns_header(&ahead, &m.header) && !epw_dns_header_fits(&m.header, m.strict)) ||
                (m.strict && !epw_dns_flags_fit(flags)))
                return used != 0 ? EPW_LOOK_DONE : EPW_LOOK_NO;
            break;
        }
        enum epw_look found = message(f, o, epw_cur_sub(&ahead, cut ? left : len), cut);
        if (found != EPW_LOOK_MINE)
            return used != 0 && found == EPW_LOOK_NO ? EPW_LOOK_DONE : found;
        c = ahead;
        used = o->len - epw_cur_left(&c);
        epw_ev_consumed(f, used);
    }
    return used != 0 ? EPW_LOOK_MINE : epw_scan_short(o);
}

static enum epw_look look(struct epw_finder *f, const struct epw_opening *o)
{
    if (epw_scan_port(o, NBNS_PORT))
        return EPW_LOOK_NO;
    return o->proto == 6 ? look_stream(f, o) : message(f, o, epw_cur(o->bytes, o->len), o->cut);
}

static bool may_open(const struct epw_opening *o)
{
    return epw_scan_port(o, DNS_PORT) || epw_scan_port(o, MDNS_PORT) ||
           epw_scan_port(o, LLMNR_PORT) || epw_dns_may_begin(o->bytes, o->len, o->proto == 6);
}

const struct epw_source epw_source_dns = {
    .name = "dns",
    .help = "DNS over UDP and TCP, mDNS, LLMNR: names asked for; addresses and refusals answered",
    .app = EPW_APP_DNS,
    .over = EPW_OVER_TCP | EPW_OVER_UDP,
    .every_datagram = true,
    .max_bytes = EPW_EV_MAX_BYTES, /* one message (RFC 1035, 4.2.2) */
    .may_open = may_open,
    .look = look,
};
