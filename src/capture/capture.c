/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/capture.h"

#include "capture/filter.h"
#include "capture/live.h"
#include "capture/reader.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LINKTYPE_ETHERNET 1

/* frame.source is 16 bits. */
#define MAX_FILES 65536

/*
 * stdio's buffers: 1 MiB where one or a few files are read (half of libpcap's
 * time again over 64 KiB), less where many are, so that all together stay at
 * BUFFER_ALL until BUFFER_MIN is reached.
 */
#define BUFFER_MAX (1u << 20)
#define BUFFER_MIN (1u << 16)
#define BUFFER_ALL (1u << 24)

struct input {
    struct epw_reader *reader; /* NULL once it ended */
    struct epw_frame head;     /* its next frame, while it is in the heap */
    uint64_t bytes_done;       /* of a closed reader */
};

struct epw_capture {
    struct input *input; /* one a file; options->file_count of them */
    uint16_t *heap;      /* indices of inputs with a head, the earliest first */
    size_t input_count, heap_count;
    const char *const *files;
    struct epw_live *live; /* interfaces; there are no inputs then */
    struct epw_filter *filter;
    uint64_t packets_left;
    uint64_t bytes_total;
    bool total_known;
    bool primed; /* heads were read */
    bool lends;  /* frames stay where they were read to, until the next batch */
    bool behind; /* the first head was taken and the next is still to be read */
    epw_diag_fn on_error;
    void *ctx;
};

static void tell(const struct epw_capture *c, const struct epw_diag *diag)
{
    if (c->on_error != NULL)
        c->on_error(c->ctx, diag);
}

static size_t buffer_len(size_t file_count)
{
    size_t len = BUFFER_ALL / file_count;
    return len > BUFFER_MAX ? BUFFER_MAX : len < BUFFER_MIN ? BUFFER_MIN : len;
}

static enum epw_err open_input(struct epw_capture *c, size_t i, struct epw_diag *diag)
{
    const char *name = c->files[i];
    if (strcmp(name, "-") == 0)
        for (size_t before = 0; before < i; before++)
            if (strcmp(c->files[before], "-") == 0)
                return epw_reader_diag(diag, name, EPW_EUSAGE,
                                       "is named twice but can be read only once");
    struct epw_stream *raw;
    struct epw_diag why;
    uint64_t size;
    enum epw_err err = epw_stream_open(&raw, name, &size, &why);
    if (err != EPW_OK)
        return epw_reader_diag(diag, name, err, why.text);
    err = epw_reader_open(&c->input[i].reader, name, raw, buffer_len(c->input_count), diag);
    if (err != EPW_OK)
        return err;
    c->bytes_total += size;
    c->total_known = c->total_known && size > 0;
    return EPW_OK;
}

/* Opens what can be opened; EPW_OK when that is at least one, else the first one's error. */
static enum epw_err open_inputs(struct epw_capture *c)
{
    enum epw_err first = EPW_OK;
    bool any = false;
    c->total_known = true;
    for (size_t i = 0; i < c->input_count; i++) {
        struct epw_diag diag;
        enum epw_err err = open_input(c, i, &diag);
        if (err != EPW_OK)
            tell(c, &diag);
        if (err != EPW_OK && first == EPW_OK)
            first = err;
        any = any || err == EPW_OK;
    }
    return any ? EPW_OK : first;
}

/*
 * A filter is right when it compiles for one of the files' link types, or for
 * Ethernet: a pcapng file may begin with an interface of another kind than the
 * rest. Where it does not compile is told when a frame of that type comes.
 */
static enum epw_err check_filter(struct epw_capture *c)
{
    struct epw_diag diag = { .code = EPW_OK }, other;
    for (size_t i = 0; i < c->input_count; i++) {
        const struct epw_reader *reader = c->input[i].reader;
        if (reader == NULL)
            continue;
        enum epw_err err =
            epw_filter_compile(c->filter, epw_reader_linktype(reader), epw_reader_swapped(reader),
                               diag.code == EPW_OK ? &diag : &other);
        if (err == EPW_OK)
            return EPW_OK;
    }
    if (epw_filter_compile(c->filter, LINKTYPE_ETHERNET, false, &other) == EPW_OK)
        return EPW_OK;
    tell(c, &diag);
    return diag.code;
}

static enum epw_err start_live(struct epw_capture *c, const struct epw_capture_options *options)
{
    const struct epw_iface_options iface = {
        .filter = options->filter,
        .snaplen = options->snaplen,
        .buffer_kib = options->buffer_kib,
        .promiscuous = options->promiscuous,
    };
    return epw_live_open(&c->live, options->interfaces, options->interface_count, &iface,
                         c->on_error, c->ctx);
}

static enum epw_err start_files(struct epw_capture *c, const struct epw_capture_options *options)
{
    struct epw_diag diag;
    c->files = options->files;
    c->input_count = options->file_count;
    if (options->file_count == 0 || options->file_count > MAX_FILES) {
        epw_diag_set(&diag, EPW_EUSAGE, "%zu capture files, 1 to %d are expected",
                     options->file_count, MAX_FILES);
        tell(c, &diag);
        return EPW_EUSAGE;
    }
    c->input = calloc(c->input_count, sizeof(*c->input));
    c->heap = calloc(c->input_count, sizeof(*c->heap));
    bool filtered = options->filter != NULL && options->filter[0] != '\0';
    if (filtered)
        c->filter = epw_filter_new(options->filter);
    if (c->input == NULL || c->heap == NULL || (filtered && c->filter == NULL)) {
        epw_diag_set(&diag, EPW_ENOMEM, "out of memory");
        tell(c, &diag);
        return EPW_ENOMEM;
    }
    enum epw_err err = open_inputs(c);
    return err == EPW_OK && filtered ? check_filter(c) : err;
}

enum epw_err epw_capture_open(struct epw_capture **capture,
                              const struct epw_capture_options *options, epw_diag_fn on_error,
                              void *ctx)
{
    *capture = NULL;
    struct epw_capture *c = calloc(1, sizeof(*c));
    if (c == NULL)
        return EPW_ENOMEM;
    c->on_error = on_error;
    c->ctx = ctx;
    c->packets_left = options->max_packets == 0 ? UINT64_MAX : options->max_packets;
    enum epw_err err =
        options->interface_count != 0 ? start_live(c, options) : start_files(c, options);
    if (err != EPW_OK) {
        epw_capture_close(c);
        return err;
    }
    *capture = c;
    return EPW_OK;
}

static void close_input(struct input *in)
{
    if (in->reader == NULL)
        return;
    in->bytes_done = epw_reader_bytes(in->reader);
    epw_reader_close(in->reader);
    in->reader = NULL;
}

/* Reads an input's next frame that passes the filter into its head; false when it ended. */
static bool advance(struct epw_capture *c, uint16_t i)
{
    struct input *in = &c->input[i];
    struct epw_diag diag, told;
    for (;;) {
        int got = epw_reader_next(in->reader, &in->head, &diag);
        if (got < 0)
            tell(c, &diag);
        if (got <= 0)
            break;
        in->head.source = i;
        if (c->filter == NULL)
            return true;
        switch (epw_filter_frame(c->filter, &in->head, epw_reader_swapped(in->reader), &diag)) {
        case EPW_FILTER_PASS:
            return true;
        case EPW_FILTER_CANNOT:
            epw_reader_diag(&told, c->files[i], diag.code, diag.text);
            tell(c, &told);
            break;
        case EPW_FILTER_DROP:
            break;
        }
    }
    close_input(in);
    return false;
}

/* Equal stamps: the file named first comes first. */
static bool earlier(const struct epw_capture *c, uint16_t a, uint16_t b)
{
    int64_t ta = c->input[a].head.ts_ns, tb = c->input[b].head.ts_ns;
    return ta != tb ? ta < tb : a < b;
}

static void sift_down(struct epw_capture *c, size_t at)
{
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= c->heap_count)
            return;
        if (child + 1 < c->heap_count && earlier(c, c->heap[child + 1], c->heap[child]))
            child++;
        if (!earlier(c, c->heap[child], c->heap[at]))
            return;
        uint16_t swap = c->heap[at];
        c->heap[at] = c->heap[child];
        c->heap[child] = swap;
        at = child;
    }
}

static void prime(struct epw_capture *c)
{
    c->primed = true;
    for (size_t i = 0; i < c->input_count; i++)
        if (c->input[i].reader != NULL && advance(c, (uint16_t)i))
            c->heap[c->heap_count++] = (uint16_t)i;
    for (size_t i = c->heap_count; i-- > 0;)
        sift_down(c, i);
}

/* Behind the head just taken: what is left needs no order when one file is all there is. True:
 * frames were lent, and nothing more is to be read for this batch. */
static bool fill(struct epw_capture *c, struct epw_batch *batch)
{
    uint16_t i = c->heap[0];
    uint32_t count = EPW_BATCH_FRAMES - batch->count, from = batch->count;
    if (c->heap_count != 1 || c->filter != NULL)
        return false;
    if (c->packets_left < count)
        count = (uint32_t)c->packets_left;
    bool lent = c->lends;
    uint32_t filled = epw_reader_fill(c->input[i].reader, batch, count, &lent);
    c->packets_left -= filled;
    for (; i != 0 && from < batch->count; from++) /* they came as of the first */
        batch->frame[from].source = i;
    return lent;
}

/* Another head in place of the first, which was taken. */
static void step(struct epw_capture *c)
{
    c->behind = false;
    if (c->packets_left > 0 && !advance(c, c->heap[0]))
        c->heap[0] = c->heap[--c->heap_count];
    if (c->heap_count > 1)
        sift_down(c, 0);
}

static void read_files(struct epw_capture *c, struct epw_batch *batch)
{
    if (!c->primed)
        prime(c);
    if (c->behind)
        step(c);
    while (c->heap_count > 0 && c->packets_left > 0 && batch->count < EPW_BATCH_FRAMES) {
        const struct epw_frame *head = &c->input[c->heap[0]].head;
        uint32_t size = EPW_FRAME_HEADER + head->caplen;
        if (size > EPW_BATCH_BYTES - batch->used)
            return;
        struct epw_frame *frame = &batch->frame[batch->count++];
        *frame = *head;
        frame->bytes = batch->room + batch->used;
        memcpy(batch->room + batch->used, head->bytes, head->caplen);
        batch->used += size;
        c->packets_left--;
        c->behind = fill(c, batch);
        if (c->behind)
            break;
        step(c);
    }
    batch->end = c->heap_count == 0 || c->packets_left == 0;
}

void epw_capture_read(struct epw_capture *c, struct epw_batch *batch)
{
    batch->count = 0;
    batch->used = 0;
    batch->now_ns = 0;
    batch->end = c->packets_left == 0;
    if (batch->end)
        return;
    if (c->live != NULL) {
        epw_live_read(c->live, batch, c->packets_left);
        c->packets_left -= batch->count;
    } else {
        read_files(c, batch);
    }
}

void epw_capture_lend(struct epw_capture *c)
{
    c->lends = true;
}

void epw_capture_stop(struct epw_capture *c)
{
    if (c->live != NULL)
        epw_live_stop(c->live);
    else
        c->packets_left = 0;
}

void epw_capture_drops(struct epw_capture *c, uint64_t *kernel, uint64_t *interface)
{
    *kernel = *interface = 0;
    if (c->live != NULL)
        epw_live_drops(c->live, kernel, interface);
}

const char *const *epw_capture_interfaces(const struct epw_capture *c, size_t *count)
{
    *count = 0;
    return c->live == NULL ? NULL : epw_live_names(c->live, count);
}

void epw_capture_progress(const struct epw_capture *c, struct epw_capture_progress *progress)
{
    *progress = (struct epw_capture_progress){ .bytes_total = c->total_known ? c->bytes_total : 0 };
    for (size_t i = 0; i < c->input_count; i++) {
        const struct input *in = &c->input[i];
        progress->bytes_read += in->reader == NULL ? in->bytes_done : epw_reader_bytes(in->reader);
    }
}

void epw_capture_close(struct epw_capture *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; c->input != NULL && i < c->input_count; i++)
        close_input(&c->input[i]);
    epw_live_close(c->live);
    epw_filter_free(c->filter);
    free(c->input);
    free(c->heap);
    free(c);
}
