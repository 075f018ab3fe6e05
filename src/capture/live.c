/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* clock_gettime */

#include "capture/live.h"

#include "base/text.h"
#include "capture/merge.h"
#include "capture/tap.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MS_NS 1000000LL

/* A quiet link is reported this often, so that timers run. */
#define IDLE_NS (100 * MS_NS)

/* How often interfaces are looked at: a person waits that long for the line that one is down. */
#define CHECK_NS (500 * MS_NS)

/*
 * How long a block of the ring waits to be full (iface.h). Long for one interface, which may then
 * go unread for 25 s; short for several, of which one holds up the others when it is silent.
 */
#define BLOCK_MS_ONE     100
#define BLOCK_MS_SEVERAL 20

/* What an interface received shows after so many blocks' time. */
#define HOLD_BLOCKS 2

/*
 * After a stop, what is in the rings is read: a full one in a fraction of a second, but on a
 * machine that does much else. The first younger packet ends it sooner.
 */
#define DRAIN_MAX_NS (30000 * MS_NS)

struct card {
    struct epw_iface *iface;
    const char *name;
    struct epw_tap tap;
    unsigned looks;  /* of its thread, when nothing was read the last time */
    int64_t down_ns; /* since when it is down, on the wall clock; 0: it is up */
    bool gone;       /* which was told */
};

struct epw_live {
    size_t count;
    int64_t stop_ns;  /* wall time up to which is read, 0: on and on */
    int64_t drain_ns; /* monotonic time of the stop */
    bool drained;     /* all until stop_ns was read */
    bool started;
    int64_t check_ns;     /* monotonic time of the next look at the interfaces */
    struct epw_wake news; /* of several: their threads have something */
    struct epw_merge merge;
    struct epw_merge_head head[EPW_LIVE_MAX];
    const char *const *names;
    epw_diag_fn on_event;
    void *ctx;
    struct card card[];
};

static int64_t clock_ns(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void tell(const struct epw_live *live, const struct epw_diag *diag)
{
    if (live->on_event != NULL)
        live->on_event(live->ctx, diag);
}

/* Packets seen twice would be doubles that no mirror made. */
static enum epw_err check_names(const char *const *names, size_t count, struct epw_diag *diag)
{
    if (count == 0 || count > EPW_LIVE_MAX)
        return epw_diag_set(diag, EPW_EUSAGE, "%zu interfaces, 1 to %d are expected", count,
                            EPW_LIVE_MAX);
    for (size_t i = 0; i < count; i++) {
        if (count > 1 && strcmp(names[i], "any") == 0)
            return epw_diag_set(diag, EPW_EUSAGE,
                                "any: stands for all interfaces; expected no other beside it");
        for (size_t before = 0; before < i; before++)
            if (strcmp(names[before], names[i]) == 0)
                return epw_diag_set(diag, EPW_EUSAGE, "%s: is named twice; expected once",
                                    names[i]);
    }
    return EPW_OK;
}

static int take(void *ctx, struct epw_batch *batch, uint32_t max, struct epw_diag *diag)
{
    return epw_iface_take(ctx, batch, max, diag);
}

static void drops(void *ctx, uint64_t *kernel, uint64_t *interface)
{
    epw_iface_drops(ctx, kernel, interface);
}

static enum epw_err open_card(struct epw_live *live, const char *name,
                              const struct epw_iface_options *options, bool alone,
                              struct epw_diag *diag)
{
    struct card *card = &live->card[live->count];
    card->name = name;
    enum epw_err err = epw_iface_open(&card->iface, name, options, diag);
    if (err != EPW_OK)
        return err;
    const struct epw_tap_input input = { card->iface, epw_iface_fd(card->iface), take, drops };
    err = epw_tap_init(&card->tap, &input, HOLD_BLOCKS * options->block_ms * MS_NS,
                       alone ? NULL : &live->news);
    if (err != EPW_OK) {
        epw_iface_close(card->iface);
        return epw_diag_set(diag, err, "%s: cannot be read: %s", name, epw_strerror(err));
    }
    live->head[live->count++].tap = &card->tap;
    return EPW_OK;
}

static int64_t wall_ns(void)
{
    return clock_ns(CLOCK_REALTIME);
}

enum epw_err epw_live_open(struct epw_live **out, const char *const *names, size_t count,
                           const struct epw_iface_options *options, epw_diag_fn on_event, void *ctx)
{
    struct epw_diag diag, down = { .code = EPW_OK };
    *out = NULL;
    struct epw_live *live = calloc(1, sizeof(*live) + count * sizeof(live->card[0]));
    if (live == NULL)
        return EPW_ENOMEM;
    live->names = names;
    live->on_event = on_event;
    live->ctx = ctx;
    struct epw_iface_options timed = *options;
    timed.block_ms = count == 1 ? BLOCK_MS_ONE : BLOCK_MS_SEVERAL;
    enum epw_err err = epw_wake_init(&live->news);
    epw_diag_set(&diag, err, "interfaces cannot be waited for: %s", epw_strerror(err));
    if (err == EPW_OK)
        err = check_names(names, count, &diag);
    /* All are tried: who waits for one to come up had better know of others that never will. */
    for (size_t i = 0; i < count && err == EPW_OK; i++) {
        err = open_card(live, names[i], &timed, count == 1, &diag);
        if (err == EPW_EDOWN && down.code == EPW_OK)
            down = diag;
        if (err == EPW_EDOWN)
            err = EPW_OK;
    }
    if (err == EPW_OK && down.code != EPW_OK) {
        diag = down;
        err = down.code;
    }
    if (err != EPW_OK) {
        tell(live, &diag);
        epw_live_close(live);
        return err;
    }
    live->merge = (struct epw_merge){ .head = live->head, .count = live->count, .now_ns = wall_ns };
    *out = live;
    return EPW_OK;
}

void epw_live_close(struct epw_live *live)
{
    if (live == NULL)
        return;
    for (size_t i = 0; i < live->count; i++) {
        epw_tap_free(&live->card[i].tap);
        epw_iface_close(live->card[i].iface);
    }
    epw_wake_destroy(&live->news);
    free(live);
}

const char *const *epw_live_names(const struct epw_live *live, size_t *count)
{
    *count = live->count;
    return live->count > 1 ? live->names : epw_iface_names(live->card[0].iface, count);
}

void epw_live_stop(struct epw_live *live)
{
    if (live->stop_ns != 0)
        return;
    live->stop_ns = wall_ns();
    live->drain_ns = clock_ns(CLOCK_MONOTONIC);
}

static void tell_gone(struct epw_live *live, struct card *card, const char *words)
{
    struct epw_diag diag;
    card->gone = true;
    epw_diag_set(&diag, EPW_EIO, "%s", words);
    tell(live, &diag);
    epw_live_stop(live);
}

static void check_card(struct epw_live *live, struct card *card)
{
    char text[EPW_TEXT_LEN];
    struct epw_diag diag;
    int64_t now = wall_ns();
    switch (epw_iface_state(card->iface)) {
    case EPW_IFACE_GONE:
        epw_diag_set(&diag, EPW_EIO, "%s: was removed at %s; the result is of what was read",
                     card->name, epw_text_time(now, text));
        tell_gone(live, card, diag.text);
        return;
    case EPW_IFACE_DOWN:
        if (card->down_ns != 0)
            return;
        card->down_ns = now;
        epw_diag_set(&diag, EPW_OK, "%s: is down since %s; waiting for it", card->name,
                     epw_text_time(now, text));
        tell(live, &diag);
        return;
    case EPW_IFACE_UP:
        if (card->down_ns == 0)
            return;
        epw_diag_set(&diag, EPW_OK, "%s: is up again after %s", card->name,
                     epw_text_span(now - card->down_ns, text));
        card->down_ns = 0;
        tell(live, &diag);
        return;
    }
}

static void check_cards(struct epw_live *live)
{
    int64_t now = clock_ns(CLOCK_MONOTONIC);
    bool due = now >= live->check_ns;
    if (due)
        live->check_ns = now + CHECK_NS;
    for (size_t i = 0; i < live->count; i++) {
        struct card *card = &live->card[i];
        bool failed = atomic_load(&card->tap.failed);
        if (card->gone || !(due || failed))
            continue;
        /* A removed interface has clearer words. */
        check_card(live, card);
        if (failed && !card->gone)
            tell_gone(live, card, card->tap.diag.text);
    }
}

/* Not before now: a run confines itself when the interfaces are open. */
static void start(struct epw_live *live)
{
    live->started = true;
    for (size_t i = 0; i < live->count && live->count > 1; i++) {
        struct epw_diag diag;
        enum epw_err err = epw_tap_start(&live->card[i].tap);
        if (err == EPW_OK)
            continue;
        epw_diag_set(&diag, err, "%s: the system gives no thread to read it", live->card[i].name);
        tell(live, &diag);
        live->drained = true;
        return;
    }
}

static enum epw_merged fill(struct epw_live *live, struct epw_batch *batch, uint32_t max)
{
    struct epw_tap *tap = &live->card[0].tap;
    if (live->count > 1)
        return epw_merge_fill(&live->merge, batch, max);
    if (!epw_tap_take(tap, batch, max, wall_ns()))
        return EPW_MERGED_MORE;
    live->merge.drain_ns = epw_tap_shown(tap, EPW_SHOWN_DRAIN);
    live->merge.idle_ns = epw_tap_shown(tap, EPW_SHOWN_IDLE);
    return EPW_MERGED_ALL;
}

/* Takes away what was received after the stop; then, or when all has shown, all was read. */
static void drain(struct epw_live *live, struct epw_batch *batch, enum epw_merged merged)
{
    if (live->stop_ns == 0)
        return;
    bool nothing = batch->count == 0 && merged == EPW_MERGED_ALL;
    live->drained = clock_ns(CLOCK_MONOTONIC) - live->drain_ns >= DRAIN_MAX_NS ||
                    (nothing && live->merge.drain_ns >= live->stop_ns);
    for (uint32_t i = 0; i < batch->count; i++)
        if (batch->frame[i].ts_ns > live->stop_ns) {
            batch->count = i;
            live->drained = true;
        }
}

/*
 * Whether all threads have looked since this was true, or have packets: a run of which an interface
 * is not read must not pass for one with a quiet link.
 */
static bool all_look(struct epw_live *live)
{
    for (size_t i = 0; i < live->count && live->count > 1; i++)
        if (atomic_load(&live->card[i].tap.looks) == live->card[i].looks &&
            epw_tap_first(&live->card[i].tap) == NULL)
            return false;
    for (size_t i = 0; i < live->count; i++)
        live->card[i].looks = atomic_load(&live->card[i].tap.looks);
    return true;
}

/* Until something comes, a signal, or it is time to say that nothing did. */
static enum epw_merged fill_or_wait(struct epw_live *live, struct epw_batch *batch, uint32_t max)
{
    int ring = live->count > 1 ? -1 : live->card[0].tap.input.fd;
    int64_t until = clock_ns(CLOCK_MONOTONIC) + IDLE_NS;
    for (;;) {
        check_cards(live);
        epw_wake_arm(&live->news);
        enum epw_merged merged = fill(live, batch, max);
        drain(live, batch, merged);
        int64_t left = until - clock_ns(CLOCK_MONOTONIC);
        if (batch->count > 0 || live->drained || (left <= 0 && all_look(live))) {
            epw_wake_disarm(&live->news);
            return merged;
        }
        /* What is held back waits for times, of which nobody wakes. */
        bool soon = merged == EPW_MERGED_HELD || left <= 0;
        if (epw_wake_sleep(&live->news, ring, soon ? EPW_TAP_PAUSE_NS : left) == EPW_SLEPT_SIGNAL)
            return merged;
    }
}

void epw_live_read(struct epw_live *live, struct epw_batch *batch, uint64_t max)
{
    uint32_t most = max < EPW_BATCH_FRAMES ? (uint32_t)max : EPW_BATCH_FRAMES;
    enum epw_merged merged = EPW_MERGED_MORE;
    batch->count = batch->used = 0;
    if (!live->started)
        start(live);
    if (!live->drained)
        merged = fill_or_wait(live, batch, most);
    batch->end = live->drained && batch->count == 0;
    /* What is held back is younger. */
    batch->now_ns = merged == EPW_MERGED_MORE ? 0 : live->merge.idle_ns;
}

void epw_live_drops(struct epw_live *live, uint64_t *kernel, uint64_t *interface)
{
    *kernel = *interface = 0;
    for (size_t i = 0; i < live->count; i++) {
        uint64_t lost[2];
        epw_tap_drops(&live->card[i].tap, &lost[0], &lost[1]);
        *kernel += lost[0];
        *interface += lost[1];
    }
}
