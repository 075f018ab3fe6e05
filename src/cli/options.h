/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line: one table of options, from which parsing and --help are
 * fed (and shell completion, which reads --help). Contract: docs/formats.md,
 * epwatch(1).
 */
#ifndef EPW_CLI_OPTIONS_H
#define EPW_CLI_OPTIONS_H

#include "base/err.h"
#include "base/text.h"
#include "cli/target.h"
#include "meter/meter.h"
#include "output/output.h"
#include "privilege/user.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum epw_command {
    EPW_CMD_READ, /* the default: read captures, or watch interfaces */
    EPW_CMD_DEVICES,
    EPW_CMD_LIST,
    EPW_CMD_EXPLAIN,
    EPW_CMD_CHECK,
    EPW_CMD_VERSION,
    EPW_CMD_HELP,
};

/* One -o. */
struct epw_output_choice {
    const struct epw_output *format;
    const char *path; /* "-" is standard output */
};

/* Texts belong to argv. */
struct epw_options {
    enum epw_command command;
    const char *operand;      /* of EXPLAIN and CHECK */
    struct epw_target target; /* of EXPLAIN */
    const char **file;        /* -r */
    size_t file_count;
    const char **iface; /* -i, in place of files */
    char **iface_owned; /* beside each: its name where -i gave a number; not argv's */
    size_t iface_count;
    bool not_promiscuous;         /* -p */
    uint32_t snaplen, buffer_kib; /* -s, -B; 0 without interfaces */
    uint32_t rotate_s, stats_s;   /* -G, 0: never; --stats */
    const char **sigs;            /* -S, or the installed ones */
    size_t sigs_count;
    const char *site;                 /* --site, NULL: none */
    const char *learn;                /* --learn, NULL: nothing is */
    const char *state;                /* --state, NULL: none */
    struct epw_output_choice *output; /* -o, or the table */
    size_t output_count;
    struct epw_str filter; /* the words after the options, joined by blanks */
    uint64_t max_packets;
    uint32_t wait_s;
    unsigned threads; /* 0: one for each core */
    struct epw_meter_options meter;
    bool labelled_only;
    bool user_named, change_user; /* -Z; not the one who runs it */
    struct epw_user user;
    bool no_sandbox;
    unsigned fail_on; /* enum epw_severity from which on a finding gives status 1; 0: none does */
};

/*
 * EPW_EUSAGE: what is wrong and what was expected is in *diag. EPW_ENOMEM.
 * *options is to be freed in any case.
 */
enum epw_err epw_options_parse(struct epw_options *options, int argc, char **argv,
                               struct epw_diag *diag);
void epw_options_free(struct epw_options *options);

/* --help, in 80 columns. */
void epw_options_help(FILE *stream);

#endif
