/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* clock_gettime */

#include "capture/live.h"

#include "base/text.h"
#include "capture/looks.h"

#include <errno.h>
#include <poll.h>
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
 * ... and so many looks (capture/looks.h). Merging: a packet is held back so long while another
 * interface has nothing, with the blocks 100 ms, which is 125 MB at 10 Gbit/s. Idle: the clock of a
 * quiet link is about 1 s behind, half of it at least, which delays reports and costs nothing else;
 * a packet that shows later finds its flow ended. Drain: the end of a run.
 */
#define MERGE_LOOKS    3
#define MERGE_PAUSE_NS (20 * MS_NS)
#define IDLE_LOOKS     10
#define IDLE_PAUSE_NS  (IDLE_NS / 2)
#define DRAIN_LOOKS    3 /* of the idle ones */

/* A pause where there is nothing to wait for. */
#define PAUSE_NS (10 * MS_NS)

/*
 * After a stop, what is in the rings is read: a full one in a fraction of a second, but on a
 * machine that does much else. The first younger packet ends it sooner.
 */
#define DRAIN_MAX_NS (30000 * MS_NS)

struct tap {
    struct epw_iface *iface;
    const char *name;
    struct epw_batch *staged; /* taken, not merged yet; NULL where there is one interface only */
    uint32_t at;              /* the next one of staged */
    int64_t down_ns;          /* since when it is down, on the wall clock; 0: it is up */
    bool gone;                /* which was told: it is not waited for any more */
};

struct epw_live {
    size_t count;
    int64_t hold_ns;
    int64_t stop_ns;  /* wall time up to which is read, 0: on and on */
    int64_t drain_ns; /* monotonic time of the stop */
    bool drained;     /* all until stop_ns was read */
    struct epw_looks merge, idle;
    bool seen_all;    /* the last look found nothing more */
    int64_t check_ns; /* monotonic time of the next look at the interfaces */
    const char *const *names;
    epw_diag_fn on_event;
    void *ctx;
    struct tap tap[];
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

static enum epw_err open_tap(struct epw_live *live, const char *name,
                             const struct epw_iface_options *options, bool alone,
                             struct epw_diag *diag)
{
    struct tap *tap = &live->tap[live->count++];
    tap->name = name;
    if (!alone) {
        tap->staged = malloc(sizeof(*tap->staged));
        if (tap->staged == NULL)
            return epw_diag_set(diag, EPW_ENOMEM, "%s: out of memory", name);
        tap->staged->count = 0;
    }
    return epw_iface_open(&tap->iface, name, options, diag);
}

enum epw_err epw_live_open(struct epw_live **out, const char *const *names, size_t count,
                           const struct epw_iface_options *options, epw_diag_fn on_event, void *ctx)
{
    struct epw_diag diag;
    *out = NULL;
    struct epw_live *live = calloc(1, sizeof(*live) + count * sizeof(live->tap[0]));
    if (live == NULL)
        return EPW_ENOMEM;
    live->names = names;
    live->on_event = on_event;
    live->ctx = ctx;
    live->merge.pause_ns = MERGE_PAUSE_NS;
    live->idle.pause_ns = IDLE_PAUSE_NS;
    struct epw_iface_options timed = *options;
    timed.block_ms = count == 1 ? BLOCK_MS_ONE : BLOCK_MS_SEVERAL;
    live->hold_ns = HOLD_BLOCKS * timed.block_ms * MS_NS;
    enum epw_err err = check_names(names, count, &diag);
    for (size_t i = 0; i < count && err == EPW_OK; i++)
        err = open_tap(live, names[i], &timed, count == 1, &diag);
    if (err != EPW_OK) {
        tell(live, &diag);
        epw_live_close(live);
        return err;
    }
    *out = live;
    return EPW_OK;
}

void epw_live_close(struct epw_live *live)
{
    if (live == NULL)
        return;
    for (size_t i = 0; i < live->count; i++) {
        epw_iface_close(live->tap[i].iface);
        free(live->tap[i].staged);
    }
    free(live);
}

const char *const *epw_live_names(const struct epw_live *live, size_t *count)
{
    *count = live->count;
    return live->count > 1 ? live->names : epw_iface_names(live->tap[0].iface, count);
}

void epw_live_stop(struct epw_live *live)
{
    if (live->stop_ns != 0)
        return;
    live->stop_ns = clock_ns(CLOCK_REALTIME);
    live->drain_ns = clock_ns(CLOCK_MONOTONIC);
}

static void tell_gone(struct epw_live *live, struct tap *tap, const char *words)
{
    struct epw_diag diag;
    tap->gone = true;
    epw_diag_set(&diag, EPW_EIO, "%s", words);
    tell(live, &diag);
    epw_live_stop(live);
}

static void check_tap(struct epw_live *live, struct tap *tap)
{
    char text[EPW_TEXT_LEN];
    struct epw_diag diag;
    int64_t now = clock_ns(CLOCK_REALTIME);
    switch (epw_iface_state(tap->iface)) {
    case EPW_IFACE_GONE:
        epw_diag_set(&diag, EPW_EIO, "%s: was removed at %s; the result is of what was read",
                     tap->name, epw_text_time(now, text));
        tell_gone(live, tap, diag.text);
        return;
    case EPW_IFACE_DOWN:
        if (tap->down_ns != 0)
            return;
        tap->down_ns = now;
        epw_diag_set(&diag, EPW_OK, "%s: is down since %s; waiting for it", tap->name,
                     epw_text_time(now, text));
        tell(live, &diag);
        return;
    case EPW_IFACE_UP:
        if (tap->down_ns == 0)
            return;
        epw_diag_set(&diag, EPW_OK, "%s: is up again after %s", tap->name,
                     epw_text_span(now - tap->down_ns, text));
        tap->down_ns = 0;
        tell(live, &diag);
        return;
    }
}

static void check_taps(struct epw_live *live)
{
    int64_t now = clock_ns(CLOCK_MONOTONIC);
    if (now < live->check_ns)
        return;
    live->check_ns = now + CHECK_NS;
    for (size_t i = 0; i < live->count; i++)
        if (!live->tap[i].gone)
            check_tap(live, &live->tap[i]);
}

/* What is left in the ring of an interface that is gone still comes. */
static void take(struct epw_live *live, struct tap *tap, struct epw_batch *batch, uint32_t max)
{
    struct epw_diag diag;
    if (epw_iface_take(tap->iface, batch, max, &diag) >= 0 || tap->gone)
        return;
    /* A removed interface has clearer words. */
    check_tap(live, tap);
    if (!tap->gone)
        tell_gone(live, tap, diag.text);
}

/* To be called before the rings are looked at. */
static int64_t begin_look(struct epw_live *live)
{
    int64_t now = clock_ns(CLOCK_REALTIME);
    epw_looks_note(&live->merge, now);
    epw_looks_note(&live->idle, now);
    return now;
}

/* Until when all has shown that was received. */
static int64_t shown_ns(const struct epw_live *live, const struct epw_looks *looks, unsigned often)
{
    return epw_looks_ago(looks, often) - live->hold_ns;
}

static bool has_head(const struct tap *tap)
{
    return tap->at < tap->staged->count;
}

static const struct epw_frame *head(const struct tap *tap)
{
    return &tap->staged->frame[tap->at];
}

/* Fills what is empty; false when an interface has nothing. */
static bool stage(struct epw_live *live)
{
    bool all = true;
    for (size_t i = 0; i < live->count; i++) {
        struct tap *tap = &live->tap[i];
        if (!has_head(tap)) {
            tap->at = tap->staged->count = tap->staged->used = 0;
            take(live, tap, tap->staged, EPW_BATCH_FRAMES);
        }
        all = all && (has_head(tap) || tap->gone);
    }
    return all;
}

/* The tap with the earliest head; NULL: none has one. Equal stamps: the one named first. */
static struct tap *earliest(struct epw_live *live)
{
    struct tap *first = NULL;
    for (size_t i = 0; i < live->count; i++) {
        struct tap *tap = &live->tap[i];
        if (has_head(tap) && (first == NULL || head(tap)->ts_ns < head(first)->ts_ns))
            first = tap;
    }
    return first;
}

static void move_head(struct epw_live *live, struct tap *tap, struct epw_batch *batch)
{
    const struct epw_frame *from = head(tap);
    struct epw_frame *frame = &batch->frame[batch->count++];
    *frame = *from;
    frame->source = (uint16_t)(tap - live->tap);
    frame->bytes = batch->room + batch->used;
    memcpy(batch->room + batch->used, from->bytes, from->caplen);
    batch->used += from->caplen;
    tap->at++;
}

/* Merges by stamp until the batch is full; true: all that is left must be held back. */
static bool merge(struct epw_live *live, struct epw_batch *batch, uint32_t max)
{
    while (batch->count < max) {
        int64_t now = begin_look(live);
        bool all = stage(live);
        struct tap *tap;
        live->seen_all = false;
        while ((tap = earliest(live)) != NULL) {
            int64_t ts_ns = head(tap)->ts_ns;
            /* A stamp in the future: the clock was set back. Waiting for it could take hours. */
            live->seen_all =
                !all && ts_ns <= now && ts_ns > shown_ns(live, &live->merge, MERGE_LOOKS);
            if (live->seen_all)
                return true;
            if (batch->count == max || head(tap)->caplen > EPW_BATCH_BYTES - batch->used)
                return false;
            move_head(live, tap, batch);
            if (!has_head(tap))
                break;
        }
        if (tap == NULL) {
            live->seen_all = true;
            return false;
        }
    }
    return false;
}

/* True: something is there and held back. */
static bool fill(struct epw_live *live, struct epw_batch *batch, uint32_t max)
{
    if (live->count > 1)
        return merge(live, batch, max);
    begin_look(live);
    take(live, &live->tap[0], batch, max);
    live->seen_all = batch->count < max && EPW_BATCH_BYTES - batch->used >= EPW_MAX_SNAPLEN;
    return false;
}

/* Waits for packets where there are none; false when a signal came or the time is over. */
static bool wait_for(struct epw_live *live, int64_t ns)
{
    struct pollfd poll_fd[EPW_LIVE_MAX];
    nfds_t count = 0;
    for (size_t i = 0; i < live->count; i++) {
        const struct tap *tap = &live->tap[i];
        if (!tap->gone && (tap->staged == NULL || !has_head(tap)))
            poll_fd[count++] = (struct pollfd){ .fd = epw_iface_fd(tap->iface), .events = POLLIN };
    }
    const struct timespec time = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
    int ready = ppoll(poll_fd, count, &time, NULL);
    for (nfds_t i = 0; ready > 0 && i < count; i++)
        if ((poll_fd[i].revents & POLLIN) != 0)
            return true;
    /* An interface that went down is ready with an error: no reason to turn round and round. */
    if (ready > 0)
        nanosleep(&(struct timespec){ .tv_nsec = PAUSE_NS }, NULL);
    return ready > 0;
}

/* Takes away what was received after the stop; then, or when all has shown, all was read. */
static void drain(struct epw_live *live, struct epw_batch *batch)
{
    int64_t past = clock_ns(CLOCK_MONOTONIC) - live->drain_ns;
    if (live->stop_ns == 0)
        return;
    bool nothing = batch->count == 0 && live->seen_all;
    live->drained = past >= DRAIN_MAX_NS ||
                    (nothing && shown_ns(live, &live->idle, DRAIN_LOOKS) >= live->stop_ns);
    for (uint32_t i = 0; i < batch->count; i++)
        if (batch->frame[i].ts_ns > live->stop_ns) {
            batch->count = i;
            live->drained = true;
        }
}

/* Until something comes, a signal, or it is time to say that nothing did. */
static void fill_or_wait(struct epw_live *live, struct epw_batch *batch, uint32_t max)
{
    int64_t until = clock_ns(CLOCK_MONOTONIC) + IDLE_NS;
    for (;;) {
        check_taps(live);
        bool held = fill(live, batch, max);
        drain(live, batch);
        int64_t left = until - clock_ns(CLOCK_MONOTONIC);
        if (batch->count > 0 || live->drained || left <= 0)
            return;
        bool ready = wait_for(live, held && MERGE_PAUSE_NS < left ? MERGE_PAUSE_NS : left);
        if (!ready && !held)
            return;
    }
}

void epw_live_read(struct epw_live *live, struct epw_batch *batch, uint64_t max)
{
    uint32_t most = max < EPW_BATCH_FRAMES ? (uint32_t)max : EPW_BATCH_FRAMES;
    batch->count = batch->used = 0;
    if (!live->drained)
        fill_or_wait(live, batch, most);
    batch->end = live->drained && batch->count == 0;
    /* What is held back is younger. */
    batch->now_ns = live->seen_all ? shown_ns(live, &live->idle, IDLE_LOOKS) : 0;
}

void epw_live_drops(struct epw_live *live, uint64_t *kernel, uint64_t *interface)
{
    *kernel = *interface = 0;
    for (size_t i = 0; i < live->count; i++) {
        uint64_t lost[2];
        epw_iface_drops(live->tap[i].iface, &lost[0], &lost[1]);
        *kernel += lost[0];
        *interface += lost[1];
    }
}
