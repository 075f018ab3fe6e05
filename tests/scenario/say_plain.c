/* SPDX-License-Identifier: Apache-2.0 */
/* Exchanges that need little: free text, syslog, NTP, SSH, DHCP. */
#include "say.h"

#include <stdio.h>
#include <string.h>

/* talk PAYLOAD PAYLOAD...: client and server take turns; - leaves a turn out. */
void say_talk(struct scene *s, struct convo *c, const struct options *o)
{
    size_t count = o->option[0].count;
    const struct word *w = &o->line->word[o->option[0].from];
    enum dir dir = TO_SERVER;
    if (count == 0)
        die_at(s, "nothing to say");
    for (size_t i = 0; i < count; i++) {
        struct buf b = { 0 };
        if (!word_is(&w[i], "-")) {
            word_payload(s, &w[i], &b);
            convo_say_buf(s, c, dir, &b);
        }
        dir = dir == TO_SERVER ? TO_CLIENT : TO_SERVER;
    }
}

/* RFC 3164: <PRI>Mmm dd hh:mm:ss HOST TEXT; over TCP framed by a newline (RFC 6587). */
void say_syslog(struct scene *s, struct convo *c, const struct options *o)
{
    int64_t of_day = s->now_ns % DAY_NS / NS_PER_S;
    convo_text(s, c, TO_SERVER, "<%u>Mar  2 %02d:%02d:%02d %s %s%s",
               (unsigned)options_number(o, "pri", 134, 191), (int)(of_day / 3600),
               (int)(of_day / 60 % 60), (int)(of_day % 60),
               options_text(o, "host", c->side[0]->name), options_text(o, "text", "test"),
               c->proto == 6 ? "\n" : "");
}

#define NTP_EPOCH_S 2208988800LL /* 1900 to 1970 */

static void ntp_stamp(struct buf *b, int64_t ns)
{
    buf_be32(b, (uint32_t)(ns / NS_PER_S + NTP_EPOCH_S));
    buf_be32(b, (uint32_t)((uint64_t)(ns % NS_PER_S) * 4294967296ULL / NS_PER_S));
}

void say_ntp(struct scene *s, struct convo *c, const struct options *o)
{
    struct buf b = { 0 };
    int64_t asked = s->now_ns;
    (void)o;
    buf_hex(&b, "23 00 06 20 00000000 00000000 00000000");
    buf_fill(&b, 0, 24);
    ntp_stamp(&b, asked);
    convo_say_buf(s, c, TO_SERVER, &b);
    buf_hex(&b, "24 02 06 e8 00000100 00000200 c0000201");
    ntp_stamp(&b, s->now_ns - 30 * NS_PER_S);
    ntp_stamp(&b, asked);
    ntp_stamp(&b, s->now_ns);
    ntp_stamp(&b, s->now_ns);
    convo_say_buf(s, c, TO_CLIENT, &b);
}

/* RFC 4253, 6: length, padding length, payload, padding to a multiple of 8. */
static void ssh_packet(struct scene *s, struct convo *c, enum dir dir, struct buf *payload)
{
    struct buf b = { 0 };
    size_t pad = 8 - (5 + payload->len) % 8;
    pad += pad < 4 ? 8 : 0;
    buf_be32(&b, (uint32_t)(1 + payload->len + pad));
    buf_u8(&b, (unsigned)pad);
    buf_join(&b, payload);
    buf_fill(&b, 0, pad);
    buf_free(payload);
    convo_say_buf(s, c, dir, &b);
}

static void ssh_string(struct buf *b, const char *text)
{
    buf_be32(b, (uint32_t)strlen(text));
    buf_text(b, text);
}

static void ssh_kexinit(struct scene *s, struct convo *c, enum dir dir)
{
    static const char *const lists[] = {
        "curve25519-sha256,ecdh-sha2-nistp256,diffie-hellman-group14-sha256",
        "ssh-ed25519,rsa-sha2-256",
        "chacha20-poly1305@openssh.com,aes256-ctr",
        "chacha20-poly1305@openssh.com,aes256-ctr",
        "hmac-sha2-256",
        "hmac-sha2-256",
        "none",
        "none",
        "",
        "",
    };
    struct buf b = { 0 };
    buf_u8(&b, 20);
    scene_random_bytes(s, &b, 16);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        ssh_string(&b, lists[i]);
    buf_fill(&b, 0, 5);
    ssh_packet(s, c, dir, &b);
}

void say_ssh(struct scene *s, struct convo *c, const struct options *o)
{
    struct buf b = { 0 };
    convo_text(s, c, TO_CLIENT, "SSH-2.0-%s\r\n", options_text(o, "server", "OpenSSH_9.2p1"));
    convo_text(s, c, TO_SERVER, "SSH-2.0-%s\r\n", options_text(o, "client", "OpenSSH_9.6"));
    ssh_kexinit(s, c, TO_SERVER);
    ssh_kexinit(s, c, TO_CLIENT);
    buf_u8(&b, 30); /* SSH_MSG_KEX_ECDH_INIT */
    buf_be32(&b, 32);
    scene_random_bytes(s, &b, 32);
    ssh_packet(s, c, TO_SERVER, &b);
    buf_u8(&b, 31); /* SSH_MSG_KEX_ECDH_REPLY: host key, the server's share, signature */
    buf_be32(&b, 51);
    ssh_string(&b, "ssh-ed25519");
    buf_be32(&b, 32);
    scene_random_bytes(s, &b, 32);
    buf_be32(&b, 32);
    scene_random_bytes(s, &b, 32);
    buf_be32(&b, 83);
    ssh_string(&b, "ssh-ed25519");
    buf_be32(&b, 64);
    scene_random_bytes(s, &b, 64);
    ssh_packet(s, c, TO_CLIENT, &b);
    buf_u8(&b, 21); /* SSH_MSG_NEWKEYS */
    ssh_packet(s, c, TO_CLIENT, &b);
    buf_u8(&b, 21);
    ssh_packet(s, c, TO_SERVER, &b);
    for (unsigned i = 0; i < 4; i++) {
        scene_random_bytes(s, &b, 64 + 44 * i);
        convo_say_buf(s, c, i % 2 == 0 ? TO_SERVER : TO_CLIENT, &b);
    }
}

/* RFC 2131, one message; yours is the address offered, NULL when there is none yet. */
static void dhcp_message(struct scene *s, struct convo *c, enum dir dir, unsigned type,
                         const uint8_t mac[6], const struct host *yours, const struct host *server)
{
    struct buf b = { 0 };
    bool reply = dir == TO_CLIENT;
    buf_u8(&b, reply ? 2 : 1);
    buf_hex(&b, "010600 3903f326 0000 8000 00000000");
    buf_add(&b, reply && yours != NULL ? yours->ip : (const uint8_t *)"\0\0\0\0", 4);
    buf_add(&b, reply ? server->ip : (const uint8_t *)"\0\0\0\0", 4);
    buf_fill(&b, 0, 4);
    buf_add(&b, mac, 6);
    buf_fill(&b, 0, 10 + 64 + 128);
    buf_hex(&b, "63825363 3501");
    buf_u8(&b, type);
    if (type != 1) {
        buf_hex(&b, "3604");
        buf_add(&b, server->ip, 4);
    }
    if (type == 3) {
        buf_hex(&b, "3204");
        buf_add(&b, yours->ip, 4);
    }
    if (reply)
        buf_hex(&b, "3304 00007080 0104 ffffff00");
    buf_u8(&b, 255);
    convo_say_buf(s, c, dir, &b);
}

/*
 * nobody:68 -> everyone:67 dhcp client PC server DC: discover, offer, request,
 * ack, all broadcast. The client is PC before it has its address.
 */
void say_dhcp(struct scene *s, struct convo *c, const struct options *o)
{
    struct host *server = scene_host(s, options_text(o, "server", ""));
    struct host *yours = scene_host(s, options_text(o, "client", ""));
    struct host *everyone = c->side[1];
    memcpy(c->side[0]->mac, yours->mac, 6);
    dhcp_message(s, c, TO_SERVER, 1, yours->mac, NULL, server);
    /* The answers come from the server's own address and go to everyone as well. */
    struct host *nobody = c->side[0];
    for (unsigned type = 2; type <= 5; type += 3) {
        c->side[1] = server;
        c->side[0] = everyone;
        dhcp_message(s, c, TO_CLIENT, type, yours->mac, yours, server);
        c->side[0] = nobody;
        c->side[1] = everyone;
        if (type == 2)
            dhcp_message(s, c, TO_SERVER, 3, yours->mac, yours, server);
    }
}
