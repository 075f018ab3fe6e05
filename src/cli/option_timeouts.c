/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "cli/option_row.h"

#include <string.h>

/* One KEY=SECONDS of --timeouts; len bytes from item. */
static enum epw_err set_timeout(struct epw_timeouts *t, const char *item, size_t len,
                                struct epw_diag *diag)
{
    const struct {
        const char *key;
        uint32_t *seconds;
    } known[] = {
        { "tcp", &t->tcp },       { "udp", &t->udp },
        { "closed", &t->closed }, { "unanswered", &t->unanswered },
        { "active", &t->active },
    };
    char text[64];
    uint64_t seconds;
    if (len < sizeof(text)) {
        memcpy(text, item, len);
        text[len] = '\0';
        char *value = strchr(text, '=');
        if (value != NULL)
            *value++ = '\0';
        for (size_t i = 0; value != NULL && i < sizeof(known) / sizeof(known[0]); i++)
            if (strcmp(text, known[i].key) == 0 && epw_text_u64(value, 1, UINT32_MAX, &seconds)) {
                *known[i].seconds = (uint32_t)seconds;
                return EPW_OK;
            }
    }
    return epw_diag_set(diag, EPW_EUSAGE,
                        "--timeouts: '%.*s' is not understood; expected "
                        "KEY=SECONDS,... with tcp, udp, closed, unanswered or active",
                        (int)(len < 64 ? len : 64), item);
}

enum epw_err epw_option_timeouts(struct epw_options *o, const char *value, struct epw_diag *diag)
{
    for (const char *item = value;;) {
        size_t len = strcspn(item, ",");
        enum epw_err err = set_timeout(&o->meter.timeouts, item, len, diag);
        if (err != EPW_OK || item[len] == '\0')
            return err;
        item += len + 1;
    }
}
