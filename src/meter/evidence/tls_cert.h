/* SPDX-License-Identifier: Apache-2.0 */
/* The names in a server's certificate, read with libcrypto. */
#ifndef EPW_METER_TLS_CERT_H
#define EPW_METER_TLS_CERT_H

#include "meter/evidence/source.h"

/* Largest leaf certificate looked into: ones with hundreds of names stay below it. */
#define EPW_TLS_LEAF_BYTES 16384u

/*
 * Adds the certificate's dNSNames (or, when it has none, its common name where
 * that is a host name) as EPW_NAME_CERT, and its organisation. False when der is
 * no certificate.
 */
bool epw_tls_cert_tell(struct epw_finder *f, const uint8_t *der, size_t len);

#endif
