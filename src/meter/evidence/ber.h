/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The BER/DER framing (ITU-T X.690) that LDAP (RFC 4511) and Kerberos
 * (RFC 4120) begin with: tags of one byte and definite lengths, which is all
 * either of them allows. Only framing: certificates go through libcrypto.
 */
#ifndef EPW_METER_EVIDENCE_BER_H
#define EPW_METER_EVIDENCE_BER_H

#include "base/cursor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum epw_ber_got {
    EPW_BER_WHOLE, /* the element is all there */
    EPW_BER_CUT,   /* tag and length are there, not all of the body */
    EPW_BER_SHORT, /* too few bytes for tag and length; the cursor stays */
    EPW_BER_BAD,   /* a form that neither protocol allows */
};

struct epw_ber {
    uint8_t tag;
    uint32_t len;        /* of the body, as claimed */
    struct epw_cur body; /* what is there of it */
};

/* Reads the next element and moves behind it (behind what is there of it). */
enum epw_ber_got epw_ber_next(struct epw_cur *c, struct epw_ber *element);

/* The next element whole and of this tag. */
bool epw_ber_expect(struct epw_cur *c, uint8_t tag, struct epw_ber *element);

/* The next element is whole, has this tag (INTEGER, ENUMERATED) and a value of 1 to 4 bytes, >= 0.
 */
bool epw_ber_number(struct epw_cur *c, uint8_t tag, uint32_t *value);

#endif
