/* SPDX-License-Identifier: Apache-2.0 */
/* The statements about what hosts do, the loops, and the choice of a statement's function. */
#include "statements.h"

#include <stdio.h>
#include <string.h>

static struct convo *current(struct scene *s)
{
    if (s->current == NULL)
        die_at(s, "no conversation yet: tcp NAME A -> B:PORT comes first");
    return s->current;
}

/* tcp|udp NAME A[:PORT] -> B:PORT */
static void do_convo(struct scene *s, const struct line *line)
{
    uint16_t client_port = 0, server_port = 0;
    const char *name = line_word(s, line, 1, "a name")->text;
    struct host *client = scene_endpoint(s, line_word(s, line, 2, "A -> B:PORT"), &client_port);
    if (!word_is(line_word(s, line, 3, "A -> B:PORT"), "->"))
        die_at(s, "A -> B:PORT expected after the name");
    struct host *server = scene_endpoint(s, line_word(s, line, 4, "A -> B:PORT"), &server_port);
    if (server_port == 0)
        die_at(s, "'%s' needs a port", line->word[4].text);
    for (size_t i = 0; i < s->convo_count; i++)
        if (strcmp(s->convo[i].name, name) == 0)
            die_at(s, "conversation '%s' is there already", name);
    convo_new(s, name, word_is(&line->word[0], "tcp") ? 6 : 17, client, client_port, server,
              server_port);
}

static void do_on(struct scene *s, const struct line *line)
{
    const char *name = line_word(s, line, 1, "the name of a conversation")->text;
    for (size_t i = 0; i < s->convo_count; i++) {
        if (strcmp(s->convo[i].name, name) == 0) {
            s->current = &s->convo[i];
            return;
        }
    }
    die_at(s, "unknown conversation '%s'", name);
}

static void do_open(struct scene *s, const struct line *line)
{
    (void)line;
    convo_open(s, current(s));
}

static void do_try(struct scene *s, const struct line *line)
{
    convo_try(s, current(s), (unsigned)word_number(s, line_word(s, line, 1, "a number"), 1, 10));
}

static void do_refused(struct scene *s, const struct line *line)
{
    (void)line;
    convo_refuse(s, current(s));
}

static void do_payload(struct scene *s, const struct line *line)
{
    struct buf b = { 0 };
    for (size_t i = 1; i < line->count; i++)
        word_payload(s, &line->word[i], &b);
    convo_say_buf(s, current(s), word_is(&line->word[0], ">") ? TO_SERVER : TO_CLIENT, &b);
}

static void do_again(struct scene *s, const struct line *line)
{
    (void)line;
    convo_again(s, current(s));
}

/* The last two packets change places in time. */
static void do_swap(struct scene *s, const struct line *line)
{
    (void)line;
    if (s->packet_count < 2)
        die_at(s, "there are no two packets to swap");
    struct packet *last = &s->packet[s->packet_count - 1];
    int64_t ts_ns = last->ts_ns;
    last->ts_ns = last[-1].ts_ns;
    last[-1].ts_ns = ts_ns;
}

static enum dir by(const struct scene *s, const struct line *line, size_t i)
{
    if (line->count <= i)
        return TO_SERVER;
    if (!word_is(&line->word[i], "client") && !word_is(&line->word[i], "server"))
        die_at(s, "client or server expected, not '%s'", line->word[i].text);
    return word_is(&line->word[i], "client") ? TO_SERVER : TO_CLIENT;
}

static void do_ack(struct scene *s, const struct line *line)
{
    convo_ack(s, current(s), by(s, line, 1));
}

static void do_close(struct scene *s, const struct line *line)
{
    convo_close(s, current(s), by(s, line, 1));
}

static void do_reset(struct scene *s, const struct line *line)
{
    convo_reset(s, current(s), by(s, line, 1));
}

/* unreachable WHAT by HOST */
static void do_unreachable(struct scene *s, const struct line *line)
{
    const struct word *what = line_word(s, line, 1, "net, host, protocol, port or admin");
    const struct word *host = line_word(s, line, 3, "'by HOST'");
    convo_unreachable(s, current(s), what->text, scene_host(s, host->text));
}

/* frame PAYLOAD...: a frame of the link as it stands, right or wrong. */
static void do_frame(struct scene *s, const struct line *line)
{
    struct buf b = { 0 };
    for (size_t i = 1; i < line->count; i++)
        word_payload(s, &line->word[i], &b);
    wire_keep(s, &b);
    buf_free(&b);
    scene_step(s);
}

/* arp A -> B: who has B, tell A; and the answer. */
static void do_arp(struct scene *s, const struct line *line)
{
    struct host *a = scene_host(s, line_word(s, line, 1, "A -> B")->text);
    struct host *b = scene_host(s, line_word(s, line, 3, "A -> B")->text);
    for (unsigned op = 1; op <= 2; op++) {
        struct host *from = op == 1 ? a : b, *to = op == 1 ? b : a;
        struct buf f = { 0 };
        if (op == 1)
            buf_fill(&f, 0xff, 6);
        else
            buf_add(&f, to->mac, 6);
        buf_add(&f, from->mac, 6);
        buf_hex(&f, "0806 0001 0800 06 04");
        buf_be16(&f, op);
        buf_add(&f, from->mac, 6);
        buf_add(&f, from->ip, 4);
        if (op == 1)
            buf_fill(&f, 0, 6);
        else
            buf_add(&f, to->mac, 6);
        buf_add(&f, to->ip, 4);
        if (s->padding)
            buf_fill(&f, 0, 60 - f.len);
        wire_keep(s, &f);
        buf_free(&f);
        scene_step(s);
    }
}

/* ping A -> B: an ICMP echo and its reply. */
static void do_ping(struct scene *s, const struct line *line)
{
    struct host *a = scene_host(s, line_word(s, line, 1, "A -> B")->text);
    struct host *b = scene_host(s, line_word(s, line, 3, "A -> B")->text);
    for (unsigned reply = 0; reply < 2; reply++) {
        struct buf f = { 0 };
        buf_u8(&f, a->v6 ? 128 + reply : 8 - 8 * reply);
        buf_hex(&f, "00 0000 4711 0001");
        buf_text(&f, "abcdefghijklmnopqrstuvwabcdefghi");
        struct host *from = reply == 0 ? a : b, *to = reply == 0 ? b : a;
        uint8_t proto = a->v6 ? 58 : 1;
        wire_checksum(s, from, to, proto, &f, 2);
        wire_send(s, from, to, proto, &f, reply == 0 ? TO_SERVER : TO_CLIENT);
        buf_free(&f);
        scene_step(s);
    }
}

static const struct statement acts[] = {
    { "tcp", do_convo },   { "udp", do_convo },
    { "on", do_on },       { "open", do_open },
    { "try", do_try },     { "refused", do_refused },
    { ">", do_payload },   { "<", do_payload },
    { "again", do_again }, { "swap", do_swap },
    { "ack", do_ack },     { "close", do_close },
    { "reset", do_reset }, { "unreachable", do_unreachable },
    { "frame", do_frame }, { "arp", do_arp },
    { "ping", do_ping },   { "say", verb_say },
};

static void run(struct scene *s, const struct line *line, unsigned depth);

/* The words after "from" as a line of their own, mark replaced by with. */
static void inner_line(struct scene *s, const struct line *line, size_t from, const char *mark,
                       const char *with, struct line *inner)
{
    char *out = inner->room, *end = inner->room + sizeof(inner->room);
    size_t mark_len = strlen(mark);
    *inner = (struct line){ .file = line->file, .number = line->number };
    for (size_t i = from; i < line->count; i++) {
        const struct word *w = &line->word[i];
        struct word *to = &inner->word[inner->count++];
        *to = (struct word){ .text = out, .quoted = w->quoted };
        for (size_t at = 0; at < w->len;) {
            bool place = strncmp(w->text + at, mark, mark_len) == 0;
            size_t len = place ? strlen(with) : 1;
            if ((size_t)(end - out) < len + 1)
                die_at(s, "the statement is too long once %s is filled in", mark);
            memcpy(out, place ? with : w->text + at, len);
            out += len;
            at += place ? mark_len : 1;
        }
        to->len = (size_t)(out - to->text);
        *out++ = '\0';
    }
}

static size_t colon(struct scene *s, const struct line *line, size_t from)
{
    for (size_t i = from; i < line->count; i++)
        if (word_is(&line->word[i], ":") && i + 1 < line->count)
            return i;
    die_at(s, "'%s' needs ': STATEMENT' at its end", line->word[0].text);
}

/* for A B C : STATEMENT with {} in it */
static void loop_for(struct scene *s, const struct line *line, unsigned depth)
{
    size_t at = colon(s, line, 1);
    for (size_t i = 1; i < at; i++) {
        struct line inner;
        inner_line(s, line, at + 1, "{}", line->word[i].text, &inner);
        run(s, &inner, depth + 1);
    }
    s->line = line;
}

/*
 * every SPAN N times : STATEMENT with {n} for the round's number. What is written after it
 * follows the first round: the later ones go on beside it.
 */
static void loop_every(struct scene *s, const struct line *line, unsigned depth)
{
    int64_t span = word_span(s, line_word(s, line, 1, "a span"));
    uint64_t times = word_number(s, line_word(s, line, 2, "how many times"), 1, MAX_LOOP);
    size_t at = colon(s, line, 3);
    int64_t start = s->now_ns, first_end = start;
    for (uint64_t i = 0; i < times; i++) {
        char number[24];
        struct line inner;
        snprintf(number, sizeof(number), "%llu", (unsigned long long)i + 1);
        inner_line(s, line, at + 1, "{n}", number, &inner);
        s->now_ns = start + (int64_t)i * span;
        run(s, &inner, depth + 1);
        if (i == 0)
            first_end = s->now_ns;
    }
    s->now_ns = first_end;
    s->line = line;
}

static void run_one(struct scene *s, const struct line *line, unsigned depth)
{
    const struct word *first = &line->word[0];
    s->line = line;
    if (line->count == 0)
        return;
    if (depth > MAX_NESTING)
        die_at(s, "loops nest deeper than %d", MAX_NESTING);
    const struct statement *known = statement_setting(first);
    for (size_t i = 0; known == NULL && i < sizeof(acts) / sizeof(acts[0]); i++)
        if (word_is(first, acts[i].name))
            known = &acts[i];
    if (known != NULL)
        known->run(s, line);
    else if (word_is(first, "for"))
        loop_for(s, line, depth);
    else if (word_is(first, "every"))
        loop_every(s, line, depth);
    else if (line->count > 1 && word_is(&line->word[1], "->"))
        verb_conversation(s, line);
    else
        die_at(s, "unknown statement '%s'", first->text);
}

/* Statements parted by ";"; a loop's body is all the rest of the line. */
static void run(struct scene *s, const struct line *line, unsigned depth)
{
    struct line part = { .file = line->file, .number = line->number };
    for (size_t i = 0; i < line->count; i++) {
        bool loop = word_is(&line->word[i], "for") || word_is(&line->word[i], "every");
        while (i < line->count && (loop || !word_is(&line->word[i], ";")))
            part.word[part.count++] = line->word[i++];
        run_one(s, &part, depth);
        part.count = 0;
    }
    s->line = line;
}

void statement_run(struct scene *s, const char *text, unsigned number)
{
    struct line line = { .file = s->file, .number = number };
    s->line = &line;
    lex_line(s, &line, text);
    run(s, &line, 0);
    s->line = NULL;
}
