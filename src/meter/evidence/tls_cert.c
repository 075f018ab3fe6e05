/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/evidence/tls_cert.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

/* Alternative names looked at: more than a flow keeps, so that those left out are counted. */
#define CERT_NAMES 64

/* The last attribute of this kind, as UTF-8; *text is to be freed. 0 or less: none. */
static int attribute(X509_NAME *subject, int nid, unsigned char **text)
{
    int at = -1, last = -1;
    for (int i = 0; i < CERT_NAMES; i++) {
        at = X509_NAME_get_index_by_NID(subject, nid, at);
        if (at < 0)
            break;
        last = at;
    }
    *text = NULL;
    if (last < 0)
        return 0;
    X509_NAME_ENTRY *entry = X509_NAME_get_entry(subject, last);
    return ASN1_STRING_to_UTF8(text, X509_NAME_ENTRY_get_data(entry));
}

static int alternative_names(struct epw_finder *f, X509 *cert)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    int count = names == NULL ? 0 : sk_GENERAL_NAME_num(names), told = 0;
    for (int i = 0; i < count && i < CERT_NAMES; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_DNS)
            continue;
        int len = ASN1_STRING_length(name->d.dNSName);
        if (len <= 0)
            continue;
        epw_ev_name(f, EPW_NAME_CERT, ASN1_STRING_get0_data(name->d.dNSName), (size_t)len, 0);
        told++;
    }
    GENERAL_NAMES_free(names);
    return told;
}

bool epw_tls_cert_tell(struct epw_finder *f, const uint8_t *der, size_t len)
{
    const unsigned char *at = der;
    if (len > EPW_TLS_LEAF_BYTES)
        return false;
    X509 *cert = d2i_X509(NULL, &at, (long)len);
    if (cert == NULL) {
        ERR_clear_error();
        return false;
    }
    X509_NAME *subject = X509_get_subject_name(cert);
    unsigned char *text;
    int text_len = attribute(subject, NID_organizationName, &text);
    if (text_len > 0)
        epw_ev_text(f, EPW_EV_CERT_ORG, text, (size_t)text_len);
    OPENSSL_free(text);
    if (alternative_names(f, cert) == 0) {
        text_len = attribute(subject, NID_commonName, &text);
        /* Names of people and devices stand here, too: they are no damaged host names. */
        if (text_len > 0 && memchr(text, ' ', (size_t)text_len) == NULL)
            epw_ev_name(f, EPW_NAME_CERT, text, (size_t)text_len, 0);
        OPENSSL_free(text);
    }
    X509_free(cert);
    ERR_clear_error();
    return true;
}
