/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/message.h"
#include "cli/options.h"
#include "cli/query.h"
#include "cli/run.h"

#include <malloc.h>

static int run_command(const struct epw_options *options)
{
    switch (options->command) {
    case EPW_CMD_READ:
        return epw_run(options);
    case EPW_CMD_DEVICES:
        return epw_query_devices();
    case EPW_CMD_LIST:
        return epw_query_list(options);
    case EPW_CMD_EXPLAIN:
        return epw_query_explain(options);
    case EPW_CMD_CHECK:
        return epw_query_check(options);
    case EPW_CMD_VERSION:
        puts("epwatch " PACKAGE_VERSION);
        return epw_query_finish();
    case EPW_CMD_HELP:
        epw_options_help(stdout);
        return epw_query_finish();
    }
    return EPW_EXIT_FAIL;
}

/* From here on memory is mapped for itself, and goes back when it is given back. */
#define LARGE (1 << 20)

/*
 * The meters' threads ask for memory that the analyst's gives back: in arenas
 * apart, as many as threads, most of it would lie idle. Lists of all hosts come and go: left
 * alone, malloc() would put them among what stays for months, and find no place of their size there
 * the next time.
 */
static void share_memory(void)
{
#ifdef M_ARENA_MAX
    mallopt(M_ARENA_MAX, 2);
#endif
#ifdef M_MMAP_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, LARGE);
#endif
}

int main(int argc, char **argv)
{
    struct epw_options options;
    struct epw_diag diag;
    int status = EPW_EXIT_FAIL;
    share_memory();
    if (epw_options_parse(&options, argc, argv, &diag) == EPW_OK)
        status = run_command(&options);
    else
        epw_say(NULL, "%s", diag.text);
    epw_options_free(&options);
    return status;
}
