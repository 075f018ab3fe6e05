/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS messages (RFC 1035, 4) as a passive reader sees them: names with their
 * compression, questions, resource records. Numbers in host byte order.
 */
#ifndef EPW_METER_EVIDENCE_DNS_MESSAGE_H
#define EPW_METER_EVIDENCE_DNS_MESSAGE_H

#include "base/cursor.h"
#include "meter/evidence.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EPW_DNS_HEADER 12

enum epw_dns_type {
    EPW_DNS_A = 1,
    EPW_DNS_CNAME = 5,
    EPW_DNS_AAAA = 28,
    EPW_DNS_SRV = 33,   /* RFC 2782 */
    EPW_DNS_SVCB = 64,  /* RFC 9460 */
    EPW_DNS_HTTPS = 65, /* RFC 9460 */
};

/* Records of one message that are looked at: real answers have under 30; the rest is counted. */
#define EPW_DNS_MAX_RECORDS 64
/* Questions: one, but multicast asks some dozens in one message. */
#define EPW_DNS_MAX_QUESTIONS 64

struct epw_dns_header {
    uint16_t id, flags;
    uint16_t questions, answers, authorities, additionals;
};

#define EPW_DNS_RESPONSE(flags) (((flags)&0x8000) != 0)
#define EPW_DNS_OPCODE(flags)   ((flags) >> 11 & 0xf)
#define EPW_DNS_RCODE(flags)    ((flags)&0xf)

struct epw_dns_name {
    char text[EPW_NAME_LEN]; /* lower case, no trailing dot; "" is the root */
    size_t len;
    bool plain; /* only letters, digits, '-', '_': text says all there is to it */
};

struct epw_dns_question {
    struct epw_dns_name name;
    uint16_t type, class;
};

struct epw_dns_record {
    struct epw_dns_name name;
    uint16_t type, class;
    uint32_t ttl_s;
    struct epw_cur data;
};

bool epw_dns_header(struct epw_cur *c, struct epw_dns_header *header);

/* Query, inverse query, status, notify, update, stateful operations (RFC 8490). */
bool epw_dns_opcode_known(unsigned opcode);
/* As much as four bytes of a header tell on a port not DNS's own: most of what is not DNS. */
bool epw_dns_flags_fit(struct epw_cur header);
/* As much as len bytes tell there of a message, or of a stream of them behind their lengths. */
bool epw_dns_may_begin(const void *bytes, size_t len, bool stream);
/* A sane one; strict: beyond doubt, as on ports that are not DNS's own. */
bool epw_dns_header_fits(const struct epw_dns_header *header, bool strict);

/*
 * A name at c, which then stands behind it. whole is the message from its
 * first byte (pointers count from there); c reads inside of it. False when it
 * is cut (c has failed) or wrong: a pointer that does not go backwards, more
 * of them than the limit, a name above 253 characters, a label type of no use.
 */
bool epw_dns_name(struct epw_cur whole, struct epw_cur *c, struct epw_dns_name *name);
bool epw_dns_question(struct epw_cur whole, struct epw_cur *c, struct epw_dns_question *question);
/* Of a type and class in use (IANA registry): what is asked on ports not DNS's own. */
bool epw_dns_question_fits(const struct epw_dns_question *question);
/* first: the name behind the header, to which most records point; NULL: not known. */
bool epw_dns_record(struct epw_cur whole, struct epw_cur *c, const struct epw_dns_name *first,
                    struct epw_dns_record *record);

#endif
