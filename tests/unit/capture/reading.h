/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of capture: reads files as the program does and keeps what came and was told. */
#ifndef TESTS_UNIT_CAPTURE_READING_H
#define TESTS_UNIT_CAPTURE_READING_H

#include "capture/capture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

struct reading {
    enum epw_err opened; /* what epw_capture_open() gave */
    size_t count;
    struct epw_frame frame[4096];
    char letter[4096]; /* first byte of each */
    char letters[64];  /* the same of the first frames as a string */
    size_t batches;
    uint32_t batch[4096]; /* frames of each */
    size_t errors;
    struct epw_diag error[8];
    struct epw_capture_progress progress; /* at the end */
};

static inline void keep_error(void *ctx, const struct epw_diag *diag)
{
    struct reading *r = ctx;
    if (r->errors < 8)
        r->error[r->errors] = *diag;
    r->errors++;
}

static inline void keep_batch(struct reading *r, const struct epw_batch *batch)
{
    cr_assert_leq(batch->count, EPW_BATCH_FRAMES);
    cr_assert_leq(batch->used, EPW_BATCH_BYTES);
    r->batch[r->batches++] = batch->count;
    for (uint32_t i = 0; i < batch->count; i++) {
        const struct epw_frame *f = &batch->frame[i];
        cr_assert_lt(r->count, sizeof(r->letter));
        cr_assert(f->bytes >= batch->room && f->bytes + f->caplen <= batch->room + batch->used);
        r->letter[r->count] = f->caplen == 0 ? '0' : (char)f->bytes[0];
        for (uint32_t b = 1; b < f->caplen; b++)
            cr_assert_eq(f->bytes[b], f->bytes[0], "bytes of frame %zu", r->count);
        r->frame[r->count++] = *f;
    }
}

/* Reads it all; the storage is static: one reading at a time. */
static inline struct reading *read_options(const struct epw_capture_options *options)
{
    static struct reading r;
    static struct epw_batch batch;
    memset(&r, 0, sizeof(r));
    struct epw_capture *capture;
    r.opened = epw_capture_open(&capture, options, keep_error, &r);
    if (r.opened != EPW_OK) {
        cr_assert_null(capture);
        return &r;
    }
    for (;;) {
        epw_capture_read(capture, &batch);
        if (batch.count == 0)
            break;
        keep_batch(&r, &batch);
    }
    epw_capture_read(capture, &batch);
    cr_assert_eq(batch.count, 0, "after the end there is nothing");
    epw_capture_progress(capture, &r.progress);
    epw_capture_close(capture);
    memcpy(r.letters, r.letter, r.count < 63 ? r.count : 63);
    return &r;
}

/* The same frames come, in the same batches, when they stay where they were read to. */
static inline void check_lent(const struct epw_capture_options *options, const struct reading *r)
{
    static struct epw_batch batch;
    struct epw_capture *capture;
    size_t count = 0, batches = 0;
    cr_assert_eq(epw_capture_open(&capture, options, NULL, NULL), EPW_OK);
    epw_capture_lend(capture);
    do {
        epw_capture_read(capture, &batch);
        if (batch.count != 0)
            cr_assert_eq(batch.count, r->batch[batches++], "batch %zu", batches);
        for (uint32_t i = 0; i < batch.count; i++, count++) {
            const struct epw_frame *f = &batch.frame[i];
            cr_assert_lt(count, r->count);
            cr_assert(f->ts_ns == r->frame[count].ts_ns && f->caplen == r->frame[count].caplen);
            cr_assert(f->wire_len == r->frame[count].wire_len);
            cr_assert(f->caplen == 0 || f->bytes[0] == (uint8_t)r->letter[count]);
            for (uint32_t b = 1; b < f->caplen; b++)
                cr_assert_eq(f->bytes[b], f->bytes[0], "bytes of frame %zu", count);
        }
    } while (!batch.end);
    cr_assert(count == r->count && batches == r->batches);
    epw_capture_close(capture);
}

static inline struct reading *read_file(const char *path)
{
    const struct epw_capture_options options = { .files = &path, .file_count = 1 };
    struct reading *r = read_options(&options);
    if (r->opened == EPW_OK && r->progress.bytes_total != 0)
        check_lent(&options, r);
    return r;
}

#endif
