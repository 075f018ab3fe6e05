/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of EVE that are not flows. */
#ifndef EPW_OUTPUT_EVE_H
#define EPW_OUTPUT_EVE_H

#include "analyst/audit/finding.h"
#include "base/stats.h"

#include <jansson.h>
#include <stdbool.h>

/* These return 0, or -1 without memory. An empty text leaves its key out. */
int epw_eve_set_text(json_t *object, const char *key, const char *value);
int epw_eve_set_time(json_t *object, const char *key, int64_t ts_ns);
/* A finding as event_type alert: everything of the line. */
int epw_eve_set_alert(json_t *root, const struct epw_finding *finding);
/* The key stats. */
int epw_eve_set_stats(json_t *root, const struct epw_stats *stats, bool partial);

#endif
