/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of an evidence source: one protocol's eyes on the first bytes
 * of a flow. A source is one file ev_NAME.c that defines
 *
 *     const struct epw_source epw_source_NAME = { ... };
 *
 * and one word in meter/evidence/Makefile.inc. It keeps no state of its own,
 * allocates nothing, and reads only through epw_cur.
 */
#ifndef EPW_METER_EVIDENCE_SOURCE_H
#define EPW_METER_EVIDENCE_SOURCE_H

#include "base/cursor.h"
#include "meter/evidence.h"
#include "meter/flow_record.h"
#include "meter/sighting.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a source says after a look. The first to say MINE or DONE owns the side:
 * no other source is asked about it any more.
 */
enum epw_look {
    EPW_LOOK_NO,   /* not this protocol: do not ask again for this side (UDP: this datagram) */
    EPW_LOOK_MORE, /* could be: ask again when there are more bytes; on last: as NO */
    EPW_LOOK_MINE, /* it is; wants to see more bytes (see consumed). TCP: the next look begins
                      with the bytes not consumed, so it may see them twice */
    EPW_LOOK_DONE, /* it is; nothing more to learn from this side */
    EPW_LOOK_BAD,  /* it is, or claims to be, and is malformed: stop, counted. Names the side
                      only after an earlier MINE */
};

/* No opening is larger: a TLS record is 16 KiB, an HTTP header rarely above 8 KiB; four of the
 * larger hold every opening that deserves the name. */
#define EPW_EV_MAX_BYTES 65536u

#define EPW_OVER_TCP     0x01
#define EPW_OVER_UDP     0x02

/*
 * What a source may look at: the contiguous bytes of one side of a flow from
 * where the side's stream began (TCP), or one datagram (UDP).
 */
struct epw_opening {
    const uint8_t *bytes; /* len of them; borrowed for the call */
    size_t len;
    enum epw_dir dir;    /* whose bytes they are: EPW_TO_SERVER is the initiator's */
    bool from_start;     /* false: TCP midstream, the first byte is somewhere inside */
    bool last;           /* nothing will be added: cut, limit, end of the flow; any datagram */
    bool cut;            /* bytes are missing at the end (snaplen, gap, limit): what is incomplete
                            is "not seen", not malformed */
    bool inner;          /* inside a tunnel: see epw_ev_tunnel() */
    uint8_t round;       /* times the side's owner consumed bytes before, saturating */
    uint8_t proto;       /* IP protocol: 6 or 17 */
    uint8_t app;         /* enum epw_app already known of the flow */
    struct epw_ip ip[2]; /* [0] initiator, [1] responder */
    uint16_t port[2];
    int64_t ts_ns; /* of the packet that brought the newest byte */
    uint64_t flow_id;
};

/*
 * Places at the beginning of an opening of which a source says by themselves what may stand there:
 * the flags of a DNS message over TCP end with the last of them, and so does the smallest frame.
 */
#define EPW_EV_PLACES 6u

/* Where a source puts what it found; opaque, valid for the look. */
struct epw_finder;

/*
 * A host name of the flow. bytes need not be clean: what is not a host name
 * (RFC 1123 letters, digits, '-', '_', dots; or an IP literal) is dropped and
 * counted, but for EPW_NAME_DNS_QUERY, which is cleaned: DNS may ask for anything
 * and nothing is concluded from it. A ":port" must be split off by the caller (epw_ev_host does
 * it).
 */
void epw_ev_name(struct epw_finder *f, enum epw_name_source source, const void *bytes, size_t len,
                 uint16_t port);
/* The same for "host", "host:port" or "[v6]:port"; returns the port, 0 when none was given. */
uint16_t epw_ev_host(struct epw_finder *f, enum epw_name_source source, const void *bytes,
                     size_t len);

/* The texts of struct epw_evidence; the first one given stays. Cut at EPW_HINT_LEN. */
enum epw_ev_text {
    EPW_EV_ALPN,
    EPW_EV_CERT_ORG,
    EPW_EV_REQUEST,
    EPW_EV_USER_AGENT,
    EPW_EV_HINT,
    EPW_EV_TEXTS
};
void epw_ev_text(struct epw_finder *f, enum epw_ev_text which, const void *bytes, size_t len);

/* The plain fields (flags, status, ports) of the evidence being gathered, to set directly. */
struct epw_evidence *epw_ev_fields(struct epw_finder *f);
/* The evidence so far, to read only: what nothing was written to is not kept. */
const struct epw_evidence *epw_ev_known(const struct epw_finder *f);

/* This side asked (dir of the opening): a request, a ClientHello, a query. */
void epw_ev_requester(struct epw_finder *f, enum epw_dir dir);

/* Tells the analyst at once. s is copied; ts_ns, flow_id are filled in from the opening. */
void epw_ev_sight(struct epw_finder *f, const struct epw_sighting *s);

/*
 * What a source may want to remember of a side between two looks, zeroed at
 * first: the only state there is. NULL when there is no memory.
 */
#define EPW_EV_NOTE_LEN 32
uint8_t *epw_ev_note(struct epw_finder *f);

/*
 * A second stream of the side, put together from pieces the source has
 * decrypted: keeps len bytes at offset and gives what is contiguous from 0,
 * valid for the look. Bounded by the source's max_bytes; what does not fit is
 * dropped and the flow counted.
 */
struct epw_cur epw_ev_stream(struct epw_finder *f, uint64_t offset, const void *bytes, size_t len);

/*
 * The first n bytes of the opening need not be shown again: the next look
 * begins after them. For protocols that are followed beyond their opening
 * (FTP control, DNS over TCP, HTTP). n above the opening's length stands for
 * bytes yet to come (TCP): they are passed over unseen, up to EPW_EV_MAX_PASSED.
 */
#define EPW_EV_MAX_PASSED (1u << 30) /* half of what sequence numbers tell apart */
void epw_ev_consumed(struct epw_finder *f, size_t n);

/*
 * What follows the consumed bytes of this side is another protocol (after
 * CONNECT's blank line, after the proxy's 200): it is looked at afresh by all
 * sources, and what is found counts as inner (evidence inner_app, names).
 */
void epw_ev_tunnel(struct epw_finder *f);

#define EPW_EV_HOMES 3

struct epw_source {
    const char *name; /* as in ev_NAME.c */
    const char *help; /* one line: what it recognises and what it extracts */
    enum epw_app app;
    uint8_t over;        /* EPW_OVER_TCP | EPW_OVER_UDP */
    bool every_datagram; /* UDP: look at every datagram of a flow once it is this protocol,
                            not only at the first ones */
    bool beginnings;     /* TCP: look() says NO, and does nothing else, where from_start is false */
    bool follows;        /* TCP: goes on behind a hole that nothing fills, with from_start false;
                            other openings end there */
    uint32_t max_bytes;  /* TCP: bytes of one side, not consumed, at which the opening is given
                            up, at most EPW_EV_MAX_BYTES. UDP, unless every_datagram: bytes
                            shown in all. Its reason stands beside it */
    /*
     * Whether a side that nobody owns can begin with this byte: where it says false, look() says
     * NO and does nothing else, however many bytes follow. NULL: any byte. Most bytes of the
     * wire are of no protocol known here, and need not be looked at by all sources.
     */
    bool (*may_begin)(uint8_t first);
    /*
     * Whether an opening, whole, of a flow of which nothing is known, and of EPW_EV_PLACES bytes or
     * more, can have this byte at a place below that: where it says false, look() says NO and does
     * nothing else, but on the ports of home. Asked once for all. NULL: any byte.
     */
    bool (*may_have)(unsigned place, uint8_t byte, bool stream);
    uint16_t home[EPW_EV_HOMES]; /* 0: none */
    /*
     * A first look at such an opening of any length, to the same effect. Cheap, and only of use
     * where the others leave much. Of addresses, time and flow the opening says nothing yet. NULL:
     * always true.
     */
    bool (*may_open)(const struct epw_opening *o);
    /* UDP: what look() says NO to and does nothing else on any other ports; 0, 0: looks at all. */
    uint16_t ports[2];
    enum epw_look (*look)(struct epw_finder *f, const struct epw_opening *o);
};

#endif
