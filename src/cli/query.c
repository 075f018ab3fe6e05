/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/query.h"

#include "capture/devices.h"
#include "cli/analysis.h"
#include "cli/message.h"
#include "cli/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool lost; /* memory ran out over a text */

void epw_query_told(struct epw_str *text)
{
    lost |= text->failed;
    epw_str_free(text);
}

int epw_query_finish(void)
{
    if (lost) {
        epw_say(NULL, "out of memory; what is told is not complete");
        return EPW_EXIT_FAIL;
    }
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EPW_EXIT_DONE;
    epw_say(NULL, "standard output: cannot be written: %s", strerror(errno));
    return EPW_EXIT_FAIL;
}

const char *epw_query_transport(uint8_t proto)
{
    return proto == 6 ? "tcp" : "udp";
}

void epw_query_ports(struct epw_str *text, const struct epw_signature *sig)
{
    for (size_t i = 0; i < sig->port_count; i++) {
        const struct epw_port_range *range = &sig->port[i];
        epw_str_addf(text, "%s%u", i == 0 ? "" : " ", (unsigned)range->low);
        if (range->high != range->low)
            epw_str_addf(text, "-%u", (unsigned)range->high);
    }
}

static void print_device(void *ctx, const struct epw_device *device)
{
    unsigned *number = ctx;
    printf("%u.%s", ++*number, device->name);
    if (device->description[0] != '\0')
        printf(" (%s)", device->description);
    printf(" [%s]\n", device->state);
}

int epw_query_devices(void)
{
    unsigned number = 0;
    struct epw_diag diag;
    if (epw_devices_each(print_device, &number, &diag) == EPW_OK)
        return epw_query_finish();
    epw_say(NULL, "%s", diag.text);
    return EPW_EXIT_FAIL;
}

/* Ends a cell; a tab in a text would move the columns. */
static void end_cell(struct epw_str *line, const char *text)
{
    for (const char *c = text; *c != '\0'; c++)
        epw_str_addn(line, *c == '\t' ? " " : c, 1);
    epw_str_add(line, "\t");
}

static void list_texts(struct epw_str *line, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        epw_str_addf(line, "%s%s", i == 0 ? "" : " ", texts[i]);
}

static void list_one(struct epw_str *line, const struct epw_signature *sig)
{
    epw_str_clear(line);
    end_cell(line, sig->id);
    end_cell(line, sig->product);
    end_cell(line, sig->neighbour ? "neighbour" : "own");
    end_cell(line, sig->function);
    end_cell(line, sig->category);
    end_cell(line, epw_query_transport(sig->proto));
    epw_query_ports(line, sig);
    end_cell(line, "");
    for (size_t i = 0; i < sig->app_count; i++)
        epw_str_addf(line, "%s%s", i == 0 ? "" : " ", epw_app_name((enum epw_app)sig->app[i]));
    end_cell(line, "");
    end_cell(line, sig->initiator);
    end_cell(line, sig->responder);
    list_texts(line, sig->name, sig->name_count);
    end_cell(line, "");
    end_cell(line, epw_scope_name(sig->scope));
    end_cell(line, epw_status_name(sig->status));
    end_cell(line, epw_needs_name(sig->needs));
    list_texts(line, sig->row, sig->row_count);
    puts(epw_str_text(line));
}

int epw_query_list(const struct epw_options *options)
{
    struct epw_catalogue *catalogue = epw_analysis_catalogue(options);
    if (catalogue == NULL)
        return EPW_EXIT_FAIL;
    struct epw_str line = { 0 };
    puts("id\tproduct\tkind\tfunction\tcategory\ttransport\tports\tapp_protocol\tinitiator\t"
         "responder\tnames\tscope\tstatus\tneeds\trows");
    for (size_t i = 0; i < epw_catalogue_count(catalogue); i++)
        list_one(&line, epw_catalogue_at(catalogue, i));
    bool failed = line.failed;
    epw_str_free(&line);
    epw_catalogue_free(catalogue);
    if (failed)
        epw_say(NULL, "out of memory");
    return failed ? EPW_EXIT_FAIL : epw_query_finish();
}

/* By its header: the first line that is no comment begins with a column that no other file has. */
static bool is_site_file(const char *path)
{
    static const char first[] = "type,", bom[] = "\xef\xbb\xbf";
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    bool is = false;
    while (file != NULL && getline(&line, &room, file) > 0) {
        const char *at = line + (strncmp(line, bom, strlen(bom)) == 0 ? strlen(bom) : 0);
        if (*at == '#' || *at == '\r' || *at == '\n')
            continue;
        is = strncmp(at, first, strlen(first)) == 0;
        break;
    }
    free(line);
    if (file != NULL)
        fclose(file);
    return is;
}

/* Against the signatures that a run with these options would use. */
static int check_site(const struct epw_options *options)
{
    struct epw_options with = *options;
    struct epw_site *site;
    with.site = options->operand;
    struct epw_catalogue *catalogue = epw_analysis_catalogue(&with);
    bool good = catalogue != NULL && epw_analysis_site(&with, catalogue, &site);
    if (good) {
        printf("%s: OK, a site file\n", with.site);
        epw_site_free(site);
    }
    epw_catalogue_free(catalogue);
    return good ? epw_query_finish() : EPW_EXIT_FAIL;
}

int epw_query_check(const struct epw_options *options)
{
    struct epw_options only = *options;
    const char *path = options->operand;
    if (is_site_file(path))
        return check_site(options);
    only.sigs = &path;
    only.sigs_count = 1;
    struct epw_catalogue *catalogue = epw_analysis_catalogue(&only);
    if (catalogue == NULL)
        return EPW_EXIT_FAIL;
    size_t count = epw_catalogue_count(catalogue);
    printf("%s: OK, %zu signature%s\n", path, count, count == 1 ? "" : "s");
    epw_catalogue_free(catalogue);
    return epw_query_finish();
}
