/* SPDX-License-Identifier: Apache-2.0 */
/* A whole capture file, of any format and packing: read through to its end or its error. */
#include "capture/filter.h"
#include "capture/reader.h"

#include "memory_stream.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Packed data may hold thousands of packets a byte; the fuzzer shall not spend its time there. */
#define MAX_FRAMES 20000

static void check_diag(const struct epw_diag *diag)
{
    if (diag->code == EPW_OK || strncmp(diag->text, "fuzz: ", 6) != 0)
        abort();
}

/* Reads all its bytes, for AddressSanitizer to see. */
static void check_frame(const struct epw_frame *frame)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < frame->caplen; i++)
        sum += frame->bytes[i];
    if (frame->caplen > EPW_MAX_SNAPLEN || sum > 255ull * frame->caplen)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct epw_reader *reader;
    struct epw_diag diag = { .code = EPW_OK };
    /* Small and odd, so that blocks and headers lie across reads. */
    size_t step = 1 + size % 251, buffer_len = 512;
    struct epw_stream *raw = memory_stream(data, size, step);
    enum epw_err err = epw_reader_open(&reader, "fuzz", raw, buffer_len, &diag);
    if (err != EPW_OK) {
        if (reader != NULL || err != diag.code)
            abort();
        check_diag(&diag);
        return 0;
    }
    struct epw_filter *filter = epw_filter_new("ip or (vlan and udp port 53)");
    struct epw_frame frame;
    int got = 0;
    for (int i = 0; i < MAX_FRAMES && (got = epw_reader_next(reader, &frame, &diag)) == 1; i++) {
        check_frame(&frame);
        bool swapped = epw_reader_swapped(reader);
        if (epw_filter_frame(filter, &frame, swapped, &diag) == EPW_FILTER_CANNOT &&
            diag.code == EPW_OK)
            abort();
    }
    if (got < 0)
        check_diag(&diag);
    epw_filter_free(filter);
    epw_reader_close(reader);
    return 0;
}
