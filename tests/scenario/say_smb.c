/* SPDX-License-Identifier: Apache-2.0 */
/* SMB 2 and 3.0 (MS-SMB2): negotiate, session set-up with NTLM, connecting to a share. */
#include "say.h"

#include <stdio.h>
#include <string.h>

#define HEADER_LEN               64
#define MORE_PROCESSING_REQUIRED 0xc0000016u

enum command { NEGOTIATE = 0, SESSION_SETUP = 1, TREE_CONNECT = 3, TREE_DISCONNECT = 4 };

struct smb {
    struct scene *s;
    struct convo *c;
    unsigned message;
    uint32_t tree;
    uint64_t session;
};

/* SPNEGO negTokenInit that offers NTLM alone. */
static const char spnego[] = "601c 06062b0601050502 a012 3010 a00e 300c 060a2b06010401823702020a";

/* The 4-byte frame, the SMB2 header, the body; frees body. */
static void say(struct smb *m, enum dir dir, enum command command, uint32_t status,
                struct buf *body)
{
    struct buf b = { 0 };
    buf_be32(&b, (uint32_t)(HEADER_LEN + body->len));
    buf_hex(&b, "fe534d42 4000 0100");
    buf_le32(&b, status);
    buf_le16(&b, command);
    buf_le16(&b, dir == TO_SERVER ? 31 : 1); /* credits */
    buf_le32(&b, dir == TO_SERVER ? 0 : 1);  /* flags: a response */
    buf_le32(&b, 0);
    buf_le32(&b, m->message);
    buf_le32(&b, 0);
    buf_le32(&b, 0xfeff);
    buf_le32(&b, m->tree);
    buf_le32(&b, (uint32_t)m->session);
    buf_le32(&b, (uint32_t)(m->session >> 32));
    buf_fill(&b, 0, 16);
    buf_join(&b, body);
    buf_free(body);
    convo_say_buf(m->s, m->c, dir, &b);
}

static void negotiate(struct smb *m, unsigned dialect)
{
    struct buf b = { 0 };
    buf_hex(&b, "2400 0400 0100 0000 7f000000");
    scene_random_bytes(m->s, &b, 16);
    buf_fill(&b, 0, 8);
    buf_hex(&b, "0202 1002 0003 0203");
    say(m, TO_SERVER, NEGOTIATE, 0, &b);
    buf_hex(&b, "4100 0100");
    buf_le16(&b, dialect);
    buf_le16(&b, 0);
    scene_random_bytes(m->s, &b, 16);
    buf_hex(&b, "2f000000 00001000 00001000 00001000"); /* capabilities, sizes */
    buf_fill(&b, 0, 16);                                /* times */
    buf_hex(&b, "8000 1e00 00000000");
    buf_hex(&b, spnego);
    say(m, TO_CLIENT, NEGOTIATE, 0, &b);
    m->message++;
}

static void setup_request(struct smb *m, struct buf *ntlm)
{
    struct buf b = { 0 };
    buf_hex(&b, "1900 00 01 01000000 00000000 5800");
    buf_le16(&b, (unsigned)ntlm->len);
    buf_fill(&b, 0, 8);
    buf_join(&b, ntlm);
    buf_free(ntlm);
    say(m, TO_SERVER, SESSION_SETUP, 0, &b);
}

static void setup_response(struct smb *m, uint32_t status, struct buf *ntlm)
{
    struct buf b = { 0 };
    buf_hex(&b, "0900 0000 4800");
    buf_le16(&b, (unsigned)ntlm->len);
    buf_join(&b, ntlm);
    buf_free(ntlm);
    say(m, TO_CLIENT, SESSION_SETUP, status, &b);
    m->message++;
}

static void ntlm_field(struct buf *b, size_t len, size_t offset)
{
    buf_le16(b, (unsigned)len);
    buf_le16(b, (unsigned)len);
    buf_le32(b, (uint32_t)offset);
}

/* NTLMSSP messages 1, 2 and 3 (MS-NLMP). */
static void session(struct smb *m, const char *user)
{
    struct buf b = { 0 };
    const char *domain = "CORP";
    size_t domain_len = strlen(domain) * 2, user_len = strlen(user) * 2;
    buf_hex(&b, "4e544c4d53535000 01000000 978208e2");
    buf_fill(&b, 0, 16);
    setup_request(m, &b);
    m->session = 0x0000040000000001ULL;
    buf_hex(&b, "4e544c4d53535000 02000000");
    ntlm_field(&b, domain_len, 48);
    buf_hex(&b, "15828ae2");
    scene_random_bytes(m->s, &b, 8);
    buf_fill(&b, 0, 8);
    ntlm_field(&b, 0, 48 + domain_len);
    buf_utf16(&b, domain);
    setup_response(m, MORE_PROCESSING_REQUIRED, &b);
    buf_hex(&b, "4e544c4d53535000 03000000");
    ntlm_field(&b, 0, 64);
    ntlm_field(&b, 24, 64 + domain_len + user_len);
    ntlm_field(&b, domain_len, 64);
    ntlm_field(&b, user_len, 64 + domain_len);
    ntlm_field(&b, 0, 64 + domain_len + user_len);
    ntlm_field(&b, 0, 64 + domain_len + user_len + 24);
    buf_hex(&b, "15828ae2");
    buf_utf16(&b, domain);
    buf_utf16(&b, user);
    scene_random_bytes(m->s, &b, 24);
    setup_request(m, &b);
    setup_response(m, 0, &b);
}

static void tree(struct smb *m, const char *host, const char *share)
{
    char path[256];
    struct buf b = { 0 };
    snprintf(path, sizeof(path), "\\\\%s\\%s", host, share);
    buf_hex(&b, "0900 0000 4800");
    buf_le16(&b, (unsigned)strlen(path) * 2);
    buf_utf16(&b, path);
    say(m, TO_SERVER, TREE_CONNECT, 0, &b);
    m->tree = 5;
    buf_hex(&b, "1000 01 00 00000000 00000000 ff011f00");
    say(m, TO_CLIENT, TREE_CONNECT, 0, &b);
    m->message++;
    for (int dir = TO_SERVER; dir <= TO_CLIENT; dir++) {
        buf_hex(&b, "0400 0000");
        say(m, (enum dir)dir, TREE_DISCONNECT, 0, &b);
    }
}

void say_smb(struct scene *s, struct convo *c, const struct options *o)
{
    struct smb m = { .s = s, .c = c };
    const char *dialect = options_text(o, "dialect", "3.0");
    bool v3 = strcmp(dialect, "3.0") == 0;
    if (!v3 && strcmp(dialect, "2.1") != 0)
        die_at(s, "SMB dialect 2.1 or 3.0 expected, not '%s'", dialect);
    if (c->port[1] == 139)
        netbios_session(s, c);
    negotiate(&m, v3 ? 0x0300 : 0x0210);
    session(&m, options_text(o, "user", "user"));
    tree(&m, options_text(o, "host", c->side[1]->name), options_text(o, "share", "IPC$"));
}
