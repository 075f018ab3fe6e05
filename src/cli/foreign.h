/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of link types that epwatch does not decode: counted by file, told at the end. */
#ifndef EPW_CLI_FOREIGN_H
#define EPW_CLI_FOREIGN_H

#include "capture/frame.h"
#include "cli/message.h"
#include "meter/decode/decode.h"

#include <stdbool.h>

/* Files with such frames that are told one by one; a run over more tells that there are more. */
#define EPW_FOREIGN_MAX 32

struct epw_foreign {
    const struct epw_decoder *decoder;
    size_t count;
    struct {
        uint16_t source, linktype;
        uint64_t packets;
    } seen[EPW_FOREIGN_MAX];
    uint64_t more; /* packets beyond EPW_FOREIGN_MAX */
};

/* decoder is borrowed. */
void epw_foreign_start(struct epw_foreign *foreign, const struct epw_decoder *decoder);
void epw_foreign_count(struct epw_foreign *foreign, const struct epw_batch *batch);
/* One line a file and link type; sources by frame.source. False when there was nothing to tell. */
bool epw_foreign_tell(const struct epw_foreign *foreign, const char *const *sources,
                      struct epw_progress *progress);

#endif
