/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* open_memstream */

#include "output/told.h"

#include "base/text.h"
#include "output/layout.h"

#include <stdbool.h>
#include <stdlib.h>

/* Where the text of a finding begins, after its severity. */
#define INDENT 9

/* Hosts named; a finding may have many. */
#define HOSTS 6

/* False: out of memory, it is not all there. */
static bool tell_hosts(FILE *stream, const struct epw_finding *f)
{
    struct epw_str line = { 0 };
    char text[EPW_TEXT_LEN], ip[EPW_IP_STRLEN];
    size_t shown = f->host_count < HOSTS ? f->host_count : HOSTS;
    if (f->count > 1)
        epw_str_addf(&line, "%s times, ", epw_text_count(f->count, text));
    if (f->first_ns != 0)
        epw_str_addf(&line, "%s%s", f->count > 1 ? "first " : "",
                     epw_text_moment(f->first_ns, text));
    for (size_t i = 0; i < shown; i++)
        epw_str_addf(&line, "%s%s", i == 0 ? "; hosts: " : ", ", epw_ip_format(&f->host[i], ip));
    if (f->host_total > shown && shown != 0)
        epw_str_addf(&line, " and %s more", epw_text_count(f->host_total - shown, text));
    if (line.len != 0) {
        fprintf(stream, "%*s", INDENT, "");
        epw_layout_wrap(stream, INDENT, INDENT, epw_str_text(&line));
    }
    bool whole = !line.failed;
    epw_str_free(&line);
    return whole;
}

static bool tell(FILE *stream, const struct epw_finding *f)
{
    struct epw_str line = { 0 };
    fprintf(stream, "%-*s", INDENT, epw_severity_name(f->severity));
    epw_str_addf(&line, "%s: %s", f->kind, f->subject);
    if (f->product[0] != '\0')
        epw_str_addf(&line, " (%s%s%s)", f->product, f->function[0] == '\0' ? "" : " ",
                     f->function);
    epw_layout_wrap(stream, INDENT, INDENT, epw_str_text(&line));
    bool whole = !line.failed;
    epw_str_free(&line);
    const char *const sentences[] = { f->summary, f->documented, f->advice };
    for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
        if (sentences[i][0] == '\0')
            continue;
        fprintf(stream, "%*s", INDENT, "");
        epw_layout_wrap(stream, INDENT, INDENT, sentences[i]);
    }
    return tell_hosts(stream, f) && whole;
}

static uint64_t total(const struct epw_told *told)
{
    uint64_t sum = 0;
    for (unsigned i = EPW_SEVERITY_HIGH; i <= EPW_SEVERITY_LOW; i++)
        sum += told->count[i];
    return sum;
}

enum epw_err epw_told_add(struct epw_told *told, const struct epw_finding *finding)
{
    if (told->stream == NULL)
        told->stream = open_memstream(&told->text, &told->len);
    if (told->stream == NULL)
        return EPW_ENOMEM;
    bool whole = total(told) >= EPW_TOLD_MAX || tell(told->stream, finding);
    told->count[finding->severity]++;
    return !whole || ferror(told->stream) ? EPW_ENOMEM : EPW_OK;
}

enum epw_err epw_told_write(struct epw_told *told, FILE *stream, const struct epw_stats *stats)
{
    char a[EPW_TEXT_LEN];
    uint64_t all = total(told);
    if (all == 0 && stats->findings_withheld == 0)
        return EPW_OK;
    if (told->stream != NULL && fflush(told->stream) != 0)
        return EPW_ENOMEM;
    fputs("\nfindings:", stream);
    for (unsigned i = EPW_SEVERITY_HIGH; i <= EPW_SEVERITY_LOW; i++)
        fprintf(stream, "%s %s %s", i == EPW_SEVERITY_HIGH ? "" : ",",
                epw_text_count(told->count[i], a), epw_severity_name((enum epw_severity)i));
    fputc('\n', stream);
    if (told->len != 0)
        fwrite(told->text, 1, told->len, stream);
    if (all > EPW_TOLD_MAX)
        fprintf(stream, "and %s more: -o findings lists them all\n",
                epw_text_count(all - EPW_TOLD_MAX, a));
    if (stats->findings_withheld != 0) {
        struct epw_str line = { 0 };
        epw_str_addf(&line,
                     "%s observation%s withheld: of the hosts concerned the capture shows one "
                     "direction only, or packets are missing, cut or doubled in it",
                     epw_text_count(stats->findings_withheld, a),
                     stats->findings_withheld == 1 ? "" : "s");
        bool whole = !line.failed;
        epw_layout_wrap(stream, 0, 4, epw_str_text(&line));
        epw_str_free(&line);
        return whole ? EPW_OK : EPW_ENOMEM;
    }
    return EPW_OK;
}

void epw_told_free(struct epw_told *told)
{
    if (told->stream != NULL)
        fclose(told->stream);
    free(told->text);
}
