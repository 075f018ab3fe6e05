/* SPDX-License-Identifier: Apache-2.0 */
/* The rows that a flow could be: by its names, its port, the port behind a proxy, an announcement.
 */
#ifndef EPW_ANALYST_VERDICT_COLLECT_H
#define EPW_ANALYST_VERDICT_COLLECT_H

#include "analyst/verdict/decide.h"

/* Judges them into d->room, d->judged_count of them; d->kase is open. d->refuted: rows fell out. */
void epw_collect(struct epw_decision *d);

#endif
