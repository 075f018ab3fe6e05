/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void die_at(const struct scene *s, const char *fmt, ...)
{
    va_list ap;
    if (s->line != NULL)
        fprintf(stderr, "%s:%u: ", s->file, s->line->number);
    else
        fprintf(stderr, "%s: ", s->file);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    _Exit(2); /* what is half built is nobody's any more: nothing to clean, nothing leaked */
}

static void scene_start(struct scene *s, const char *file)
{
    *s = (struct scene){ .file = file,
                         .day_ns = 1772409600LL * NS_PER_S, /* 2026-03-02 */
                         .rtt_ns = 400000,
                         .random = 1,
                         .next_port = 49152,
                         .snaplen = 262144,
                         .iface_link = { 1 },
                         .iface_count = 1 };
    s->now_ns = s->day_ns + 8 * 3600 * NS_PER_S;
    s->convo = calloc(MAX_CONVOS, sizeof(*s->convo));
    if (s->convo == NULL)
        die_at(s, "out of memory");
}

static void scene_run(struct scene *s, FILE *in)
{
    char text[MAX_LINE + 2];
    for (unsigned number = 1; fgets(text, sizeof(text), in) != NULL; number++) {
        size_t len = strcspn(text, "\n");
        if (text[len] == '\0' && !feof(in)) {
            struct line line = { .number = number };
            s->line = &line;
            die_at(s, "the line is longer than %d bytes", MAX_LINE);
        }
        text[len] = '\0';
        statement_run(s, text, number);
    }
    s->line = NULL;
    if (ferror(in))
        die_at(s, "%s", strerror(errno));
}

static void scene_end(struct scene *s)
{
    for (size_t i = 0; i < s->packet_count; i++)
        free(s->packet[i].bytes);
    for (size_t i = 0; i < s->convo_count; i++)
        buf_free(&s->convo[i].last);
    buf_free(&s->last_ip);
    free(s->packet);
    free(s->convo);
    free(s);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: epw-scenario SCENARIO CAPTURE\n"
              "Writes the capture that a scenario describes; - is standard input or output.\n",
              stderr);
        return 2;
    }
    struct scene *s = malloc(sizeof(*s));
    if (s == NULL)
        return 2;
    scene_start(s, argv[1]);
    FILE *in = strcmp(argv[1], "-") == 0 ? stdin : fopen(argv[1], "r");
    if (in == NULL)
        die_at(s, "%s", strerror(errno));
    scene_run(s, in);
    fclose(in);
    bool written = out_write(s, argv[2]);
    if (!written)
        fprintf(stderr, "%s: %s\n", argv[2], strerror(errno));
    scene_end(s);
    return written ? 0 : 2;
}
