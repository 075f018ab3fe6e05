/* SPDX-License-Identifier: Apache-2.0 */
/* SMB 1 (MS-CIFS), as old programs still speak it: negotiate, set-up, tree connect. */
#include "say.h"

#include <stdio.h>
#include <string.h>

enum command { NEGOTIATE = 0x72, SESSION_SETUP = 0x73, TREE_CONNECT = 0x75 };

/* words: what the word count counts; bytes: the rest. Frees both. */
static void say(struct scene *s, struct convo *c, enum dir dir, enum command command,
                struct buf *words, struct buf *bytes)
{
    struct buf b = { 0 };
    buf_be32(&b, (uint32_t)(32 + 1 + words->len + 2 + bytes->len));
    buf_hex(&b, "ff534d42");
    buf_u8(&b, command);
    buf_le32(&b, 0);
    buf_u8(&b, dir == TO_SERVER ? 0x18 : 0x98);
    buf_le16(&b, 0x0001); /* long names; texts are ASCII */
    buf_fill(&b, 0, 12);
    buf_le16(&b, command == NEGOTIATE ? 0 : 2048);
    buf_le16(&b, 0xfeff);
    buf_le16(&b, command == NEGOTIATE ? 0 : 100);
    buf_le16(&b, 1);
    buf_u8(&b, (unsigned)words->len / 2);
    buf_join(&b, words);
    buf_le16(&b, (unsigned)bytes->len);
    buf_join(&b, bytes);
    buf_free(words);
    buf_free(bytes);
    convo_say_buf(s, c, dir, &b);
}

static void texts(struct buf *b, const char *const *text, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_add(b, text[i], strlen(text[i]) + 1);
}

static void negotiate(struct scene *s, struct convo *c)
{
    struct buf w = { 0 }, b = { 0 };
    buf_text(&b, "\x02NT LM 0.12");
    buf_u8(&b, 0);
    say(s, c, TO_SERVER, NEGOTIATE, &w, &b);
    buf_hex(&w, "0000 03 3200 0100 04410000 00000100 00000000 fde38080 0000000000000000 0000 08");
    scene_random_bytes(s, &b, 8);
    buf_utf16(&b, "CORP");
    buf_le16(&b, 0);
    say(s, c, TO_CLIENT, NEGOTIATE, &w, &b);
}

void say_smb1(struct scene *s, struct convo *c, const struct options *o)
{
    struct buf w = { 0 }, b = { 0 };
    char path[256];
    if (c->port[1] == 139)
        netbios_session(s, c);
    negotiate(s, c);

    buf_hex(&w, "ff00 0000 0441 3200 0000 00000000 1800 0000 00000000 5c000000");
    scene_random_bytes(s, &b, 24);
    texts(&b, (const char *[]){ options_text(o, "user", "user"), "CORP", "Windows", "Windows" }, 4);
    say(s, c, TO_SERVER, SESSION_SETUP, &w, &b);
    buf_hex(&w, "ff00 0000 0000");
    texts(&b, (const char *[]){ "Windows", "LAN Manager", "CORP" }, 3);
    say(s, c, TO_CLIENT, SESSION_SETUP, &w, &b);

    snprintf(path, sizeof(path), "\\\\%s\\%s", options_text(o, "host", c->side[1]->name),
             options_text(o, "share", "IPC$"));
    buf_hex(&w, "ff00 0000 0000 0100");
    buf_u8(&b, 0);
    texts(&b, (const char *[]){ path, "?????" }, 2);
    say(s, c, TO_SERVER, TREE_CONNECT, &w, &b);
    buf_hex(&w, "ff00 0000 0100");
    texts(&b, (const char *[]){ "A:", "NTFS" }, 2);
    say(s, c, TO_CLIENT, TREE_CONNECT, &w, &b);
}
