/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/evidence/tls_hello.h"

#include <string.h>

#define EXT_SERVER_NAME 0
#define EXT_ALPN        16
#define EXT_ECH         0xfe0d
#define NAME_TYPE_HOST  0

/* RFC 6066, 3: a list of (type, name); only host names were ever defined. */
static void server_name(struct epw_cur ext, struct epw_tls_hello *hello)
{
    struct epw_cur list = epw_cur_sub(&ext, epw_cur_be16(&ext));
    uint8_t type = epw_cur_u8(&list);
    uint16_t len = epw_cur_be16(&list);
    const uint8_t *name = epw_cur_bytes(&list, len);
    if (name != NULL && type == NAME_TYPE_HOST && len != 0) {
        hello->sni = name;
        hello->sni_len = len;
    }
}

/* RFC 7301, 3.1. */
static void alpn(struct epw_cur ext, struct epw_tls_hello *hello)
{
    struct epw_cur list = epw_cur_sub(&ext, epw_cur_be16(&ext));
    uint8_t len = epw_cur_u8(&list);
    const uint8_t *id = epw_cur_bytes(&list, len);
    if (id != NULL && len != 0) {
        hello->alpn = id;
        hello->alpn_len = len;
    }
}

static void extension(uint16_t type, struct epw_cur ext, struct epw_tls_hello *hello)
{
    if (type == EXT_SERVER_NAME && hello->sni == NULL)
        server_name(ext, hello);
    else if (type == EXT_ALPN && hello->alpn == NULL)
        alpn(ext, hello);
    else if (type == EXT_ECH)
        hello->ech = true;
}

/* From the version on; whole: to the end of the message. A cookie is what datagrams have more. */
static enum epw_err body(struct epw_cur c, bool whole, bool datagrams, struct epw_tls_hello *hello)
{
    enum epw_err short_of = whole ? EPW_EFORMAT : EPW_ETRUNC;
    uint16_t version = epw_cur_be16(&c);
    if (epw_cur_ok(&c) && version >> 8 != (datagrams ? 0xfe : 3))
        return EPW_EFORMAT;
    epw_cur_skip(&c, 32);             /* random */
    epw_cur_skip(&c, epw_cur_u8(&c)); /* session id */
    if (datagrams)
        epw_cur_skip(&c, epw_cur_u8(&c)); /* cookie */
    epw_cur_skip(&c, epw_cur_be16(&c));   /* cipher suites */
    epw_cur_skip(&c, epw_cur_u8(&c));     /* compression methods */
    if (!epw_cur_ok(&c))
        return short_of;
    if (whole && epw_cur_left(&c) == 0)
        return EPW_OK; /* SSL 3.0 and early TLS: no extensions at all */
    uint16_t all = epw_cur_be16(&c);
    if (epw_cur_ok(&c) && whole && all > epw_cur_left(&c))
        return EPW_EFORMAT;
    /* Every extension takes four bytes at least, so this ends. */
    while (epw_cur_left(&c) != 0) {
        uint16_t ext_type = epw_cur_be16(&c);
        struct epw_cur ext = epw_cur_sub(&c, epw_cur_be16(&c));
        if (!epw_cur_ok(&c))
            break;
        extension(ext_type, ext, hello);
    }
    if (!epw_cur_ok(&c))
        return short_of;
    return whole ? EPW_OK : EPW_ETRUNC;
}

enum epw_err epw_tls_hello_parse(struct epw_cur message, struct epw_tls_hello *hello)
{
    *hello = (struct epw_tls_hello){ 0 };
    if (epw_cur_left(&message) < EPW_TLS_MESSAGE_HEAD)
        return EPW_ETRUNC;
    uint8_t type = epw_cur_u8(&message);
    uint32_t len = epw_cur_be24(&message);
    bool whole = epw_cur_left(&message) >= len;
    if (type != EPW_TLS_CLIENT_HELLO)
        return EPW_EFORMAT;
    return body(epw_cur_sub(&message, whole ? len : epw_cur_left(&message)), whole, false, hello);
}

enum epw_err epw_tls_hello_parse_dtls(struct epw_cur arrived, size_t len,
                                      struct epw_tls_hello *hello)
{
    *hello = (struct epw_tls_hello){ 0 };
    bool whole = epw_cur_left(&arrived) >= len;
    return body(epw_cur_sub(&arrived, whole ? len : epw_cur_left(&arrived)), whole, true, hello);
}

static bool is(const uint8_t *bytes, size_t len, const char *text)
{
    return len == strlen(text) && memcmp(bytes, text, len) == 0;
}

/* What an ALPN id says of the protocol inside (IANA's TLS ALPN registry). */
static enum epw_app alpn_app(const struct epw_tls_hello *h)
{
    if (is(h->alpn, h->alpn_len, "mqtt"))
        return EPW_APP_MQTT;
    if (is(h->alpn, h->alpn_len, "h2") || is(h->alpn, h->alpn_len, "h3") ||
        is(h->alpn, h->alpn_len, "http/1.1") || is(h->alpn, h->alpn_len, "http/1.0"))
        return EPW_APP_HTTP;
    return EPW_APP_UNKNOWN;
}

void epw_tls_hello_tell(struct epw_finder *f, const struct epw_opening *o,
                        const struct epw_tls_hello *hello, enum epw_name_source source)
{
    struct epw_evidence *ev = epw_ev_fields(f);
    epw_ev_requester(f, o->dir);
    ev->ech |= hello->ech;
    /* A port has no place in it, but some write one. */
    if (hello->sni != NULL)
        epw_ev_host(f, source, hello->sni, hello->sni_len);
    if (hello->alpn == NULL)
        return;
    epw_ev_text(f, EPW_EV_ALPN, hello->alpn, hello->alpn_len);
    /* Inside a tunnel TLS itself is what is inside, unless the id says something rarer. */
    enum epw_app app = alpn_app(hello);
    if (app != EPW_APP_UNKNOWN && (!o->inner || app == EPW_APP_MQTT))
        ev->inner_app = (uint8_t)app;
}
