/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FTP control channels (RFC 959, 2428, 4217) on any port, followed to their
 * end: what 227, 229, PORT and EPRT announce is told at once. Recognising one
 * takes more than "220" and USER, which SMTP and POP3 have too: a greeting
 * that says FTP, a reply that only FTP gives, or a command that only FTP has.
 * Midstream a reply or command that only FTP has is needed as well. The user's
 * name and password are not kept.
 */
#include "meter/evidence/ftp_endpoint.h"
#include "meter/evidence/scan.h"

/* A line: 4096 bytes of path (the usual system's limit) and its command. */
#define FTP_MAX_LINE 4352
/* What recognising may take: long banners have some thousand bytes. */
#define FTP_MAX_GREETING 8192
/* Lines of one look that recognising goes through. */
#define FTP_MAX_LINES 128
/* First byte of a TLS record that carries a handshake (RFC 8446, 5.1). */
#define TLS_HANDSHAKE 0x16

/* Commands that no other protocol of lines has; with what must follow where the word is common. */
static const char *const sure_commands[] = { "AUTH TLS", "AUTH SSL", "PASV",       "EPSV", "EPRT |",
                                             "SYST",     "TYPE A",   "TYPE I",     "CWD",  "PWD",
                                             "MLSD",     "MLST",     "OPTS UTF8",  "FEAT", "PBSZ",
                                             "PROT P",   "PROT C",   "SITE UTIME", "XPWD", "MDTM" };
/* Commands that others have too: POP3 logs in and lists with the same words. */
static const char *const shared_commands[] = { "USER", "PASS", "ACCT", "HOST", "NOOP", "QUIT",
                                               "LIST", "RETR", "HELP", "STAT", "CLNT", "NLST",
                                               "STOR", "SIZE", "REST", "DELE", "ALLO", "ABOR" };
/* Replies that SMTP, NNTP and POP3 do not give after a greeting of 220. */
static const uint16_t sure_replies[] = { 150, 215, 226, 230, 234, 257, 331, 332, 350 };

/* How a line of the opening speaks for or against FTP. */
enum says { SAYS_NO, SAYS_MAYBE, SAYS_FTP };

/* "nnn " or "nnn-": the code; 0 for anything else. */
static unsigned reply_code(struct epw_cur line, bool *more)
{
    unsigned code = 0;
    for (int i = 0; i < 3; i++) {
        uint8_t digit = epw_cur_u8(&line);
        if (digit < '0' || digit > '9')
            return 0;
        code = code * 10 + (unsigned)(digit - '0');
    }
    uint8_t next = epw_cur_u8(&line);
    *more = next == '-';
    return next == ' ' || next == '-' || next == 0 ? code : 0;
}

/* "FTP" in the greeting's text; "ftp.example.net" may be a mail server's own name. */
static bool names_ftp(struct epw_cur line)
{
    for (; epw_cur_left(&line) != 0; epw_cur_skip(&line, 1)) {
        struct epw_cur here = line;
        struct epw_cur word = epw_cur_sub(&here, 3);
        if (epw_scan_find(word, "FTP") && epw_scan_peek(&here) != '.')
            return true;
    }
    return false;
}

/* Bytes that mostly tell whether the rest is text too. */
#define FIRST_TEXT 16u

static bool has_word(struct epw_cur line, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (epw_scan_word(line, words[i]))
            return true;
    return false;
}

static enum says reply_says(struct epw_cur line, bool first, bool midstream)
{
    bool more = false;
    struct epw_ftp_endpoint endpoint;
    unsigned code = reply_code(line, &more);
    if (epw_ftp_reply(line, &endpoint))
        return SAYS_FTP;
    if (midstream) /* 150 and 226 with FTP's own words: codes alone are too common */
        return (code == 150 && epw_scan_find(line, "data connection")) ||
                       (code == 226 && epw_scan_find(line, "transfer complete"))
                   ? SAYS_FTP
                   : SAYS_MAYBE;
    if (first && code != 220)
        return SAYS_NO;
    if (epw_scan_find(line, "SMTP"))
        return SAYS_NO;
    if (code == 220)
        return names_ftp(line) ? SAYS_FTP : SAYS_MAYBE;
    for (size_t i = 0; i < sizeof(sure_replies) / sizeof(sure_replies[0]); i++)
        if (code == sure_replies[i])
            return SAYS_FTP;
    /* SMTP answers EHLO with 250; lines without a code belong to a greeting of several. */
    return code == 250 || code == 221 || code == 334 || code == 354 ? SAYS_NO : SAYS_MAYBE;
}

static enum says command_says(struct epw_cur line, bool midstream)
{
    struct epw_ftp_endpoint endpoint;
    if (has_word(line, sure_commands, sizeof(sure_commands) / sizeof(sure_commands[0])) ||
        epw_ftp_command(line, &endpoint))
        return SAYS_FTP;
    if (midstream || has_word(line, shared_commands, sizeof(shared_commands) / sizeof(char *)))
        return SAYS_MAYBE;
    return SAYS_NO;
}

static bool starts_with_digit(struct epw_cur line)
{
    uint8_t first = epw_scan_peek(&line);
    return first >= '0' && first <= '9';
}

/*
 * The opening of a side of which nothing is known yet. *replies tells, once
 * FTP is sure, whether this side answers.
 */
static enum epw_look recognise(const struct epw_opening *o, bool *replies)
{
    struct epw_cur c = epw_cur(o->bytes, o->len), line;
    *replies = starts_with_digit(c);
    if (!epw_scan_is_text(c) || o->len > FTP_MAX_GREETING)
        return EPW_LOOK_NO;
    /* The cheap way out for everything else that is text. */
    struct epw_cur start = c;
    if (o->from_start && *replies && epw_scan_literal(&start, "220", 3) == EPW_FIT_NO)
        return EPW_LOOK_NO;
    for (int i = 0; i < FTP_MAX_LINES && epw_scan_line(&c, &line); i++) {
        bool reply = o->from_start ? *replies : starts_with_digit(line);
        enum says says =
            reply ? reply_says(line, i == 0, !o->from_start) : command_says(line, !o->from_start);
        if (says == SAYS_NO)
            return EPW_LOOK_NO;
        if (says == SAYS_FTP) {
            *replies = reply;
            return EPW_LOOK_MINE;
        }
    }
    /* Midstream every segment is a new beginning: waiting would only hold it up for others. */
    return o->from_start ? epw_scan_short(o) : EPW_LOOK_NO;
}

static void announce(struct epw_finder *f, const struct epw_opening *o, enum epw_dir client,
                     struct epw_ftp_endpoint *endpoint)
{
    enum epw_dir server = epw_scan_reverse(client);
    struct epw_sighting s = { .kind = EPW_SIGHT_ENDPOINT,
                              .client = o->ip[client],
                              .server = o->ip[server],
                              .port = endpoint->port,
                              .client_port = o->port[client],
                              .server_port = o->port[server],
                              .proto = o->proto,
                              .endpoint_listener = endpoint->server_listens };
    s.address = endpoint->has_address ? endpoint->address : s.server;
    epw_ev_sight(f, &s);
}

/* One line of a channel that is known. True when nothing more can be read after it. */
static bool follow_line(struct epw_finder *f, const struct epw_opening *o, enum epw_dir client,
                        struct epw_cur line)
{
    struct epw_ftp_endpoint endpoint;
    bool more = false;
    if (o->dir == client) {
        if (epw_ftp_command(line, &endpoint))
            announce(f, o, client, &endpoint);
        return false;
    }
    unsigned code = reply_code(line, &more);
    if (code == 220 && epw_cur_left(&line) > 4)
        epw_ev_text(f, EPW_EV_HINT, line.at + 4, epw_cur_left(&line) - 4);
    if (epw_ftp_reply(line, &endpoint))
        announce(f, o, client, &endpoint);
    if (code == 234) { /* RFC 4217, 4: what follows is TLS */
        epw_ev_fields(f)->starttls = true;
        epw_ev_tunnel(f);
    }
    return code == 234;
}

static enum epw_look follow(struct epw_finder *f, const struct epw_opening *o, enum epw_dir client)
{
    struct epw_cur c = epw_cur(o->bytes, o->len), line;
    enum epw_look found = EPW_LOOK_MINE;
    while (found == EPW_LOOK_MINE) {
        /* The client's TLS after AUTH, in the place of a line. */
        if (o->dir == client && epw_scan_peek(&c) == TLS_HANDSHAKE) {
            epw_ev_tunnel(f);
            found = EPW_LOOK_DONE;
        } else if (!epw_scan_line(&c, &line)) {
            break;
        } else if (follow_line(f, o, client, line)) {
            found = EPW_LOOK_DONE;
        }
    }
    size_t left = epw_cur_left(&c);
    epw_ev_consumed(f, o->len - left);
    return left > FTP_MAX_LINE ? EPW_LOOK_DONE : found;
}

static enum epw_look look(struct epw_finder *f, const struct epw_opening *o)
{
    bool replies = false;
    if (o->app == EPW_APP_FTP && o->inner) /* what AUTH TLS hides is not read as lines */
        return EPW_LOOK_NO;
    if (o->app != EPW_APP_FTP) {
        enum epw_look found = recognise(o, &replies);
        if (found != EPW_LOOK_MINE)
            return found;
        epw_ev_requester(f, replies ? epw_scan_reverse(o->dir) : o->dir);
    }
    uint8_t client = epw_ev_known(f)->requester;
    return follow(f, o, client == EPW_TO_CLIENT ? EPW_TO_CLIENT : EPW_TO_SERVER);
}

static bool may_open(const struct epw_opening *o)
{
    for (size_t i = 0; i < o->len && i < FIRST_TEXT; i++)
        if (!epw_scan_is_text_byte(o->bytes[i]))
            return false;
    return true;
}

static bool may_have(unsigned place, uint8_t byte, bool stream)
{
    (void)place;
    (void)stream;
    return epw_scan_is_text_byte(byte);
}

const struct epw_source epw_source_ftp = {
    .name = "ftp",
    .help = "FTP control channels on any port; announces their data endpoints; banner as hint",
    .app = EPW_APP_FTP,
    .over = EPW_OVER_TCP,
    .follows = true,
    .max_bytes = FTP_MAX_GREETING,
    .may_have = may_have,
    .may_open = may_open,
    .look = look,
};
