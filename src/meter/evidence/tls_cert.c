/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcrypto decodes the certificate by the templates below and not by
 * d2i_X509(), which also builds the public key: that takes thirty times as
 * long as all the rest, and nobody asks for the key.
 */
#include "meter/evidence/tls_cert.h"

#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

/* Alternative names looked at: more than a flow keeps, so that those left out are counted. */
#define CERT_NAMES 64

/* RFC 5280, 4.1: the members that are not looked into stay as they are. */
struct tbs {
    ASN1_INTEGER *version, *serial;
    ASN1_TYPE *algorithm, *issuer, *validity;
    X509_NAME *subject;
    ASN1_TYPE *key;
    ASN1_BIT_STRING *issuer_id, *subject_id;
    STACK_OF(X509_EXTENSION) * extensions;
};
typedef struct tbs TBS;

struct certificate {
    TBS *tbs;
    ASN1_TYPE *algorithm;
    ASN1_BIT_STRING *signature;
};
typedef struct certificate CERTIFICATE;

ASN1_SEQUENCE(TBS) = {
    ASN1_EXP_OPT(TBS, version, ASN1_INTEGER, 0),
    ASN1_SIMPLE(TBS, serial, ASN1_INTEGER),
    ASN1_SIMPLE(TBS, algorithm, ASN1_ANY),
    ASN1_SIMPLE(TBS, issuer, ASN1_ANY),
    ASN1_SIMPLE(TBS, validity, ASN1_ANY),
    ASN1_SIMPLE(TBS, subject, X509_NAME),
    ASN1_SIMPLE(TBS, key, ASN1_ANY),
    ASN1_IMP_OPT(TBS, issuer_id, ASN1_BIT_STRING, 1),
    ASN1_IMP_OPT(TBS, subject_id, ASN1_BIT_STRING, 2),
    ASN1_EXP_SEQUENCE_OF_OPT(TBS, extensions, X509_EXTENSION, 3),
} static_ASN1_SEQUENCE_END(TBS)

ASN1_SEQUENCE(CERTIFICATE) = {
    ASN1_SIMPLE(CERTIFICATE, tbs, TBS),
    ASN1_SIMPLE(CERTIFICATE, algorithm, ASN1_ANY),
    ASN1_SIMPLE(CERTIFICATE, signature, ASN1_BIT_STRING),
} static_ASN1_SEQUENCE_END(CERTIFICATE)

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

static int alternative_names(struct epw_finder *f, const TBS *tbs)
{
    X509_EXTENSION *ext = X509v3_get_ext(
        tbs->extensions, X509v3_get_ext_by_NID(tbs->extensions, NID_subject_alt_name, -1));
    GENERAL_NAMES *names = ext == NULL ? NULL : X509V3_EXT_d2i(ext);
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
    ASN1_VALUE *value = ASN1_item_d2i(NULL, &at, (long)len, ASN1_ITEM_rptr(CERTIFICATE));
    CERTIFICATE *cert = (CERTIFICATE *)value;
    if (cert == NULL) {
        ERR_clear_error();
        return false;
    }
    unsigned char *text;
    int text_len = attribute(cert->tbs->subject, NID_organizationName, &text);
    if (text_len > 0)
        epw_ev_text(f, EPW_EV_CERT_ORG, text, (size_t)text_len);
    OPENSSL_free(text);
    if (alternative_names(f, cert->tbs) == 0) {
        text_len = attribute(cert->tbs->subject, NID_commonName, &text);
        /* Names of people and devices stand here, too: they are no damaged host names. */
        if (text_len > 0 && memchr(text, ' ', (size_t)text_len) == NULL)
            epw_ev_name(f, EPW_NAME_CERT, text, (size_t)text_len, 0);
        OPENSSL_free(text);
    }
    ASN1_item_free(value, ASN1_ITEM_rptr(CERTIFICATE));
    ERR_clear_error();
    return true;
}
