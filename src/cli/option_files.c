/* SPDX-License-Identifier: Apache-2.0 */
/* The options that name files which a run works with, besides its outputs. */
#include "cli/option_row.h"

#include <string.h>

enum epw_err epw_option_file(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    if (value[0] == '\0')
        return epw_diag_set(diag, EPW_EUSAGE, "-r: empty name; expected a capture file, or -");
    o->file[o->file_count++] = value;
    return EPW_OK;
}

enum epw_err epw_option_sigs(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    if (value[0] == '\0')
        return epw_diag_set(diag, EPW_EUSAGE, "-S: empty name; expected a CSV file or a folder");
    o->sigs[o->sigs_count++] = value;
    return EPW_OK;
}

enum epw_err epw_option_site(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    if (value[0] == '\0' || o->site != NULL)
        return epw_diag_set(diag, EPW_EUSAGE, "--site: expected one site file");
    o->site = value;
    return EPW_OK;
}

enum epw_err epw_option_learn(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    if (value[0] == '\0' || strcmp(value, "-") == 0 || o->learn != NULL)
        return epw_diag_set(diag, EPW_EUSAGE, "--learn: expected one path of a new file");
    o->learn = value;
    return EPW_OK;
}

enum epw_err epw_option_state(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    if (value[0] == '\0' || strcmp(value, "-") == 0 || o->state != NULL)
        return epw_diag_set(diag, EPW_EUSAGE, "--state: expected one path of a file");
    o->state = value;
    return EPW_OK;
}
