/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* getopt_long */

#include "cli/options.h"

#include "analyst/analyst.h"
#include "cli/option_row.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Values of options that have no letter begin above all letters. */
#define NO_LETTER 256

static enum epw_err set_output(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    size_t len = strcspn(value, ":");
    const struct epw_output *format = NULL;
    struct epw_str known = { 0 };
    for (size_t i = 0; epw_outputs[i] != NULL; i++) {
        const char *name = epw_outputs[i]->name;
        if (strlen(name) == len && strncmp(name, value, len) == 0)
            format = epw_outputs[i];
        epw_str_addf(&known, "%s%s", i == 0 ? "" : ", ", name);
    }
    enum epw_err err = EPW_OK;
    if (format == NULL)
        err = epw_diag_set(diag, EPW_EUSAGE,
                           "-o %s: no such format; expected FORMAT or "
                           "FORMAT:PATH with one of: %s",
                           value, epw_str_text(&known));
    else if (value[len] == ':' && value[len + 1] == '\0')
        err = epw_diag_set(diag, EPW_EUSAGE,
                           "-o %s: empty path; expected FORMAT:PATH, or FORMAT "
                           "alone for standard output",
                           value);
    epw_str_free(&known);
    if (err == EPW_OK)
        o->output[o->output_count++] = (struct epw_output_choice){
            .format = format,
            .path = value[len] == ':' ? value + len + 1 : "-",
        };
    return err;
}

static enum epw_err set_count(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    return epw_option_number("-c", value, 1, UINT64_MAX, "packets", &o->max_packets, diag);
}

static enum epw_err set_wait(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    uint64_t seconds = 0;
    enum epw_err err =
        epw_option_number("--wait", value, 0, EPW_WAIT_TO_END - 1, "seconds", &seconds, diag);
    o->wait_s = (uint32_t)seconds;
    return err;
}

static enum epw_err set_max_flows(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    uint64_t flows = 0;
    enum epw_err err =
        epw_option_number("--max-flows", value, 1, UINT32_MAX, "flows", &flows, diag);
    o->meter.max_flows = (uint32_t)flows;
    return err;
}

static enum epw_err set_write_flows(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    o->labelled_only = strcmp(value, "labelled") == 0;
    if (o->labelled_only || strcmp(value, "all") == 0)
        return EPW_OK;
    return epw_diag_set(diag, EPW_EUSAGE, "--write-flows %s: expected all or labelled", value);
}

static enum epw_err set_fail_on(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    for (unsigned level = EPW_SEVERITY_HIGH; level <= EPW_SEVERITY_LOW; level++)
        if (strcmp(value, epw_severity_name((enum epw_severity)level)) == 0) {
            o->fail_on = level;
            return EPW_OK;
        }
    return epw_diag_set(diag, EPW_EUSAGE, "--fail-on %s: expected high, medium or low", value);
}

static enum epw_err set_ignore_vlan(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    (void)value;
    (void)diag;
    o->meter.ignore_vlan = true;
    return EPW_OK;
}

static enum epw_err set_dedup(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    (void)value;
    (void)diag;
    o->meter.dedup = true;
    return EPW_OK;
}

static enum epw_err set_user(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    struct epw_diag why;
    enum epw_err err = epw_user_find(&o->user, value, &why);
    if (err != EPW_OK)
        return epw_diag_set(diag, EPW_EUSAGE, "-Z %s", why.text);
    o->user_named = true;
    o->change_user = geteuid() != o->user.uid || getuid() != o->user.uid;
    if (o->change_user && geteuid() != 0)
        return epw_diag_set(diag, EPW_EUSAGE, "-Z %s: only root can become another user", value);
    return EPW_OK;
}

/*
 * Who watches interfaces as root, for months perhaps, does not stay root. Over files there is
 * nothing that takes root, and what is written belongs to whoever started it.
 */
static enum epw_err default_user(struct epw_options *o, struct epw_diag *diag)
{
    static const char *const names[] = { "epwatch", "nobody" };
    if (o->iface_count == 0 || o->user_named || geteuid() != 0)
        return EPW_OK;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (epw_user_find(&o->user, names[i], NULL) == EPW_OK) {
            o->change_user = true;
            return EPW_OK;
        }
    return epw_diag_set(diag, EPW_EUSAGE,
                        "no user epwatch or nobody to become; expected one with -Z USER");
}

static enum epw_err set_no_sandbox(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    (void)value;
    (void)diag;
    o->no_sandbox = true;
    return EPW_OK;
}

static enum epw_err set_command(struct epw_options *o, enum epw_command command,
                                const char *operand, struct epw_diag *diag)
{
    if (o->command == EPW_CMD_HELP) /* who asks for help gets it, whatever else is there */
        return EPW_OK;
    if (o->command != EPW_CMD_READ && o->command != command && command != EPW_CMD_HELP)
        return epw_diag_set(diag, EPW_EUSAGE,
                            "-D, --list-signatures, --explain and --check: expected only one of "
                            "them");
    o->command = command;
    o->operand = operand;
    return EPW_OK;
}

static enum epw_err set_devices(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    return set_command(o, EPW_CMD_DEVICES, value, diag);
}

static enum epw_err set_list(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    return set_command(o, EPW_CMD_LIST, value, diag);
}

static enum epw_err set_explain(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    enum epw_err err = epw_target_parse(&o->target, value, diag);
    return err == EPW_OK ? set_command(o, EPW_CMD_EXPLAIN, value, diag) : err;
}

static enum epw_err set_check(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    return set_command(o, EPW_CMD_CHECK, value, diag);
}

static enum epw_err set_version(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    return set_command(o, EPW_CMD_VERSION, value, diag);
}

static enum epw_err set_help(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    return set_command(o, EPW_CMD_HELP, value, diag);
}

/* In the order of --help. */
const struct epw_option_row epw_option_rows[] = {
    { NULL, 'r', "FILE",
      "Read this capture: pcap or pcapng, plain, .gz or .zst; - is standard input. Repeatable: "
      "several files are merged into one timeline by their time stamps.",
      epw_option_file },
    { NULL, 'i', "IFACE",
      "Watch this network interface until interrupted; any stands for all, a number for that of "
      "-D. Repeatable: several interfaces are one link, as a tap needs it.",
      epw_option_iface },
    { NULL, 'D', NULL, "List the interfaces that can be watched.", set_devices },
    { NULL, 'o', "FORMAT[:PATH]",
      "Write the result in this format (below) to a file, - or no PATH is standard output. "
      "Repeatable. Default: table. With -i, eve, csv, findings and table add to a file that is "
      "there.",
      set_output },
    { NULL, 'S', "PATH",
      "Signatures instead of the installed ones: a CSV file, or a folder of them. Repeatable.",
      epw_option_sigs },
    { "site", 0, "FILE",
      "What is declared of the network: own networks, products, servers, moved ports (a CSV file).",
      epw_option_site },
    { "learn", 0, "FILE",
      "Write a site file from what is seen, with comments, ready to edit. FILE must be new.",
      epw_option_learn },
    { "state", 0, "FILE",
      "Begin with the names, roles and agents that earlier runs learned, and keep them for the "
      "next "
      "one.",
      epw_option_state },
    { NULL, 'c', "COUNT", "Stop after so many packets (that pass the filter).", set_count },
    { NULL, 'G', "SECONDS",
      "With -i: begin new files so often; their names hold a time, as in flows-%Y%m%d-%H%M.json "
      "(strftime(3)), and .part until they are whole.",
      epw_option_rotate },
    { NULL, 's', "SNAPLEN", "With -i: bytes kept of a packet. Default: 262144, all.",
      epw_option_snaplen },
    { NULL, 'B', "KIB", "With -i: the kernel's buffer, of each interface. Default: 65536.",
      epw_option_buffer },
    { NULL, 'p', NULL, "With -i: not promiscuous, only what is for this machine.",
      epw_option_quiet },
    { "stats", 0, "SECONDS", "With -i: how often eve writes the counters. Default: 60.",
      epw_option_stats },
    { "wait", 0, "SECONDS",
      "How long, in packet time, a flow waits for others that may decide what it is. Default: to "
      "the end of the capture; 60 with -i.",
      set_wait },
    { "threads", 0, "N",
      "Share the packets out to N threads, 1 to 64. The result is the same for any N. Default: one "
      "for each core.",
      epw_option_threads },
    { "max-flows", 0, "N", "Flows followed at once. Default: 1000000.", set_max_flows },
    { "timeouts", 0, "KEY=SECONDS,...",
      "Packet time after which a silent flow ends: tcp (3600), udp (120), closed (10), unanswered "
      "(60); and after which a long flow is written in between: active (1800).",
      epw_option_timeouts },
    { "write-flows", 0, "all|labelled",
      "Which flows eve and csv write: all (default), or only those whose product is named.",
      set_write_flows },
    { "fail-on", 0, "high|medium|low",
      "Exit with status 1 when there is a finding of this severity or a higher one.", set_fail_on },
    { "ignore-vlan", 0, NULL, "VLAN ids do not tell flows apart.", set_ignore_vlan },
    { "dedup", 0, NULL,
      "Leave out the doubles that a mirror delivers: the same packet within 10 ms, whatever its "
      "VLAN, TTL and MAC. They are counted in the quality.",
      set_dedup },
    { NULL, 'Z', "USER",
      "Become this user once all is open; takes root. Default with -i: epwatch, or nobody. All "
      "capabilities are given up in any "
      "case.",
      set_user },
    { "no-sandbox", 0, NULL,
      "Do not confine the run to the paths and system calls that it needs: for debuggers.",
      set_no_sandbox },
    { "list-signatures", 0, NULL, "List the signatures and their ids, tab-separated.", set_list },
    { "explain", 0, "PORT|NAME|FLOW",
      "Say which signatures have a port (2222, tcp/2222) or match a host name, and what decides "
      "between them; or, with -r, how the verdict on one flow is reached "
      "(10.0.0.7:51000-10.0.0.5:2222).",
      set_explain },
    { "check", 0, "PATH", "Check a site file, a signature file, or a folder of those.", set_check },
    { "version", 0, NULL, "Print the version.", set_version },
    { "help", 'h', NULL, "Print this help.", set_help },
    { .set = NULL },
};
#define ROWS (sizeof(epw_option_rows) / sizeof(epw_option_rows[0]) - 1)

/* What getopt wants, made from the table. */
struct getopt_tables {
    char letters[2 * ROWS + 3];
    struct option names[ROWS + 1];
};

static void make_tables(struct getopt_tables *t)
{
    *t = (struct getopt_tables){ .letters = "+:" }; /* stop at the first word; tell what lacks */
    size_t letters = 2, names = 0;
    for (size_t i = 0; i < ROWS; i++) {
        if (epw_option_rows[i].letter != 0) {
            t->letters[letters++] = epw_option_rows[i].letter;
            if (epw_option_rows[i].arg != NULL)
                t->letters[letters++] = ':';
        }
        if (epw_option_rows[i].name != NULL)
            t->names[names++] = (struct option){
                .name = epw_option_rows[i].name,
                .has_arg = epw_option_rows[i].arg == NULL ? no_argument : required_argument,
                .val = NO_LETTER + (int)i,
            };
    }
}

static const struct epw_option_row *find_row(int value)
{
    for (size_t i = 0; i < ROWS; i++)
        if (value == NO_LETTER + (int)i ||
            (epw_option_rows[i].letter != 0 && value == epw_option_rows[i].letter))
            return &epw_option_rows[i];
    return NULL;
}

/* getopt said that a word is not an option, or lacks its value. */
static enum epw_err refuse(int c, char **argv, struct epw_diag *diag)
{
    const struct epw_option_row *row = find_row(optopt);
    char letter[3] = { '-', (char)optopt, '\0' };
    const char *word = optopt == 0 || optopt >= NO_LETTER ? argv[optind - 1] : letter;
    if (c == ':' && row != NULL)
        return epw_diag_set(diag, EPW_EUSAGE, "%s: value missing; expected %s", word, row->arg);
    if (optopt >= NO_LETTER)
        return epw_diag_set(diag, EPW_EUSAGE, "%s: takes no value", word);
    return epw_diag_set(diag, EPW_EUSAGE,
                        "%s: no such option, or not a whole one; epwatch --help lists them", word);
}

/* What no single option can tell. */
static enum epw_err complete(struct epw_options *o, struct epw_diag *diag)
{
    bool flow = o->command == EPW_CMD_EXPLAIN && o->target.kind == EPW_TARGET_FLOW;
    if (flow && o->output_count != 0)
        return epw_diag_set(diag, EPW_EUSAGE, "--explain prints text; expected no -o with it");
    if (flow && o->file_count == 0)
        return epw_diag_set(diag, EPW_EUSAGE,
                            "--explain %s: no capture given; expected -r FILE, as a flow is looked "
                            "up in a capture",
                            o->operand);
    if (o->command != EPW_CMD_READ && !flow) {
        if (o->file_count + o->iface_count + o->output_count + o->filter.len != 0 &&
            o->command != EPW_CMD_HELP && o->command != EPW_CMD_VERSION)
            return epw_diag_set(diag, EPW_EUSAGE,
                                "-D, --list-signatures, --check and --explain of a port or name "
                                "read no capture; expected no -r, -i, -o or filter with them");
    } else if (o->file_count + o->iface_count == 0) {
        return o->filter.len == 0
                   ? epw_diag_set(
                         diag, EPW_EUSAGE,
                         "no capture given; expected -r FILE or -i IFACE (epwatch --help has "
                         "examples)")
                   : epw_diag_set(diag, EPW_EUSAGE,
                                  "no capture given; expected -r FILE or -i IFACE before the "
                                  "filter '%s'",
                                  epw_str_text(&o->filter));
    }
    if (o->sigs_count == 0)
        o->sigs[o->sigs_count++] = EPW_SIGDIR;
    if (o->output_count == 0)
        o->output[o->output_count++] =
            (struct epw_output_choice){ .format = epw_outputs[0], .path = "-" };
    enum epw_err err = epw_option_files_check(o, diag);
    if (err == EPW_OK)
        err = epw_option_live_check(o, diag);
    return err == EPW_OK ? default_user(o, diag) : err;
}

enum epw_err epw_options_parse(struct epw_options *o, int argc, char **argv, struct epw_diag *diag)
{
    *o = (struct epw_options){ .wait_s = EPW_WAIT_TO_END, .meter = EPW_METER_DEFAULTS };
    size_t room = (size_t)argc + 1; /* no list can be longer than the command line */
    o->file = calloc(room, sizeof(*o->file));
    o->iface = calloc(room, sizeof(*o->iface));
    o->iface_owned = calloc(room, sizeof(*o->iface_owned));
    o->sigs = calloc(room, sizeof(*o->sigs));
    o->output = calloc(room, sizeof(*o->output));
    if (o->file == NULL || o->iface == NULL || o->iface_owned == NULL || o->sigs == NULL ||
        o->output == NULL)
        return epw_diag_set(diag, EPW_ENOMEM, "out of memory");

    struct getopt_tables tables;
    make_tables(&tables);
    opterr = 0;
    int c;
    while ((c = getopt_long(argc, argv, tables.letters, tables.names, NULL)) != -1) {
        const struct epw_option_row *row = c == '?' || c == ':' ? NULL : find_row(c);
        enum epw_err err = row == NULL ? refuse(c, argv, diag) : row->set(o, optarg, diag);
        if (err != EPW_OK)
            return err;
    }
    enum epw_err err = epw_option_words(o, argc - optind, argv + optind, diag);
    return err == EPW_OK ? complete(o, diag) : err;
}

void epw_options_free(struct epw_options *o)
{
    free(o->file);
    for (size_t i = 0; i < o->iface_count; i++)
        free(o->iface_owned[i]);
    free(o->iface_owned);
    free(o->iface);
    free(o->sigs);
    free(o->output);
    epw_str_free(&o->filter);
}
