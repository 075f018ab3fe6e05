/* SPDX-License-Identifier: Apache-2.0 */
/* Databases and messages: TDS (MS-TDS), MySQL, MQTT 3.1.1, Java RMI. */
#include "say.h"

#include <stdio.h>
#include <string.h>

/* PRELOGIN: version, encryption, instance, thread id; the answer has no thread id. */
static void tds_prelogin(struct scene *s, struct convo *c, enum dir dir, unsigned major)
{
    struct buf b = { 0 };
    bool answer = dir == TO_CLIENT;
    buf_u8(&b, answer ? 0x04 : 0x12);
    buf_u8(&b, 1);
    buf_be16(&b, 0);
    buf_hex(&b, "0000 01 00");
    buf_hex(&b, "00 001a 0006 01 0020 0001 02 0021 0001 03 0022");
    buf_be16(&b, answer ? 0 : 4);
    buf_hex(&b, "04 0026 0001");
    buf_u8(&b, 255);
    if (answer) /* one entry shorter in its data: MARS stands where the thread id stood */
        buf_put16(&b, b.len - 5, 0x22);
    buf_u8(&b, major);
    buf_hex(&b, "00 07d0 0000");
    buf_u8(&b, answer ? 0 : 2); /* encryption: available for the login; not supported */
    buf_u8(&b, 0);
    if (!answer)
        buf_hex(&b, "00001234");
    buf_u8(&b, 0);
    buf_put16(&b, 2, (unsigned)b.len);
    convo_say_buf(s, c, dir, &b);
}

void say_tds(struct scene *s, struct convo *c, const struct options *o)
{
    tds_prelogin(s, c, TO_SERVER, 16);
    tds_prelogin(s, c, TO_CLIENT, (unsigned)options_number(o, "version", 15, 255));
}

static void mysql_packet(struct scene *s, struct convo *c, enum dir dir, unsigned sequence,
                         struct buf *body)
{
    struct buf b = { 0 };
    buf_le16(&b, (unsigned)body->len);
    buf_u8(&b, 0);
    buf_u8(&b, sequence);
    buf_join(&b, body);
    buf_free(body);
    convo_say_buf(s, c, dir, &b);
}

static void mysql_ok(struct scene *s, struct convo *c, unsigned sequence)
{
    struct buf b = { 0 };
    buf_hex(&b, "00 00 00 0200 0000");
    mysql_packet(s, c, TO_CLIENT, sequence, &b);
}

/* Greeting, login with mysql_native_password, a ping, quit. */
void say_mysql(struct scene *s, struct convo *c, const struct options *o)
{
    struct buf b = { 0 };
    const char *version = options_text(o, "version", "8.0.36"),
               *user = options_text(o, "user", "app");
    buf_u8(&b, 10);
    buf_add(&b, version, strlen(version) + 1);
    buf_le32(&b, 42);
    buf_text(&b, "abcdefgh");
    buf_hex(&b, "00 fff7 21 0200 0f80 15");
    buf_fill(&b, 0, 10);
    buf_add(&b, "ijklmnopqrst", 13);
    buf_add(&b, "mysql_native_password", 22);
    mysql_packet(s, c, TO_CLIENT, 0, &b);
    buf_hex(&b, "05a20800 00000001 21");
    buf_fill(&b, 0, 23);
    buf_add(&b, user, strlen(user) + 1);
    buf_u8(&b, 20);
    scene_random_bytes(s, &b, 20);
    buf_add(&b, "mysql_native_password", 22);
    mysql_packet(s, c, TO_SERVER, 1, &b);
    mysql_ok(s, c, 2);
    buf_u8(&b, 14); /* COM_PING */
    mysql_packet(s, c, TO_SERVER, 0, &b);
    mysql_ok(s, c, 1);
    buf_u8(&b, 1); /* COM_QUIT */
    mysql_packet(s, c, TO_SERVER, 0, &b);
}

static void mqtt_text(struct buf *b, const char *text)
{
    buf_be16(b, (unsigned)strlen(text));
    buf_text(b, text);
}

static void mqtt_packet(struct scene *s, struct convo *c, unsigned type, struct buf *body)
{
    struct buf b = { 0 };
    if (body->len > 127)
        die_at(s, "the MQTT texts are too long");
    buf_u8(&b, type);
    buf_u8(&b, (unsigned)body->len);
    buf_join(&b, body);
    buf_free(body);
    convo_say_buf(s, c, TO_SERVER, &b);
}

void say_mqtt(struct scene *s, struct convo *c, const struct options *o)
{
    struct buf b = { 0 };
    mqtt_text(&b, "MQTT");
    buf_hex(&b, "04 02 003c"); /* 3.1.1, clean session, keep alive 60 s */
    mqtt_text(&b, options_text(o, "id", "client-1"));
    mqtt_packet(s, c, 0x10, &b);
    convo_say(s, c, TO_CLIENT, "\x20\x02\x00\x00", 4);
    buf_be16(&b, 1);
    mqtt_text(&b, options_text(o, "topic", "wake"));
    buf_u8(&b, 0);
    mqtt_packet(s, c, 0x82, &b);
    convo_say(s, c, TO_CLIENT, "\x90\x03\x00\x01\x00", 5);
    uint64_t pings = options_number(o, "pings", 1, 1000);
    for (uint64_t i = 0; i < pings; i++) {
        s->now_ns += i == 0 ? 0 : 60 * NS_PER_S;
        convo_say(s, c, TO_SERVER, "\xc0\x00", 2);
        convo_say(s, c, TO_CLIENT, "\xd0\x00", 2);
    }
}

/* JRMI stream protocol, a registry lookup and its answer. */
void say_rmi(struct scene *s, struct convo *c, const struct options *o)
{
    struct buf b = { 0 };
    char ip[64];
    (void)o;
    scene_ip_text(c->side[0], ip, sizeof(ip));
    buf_text(&b, "JRMI");
    buf_hex(&b, "0002 4b");
    convo_say_buf(s, c, TO_SERVER, &b);
    buf_u8(&b, 0x4e);
    mqtt_text(&b, ip);
    buf_be32(&b, c->port[0]);
    convo_say_buf(s, c, TO_CLIENT, &b);
    mqtt_text(&b, ip);
    buf_be32(&b, 0);
    convo_say_buf(s, c, TO_SERVER, &b);
    buf_hex(&b, "50 aced0005 7722 0000000000000000 00000000 0000000000000000 0000 00000002"
                "44154dc9d4e63bdf 74 0007 636f6e736f6c65");
    convo_say_buf(s, c, TO_SERVER, &b);
    buf_hex(&b, "51 aced0005 770f 01 00000001 0000018e00000000 8001 70");
    convo_say_buf(s, c, TO_CLIENT, &b);
}
