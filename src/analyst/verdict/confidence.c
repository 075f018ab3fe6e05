/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/verdict/verdict.h"

const char *epw_confidence_name(enum epw_confidence confidence)
{
    switch (confidence) {
    case EPW_CONF_NONE:
        return "none";
    case EPW_CONF_AMBIGUOUS:
        return "ambiguous";
    case EPW_CONF_POSSIBLE:
        return "possible";
    case EPW_CONF_LIKELY:
        return "likely";
    case EPW_CONF_CONFIRMED:
        return "confirmed";
    }
    return "unknown";
}
