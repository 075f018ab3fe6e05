/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ClientHello (RFC 8446, 4.1.2), as TLS and DTLS records and QUIC CRYPTO
 * frames carry it: server name, first ALPN id, and whether the name is an outer one.
 */
#ifndef EPW_METER_TLS_HELLO_H
#define EPW_METER_TLS_HELLO_H

#include "base/cursor.h"
#include "base/err.h"
#include "meter/evidence/source.h"

/* Handshake message types (RFC 8446, B.3). */
#define EPW_TLS_CLIENT_HELLO 1
#define EPW_TLS_SERVER_HELLO 2
#define EPW_TLS_CERTIFICATE  11

/* Type and length of a handshake message. */
#define EPW_TLS_MESSAGE_HEAD 4

struct epw_tls_hello {
    const uint8_t *sni; /* NULL: none. Borrowed from the bytes parsed */
    size_t sni_len;
    const uint8_t *alpn; /* the first one offered, NULL: none */
    size_t alpn_len;
    bool ech; /* encrypted_client_hello (RFC 9849) is offered */
};

/*
 * Reads a handshake message, its head included, as far as it has arrived.
 * EPW_ETRUNC: more bytes are needed, *hello has what was found so far;
 * EPW_EFORMAT: it is no ClientHello, or a malformed one.
 */
enum epw_err epw_tls_hello_parse(struct epw_cur message, struct epw_tls_hello *hello);

/* The same for DTLS, without the message's head; len is its length, arrived what there is of it. */
enum epw_err epw_tls_hello_parse_dtls(struct epw_cur arrived, size_t len,
                                      struct epw_tls_hello *hello);

/* Puts what was found into the evidence; the opening's side is the requester. */
void epw_tls_hello_tell(struct epw_finder *f, const struct epw_opening *o,
                        const struct epw_tls_hello *hello, enum epw_name_source source);

#endif
