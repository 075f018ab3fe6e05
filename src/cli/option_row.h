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

/* The set() of --timeouts: KEY=SECONDS,... */
enum epw_err epw_option_timeouts(struct epw_options *o, const char *value, struct epw_diag *diag);

/* In the order of --help; the last has no set(). */
extern const struct epw_option_row epw_option_rows[];

#endif
