/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/foreign.h"

#include "base/text.h"
#include "capture/linktype.h"

#include <string.h>

/* Link types given out so far are below: enough to list the decoded ones. */
#define LINKTYPES 512

void epw_foreign_start(struct epw_foreign *foreign, const struct epw_decoder *decoder)
{
    *foreign = (struct epw_foreign){ .decoder = decoder };
}

static void count_one(struct epw_foreign *foreign, const struct epw_frame *frame)
{
    size_t i = 0;
    while (i < foreign->count && (foreign->seen[i].source != frame->source ||
                                  foreign->seen[i].linktype != frame->linktype))
        i++;
    if (i == EPW_FOREIGN_MAX) {
        foreign->more++;
        return;
    }
    if (i == foreign->count) {
        foreign->count++;
        foreign->seen[i].source = frame->source;
        foreign->seen[i].linktype = frame->linktype;
    }
    foreign->seen[i].packets++;
}

/* Behind the run of frames of one link type: most often all of them. */
static const struct epw_frame *skip_alike(const struct epw_frame *frame,
                                          const struct epw_frame *end)
{
    uint16_t linktype = frame->linktype;
    while (frame < end && frame->linktype == linktype)
        frame++;
    return frame;
}

void epw_foreign_count(struct epw_foreign *foreign, const struct epw_batch *batch)
{
    const struct epw_frame *frame = batch->frame, *end = frame + batch->count;
    while (frame < end) {
        if (epw_decoder_knows(foreign->decoder, frame->linktype))
            frame = skip_alike(frame, end);
        else
            count_one(foreign, frame++);
    }
}

/* The decoded link types by name, each name once: raw IP has several numbers. */
static void list_decoded(const struct epw_decoder *decoder, struct epw_str *list)
{
    for (uint16_t type = 0; type < LINKTYPES; type++) {
        const char *name = epw_linktype_name(type);
        bool again = !epw_decoder_knows(decoder, type) || strcmp(name, "unknown") == 0;
        for (uint16_t before = 0; before < type && !again; before++)
            again =
                epw_decoder_knows(decoder, before) && strcmp(name, epw_linktype_name(before)) == 0;
        if (!again)
            epw_str_addf(list, "%s%s", list->len == 0 ? "" : ", ", name);
    }
}

bool epw_foreign_tell(const struct epw_foreign *foreign, const char *const *sources,
                      struct epw_progress *progress)
{
    if (foreign->count == 0)
        return false;
    struct epw_str expected = { 0 };
    list_decoded(foreign->decoder, &expected);
    char text[EPW_TEXT_LEN];
    for (size_t i = 0; i < foreign->count; i++)
        epw_say(progress,
                "%s: link type %u (%s) is not decoded, %s packet%s counted as unsupported; "
                "expected one of %s",
                sources[foreign->seen[i].source], (unsigned)foreign->seen[i].linktype,
                epw_linktype_name(foreign->seen[i].linktype),
                epw_text_count(foreign->seen[i].packets, text),
                foreign->seen[i].packets == 1 ? "" : "s", epw_str_text(&expected));
    if (foreign->more != 0)
        epw_say(progress, "%s more packets in other files have link types that are not decoded",
                epw_text_count(foreign->more, text));
    epw_str_free(&expected);
    return true;
}
