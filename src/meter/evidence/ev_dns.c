/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS over UDP and TCP, and its multicast kin (RFC 6762 on 5353, LLMNR on
 * 5355). On the registered ports a sane header and question are enough; on
 * any other port the whole message must be well-formed to its last byte, with
 * one question of a known type, because two dozen bytes of something else
 * must not become DNS.
 */
#include "meter/evidence/dns_telling.h"
#include "meter/evidence/scan.h"

#define DNS_PORT   53
#define MDNS_PORT  5353
#define LLMNR_PORT 5355
#define NBNS_PORT  137 /* NetBIOS names look alike and have a source of their own */
#define DNS_UPDATE 5   /* operation code; RFC 2136 */

/* Reads the questions and keeps the first; of a cut message at least one must be whole. */
static bool questions_fit(struct epw_dns_message *m, struct epw_cur *c, bool cut)
{
    /* On a registered port an operation nobody knows needs a question that is beyond doubt. */
    bool doubt = m->strict || !epw_dns_opcode_known(EPW_DNS_OPCODE(m->header.flags));
    for (unsigned i = 0; i < m->header.questions; i++) {
        struct epw_dns_question other, *q = i == 0 ? &m->question : &other;
        bool whole = epw_dns_question(m->whole, c, q);
        if (!whole && cut && i > 0 && !epw_cur_ok(c))
            break;
        if (!whole || (doubt && !epw_dns_question_fits(q)))
            return false;
        if (i == 0)
            m->second = *c;
    }
    m->answer = *c;
    return true;
}

/* Every record to the last byte; of a cut message those that are there. */
static bool records_fit(const struct epw_dns_message *m, bool cut)
{
    struct epw_cur c = m->answer;
    struct epw_dns_record record;
    unsigned records = m->header.answers + (unsigned)m->header.authorities + m->header.additionals;
    for (unsigned i = 0; i < records; i++)
        if (!epw_dns_record(m->whole, &c, epw_dns_first_name(m), &record))
            return cut && !epw_cur_ok(&c);
    return epw_cur_left(&c) == 0;
}

static void tell_name(const struct epw_dns_message *m, const struct epw_dns_name *name)
{
    bool root = name->len == 0;
    epw_ev_name(m->f, EPW_NAME_DNS_QUERY, root ? "." : name->text, root ? 1 : name->len, 0);
}

static void tell_names(const struct epw_dns_message *m)
{
    struct epw_cur c = m->second;
    struct epw_dns_question q;
    if (m->header.questions != 0)
        tell_name(m, &m->question.name);
    for (unsigned i = 1; i < m->header.questions; i++)
        if (epw_dns_question(m->whole, &c, &q))
            tell_name(m, &q.name);
}

/* One message; cut: it goes on where its bytes end. NO, BAD (a registered port's) or MINE. */
static enum epw_look message(struct epw_finder *f, const struct epw_opening *o,
                             struct epw_cur whole, bool cut)
{
    struct epw_dns_message m = { .f = f, .o = o, .whole = whole };
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
        epw_dns_tell_response(&m);
    else if (!response && opcode == 0)
        epw_dns_tell_question(&m, EPW_SIGHT_ASKED);
    else if (!response && opcode == DNS_UPDATE)
        epw_dns_tell_owners(&m, true);
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
            struct epw_dns_message m = { .strict = !epw_scan_port(o, DNS_PORT) };
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

/* Away from home: the flags behind the id, and in a datagram one question. */
static bool may_have(unsigned place, uint8_t byte, bool stream)
{
    const unsigned flags = stream ? 4 : 2;
    if (place == flags)
        return (byte & 0x78) == 0;
    if (place == flags + 1)
        return (byte & 0x40) == 0 && (byte & 0x0f) <= 10;
    return place < flags || byte == place - (flags + 2);
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
    .may_have = may_have,
    .home = { DNS_PORT, MDNS_PORT, LLMNR_PORT },
    .may_open = may_open,
    .look = look,
};
