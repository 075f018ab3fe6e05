/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SOCKS 4, 4a and 5 (RFC 1928, 1929): where a proxy was asked to connect to,
 * and the way into what it then carries. A wrapper only: the flow's protocol
 * stays the one inside.
 */
#include "meter/evidence/source.h"

#include <string.h>

#define CMD_CONNECT    1
#define ADDR_IP4       1
#define ADDR_NAME      3
#define ADDR_IP6       4
#define AUTH_VERSION   1
#define REPLY4_GRANTED 90
/* Methods a client offers; there are six in IANA's list that were ever written down. */
#define MAX_METHODS 16
/* Longest host name or user of SOCKS 4, which end with a NUL. */
#define MAX_TEXT 255

struct target {
    struct epw_ip ip;
    const uint8_t *name; /* NULL: ip is it */
    size_t name_len;
    uint16_t port;
};

/* Address and port of a SOCKS 5 request or reply; false when the type is none. */
static bool address5(struct epw_cur *c, struct target *t)
{
    uint8_t type = epw_cur_u8(c);
    const uint8_t *bytes;
    if (type == ADDR_NAME) {
        t->name_len = epw_cur_u8(c);
        t->name = epw_cur_bytes(c, t->name_len);
    } else if (type == ADDR_IP4 && (bytes = epw_cur_bytes(c, 4)) != NULL) {
        t->ip = epw_ip_from4(bytes);
    } else if (type == ADDR_IP6 && (bytes = epw_cur_bytes(c, 16)) != NULL) {
        t->ip = epw_ip_from6(bytes);
    }
    t->port = epw_cur_be16(c);
    return !epw_cur_ok(c) || type == ADDR_NAME || type == ADDR_IP4 || type == ADDR_IP6;
}

/* Greeting, perhaps a password (RFC 1929), request. False: not SOCKS 5. */
static bool client5(struct epw_cur *c, struct target *t)
{
    uint8_t methods = epw_cur_u8(c);
    if (methods == 0 || methods > MAX_METHODS)
        return !epw_cur_ok(c);
    epw_cur_skip(c, methods);
    uint8_t next = epw_cur_u8(c);
    if (epw_cur_ok(c) && next == AUTH_VERSION) {
        epw_cur_skip(c, epw_cur_u8(c)); /* user */
        epw_cur_skip(c, epw_cur_u8(c)); /* password */
        next = epw_cur_u8(c);
    }
    uint8_t command = epw_cur_u8(c), zero = epw_cur_u8(c);
    if (epw_cur_ok(c) && (next != 5 || command != CMD_CONNECT || zero != 0))
        return false;
    return address5(c, t);
}

/* A text and its NUL. */
static const uint8_t *text4(struct epw_cur *c, size_t *len)
{
    size_t most = epw_cur_left(c) < MAX_TEXT ? epw_cur_left(c) : MAX_TEXT;
    const uint8_t *nul = most == 0 ? NULL : memchr(c->at, 0, most);
    *len = nul == NULL ? epw_cur_left(c) : (size_t)(nul - c->at);
    const uint8_t *text = epw_cur_bytes(c, *len);
    epw_cur_u8(c);
    return text;
}

static bool client4(struct epw_cur *c, struct target *t)
{
    static const uint8_t named[3] = { 0, 0, 0 }; /* 0.0.0.x: the name follows (4a) */
    uint8_t command = epw_cur_u8(c);
    t->port = epw_cur_be16(c);
    const uint8_t *ip = epw_cur_bytes(c, 4);
    if (ip == NULL)
        return true;
    if (command != CMD_CONNECT || t->port == 0)
        return false;
    t->ip = epw_ip_from4(ip);
    size_t len;
    text4(c, &len);
    if (memcmp(ip, named, sizeof(named)) == 0)
        t->name = text4(c, &t->name_len);
    return true;
}

static enum epw_look client_side(struct epw_finder *f, const struct epw_opening *o)
{
    struct epw_cur c = epw_cur(o->bytes, o->len);
    struct target t = { .name = NULL };
    uint8_t version = epw_cur_u8(&c);
    if ((version != 4 && version != 5) || !(version == 5 ? client5(&c, &t) : client4(&c, &t)))
        return EPW_LOOK_NO;
    if (!epw_cur_ok(&c))
        return o->len < MAX_TEXT * 4 ? EPW_LOOK_MORE : EPW_LOOK_NO;
    char text[EPW_IP_STRLEN];
    epw_ip_format(&t.ip, text);
    if (t.name != NULL)
        epw_ev_name(f, EPW_NAME_CONNECT, t.name, t.name_len, t.port);
    else
        epw_ev_name(f, EPW_NAME_CONNECT, text, strlen(text), t.port);
    struct epw_evidence *ev = epw_ev_fields(f);
    if (ev->connect_port == 0)
        ev->connect_port = t.port;
    epw_ev_requester(f, o->dir);
    epw_ev_consumed(f, o->len - epw_cur_left(&c));
    epw_ev_tunnel(f);
    return EPW_LOOK_DONE;
}

/* The choice of a method, perhaps a password's answer, the reply; or the eight bytes of 4. */
static enum epw_look server_side(struct epw_finder *f, const struct epw_opening *o)
{
    struct epw_cur c = epw_cur(o->bytes, o->len);
    uint8_t version = epw_cur_u8(&c), code = epw_cur_u8(&c);
    struct target t = { .name = NULL };
    if (version == 5) {
        uint8_t next = epw_cur_u8(&c), status = epw_cur_u8(&c);
        if (next == AUTH_VERSION && status == 0) {
            next = epw_cur_u8(&c);
            status = epw_cur_u8(&c);
        }
        epw_cur_u8(&c);
        if (epw_cur_ok(&c) && (next != 5 || status != 0))
            return EPW_LOOK_NO;
        if (!address5(&c, &t))
            return EPW_LOOK_NO;
    } else {
        if (version != 0 || (epw_cur_ok(&c) && code != REPLY4_GRANTED))
            return EPW_LOOK_NO;
        epw_cur_skip(&c, 6);
    }
    if (!epw_cur_ok(&c))
        return o->len < MAX_TEXT * 4 ? EPW_LOOK_MORE : EPW_LOOK_NO;
    epw_ev_consumed(f, o->len - epw_cur_left(&c));
    epw_ev_tunnel(f);
    return EPW_LOOK_DONE;
}

static enum epw_look look(struct epw_finder *f, const struct epw_opening *o)
{
    if (!o->from_start || o->len == 0)
        return EPW_LOOK_NO;
    /* An answer alone proves nothing: it counts on the side that answers a request seen. */
    const struct epw_evidence *ev = epw_ev_known(f);
    if (ev->connect_port != 0 && ev->requester != o->dir)
        return server_side(f, o);
    if (ev->connect_port == 0 && o->dir == EPW_TO_CLIENT)
        return o->bytes[0] == 5 && o->len <= 4 ? EPW_LOOK_MORE : EPW_LOOK_NO;
    return client_side(f, o);
}

static bool may_begin(uint8_t first)
{
    return first == 0 || first == 4 || first == 5; /* 0: the answer of version 4 */
}

const struct epw_source epw_source_socks = {
    .name = "socks",
    .help = "SOCKS 4, 4a, 5: the destination asked for, and what is inside",
    .app = EPW_APP_UNKNOWN,
    .over = EPW_OVER_TCP,
    .beginnings = true,
    .max_bytes = 1024, /* greeting, user and password of 255 each, name of 255 */
    .may_begin = may_begin,
    .look = look,
};
