/* SPDX-License-Identifier: Apache-2.0 */
#include "base/stats.h"

const char *epw_ending_name(enum epw_ending ending)
{
    switch (ending) {
    case EPW_END_COMPLETE:
        return "complete";
    case EPW_END_TRUNCATED:
        return "truncated";
    case EPW_END_MALFORMED:
        return "malformed";
    case EPW_END_UNSUPPORTED:
        return "unsupported";
    case EPW_END_TOO_DEEP:
        return "too_deep";
    case EPW_END_NOT_IP:
        return "not_ip";
    case EPW_ENDINGS:
        break;
    }
    return "unknown";
}
