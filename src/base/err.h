/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one set of error values. Library code returns them and never exits,
 * prints or asserts on input; the CLI turns them into one line for a person.
 * Bad packets are not errors: they are counters (base/stats.h).
 */
#ifndef EPW_BASE_ERR_H
#define EPW_BASE_ERR_H

enum epw_err {
    EPW_OK = 0,
    EPW_ENOMEM = -1,   /* out of memory */
    EPW_EUSAGE = -2,   /* the caller's or user's words are wrong */
    EPW_ENOENT = -3,   /* no such file */
    EPW_EISDIR = -4,   /* a folder where a file was expected */
    EPW_EACCES = -5,   /* not permitted */
    EPW_EIO = -6,      /* reading or writing failed (disk full, closed pipe, device error) */
    EPW_EFORMAT = -7,  /* the bytes are not what they claim to be */
    EPW_ETRUNC = -8,   /* the input ends in the middle of something */
    EPW_EUNSUP = -9,   /* well formed, but not something epwatch handles */
    EPW_ELIMIT = -10,  /* a documented limit was reached */
    EPW_EFILTER = -11, /* the BPF filter does not compile */
    EPW_EDOWN = -12,   /* the interface is switched off: it may be switched on later */
};

/* A short English phrase, static storage, never NULL. */
const char *epw_strerror(enum epw_err err);

/* Maps an errno value to the nearest enum epw_err; unknown values become EPW_EIO. */
enum epw_err epw_err_from_errno(int errnum);

/* Room for a path, a place in the file and a sentence. Longer texts are cut. */
#define EPW_DIAG_LEN 768

/*
 * What went wrong, in the words shown to the user: "WHERE: what, expected what".
 * text is NUL-terminated, without newline and without control characters.
 */
struct epw_diag {
    enum epw_err code;
    char text[EPW_DIAG_LEN];
};

/* Fills *diag (which may be NULL: then nothing is kept) and returns code. */
enum epw_err epw_diag_set(struct epw_diag *diag, enum epw_err code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Receives errors that do not end the work (a line of a CSV, one file of many).
 * diag is borrowed for the call.
 */
typedef void (*epw_diag_fn)(void *ctx, const struct epw_diag *diag);

#endif
