/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/audit/finding.h"

const char *epw_severity_name(enum epw_severity severity)
{
    switch (severity) {
    case EPW_SEVERITY_HIGH:
        return "high";
    case EPW_SEVERITY_MEDIUM:
        return "medium";
    case EPW_SEVERITY_LOW:
        return "low";
    }
    return "unknown";
}

const char *epw_finding_state_name(enum epw_finding_state state)
{
    switch (state) {
    case EPW_FINDING_OPEN:
        return "open";
    case EPW_FINDING_UPDATED:
        return "updated";
    case EPW_FINDING_CLOSED:
        return "closed";
    case EPW_FINDING_WITHHELD:
        return "withheld";
    }
    return "unknown";
}
