/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An FTP session (RFC 959, 2428): login, a data connection in any of the four
 * manners, one transfer, QUIT; or AUTH TLS (RFC 4217), after which all is hidden.
 */
#include "say.h"

#include <stdio.h>
#include <string.h>

enum mode { PASV, EPSV, ACTIVE, EPRT };

struct ftp {
    struct scene *s;
    struct convo *c;
    enum mode mode;
    const struct host *announced; /* behind NAT not the address that is seen */
    uint16_t port;
};

static void command(struct ftp *f, const char *line)
{
    convo_text(f->s, f->c, TO_SERVER, "%s\r\n", line);
}

static void reply(struct ftp *f, const char *line)
{
    convo_text(f->s, f->c, TO_CLIENT, "%s\r\n", line);
}

static void announce(struct ftp *f)
{
    char text[160], ip[64];
    const uint8_t *a = f->announced->ip;
    unsigned high = f->port >> 8, low = f->port & 0xff;
    scene_ip_text(f->announced, ip, sizeof(ip));
    switch (f->mode) {
    case PASV:
        command(f, "PASV");
        snprintf(text, sizeof(text), "227 Entering Passive Mode (%u,%u,%u,%u,%u,%u)", a[0], a[1],
                 a[2], a[3], high, low);
        reply(f, text);
        break;
    case EPSV:
        command(f, "EPSV");
        snprintf(text, sizeof(text), "229 Entering Extended Passive Mode (|||%u|)", f->port);
        reply(f, text);
        break;
    case ACTIVE:
        snprintf(text, sizeof(text), "PORT %u,%u,%u,%u,%u,%u", a[0], a[1], a[2], a[3], high, low);
        command(f, text);
        reply(f, "200 PORT command successful");
        break;
    case EPRT:
        snprintf(text, sizeof(text), "EPRT |%u|%s|%u|", f->announced->v6 ? 2 : 1, ip, f->port);
        command(f, text);
        reply(f, "200 EPRT command successful");
        break;
    }
}

/* The announced connection: from the client when passive, from the server's port 20 when not. */
static void transfer(struct ftp *f, bool upload, size_t size)
{
    struct buf b = { 0 };
    struct host **side = f->c->side;
    bool passive = f->mode == PASV || f->mode == EPSV;
    struct convo *control = f->c;
    struct convo *d = passive ? convo_new(f->s, "", 6, side[0], 0, side[1], f->port)
                              : convo_new(f->s, "", 6, side[1], (uint16_t)(control->port[1] - 1),
                                          side[0], f->port);
    enum dir dir = upload == passive ? TO_SERVER : TO_CLIENT;
    convo_open(f->s, d);
    reply(f, "150 Opening BINARY mode data connection");
    scene_random_bytes(f->s, &b, size);
    convo_say_buf(f->s, d, dir, &b);
    convo_close(f->s, d, dir);
    f->s->current = control;
    reply(f, "226 Transfer complete");
}

static void hide(struct ftp *f, const struct options *o)
{
    const struct verb *tls = verb_find("tls");
    struct options none;
    options_read(f->s, o->line, 0, 0, tls->keys, &none);
    command(f, "AUTH TLS");
    reply(f, "234 Proceed with negotiation");
    tls->say(f->s, f->c, &none);
}

static enum mode mode_read(const struct scene *s, const char *name)
{
    static const char *const names[] = { "pasv", "epsv", "port", "eprt" };
    for (size_t i = 0; i < 4; i++)
        if (strcmp(names[i], name) == 0)
            return (enum mode)i;
    die_at(s, "FTP mode pasv, epsv, port or eprt expected, not '%s'", name);
}

void say_ftp(struct scene *s, struct convo *c, const struct options *o)
{
    struct ftp f = { .s = s, .c = c, .mode = mode_read(s, options_text(o, "mode", "pasv")) };
    bool active = f.mode == ACTIVE || f.mode == EPRT;
    const char *announced = options_text(o, "announce", NULL);
    f.announced = announced != NULL ? scene_host(s, announced) : c->side[active ? 0 : 1];
    f.port = (uint16_t)options_number(o, "port", 50000, 65535);
    bool upload = options_has(o, "put");
    const char *file = options_text(o, upload ? "put" : "get", NULL);

    convo_text(s, c, TO_CLIENT, "220 %s\r\n", options_text(o, "banner", "FTP server ready"));
    if (options_has(o, "auth-tls")) {
        hide(&f, o);
        return;
    }
    convo_text(s, c, TO_SERVER, "USER %s\r\n", options_text(o, "user", "anonymous"));
    reply(&f, "331 Password required");
    command(&f, "PASS secret");
    reply(&f, "230 User logged in");
    if (file != NULL || options_has(o, "list")) {
        command(&f, "TYPE I");
        reply(&f, "200 Type set to I");
        announce(&f);
        if (file != NULL)
            convo_text(s, c, TO_SERVER, "%s %s\r\n", upload ? "STOR" : "RETR", file);
        else
            command(&f, "LIST");
        transfer(&f, upload, options_number(o, "size", 2000, MAX_MESSAGE));
    }
    command(&f, "QUIT");
    reply(&f, "221 Goodbye");
}
