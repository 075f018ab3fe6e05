/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/analysis.h"

#include "base/hash.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct epw_retired {
    struct epw_retired *next;
    struct epw_catalogue *catalogue;
    struct epw_site *site;
};

/* Whether the file itself is the trouble, not what is in it: then its name alone says little. */
static bool is_unreadable(const struct epw_diag *diag)
{
    return diag->code == EPW_ENOENT || diag->code == EPW_EACCES || diag->code == EPW_EISDIR ||
           diag->code == EPW_EIO;
}

static void on_signature_error(void *ctx, const struct epw_diag *diag)
{
    const char *const *option = ctx;
    if (!is_unreadable(diag))
        epw_say(NULL, "%s", diag->text);
    else if (*option == NULL)
        epw_say(NULL,
                "%s; expected the installed signatures (make install); name others with -S "
                "PATH",
                diag->text);
    else
        epw_say(NULL, "%s %s; expected a CSV file of signatures, or a folder of them", *option,
                diag->text);
}

struct epw_catalogue *epw_analysis_catalogue(const struct epw_options *options)
{
    struct epw_catalogue *catalogue = NULL;
    const char *option = options->sigs[0] == options->operand        ? "--check"
                         : strcmp(options->sigs[0], EPW_SIGDIR) == 0 ? NULL
                                                                     : "-S";
    enum epw_err err = epw_catalogue_load(&catalogue, options->sigs, options->sigs_count,
                                          on_signature_error, &option);
    if (err == EPW_ENOMEM)
        epw_say(NULL, "%s", epw_strerror(err));
    return err == EPW_OK ? catalogue : NULL;
}

/* A line given twice is told, but ends nothing. */
static void on_site_error(void *ctx, const struct epw_diag *diag)
{
    (void)ctx;
    if (is_unreadable(diag))
        epw_say(NULL, "--site %s; expected a site file, as --learn FILE writes one", diag->text);
    else
        epw_say(NULL, "%s%s", diag->code == EPW_OK ? "warning: " : "", diag->text);
}

bool epw_analysis_site(const struct epw_options *options, const struct epw_catalogue *catalogue,
                       struct epw_site **site)
{
    *site = NULL;
    if (options->site == NULL)
        return true;
    enum epw_err err = epw_site_load(site, options->site, catalogue, on_site_error, NULL);
    if (err == EPW_ENOMEM)
        epw_say(NULL, "%s", epw_strerror(err));
    return err == EPW_OK;
}

bool epw_analysis_load(struct epw_analysis *a)
{
    a->catalogue = epw_analysis_catalogue(a->options);
    return a->catalogue != NULL && epw_analysis_site(a->options, a->catalogue, &a->site);
}

static struct epw_analyst *make(const struct epw_analysis *a, const struct epw_catalogue *catalogue,
                                const struct epw_site *site)
{
    struct epw_analyst *analyst;
    const struct epw_analyst_options options = {
        .wait_s = a->options->wait_s,
        .seed = epw_hash_new_seed(),
        .site = site,
    };
    epw_analyst_new(&analyst, catalogue, &options, a->on_result, a->ctx);
    return analyst;
}

bool epw_analysis_begin(struct epw_analysis *a, epw_result_fn on_result, void *ctx)
{
    a->on_result = on_result;
    a->ctx = ctx;
    a->analyst = make(a, a->catalogue, a->site);
    enum epw_state_read state = EPW_STATE_READ;
    const struct epw_user *owner = a->options->change_user ? &a->options->user : NULL;
    a->state = (struct epw_state_file){ .path = a->options->state, .lock = -1 };
    if (a->analyst != NULL && a->state.path != NULL)
        state = epw_state_file_lock(&a->state, owner, a->progress)
                    ? epw_state_file_read(&a->state, a->analyst, a->progress)
                    : EPW_STATE_FAILED;
    if (state == EPW_STATE_DAMAGED) {
        epw_analyst_free(a->analyst);
        a->analyst = make(a, a->catalogue, a->site);
    }
    if (a->analyst == NULL)
        epw_say(a->progress, "%s", epw_strerror(EPW_ENOMEM));
    return a->analyst != NULL && state != EPW_STATE_FAILED;
}

/* Takes all three over, whatever comes of it. */
static bool change(struct epw_analysis *a, struct epw_catalogue *catalogue, struct epw_site *site)
{
    struct epw_analyst *analyst = make(a, catalogue, site);
    struct epw_retired *retired = malloc(sizeof(*retired));
    if (analyst == NULL || retired == NULL || epw_analyst_adopt(analyst, a->analyst) != EPW_OK) {
        epw_analyst_free(analyst);
        epw_site_free(site);
        epw_catalogue_free(catalogue);
        free(retired);
        return false;
    }
    epw_analyst_free(a->analyst);
    *retired = (struct epw_retired){ a->retired, a->catalogue, a->site };
    a->retired = retired;
    a->analyst = analyst;
    a->catalogue = catalogue;
    a->site = site;
    return true;
}

bool epw_analysis_reload(struct epw_analysis *a)
{
    struct epw_site *site = NULL;
    struct epw_catalogue *catalogue = epw_analysis_catalogue(a->options);
    char count[EPW_TEXT_LEN];
    if (catalogue == NULL || !epw_analysis_site(a->options, catalogue, &site)) {
        epw_catalogue_free(catalogue);
        epw_say(a->progress, "SIGHUP: the signatures and the site file of before stay in use");
        return false;
    }
    if (!change(a, catalogue, site)) {
        epw_say(a->progress, "SIGHUP: %s; the signatures and the site file of before stay in use",
                epw_strerror(EPW_ENOMEM));
        return false;
    }
    epw_say(a->progress, "SIGHUP: %s signatures%s in use",
            epw_text_count(epw_catalogue_count(a->catalogue), count),
            a->site == NULL ? "" : " and the site file");
    return true;
}

bool epw_analysis_save(struct epw_analysis *a, bool last)
{
    return a->state.path == NULL || epw_state_file_write(&a->state, a->analyst, last, a->progress);
}

void epw_analysis_forget(struct epw_analysis *a)
{
    for (struct epw_retired *r = a->retired, *next; r != NULL; r = next) {
        next = r->next;
        epw_site_free(r->site);
        epw_catalogue_free(r->catalogue);
        free(r);
    }
    a->retired = NULL;
}

void epw_analysis_free(struct epw_analysis *a)
{
    if (a->state.path != NULL)
        epw_state_file_unlock(&a->state);
    epw_analyst_free(a->analyst);
    epw_site_free(a->site);
    epw_catalogue_free(a->catalogue);
    epw_analysis_forget(a);
}
