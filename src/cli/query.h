/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that ask about something and write no output file. Each returns the exit status. */
#ifndef EPW_CLI_QUERY_H
#define EPW_CLI_QUERY_H

#include "analyst/catalogue/signature.h"
#include "cli/options.h"

int epw_query_devices(void);
int epw_query_list(const struct epw_options *options);
int epw_query_check(const struct epw_options *options);
/* A port or name, or a flow, which does read captures (explain.c, explain_flow.c). */
int epw_query_explain(const struct epw_options *options);

/* Frees a text that was printed; when memory ran out over it, epw_query_finish() says so. */
void epw_query_told(struct epw_str *text);
/* Flushes standard output; the exit status, after one message when writing failed. */
int epw_query_finish(void);

/* "8014 23100-23199" appended; "tcp" or "udp". */
void epw_query_ports(struct epw_str *text, const struct epw_signature *sig);
const char *epw_query_transport(uint8_t proto);

#endif
