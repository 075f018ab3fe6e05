/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file of an output. What must be whole or not be there at all is written
 * beside its name and gets the name in the end; a name that is taken is never
 * taken from another file.
 */
#ifndef EPW_CLI_SINK_FILE_H
#define EPW_CLI_SINK_FILE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

enum epw_sink_kind {
    EPW_SINK_PLAIN,   /* path itself, emptied first; "-" is standard output */
    EPW_SINK_ADDED,   /* path itself, after what is in it */
    EPW_SINK_LAST,    /* path itself, emptied when the first bytes are sent out: at the end, if
                         nothing is sent before */
    EPW_SINK_NEW,     /* path, once it is whole; a file that is not whole goes */
    EPW_SINK_CURRENT, /* likewise, in place of the one that is there: readers find a whole one */
    EPW_SINK_ROTATED, /* path is a pattern of strftime(3): NAME.part, and NAME once it is whole;
                         where there is one already, NAME.1 and so on */
};

struct epw_sink_file {
    enum epw_sink_kind kind;
    const char *path; /* as it was given, borrowed */
    bool no_links;    /* of ADDED, LAST: a file with other names, or a link to one, is refused */
    char *name;       /* of ROTATED: what it will be called; NULL: path */
    char *temp;       /* what it is called until it is whole; NULL: that already */
    FILE *stream;     /* NULL: not open */
    char *buffer;     /* of the stream */
    bool goes_on;     /* of ADDED: there was something in it */
    bool stale;       /* of LAST: what is in it is still what was before */
    bool sent;        /* something was, since it was opened */
    int error;        /* errno of the write that failed: nothing is written after it */
    atomic_ulong
        sends; /* one more when lines begin to go out, and when they have: odd in between */
};

/*
 * kind, path and no_links are set, all else is 0 or NULL, or as a close left it. False: errno says
 * why; ENXIO of a pipe: nobody reads it; ELOOP, EMLINK: no_links forbids it.
 */
bool epw_sink_file_open(struct epw_sink_file *file, time_t now);

/* Sends out what is waiting; false: errno says why, and a line that was cut is taken off again. For
 * LAST, which waits for its end, nothing. */
bool epw_sink_file_flush(struct epw_sink_file *file);

/*
 * Sends out whole lines when there are many: to be called after each line, so that
 * whoever reads the file, or what a crash leaves of it, finds no line cut.
 */
void epw_sink_file_line(struct epw_sink_file *file);

/* False: writing failed at some time, or the name is taken; errno says why. Frees what file owns.
 */
bool epw_sink_file_close(struct epw_sink_file *file, bool whole);

#endif
