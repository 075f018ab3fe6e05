/* SPDX-License-Identifier: Apache-2.0 */
/* The rows that a flow could be: by its names, its port, the port behind a proxy, an announcement.
 */
#ifndef EPW_ANALYST_VERDICT_COLLECT_H
#define EPW_ANALYST_VERDICT_COLLECT_H

#include "analyst/verdict/decide.h"

/*
 * Judges them, d->judged_count of them, best first; d->kase is open. d->refuted: rows fell out.
 * What flows that look alike have in common is not judged again; where that is all, d->idle tells
 * the rows, and none is listed before epw_collect_idle().
 */
void epw_collect(struct epw_decision *d);
void epw_collect_idle(struct epw_decision *d);

/* The same of an untold verdict: as if nothing was known of the flow's hosts. */
void epw_collect_unknown(struct epw_decision *d);

#endif
