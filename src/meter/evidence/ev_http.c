/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP on any port (RFC 9112; over UDP as SSDP has it): the first request's line, Host and
 * User-Agent, what a proxy was asked for, and the status of the answer. Of the requests that
 * follow on the same connection the hosts: a proxy is asked for many.
 */
#include "meter/evidence/source.h"

#include <string.h>

/* Servers refuse headers above 8 to 16 KiB; what comes later would not be read. */
#define HEADER_BYTES 16384u
/* Longest method of IANA's registry is 17 characters (UPDATEREDIRECTREF). */
#define METHOD_LEN 24
/* Empty lines before a request are to be ignored (RFC 9112, 2.2). */
#define EMPTY_LINES 4
/* Body of a proxy's refusal that is passed over to find its second answer. */
#define REFUSAL_BYTES (HEADER_BYTES / 2)

/* Requests read of one connection: what it is for has long been said by then. */
#define REQUESTS 32

struct text {
    const uint8_t *at;
    size_t len;
};

static bool same(struct text t, const char *word)
{
    if (t.len != strlen(word))
        return false;
    for (size_t i = 0; i < t.len; i++) {
        uint8_t c = t.at[i];
        if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != word[i])
            return false;
    }
    return true;
}

static bool starts(struct text t, const char *word)
{
    size_t len = strlen(word);
    return t.len >= len && same((struct text){ t.at, len }, word);
}

static struct text from(struct text t, size_t n)
{
    return n >= t.len ? (struct text){ t.at, 0 } : (struct text){ t.at + n, t.len - n };
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct text trim(struct text t)
{
    while (t.len != 0 && is_blank(t.at[0]))
        t = from(t, 1);
    while (t.len != 0 && is_blank(t.at[t.len - 1]))
        t.len--;
    return t;
}

static size_t find(struct text t, char c)
{
    const uint8_t *at = t.len == 0 ? NULL : memchr(t.at, c, t.len);
    return at == NULL ? t.len : (size_t)(at - t.at);
}

/* The next line without its LF or CRLF; false when no LF has come, *line is then the rest. */
static bool next_line(struct text *rest, struct text *line)
{
    size_t end = find(*rest, '\n');
    bool whole = end < rest->len;
    *line = (struct text){ rest->at, end };
    *rest = from(*rest, end + 1);
    if (line->len != 0 && line->at[line->len - 1] == '\r')
        line->len--;
    return whole;
}

/* Bytes of the header up to and with the empty line; 0 when that has not come. */
static size_t header_len(const struct epw_opening *o)
{
    struct text rest = { o->bytes, o->len }, line;
    bool begun = false;
    while (next_line(&rest, &line)) {
        if (line.len == 0 && begun)
            return o->len - rest.len;
        begun |= line.len != 0;
    }
    return 0;
}

struct header {
    struct text host, user_agent, length, coding, connection;
};

/* Reads the fields behind the first line; the first of a name counts. */
static struct header fields(struct text rest)
{
    struct header h = { .host = { 0 } };
    struct text line, *last = NULL;
    while (rest.len != 0) {
        bool whole = next_line(&rest, &line);
        if (line.len == 0)
            break;
        /* A folded line goes on with the field before (RFC 9112, 5.2): of use when that is empty.
         */
        if (is_blank(line.at[0])) {
            if (last != NULL && last->len == 0)
                *last = trim(line);
            continue;
        }
        size_t colon = find(line, ':');
        struct text name = trim((struct text){ line.at, colon });
        struct text value = trim(from(line, colon + 1));
        last = same(name, "host")                ? &h.host
               : same(name, "user-agent")        ? &h.user_agent
               : same(name, "content-length")    ? &h.length
               : same(name, "transfer-encoding") ? &h.coding
               : same(name, "connection")        ? &h.connection
                                                 : NULL;
        /* A value whose line end was cut off is not the value. */
        if (last != NULL && last->len == 0 && (whole || last == &h.user_agent))
            *last = value;
    }
    return h;
}

static bool is_token_char(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

static bool known_method(struct text method)
{
    static const char *const known[] = { "get",     "post",    "head",     "put",   "delete",
                                         "options", "connect", "propfind", "patch", "trace" };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (same(method, known[i]))
            return true;
    return false;
}

struct request {
    struct text method, target, line; /* line: "METHOD target" */
    bool complete;                    /* the target is not cut */
};

static bool has_control(struct text t)
{
    for (size_t i = 0; i < t.len; i++)
        if (t.at[i] < 0x20 && !is_blank(t.at[i]))
            return true;
    return false;
}

/* Is this a request line? whole: its end has come; cut: it never will. */
static enum epw_look request_line(struct text line, bool whole, bool cut, struct request *r)
{
    size_t space = find(line, ' ');
    for (size_t i = 0; i < space; i++)
        if (i >= METHOD_LEN || !is_token_char(line.at[i]))
            return EPW_LOOK_NO;
    if (space == 0 || line.len > HEADER_BYTES || has_control(line))
        return EPW_LOOK_NO;
    r->method = (struct text){ line.at, space };
    if (!whole && !cut)
        return EPW_LOOK_MORE;
    struct text rest = trim(from(line, space + 1));
    size_t end = rest.len;
    while (end != 0 && rest.at[end - 1] != ' ')
        end--;
    bool version = starts((struct text){ rest.at + end, rest.len - end }, "http/");
    r->target = version ? trim((struct text){ rest.at, end }) : rest;
    r->line = (struct text){ line.at, (size_t)(r->target.at - line.at) + r->target.len };
    r->complete = whole || version;
    if (version)
        return EPW_LOOK_MINE;
    /* HTTP/0.9, or a line that was cut: then the method and a path have to do. */
    bool path = r->target.len != 0 && (r->target.at[0] == '/' || starts(r->target, "http://"));
    return known_method(r->method) && path ? EPW_LOOK_MINE : EPW_LOOK_NO;
}

/* "http://user@host:port/..." -> its host, as a name and a port. */
static void absolute_form(struct epw_finder *f, struct text target, bool complete)
{
    bool https = starts(target, "https://");
    if (!https && !starts(target, "http://"))
        return;
    struct text host = from(target, https ? 8 : 7);
    size_t len = host.len;
    for (const char *stop = "/?#"; *stop != '\0'; stop++)
        host.len = find(host, *stop);
    if (!complete && host.len == len)
        return;
    size_t at = find(host, '@');
    if (at < host.len)
        host = from(host, at + 1);
    uint16_t port = epw_ev_host(f, EPW_NAME_HOST, host.at, host.len);
    struct epw_evidence *ev = epw_ev_fields(f);
    if (ev->connect_port == 0) {
        ev->absolute_form = true;
        ev->connect_port = port != 0 ? port : https ? 443 : 80;
    }
}

/* CONNECT host:port: what follows the header belongs to that host. */
static enum epw_look connect(struct epw_finder *f, const struct request *r, const struct header *h,
                             size_t header)
{
    if (!r->complete)
        return EPW_LOOK_DONE;
    uint16_t port = epw_ev_host(f, EPW_NAME_CONNECT, r->target.at, r->target.len);
    if (port == 0 && h->host.len != 0) /* no proxy would follow it: the request is for this host */
        epw_ev_host(f, EPW_NAME_HOST, h->host.at, h->host.len);
    struct epw_evidence *ev = epw_ev_fields(f);
    if (ev->connect_port == 0)
        ev->connect_port = port;
    if (header == 0)
        return EPW_LOOK_DONE;
    epw_ev_consumed(f, header);
    epw_ev_tunnel(f);
    return EPW_LOOK_DONE;
}

/* Digits only, at most limit; limit + 1 for anything else. */
static size_t number(struct text t, size_t limit)
{
    size_t sum = 0;
    for (size_t i = 0; i < t.len && sum <= limit; i++)
        sum = t.at[i] >= '0' && t.at[i] <= '9' ? sum * 10 + (size_t)(t.at[i] - '0') : limit + 1;
    return sum > limit ? limit + 1 : sum;
}

/* Whether to wait for another request behind this one, and where it begins. */
static enum epw_look next_request(struct epw_finder *f, const struct epw_opening *o,
                                  const struct header *h, size_t header)
{
    size_t body = number(h->length, EPW_EV_MAX_PASSED);
    if (header == 0 || o->last || o->round + 1 >= REQUESTS || h->coding.len != 0 ||
        same(h->connection, "close") || body > EPW_EV_MAX_PASSED)
        return EPW_LOOK_DONE;
    epw_ev_consumed(f, header + body);
    return EPW_LOOK_MINE;
}

static enum epw_look request(struct epw_finder *f, const struct epw_opening *o, struct text rest,
                             const struct request *r)
{
    size_t header = header_len(o);
    if (header == 0 && !o->last)
        return EPW_LOOK_MINE;
    struct header h = fields(rest);
    epw_ev_requester(f, o->dir);
    epw_ev_text(f, EPW_EV_REQUEST, r->line.at, r->line.len);
    epw_ev_text(f, EPW_EV_USER_AGENT, h.user_agent.at, h.user_agent.len);
    if (same(r->method, "connect"))
        return connect(f, r, &h, header);
    absolute_form(f, r->target, r->complete);
    /* RFC 9112 3.2.2: beside an absolute form the Host field is to be ignored. */
    if (h.host.len != 0 && !epw_ev_known(f)->absolute_form)
        epw_ev_host(f, EPW_NAME_HOST, h.host.at, h.host.len);
    return next_request(f, o, &h, header);
}

/* The proxy's answer to CONNECT: 2xx opens the tunnel, a refusal may be followed by another. */
static enum epw_look connect_answer(struct epw_finder *f, const struct epw_opening *o,
                                    struct text rest, size_t status)
{
    size_t header = header_len(o);
    epw_ev_fields(f)->http_status = (uint16_t)status;
    if (header == 0)
        return o->last ? EPW_LOOK_DONE : EPW_LOOK_MINE;
    if (status >= 200 && status <= 299) {
        epw_ev_consumed(f, header);
        epw_ev_tunnel(f);
        return EPW_LOOK_DONE;
    }
    size_t body = number(fields(rest).length, REFUSAL_BYTES);
    if (status != 407 || body > REFUSAL_BYTES || o->last)
        return EPW_LOOK_DONE;
    if (o->len - header >= body)
        epw_ev_consumed(f, header + body);
    return EPW_LOOK_MINE;
}

static enum epw_look response(struct epw_finder *f, const struct epw_opening *o, struct text line,
                              struct text rest)
{
    size_t space = find(line, ' ');
    struct text code = trim(from(line, space + 1));
    struct text reason = trim(from(code, find(code, ' ') + 1));
    code.len = find(code, ' ');
    size_t status = number(code, 999);
    if (code.len != 3 || status < 100 || status > 999)
        return EPW_LOOK_NO;
    struct epw_evidence *ev = epw_ev_fields(f);
    /* Where only the answer was captured, its usual phrase tells what was asked. */
    bool connect =
        strncmp(ev->request, "CONNECT ", 8) == 0 || same(reason, "connection established");
    if (connect && !o->inner)
        return connect_answer(f, o, rest, status);
    size_t header = header_len(o);
    if (status < 200 && status != 101 && !o->last) { /* interim: the answer is yet to come */
        epw_ev_consumed(f, header);
        return EPW_LOOK_MINE;
    }
    if (ev->http_status == 0)
        ev->http_status = (uint16_t)status;
    return EPW_LOOK_DONE;
}

/* Bytes that begin a word; len of them at most. */
static bool begins(const struct epw_opening *o, const char *word, size_t len)
{
    return o->len != 0 && memcmp(o->bytes, word, o->len < len ? o->len : len) == 0;
}

static enum epw_look look(struct epw_finder *f, const struct epw_opening *o)
{
    static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"; /* RFC 9113, 3.4 */
    struct text rest = { o->bytes, o->len }, line;
    bool whole = next_line(&rest, &line);
    for (int i = 0; i < EMPTY_LINES && whole && line.len == 0; i++)
        whole = next_line(&rest, &line);
    if (whole && line.len == 0)
        return EPW_LOOK_NO;
    if (line.len == 0)
        return EPW_LOOK_MORE;
    if (begins(o, preface, sizeof(preface) - 1)) {
        if (o->len < sizeof(preface) - 1)
            return EPW_LOOK_MORE;
        epw_ev_requester(f, o->dir);
        return EPW_LOOK_DONE;
    }
    if (starts(line, "http/1.") && line.len > 8 && (whole || o->last))
        return response(f, o, line, rest);
    if (begins(o, "HTTP/1.", 7))
        return whole ? EPW_LOOK_NO : EPW_LOOK_MORE;
    struct request r;
    enum epw_look said = request_line(line, whole, o->last, &r);
    return said == EPW_LOOK_MINE ? request(f, o, rest, &r) : said;
}

/* A method, up to the blank behind it; a status line and empty lines are looked at as a whole. */
static bool may_open(const struct epw_opening *o)
{
    for (size_t i = 0; i < o->len && o->bytes[i] != ' ' && o->bytes[i] != '\n'; i++)
        if (!is_token_char(o->bytes[i]))
            return o->bytes[0] == 'H' || o->bytes[0] == 'h' || o->bytes[i] == '\r';
    return true;
}

static bool may_begin(uint8_t first)
{
    return is_token_char(first) || first == '\r' || first == '\n';
}

/* A method's second letter or its end, or that of an empty line. */
static bool may_have(unsigned place, uint8_t byte, bool stream)
{
    (void)stream;
    return place != 1 || byte == ' ' || may_begin(byte);
}

const struct epw_source epw_source_http = {
    .name = "http",
    .help = "HTTP requests and answers: host, request line, user agent, proxy target, status",
    .app = EPW_APP_HTTP,
    .over = EPW_OVER_TCP | EPW_OVER_UDP,
    .max_bytes = HEADER_BYTES,
    .may_begin = may_begin,
    .may_have = may_have,
    .may_open = may_open,
    .look = look,
};
