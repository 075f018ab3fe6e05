/* SPDX-License-Identifier: Apache-2.0 */
/* What speaks against a signature: docs/verdicts.md, "contradicted". */
#ifndef EPW_ANALYST_VERDICT_CHECK_H
#define EPW_ANALYST_VERDICT_CHECK_H

#include "analyst/verdict/judge.h"

/* why: static words. */
void epw_contradict(struct epw_judged *j, const char *why);

/* By what was seen of the flow itself: protocol, scope, names, share. Sets app_agrees. */
void epw_check_seen(const struct epw_case *c, struct epw_judged *j);

/* By what was learned of its hosts: who listens, what else the responder answers. */
void epw_check_learned(const struct epw_case *c, struct epw_judged *j);

#endif
