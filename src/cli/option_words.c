/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* stat */

#include "cli/option_row.h"
#include "road/road.h"

#include <string.h>
#include <sys/stat.h>

/* What "-r *.pcap" leaves among the filter words: all files but the first. */
static bool is_capture(const char *word)
{
    static const char *const ending[] = { ".pcap", ".pcapng", ".cap", ".gz", ".zst" };
    struct stat st;
    size_t len = strlen(word);
    for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++) {
        size_t n = strlen(ending[i]);
        if (len > n && strcmp(word + len - n, ending[i]) == 0)
            return stat(word, &st) == 0 && S_ISREG(st.st_mode);
    }
    return false;
}

enum epw_err epw_option_words(struct epw_options *o, int count, char **words, struct epw_diag *diag)
{
    for (int i = 0; i < count; i++) {
        /* No word of a filter begins like an option: it would only be a puzzling syntax error. */
        if (words[i][0] == '-' && strchr("-riDoSchGsBpZ", words[i][1]) != NULL &&
            words[i][1] != '\0')
            return epw_diag_set(diag, EPW_EUSAGE,
                                "%s: option after the filter '%s'; options come before the filter "
                                "words",
                                words[i], epw_str_text(&o->filter));
        if (is_capture(words[i]))
            return epw_diag_set(diag, EPW_EUSAGE,
                                "%s: is a file, not a word of a filter; expected -r before each "
                                "capture",
                                words[i]);
        epw_str_addf(&o->filter, "%s%s", i == 0 ? "" : " ", words[i]);
    }
    return o->filter.failed ? epw_diag_set(diag, EPW_ENOMEM, "out of memory") : EPW_OK;
}

enum epw_err epw_option_number(const char *option, const char *value, uint64_t min, uint64_t max,
                               const char *unit, uint64_t *out, struct epw_diag *diag)
{
    if (epw_text_u64(value, min, max, out))
        return EPW_OK;
    return epw_diag_set(diag, EPW_EUSAGE, "%s %s: not a number in range; expected %llu to %llu %s",
                        option, value, (unsigned long long)min, (unsigned long long)max, unit);
}

enum epw_err epw_option_threads(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    uint64_t threads = 0;
    enum epw_err err =
        epw_option_number("--threads", value, 1, EPW_ROAD_THREADS_MAX, "threads", &threads, diag);
    o->threads = (unsigned)threads;
    return err;
}
