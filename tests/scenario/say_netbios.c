/* SPDX-License-Identifier: Apache-2.0 */
/* NetBIOS over TCP/IP (RFC 1001, 1002): names, datagrams and the session before SMB. */
#include "say.h"

#include <ctype.h>
#include <string.h>

#define NAME_BYTES 16 /* 15 letters and the suffix */

void netbios_name(struct buf *out, const char *name, unsigned suffix)
{
    size_t len = strlen(name);
    buf_u8(out, NAME_BYTES * 2);
    for (size_t i = 0; i < NAME_BYTES; i++) {
        unsigned byte = i < len ? (unsigned)toupper((unsigned char)name[i]) : ' ';
        if (i == NAME_BYTES - 1)
            byte = suffix;
        if (strcmp(name, "*") == 0 && i > 0)
            byte = 0;
        buf_u8(out, 'A' + (byte >> 4));
        buf_u8(out, 'A' + (byte & 15));
    }
    buf_u8(out, 0);
}

void netbios_session(struct scene *s, struct convo *c)
{
    struct buf b = { 0 };
    buf_hex(&b, "81 00 0044");
    netbios_name(&b, c->side[1]->name, 0x20);
    netbios_name(&b, c->side[0]->name, 0x00);
    convo_say_buf(s, c, TO_SERVER, &b);
    convo_say(s, c, TO_CLIENT, "\x82\x00\x00\x00", 4);
}

/* A name query (answered when "answer HOST" is given), or a node status of the server. */
void say_nbns(struct scene *s, struct convo *c, const struct options *o)
{
    struct buf b = { 0 };
    bool status = options_has(o, "status");
    const char *name = status ? "*" : options_text(o, "query", c->side[1]->name);
    const char *found = options_text(o, "answer", NULL);
    unsigned id = scene_random(s) & 0xffff;
    unsigned suffix = (unsigned)options_number(o, "suffix", 0x20, 255);
    buf_be16(&b, id);
    buf_be16(&b, status ? 0x0000 : 0x0110);
    buf_hex(&b, "0001 0000 0000 0000");
    netbios_name(&b, name, suffix);
    buf_be16(&b, status ? 0x21 : 0x20);
    buf_be16(&b, 1);
    convo_say_buf(s, c, TO_SERVER, &b);
    if (found == NULL)
        return;
    const struct host *h = scene_host(s, found);
    buf_be16(&b, id);
    buf_be16(&b, 0x8400);
    buf_hex(&b, "0000 0001 0000 0000");
    netbios_name(&b, name, suffix);
    buf_be16(&b, status ? 0x21 : 0x20);
    buf_be16(&b, 1);
    buf_be32(&b, status ? 0 : 300000);
    size_t at = b.len;
    buf_be16(&b, 0);
    if (status) {
        buf_u8(&b, 1);
        for (size_t i = 0; i < NAME_BYTES - 1; i++)
            buf_u8(&b, i < strlen(h->name) ? (unsigned)toupper((unsigned char)h->name[i]) : ' ');
        buf_hex(&b, "20 0400");
        buf_add(&b, h->mac, 6);
        buf_fill(&b, 0, 40);
    } else {
        buf_be16(&b, 0);
        buf_add(&b, h->ip, 4);
    }
    buf_length16(&b, at);
    convo_say_buf(s, c, TO_CLIENT, &b);
}

/* The browser's host announcement, as Windows sends it to the mail slot of its group. */
static void announcement(struct buf *b, const char *name, const char *comment)
{
    size_t data_len = 32 + strlen(comment) + 1;
    buf_hex(b, "ff534d42 25");
    buf_fill(b, 0, 27);
    buf_u8(b, 17);
    buf_le16(b, 0);
    buf_le16(b, (unsigned)data_len);
    buf_fill(b, 0, 8);
    buf_le32(b, 1000);
    buf_fill(b, 0, 6);
    buf_le16(b, (unsigned)data_len);
    buf_le16(b, 86); /* from the SMB header: 32 + 1 + 34 + 2 + 17 */
    buf_hex(b, "0300 0100 0100 0200");
    buf_le16(b, (unsigned)(17 + data_len));
    buf_add(b, "\\MAILSLOT\\BROWSE", 17);
    buf_hex(b, "01 00 60ea0000");
    for (size_t i = 0; i < NAME_BYTES; i++)
        buf_u8(b, i < strlen(name) && i < 15 ? (unsigned)toupper((unsigned char)name[i]) : 0);
    buf_hex(b, "0a 00 03100000 0f 01 55aa");
    buf_add(b, comment, strlen(comment) + 1);
}

void say_nbds(struct scene *s, struct convo *c, const struct options *o)
{
    struct buf b = { 0 };
    const char *from = options_text(o, "from", c->side[0]->name);
    buf_hex(&b, "11 0a");
    buf_be16(&b, scene_random(s) & 0xffff);
    buf_add(&b, c->side[0]->ip, 4);
    buf_be16(&b, 138);
    size_t at = b.len;
    buf_be16(&b, 0);
    buf_be16(&b, 0);
    netbios_name(&b, from, 0x20);
    netbios_name(&b, options_text(o, "to", "CORP"), 0x1d);
    announcement(&b, from, options_text(o, "comment", ""));
    buf_put16(&b, at, (unsigned)(b.len - at - 4));
    convo_say_buf(s, c, TO_SERVER, &b);
}
