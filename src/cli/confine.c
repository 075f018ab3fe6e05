/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* memrchr, tzset */

#include "cli/confine.h"

#include "cli/sink_path.h"
#include "cli/sinks.h"
#include "privilege/landlock.h"
#include "privilege/seccomp.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* What libpcap reads of names in a filter, which it compiles anew for a link type it meets late. */
static const char *const filter_files[] = { "/etc/services", "/etc/protocols", "/etc/hosts" };
#define FILTER_FILES (sizeof(filter_files) / sizeof(filter_files[0]))

/* Of the files in a folder of signatures. */
#define SIGNATURES_SUFFIX ".csv"

struct paths {
    char **name;
    struct epw_path_rule *rule;
    size_t count;
    bool failed; /* out of memory */
};

static void add(struct paths *paths, char *name, enum epw_path_access access)
{
    paths->failed |= name == NULL;
    if (name == NULL)
        return;
    paths->name[paths->count] = name;
    paths->rule[paths->count++] = (struct epw_path_rule){ name, access };
}

/* The folder that a path's last name is in; of a pattern, the last one without a time in its name.
 */
static void add_folder_of(struct paths *paths, const char *path, bool pattern,
                          enum epw_path_access access)
{
    const char *end = path + (pattern ? strcspn(path, "%") : strlen(path));
    const char *slash = memrchr(path, '/', (size_t)(end - path));
    size_t len = slash == NULL || slash == path ? 1 : (size_t)(slash - path);
    add(paths, slash == NULL ? strdup(".") : strndup(path, len), access);
}

/* The folder, also of a file: an editor replaces a file by another one of its name. */
static void add_signatures(struct paths *paths, const char *path)
{
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        add(paths, strdup(path), EPW_PATH_READ);
    else
        add_folder_of(paths, path, false, EPW_PATH_READ);
}

/* What an interface's driver counts, which libpcap reads again and again. */
static void add_counters_of(struct paths *paths, const char *iface)
{
    struct epw_str path = { 0 };
    epw_str_addf(&path, "/sys/class/net/%s/statistics", iface);
    add(paths, path.failed ? NULL : path.text, EPW_PATH_READ);
    if (path.failed)
        epw_str_free(&path);
}

static bool list_paths(struct paths *paths, const struct epw_options *options,
                       struct epw_progress *progress)
{
    /* Those below: --learn, --state, one for sanitizers, and --site, which SIGHUP reads again. */
    size_t most =
        FILTER_FILES + options->output_count + options->iface_count + options->sigs_count + 4;
    *paths = (struct paths){ .name = calloc(most, sizeof(*paths->name)),
                             .rule = calloc(most, sizeof(*paths->rule)) };
    if (paths->name == NULL || paths->rule == NULL) {
        epw_say(progress, "out of memory");
        return false;
    }
    for (size_t i = 0; i < FILTER_FILES && options->filter.len != 0; i++)
        add(paths, strdup(filter_files[i]), EPW_PATH_READ);
    if (options->learn != NULL)
        add_folder_of(paths, options->learn, false, EPW_PATH_MAKE);
    if (options->state != NULL)
        add_folder_of(paths, options->state, false, EPW_PATH_MAKE);
    if (options->site != NULL && options->iface_count != 0)
        add_folder_of(paths, options->site, false, EPW_PATH_READ);
    for (size_t i = 0; i < options->sigs_count && options->iface_count != 0; i++)
        add_signatures(paths, options->sigs[i]);
    if (EPW_SECCOMP_SANITIZED) /* LeakSanitizer lists the threads */
        add(paths, strdup("/proc"), EPW_PATH_READ);
    for (size_t i = 0; i < options->output_count; i++) {
        enum epw_sink_kind kind = epw_sink_path_kind(options, i);
        if (kind != EPW_SINK_PLAIN)
            add_folder_of(paths, options->output[i].path, kind == EPW_SINK_ROTATED, EPW_PATH_MAKE);
    }
    for (size_t i = 0; i < options->iface_count; i++)
        add_counters_of(paths, options->iface[i]);
    if (paths->failed)
        epw_say(progress, "out of memory");
    return !paths->failed;
}

static void free_paths(struct paths *paths)
{
    for (size_t i = 0; i < paths->count; i++)
        free(paths->name[i]);
    free(paths->name);
    free(paths->rule);
}

/* Files will be made there: now is the time to say that they cannot be. */
static bool check_folder(const char *folder, const struct epw_options *options,
                         struct epw_progress *progress)
{
    /* One that is not there is told when its file is opened. */
    if (access(folder, F_OK) != 0 ||
        epw_user_may_write(options->change_user ? &options->user : NULL, folder))
        return true;
    if (options->change_user)
        epw_say(progress, "folder %s cannot be written by user %s; give another path, or -Z USER",
                folder, options->user.name);
    else
        epw_say(progress,
                "folder %s cannot be written without the rights that a run gives up; give another "
                "path, or its owner with -Z USER",
                folder);
    return false;
}

/* A run that reads them again at SIGHUP is another user by then: better told now than then. */
static void check_again(const char *option, const char *path, const struct epw_options *options,
                        struct epw_progress *progress)
{
    const struct epw_user *user = options->change_user ? &options->user : NULL;
    if (epw_user_may_read(user, path, SIGNATURES_SUFFIX))
        return;
    epw_say(progress,
            "warning: %s %s cannot be read %s%s, so a kill -HUP will be refused; let it be read, "
            "with the folders above it, or name another user with -Z",
            option, path, user == NULL ? "without the rights that a run gives up" : "by user ",
            user == NULL ? "" : user->name);
}

bool epw_confine_check(const struct epw_options *options, struct epw_progress *progress)
{
    struct paths paths;
    for (size_t i = 0; i < options->sigs_count && options->iface_count != 0; i++)
        check_again("-S", options->sigs[i], options, progress);
    if (options->site != NULL && options->iface_count != 0)
        check_again("--site", options->site, options, progress);
    bool good = list_paths(&paths, options, progress);
    for (size_t i = 0; i < paths.count && good; i++)
        if (paths.rule[i].access == EPW_PATH_MAKE)
            good = check_folder(paths.name[i], options, progress);
    free_paths(&paths);
    return good;
}

/* What libraries would look for only when they are first asked. */
static void load_ahead(void)
{
    tzset();
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
}

/* Whether the run goes on. */
static bool entered(enum epw_err err, const struct epw_diag *diag, const char *without,
                    struct epw_progress *progress)
{
    if (err == EPW_OK)
        return true;
    if (err == EPW_EUNSUP)
        epw_say(progress, "sandbox: %s; running without it: %s", diag->text, without);
    else
        epw_say(progress, "sandbox: %s; --no-sandbox runs without it", diag->text);
    return err == EPW_EUNSUP;
}

static bool enter(const struct paths *paths, struct epw_progress *progress)
{
    struct epw_diag diag;
    enum epw_err err = epw_landlock_enter(paths->rule, paths->count, &diag);
    if (!entered(err, &diag, "paths are not confined", progress))
        return false;
    err = epw_seccomp_enter(&diag);
    return entered(err, &diag, "system calls are not confined", progress);
}

bool epw_confine(const struct epw_options *options, struct epw_progress *progress)
{
    struct epw_diag diag;
    load_ahead();
    if (epw_user_become(options->change_user ? &options->user : NULL, &diag) != EPW_OK) {
        epw_say(progress, "%s", diag.text);
        return false;
    }
    if (options->no_sandbox)
        return true;
    struct paths paths;
    bool good = list_paths(&paths, options, progress) && enter(&paths, progress);
    free_paths(&paths);
    return good;
}
