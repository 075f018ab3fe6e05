/* SPDX-License-Identifier: Apache-2.0 */
/* The table of options: parsing and --help read it. */
#ifndef EPW_CLI_OPTION_ROW_H
#define EPW_CLI_OPTION_ROW_H

#include "cli/options.h"

struct epw_option_row {
    const char *name; /* long form, NULL: only a letter */
    char letter;      /* 0: only a long form */
    const char *arg;  /* what --help calls the value, NULL: takes none */
    const char *help;
    enum epw_err (*set)(struct epw_options *o, const char *value, struct epw_diag *diag);
};

/* A number from min to max of what unit names ("seconds"), or the message of OPTION. */
enum epw_err epw_option_number(const char *option, const char *value, uint64_t min, uint64_t max,
                               const char *unit, uint64_t *out, struct epw_diag *diag);

/* The words after the options: a filter. */
enum epw_err epw_option_words(struct epw_options *o, int count, char **words,
                              struct epw_diag *diag);

/* The set() of --threads: N */
enum epw_err epw_option_threads(struct epw_options *o, const char *value, struct epw_diag *diag);

/* The set() of --timeouts: KEY=SECONDS,... */
enum epw_err epw_option_timeouts(struct epw_options *o, const char *value, struct epw_diag *diag);

/* The set() of -r, -S, --site, --learn and --state. */
enum epw_err epw_option_file(struct epw_options *o, const char *value, struct epw_diag *diag);
enum epw_err epw_option_sigs(struct epw_options *o, const char *value, struct epw_diag *diag);
enum epw_err epw_option_site(struct epw_options *o, const char *value, struct epw_diag *diag);
enum epw_err epw_option_learn(struct epw_options *o, const char *value, struct epw_diag *diag);
enum epw_err epw_option_state(struct epw_options *o, const char *value, struct epw_diag *diag);

/* The set() of -i, -B, -s, -p, -G and --stats, in this order. */
enum epw_err epw_option_iface(struct epw_options *o, const char *value, struct epw_diag *diag);
enum epw_err epw_option_buffer(struct epw_options *o, const char *value, struct epw_diag *diag);
enum epw_err epw_option_snaplen(struct epw_options *o, const char *value, struct epw_diag *diag);
enum epw_err epw_option_quiet(struct epw_options *o, const char *value, struct epw_diag *diag);
enum epw_err epw_option_rotate(struct epw_options *o, const char *value, struct epw_diag *diag);
enum epw_err epw_option_stats(struct epw_options *o, const char *value, struct epw_diag *diag);
/* Whether the options of interfaces go together; sets those that were not given. */
enum epw_err epw_option_live_check(struct epw_options *o, struct epw_diag *diag);

/* Whether no -r and no -S was given twice: all that is in it would count twice. */
enum epw_err epw_option_files_check(const struct epw_options *o, struct epw_diag *diag);

/* In the order of --help; the last has no set(). */
extern const struct epw_option_row epw_option_rows[];

#endif
