/* SPDX-License-Identifier: Apache-2.0 */
/* The options of a run that watches interfaces. */
#include "analyst/analyst.h"
#include "base/text.h"
#include "capture/capture.h"
#include "capture/devices.h"
#include "cli/option_row.h"

#include <stdlib.h>
#include <string.h>

/* How often counters are written: Suricata's 8 s are for its dashboards, 60 s show a trend. */
#define STATS_S 60

/* What an undecided flow waits where there is no end of the capture to wait for. */
#define WAIT_S 60

/* libpcap takes bytes as an int: a ring of almost 2 GiB. */
#define BUFFER_MAX_KIB (INT32_MAX / 1024)

static enum epw_err number(const char *option, const char *value, uint32_t min, uint32_t max,
                           const char *unit, uint32_t *out, struct epw_diag *diag)
{
    uint64_t parsed = *out;
    enum epw_err err = epw_option_number(option, value, min, max, unit, &parsed, diag);
    *out = (uint32_t)parsed;
    return err;
}

struct sought {
    uint64_t number, at;
    char *name;
};

static void look_at(void *ctx, const struct epw_device *device)
{
    struct sought *sought = ctx;
    if (++sought->at == sought->number)
        sought->name = strdup(device->name);
}

/* As tcpdump takes it: a number is that of -D, unless an interface has it for a name. */
static char *name_of_number(const char *value)
{
    struct sought sought = { 0 };
    struct epw_diag diag;
    if (!epw_text_u64(value, 1, UINT32_MAX, &sought.number) || epw_device_is_network(value) ||
        epw_devices_each(look_at, &sought, &diag) != EPW_OK)
        return NULL;
    return sought.name;
}

enum epw_err epw_option_iface(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    if (value[0] == '\0')
        return epw_diag_set(
            diag, EPW_EUSAGE,
            "-i: empty name; expected an interface (epwatch -D lists them), or any");
    char *name = name_of_number(value);
    o->iface_owned[o->iface_count] = name;
    o->iface[o->iface_count++] = name == NULL ? value : name;
    return EPW_OK;
}

enum epw_err epw_option_buffer(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    return number("-B", value, 1, BUFFER_MAX_KIB, "KiB", &o->buffer_kib, diag);
}

/* 0 is the most, as in tcpdump. */
enum epw_err epw_option_snaplen(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    enum epw_err err = number("-s", value, 0, EPW_MAX_SNAPLEN, "bytes", &o->snaplen, diag);
    if (err == EPW_OK && o->snaplen == 0)
        o->snaplen = EPW_MAX_SNAPLEN;
    return err;
}

enum epw_err epw_option_quiet(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    (void)value;
    (void)diag;
    o->not_promiscuous = true;
    return EPW_OK;
}

enum epw_err epw_option_rotate(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    return number("-G", value, 1, UINT32_MAX, "seconds", &o->rotate_s, diag);
}

enum epw_err epw_option_stats(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    return number("--stats", value, 1, UINT32_MAX, "seconds", &o->stats_s, diag);
}

/* Whether rotating makes a new name each time: a conversion of strftime(3) is in it. */
static bool is_pattern(const char *path)
{
    const char *at = strchr(path, '%');
    while (at != NULL && at[1] == '%')
        at = strchr(at + 2, '%');
    return at != NULL && at[1] != '\0';
}

static enum epw_err check_rotation(const struct epw_options *o, struct epw_diag *diag)
{
    bool any = false;
    for (size_t i = 0; i < o->output_count; i++) {
        const char *path = o->output[i].path;
        if (strcmp(path, "-") == 0 || o->output[i].format->snapshot != NULL)
            continue;
        if (!is_pattern(path))
            return epw_diag_set(diag, EPW_EUSAGE,
                                "-G: %s has no time in its name; expected one as in "
                                "flows-%%Y%%m%%d-%%H%%M%%S.json, or each file would be the last",
                                path);
        any = true;
    }
    return any ? EPW_OK
               : epw_diag_set(diag, EPW_EUSAGE,
                              "-G: no output goes to a file; expected -o FORMAT:PATH with a time "
                              "in PATH");
}

enum epw_err epw_option_live_check(struct epw_options *o, struct epw_diag *diag)
{
    if (o->iface_count == 0) {
        const char *option = o->rotate_s != 0     ? "-G"
                             : o->snaplen != 0    ? "-s"
                             : o->buffer_kib != 0 ? "-B"
                             : o->not_promiscuous ? "-p"
                             : o->stats_s != 0    ? "--stats"
                                                  : NULL;
        return option == NULL
                   ? EPW_OK
                   : epw_diag_set(diag, EPW_EUSAGE,
                                  "%s: is of interfaces; expected -i IFACE with it", option);
    }
    if (o->file_count != 0)
        return epw_diag_set(diag, EPW_EUSAGE,
                            "-r and -i: files and interfaces are no one timeline; expected only "
                            "one of them");
    if (o->snaplen == 0)
        o->snaplen = EPW_MAX_SNAPLEN;
    if (o->buffer_kib == 0)
        o->buffer_kib = EPW_CAPTURE_BUFFER_KIB;
    if (o->stats_s == 0)
        o->stats_s = STATS_S;
    if (o->wait_s == EPW_WAIT_TO_END)
        o->wait_s = WAIT_S;
    return o->rotate_s != 0 ? check_rotation(o, diag) : EPW_OK;
}
