/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of EVE that are not flows, and what all parts put into JSON objects. */
#ifndef EPW_OUTPUT_EVE_H
#define EPW_OUTPUT_EVE_H

#include "analyst/audit/finding.h"
#include "base/ip.h"
#include "base/stats.h"

#include <jansson.h>
#include <stdbool.h>

/*
 * A JSON string of any text. Texts are clean by contract; should one not be
 * UTF-8 after all, it is cleaned here, because jansson would refuse it and the
 * key would be missing. NULL without memory.
 */
json_t *epw_eve_text(const char *value);
json_t *epw_eve_number(uint64_t value);
json_t *epw_eve_list(const char *const *texts, size_t count);

/* These return 0, or -1 without memory. An empty text leaves its key out. */
int epw_eve_set_text(json_t *object, const char *key, const char *value);
int epw_eve_set_time(json_t *object, const char *key, int64_t ts_ns);
/* src_ip, src_port, dest_ip, dest_port, proto; [0] is the source. */
int epw_eve_set_endpoints(json_t *root, const struct epw_ip ip[2], const uint16_t port[2],
                          uint8_t proto);
/* A finding as event_type alert: everything of the line. */
int epw_eve_set_alert(json_t *root, const struct epw_finding *finding);
/* The key stats. */
int epw_eve_set_stats(json_t *root, const struct epw_stats *stats, bool partial);

#endif
