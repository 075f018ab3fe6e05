/* SPDX-License-Identifier: Apache-2.0 */
/* LDAP (RFC 4511), its connectionless form, and Kerberos (RFC 4120), in DER. */
#include "say.h"

#include <string.h>

#define SEQUENCE   0x30
#define INTEGER    0x02
#define BIT_STRING 0x03
#define OCTETS     0x04
#define BOOLEAN    0x01
#define ENUM       0x0a
#define GENERAL    0x1b /* GeneralString */
#define GEN_TIME   0x18

/* An LDAP message: its number and the operation; frees operation. */
static void ldap_say(struct scene *s, struct convo *c, enum dir dir, unsigned id, unsigned tag,
                     struct buf *operation)
{
    struct buf inner = { 0 }, out = { 0 };
    der_int(&inner, INTEGER, id);
    der_wrap(&inner, tag, operation);
    der_wrap(&out, SEQUENCE, &inner);
    convo_say_buf(s, c, dir, &out);
}

static void ldap_result(struct scene *s, struct convo *c, unsigned id, unsigned tag)
{
    struct buf b = { 0 };
    der_int(&b, ENUM, 0);
    der_text(&b, OCTETS, "");
    der_text(&b, OCTETS, "");
    ldap_say(s, c, TO_CLIENT, id, tag, &b);
}

static void ldap_bind(struct scene *s, struct convo *c, const struct options *o)
{
    struct buf b = { 0 }, sasl = { 0 };
    der_int(&b, INTEGER, 3);
    if (options_has(o, "sasl")) {
        der_text(&b, OCTETS, "");
        der_text(&sasl, OCTETS, "GSS-SPNEGO");
        struct buf ntlm = { 0 };
        buf_hex(&ntlm, "4e544c4d53535000 01000000 978208e2");
        buf_fill(&ntlm, 0, 16);
        der_wrap(&sasl, OCTETS, &ntlm);
        der_wrap(&b, 0xa3, &sasl);
    } else {
        der_text(&b, OCTETS, options_text(o, "user", "cn=reader,dc=corp,dc=example"));
        der_text(&b, 0x80, "secret");
    }
    ldap_say(s, c, TO_SERVER, 1, 0x60, &b);
    ldap_result(s, c, 1, 0x61);
}

static void put_filter_equal(struct buf *out, const char *name, const void *value, size_t len)
{
    struct buf b = { 0 };
    der_text(&b, OCTETS, name);
    der_bytes(&b, OCTETS, value, len);
    der_wrap(out, 0xa3, &b);
}

/* A search below base (the root entry when ""); domain asks as a client looks for its controller.
 */
static void ldap_search(struct scene *s, struct convo *c, unsigned id, const char *base,
                        const char *domain)
{
    struct buf b = { 0 }, list = { 0 };
    der_text(&b, OCTETS, base);
    der_int(&b, ENUM, *base == '\0' ? 0 : 2);
    der_int(&b, ENUM, 0);
    der_int(&b, INTEGER, 0);
    der_int(&b, INTEGER, 0);
    der_bytes(&b, BOOLEAN, "\0", 1);
    if (domain != NULL) {
        put_filter_equal(&list, "DnsDomain", domain, strlen(domain));
        put_filter_equal(&list, "NtVer", "\x06\0\0\0", 4);
        der_wrap(&b, 0xa0, &list);
        der_text(&list, OCTETS, "Netlogon");
    } else {
        der_text(&b, 0x87, "objectclass");
        der_text(&list, OCTETS, "cn");
    }
    der_wrap(&b, SEQUENCE, &list);
    ldap_say(s, c, TO_SERVER, id, 0x63, &b);

    der_text(&b, OCTETS, base);
    der_wrap(&b, SEQUENCE, &list);
    ldap_say(s, c, TO_CLIENT, id, 0x64, &b);
    ldap_result(s, c, id, 0x65);
}

void say_ldap(struct scene *s, struct convo *c, const struct options *o)
{
    struct buf b = { 0 };
    if (options_has(o, "starttls")) { /* RFC 4511, 4.14; what follows is said by "then tls" */
        der_text(&b, 0x80, "1.3.6.1.4.1.1466.20037");
        ldap_say(s, c, TO_SERVER, 1, 0x77, &b);
        ldap_result(s, c, 1, 0x78);
        return;
    }
    ldap_bind(s, c, o);
    ldap_search(s, c, 2, options_text(o, "base", "dc=corp,dc=example"), NULL);
    ldap_say(s, c, TO_SERVER, 3, 0x42, &b); /* unbind */
}

void say_cldap(struct scene *s, struct convo *c, const struct options *o)
{
    ldap_search(s, c, 1, "", options_text(o, "domain", "corp.example"));
}

/* PrincipalName: type and its parts. */
static void principal(struct buf *out, unsigned tag, unsigned type, const char *first,
                      const char *second)
{
    struct buf names = { 0 }, list = { 0 }, b = { 0 }, all = { 0 }, number = { 0 };
    der_int(&number, INTEGER, type);
    der_wrap(&b, 0xa0, &number);
    der_text(&names, GENERAL, first);
    if (second != NULL)
        der_text(&names, GENERAL, second);
    der_wrap(&list, SEQUENCE, &names);
    der_wrap(&b, 0xa1, &list);
    der_wrap(&all, SEQUENCE, &b);
    der_wrap(out, tag, &all);
}

static void tagged_int(struct buf *out, unsigned tag, uint32_t value)
{
    struct buf b = { 0 };
    der_int(&b, INTEGER, value);
    der_wrap(out, tag, &b);
}

static void tagged_text(struct buf *out, unsigned tag, unsigned type, const char *text)
{
    struct buf b = { 0 };
    der_text(&b, type, text);
    der_wrap(out, tag, &b);
}

static void kerberos_say(struct scene *s, struct convo *c, enum dir dir, unsigned tag,
                         struct buf *body)
{
    struct buf seq = { 0 }, out = { 0 };
    der_wrap(&seq, SEQUENCE, body);
    der_wrap(&out, tag, &seq);
    if (c->proto == 6) {
        struct buf framed = { 0 };
        buf_be32(&framed, (uint32_t)out.len);
        buf_prepend(&out, framed.at, framed.len);
        buf_free(&framed);
    }
    convo_say_buf(s, c, dir, &out);
}

/* AS-REQ, and the usual first answer: pre-authentication required. */
void say_kerberos(struct scene *s, struct convo *c, const struct options *o)
{
    struct buf b = { 0 }, body = { 0 }, part = { 0 }, seq = { 0 };
    const char *realm = options_text(o, "realm", "CORP.EXAMPLE");
    tagged_int(&b, 0xa1, 5);
    tagged_int(&b, 0xa2, 10);
    der_bytes(&part, BIT_STRING, "\0\x40\x81\0\x10", 5);
    der_wrap(&body, 0xa0, &part);
    principal(&body, 0xa1, 1, options_text(o, "user", "user"), NULL);
    tagged_text(&body, 0xa2, GENERAL, realm);
    principal(&body, 0xa3, 2, "krbtgt", realm);
    tagged_text(&body, 0xa5, GEN_TIME, "20370913024805Z");
    tagged_int(&body, 0xa7, scene_random(s) >> 1);
    der_int(&part, INTEGER, 18);
    der_int(&part, INTEGER, 17);
    der_wrap(&seq, SEQUENCE, &part);
    der_wrap(&body, 0xa8, &seq);
    der_wrap(&seq, SEQUENCE, &body);
    der_wrap(&b, 0xa4, &seq);
    kerberos_say(s, c, TO_SERVER, 0x6a, &b);

    tagged_int(&b, 0xa0, 5);
    tagged_int(&b, 0xa1, 30);
    tagged_text(&b, 0xa4, GEN_TIME, "20260302080000Z");
    tagged_int(&b, 0xa5, 1234);
    tagged_int(&b, 0xa6, 25); /* KDC_ERR_PREAUTH_REQUIRED */
    tagged_text(&b, 0xa9, GENERAL, realm);
    principal(&b, 0xaa, 2, "krbtgt", realm);
    kerberos_say(s, c, TO_CLIENT, 0x7e, &b);
}
