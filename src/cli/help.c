/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/option_row.h"
#include "output/layout.h"

#include <string.h>

/* Column in which --help explains. */
#define HELP_COLUMN 24

static void help_row(FILE *stream, const char *left, const char *help)
{
    fprintf(stream, "  %-*s", HELP_COLUMN - 2, left);
    if (strlen(left) > HELP_COLUMN - 4)
        fprintf(stream, "\n%*s", HELP_COLUMN, "");
    epw_layout_wrap(stream, HELP_COLUMN, HELP_COLUMN, help);
}

void epw_options_help(FILE *stream)
{
    fputs("usage: epwatch [options] -r FILE [-r FILE...] [filter words]\n"
          "       epwatch [options] -i IFACE [-i IFACE...] [filter words]\n"
          "Names the endpoint-security traffic in captures or on interfaces: which product,\n"
          "which function of it, who talks to whom, how sure that is and why.\n\noptions:\n",
          stream);
    for (const struct epw_option_row *row = epw_option_rows; row->set != NULL; row++) {
        char left[80];
        const char *arg = row->arg == NULL ? "" : row->arg;
        const char *gap = row->arg == NULL ? "" : " ";
        if (row->name == NULL)
            snprintf(left, sizeof(left), "-%c%s%s", row->letter, gap, arg);
        else if (row->letter == 0)
            snprintf(left, sizeof(left), "--%s%s%s", row->name, gap, arg);
        else
            snprintf(left, sizeof(left), "-%c, --%s%s%s", row->letter, row->name, gap, arg);
        help_row(stream, left, row->help);
    }
    fputs("\nformats of -o:\n", stream);
    for (size_t i = 0; epw_outputs[i] != NULL; i++)
        help_row(stream, epw_outputs[i]->name, epw_outputs[i]->help);
    fputs("\nexamples:\n"
          "  epwatch -r office.pcap                     what is in it, as a table\n"
          "  epwatch -r rx.pcap -r tx.pcap.gz net 10.0.0.0/8\n"
          "                                             two taps as one, only this network\n"
          "  epwatch -r office.pcap -o eve:flows.json -o table\n"
          "                                             every flow as JSON, and the table\n"
          "  tcpdump -w - ... | epwatch -r -            from another program\n"
          "  epwatch -i eth1 -i eth2 -o eve:flows-%Y%m%d-%H.json -G 3600\n"
          "                                             watch a tap, a new file every hour\n"
          "  epwatch --explain tcp/2222                 who uses this port\n"
          "  epwatch --explain 10.0.0.7:51000-10.0.0.5:2222 -r office.pcap\n"
          "                                             why this flow is what it is\n\n"
          "The words after the options are a filter as in tcpdump (pcap-filter(7)).\n"
          "Exit status: 0 done; 1 findings at or above --fail-on; 2 wrong usage, input cut\n"
          "or unreadable, an output failed (2 wins over 1).\n",
          stream);
}
