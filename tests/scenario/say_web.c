/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1.1 (RFC 9112): plain requests, and CONNECT and absolute-form through a proxy. */
#include "say.h"

#include <stdio.h>
#include <string.h>

static const char *phrase(uint64_t status)
{
    static const struct {
        unsigned status;
        const char *phrase;
    } phrases[] = { { 200, "OK" },
                    { 204, "No Content" },
                    { 301, "Moved Permanently" },
                    { 302, "Found" },
                    { 304, "Not Modified" },
                    { 400, "Bad Request" },
                    { 401, "Unauthorized" },
                    { 403, "Forbidden" },
                    { 404, "Not Found" },
                    { 407, "Proxy Authentication Required" },
                    { 500, "Internal Server Error" },
                    { 502, "Bad Gateway" },
                    { 503, "Service Unavailable" } };
    for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
        if (phrases[i].status == status)
            return phrases[i].phrase;
    return "Unknown";
}

/* The server's own address, and its port where it is not 80, for want of a name. */
static void own_address(const struct convo *c, char *out, size_t len)
{
    char ip[64];
    scene_ip_text(c->side[1], ip, sizeof(ip));
    const char *open = c->side[1]->v6 ? "[" : "", *close = c->side[1]->v6 ? "]" : "";
    if (c->port[1] == 80)
        snprintf(out, len, "%s%s%s", open, ip, close);
    else
        snprintf(out, len, "%s%s%s:%u", open, ip, close, c->port[1]);
}

static void answer(struct scene *s, struct convo *c, uint64_t status, const char *type,
                   uint64_t size)
{
    struct buf b = { 0 };
    buf_fmt(&b, "HTTP/1.1 %u %s\r\nServer: Apache\r\n", (unsigned)status, phrase(status));
    if (status == 407)
        buf_text(&b, "Proxy-Authenticate: Basic realm=\"proxy\"\r\n");
    buf_fmt(&b, "Content-Type: %s\r\nContent-Length: %u\r\n\r\n", type, (unsigned)size);
    static const char text[] = "The quick brown fox jumps over the lazy dog. ";
    for (uint64_t i = 0; i < size; i++)
        buf_u8(&b, (uint8_t)text[i % (sizeof(text) - 1)]);
    convo_say_buf(s, c, TO_CLIENT, &b);
}

static void request(struct scene *s, struct convo *c, const struct options *o)
{
    static const char *const methods[][2] = {
        { "get", "GET" }, { "post", "POST" }, { "head", "HEAD" }, { "put", "PUT" }
    };
    char own[96];
    struct buf b = { 0 };
    size_t count, used = 0;
    own_address(c, own, sizeof(own));
    const char *host = options_text(o, "host", own);
    while (used < 3 && !options_has(o, methods[used][0]))
        used++;
    const char *path = options_text(o, methods[used][0], "/");
    if (used == 3 && !options_has(o, "put"))
        used = 0;
    bool body = used == 1 || used == 3;
    buf_fmt(&b, "%s %s%s%s HTTP/1.1\r\n", methods[used][1],
            options_has(o, "absolute") ? "http://" : "", options_has(o, "absolute") ? host : "",
            path);
    if (strcmp(host, "none") != 0)
        buf_fmt(&b, "Host: %s\r\n", host);
    buf_fmt(&b, "User-Agent: %s\r\nAccept: */*\r\n", options_text(o, "ua", "Mozilla/5.0"));
    const struct word *header = options_words(o, "header", &count);
    for (size_t i = 0; i < count; i++)
        buf_fmt(&b, "%s\r\n", header[i].text);
    if (body)
        buf_text(&b, "Content-Length: 64\r\n");
    buf_text(&b, "\r\n");
    if (body)
        buf_fill(&b, 'x', 64);
    convo_say_buf(s, c, TO_SERVER, &b);
}

void say_http(struct scene *s, struct convo *c, const struct options *o)
{
    uint64_t status = options_number(o, "status", 200, 999);
    uint64_t times = options_number(o, "times", 1, 1000);
    bool empty = options_has(o, "head") || status == 204 || status == 304;
    for (uint64_t i = 0; i < times; i++) {
        request(s, c, o);
        if (status != 0)
            answer(s, c, status, options_text(o, "type", "text/html"),
                   empty ? 0 : options_number(o, "size", 300, MAX_MESSAGE - 1000));
    }
}

/* connect to HOST:PORT: what is said then goes through the tunnel. */
void say_connect(struct scene *s, struct convo *c, const struct options *o)
{
    const char *to = options_text(o, "to", NULL);
    uint64_t status = options_number(o, "status", 200, 999);
    if (to == NULL)
        die_at(s, "'connect' needs: to HOST:PORT");
    convo_text(s, c, TO_SERVER, "CONNECT %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\n\r\n", to, to,
               options_text(o, "ua", "Mozilla/5.0"));
    if (status == 200)
        convo_text(s, c, TO_CLIENT, "HTTP/1.1 200 Connection established\r\n\r\n");
    else if (status != 0)
        answer(s, c, status, "text/html", 120);
}
