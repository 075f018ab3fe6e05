/* SPDX-License-Identifier: Apache-2.0 */
/* The registry of rules, apart from the audit: the site file wants their names only. */
#include "analyst/audit/audit.h"

#include "analyst/audit/rules.gen.h"

const struct epw_rule *const epw_rules[] = { EPW_REGISTRY_epw_rule };
