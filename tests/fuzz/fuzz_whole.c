/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole run: capture file -> meters -> analyst with the shipped signatures -> EVE. Whatever the
 * bytes are: every packet has one ending, every line is JSON in valid UTF-8, the last one has the
 * counters. Bytes of pcapng are changed inside of their blocks too, where the framing stays right.
 */
#include "config.h" /* memfd_create, open_memstream */

#include "analyst/analyst.h"
#include "base/cursor.h"
#include "capture/capture.h"
#include "output/output.h"
#include "road/road.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
/* libFuzzer's own; the replay of ordinary builds has none and mutates nothing. */
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* Packets of one input, so that packed ones do not take the fuzzer's time. */
#define MAX_PACKETS 2000
/* Few, so that flows are evicted too. */
#define MAX_FLOWS 40

struct whole {
    struct epw_analyst *analyst;
    void *eve;
    uint64_t records, labelled;
};

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void on_error(void *ctx, const struct epw_diag *diag)
{
    (void)ctx;
    fprintf(stderr, "fuzz_whole: %s (EPW_SRCDIR names the folder of signatures/)\n", diag->text);
}

/* Of the sources that this was built from, whatever folder it is started in. */
static struct epw_catalogue *load_signatures(void)
{
    static char folder[4096];
    const char *srcdir = getenv("EPW_SRCDIR"), *path = folder;
    struct epw_catalogue *catalogue = NULL;
    snprintf(folder, sizeof(folder), "%s/signatures", srcdir == NULL ? FUZZ_SRCDIR : srcdir);
    if (epw_catalogue_load(&catalogue, &path, 1, on_error, NULL) != EPW_OK)
        exit(1); /* no finding */
    return catalogue;
}

static const struct epw_output *eve(void)
{
    return epw_output_find("eve");
}

static void on_result(void *ctx, const struct epw_result *result)
{
    struct whole *w = ctx;
    w->records += result->record->first_record;
    w->labelled += result->record->first_record && result->verdict->sig != NULL;
    require(eve()->flow(w->eve, result) == EPW_OK);
}

static void on_finding(void *ctx, const struct epw_finding *finding)
{
    struct whole *w = ctx;
    require(eve()->finding(w->eve, finding) == EPW_OK);
}

static void on_flow(void *ctx, const struct epw_flow_record *record)
{
    struct whole *w = ctx;
    epw_analyst_flow(w->analyst, record);
}

static void on_sighting(void *ctx, const struct epw_sighting *sighting)
{
    struct whole *w = ctx;
    epw_analyst_sighting(w->analyst, sighting);
}

static void on_time(void *ctx, int64_t now_ns)
{
    struct whole *w = ctx;
    epw_analyst_time(w->analyst, now_ns);
}

static bool on_tick(void *ctx, const struct epw_road_tick *tick)
{
    (void)ctx;
    (void)tick;
    return true;
}

static bool on_batch(void *ctx, const struct epw_batch *batch)
{
    (void)ctx;
    (void)batch;
    return true;
}

static void check_text(char *text)
{
    const char *type = "";
    json_t *last = NULL;
    for (char *line = text; *line != '\0';) {
        char *end = strchr(line, '\n');
        require(end != NULL);
        json_decref(last);
        last = json_loadb(line, (size_t)(end - line), JSON_REJECT_DUPLICATES, NULL);
        require(last != NULL && json_unpack(last, "{s:s}", "event_type", &type) == 0);
        line = end + 1;
    }
    require(strcmp(type, "stats") == 0);
    json_decref(last);
}

static void run(struct epw_capture *capture, const struct epw_catalogue *catalogue, uint32_t wait_s)
{
    struct whole w = { 0 };
    char *text;
    size_t len;
    static const char *const source = "fuzz";
    const struct epw_run_info info = { .sources = &source, .source_count = 1, .version = "0" };
    const struct epw_analyst_options analyst = { .wait_s = wait_s, .seed = 1 };
    struct epw_road_options road = { .threads = 1, .meter = EPW_METER_DEFAULTS };
    const struct epw_road_sink sink = {
        &w, on_flow, on_sighting, on_time, on_tick, on_batch, NULL
    };
    struct epw_road *r;
    road.meter.max_flows = MAX_FLOWS;
    FILE *stream = open_memstream(&text, &len);
    require(stream != NULL && eve()->open(&w.eve, stream, &info) == EPW_OK);
    require(epw_analyst_new(&w.analyst, catalogue, &analyst, on_result, &w) == EPW_OK);
    require(epw_road_new(&r, &road, &sink) == EPW_OK && epw_road_run(r, capture) == EPW_OK);
    epw_analyst_flush(w.analyst);
    require(epw_analyst_report(w.analyst, NULL, on_finding, &w) == EPW_OK);

    struct epw_stats stats = { 0 };
    uint64_t endings = 0;
    epw_road_stats(r, &stats);
    epw_stats_add(&stats, epw_analyst_stats(w.analyst));
    for (unsigned i = 0; i < EPW_ENDINGS; i++)
        endings += stats.ending[i];
    require(endings == stats.packets && stats.packets <= MAX_PACKETS);
    require(stats.flows == w.records && stats.labelled == w.labelled);
    require(eve()->close(w.eve, &stats) == EPW_OK && fclose(stream) == 0);
    check_text(text);
    free(text);
    epw_road_free(r);
    epw_analyst_free(w.analyst);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct epw_catalogue *catalogue;
    struct epw_capture *capture;
    char path[64];
    if (catalogue == NULL)
        catalogue = load_signatures();
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    const char *file = path;
    const struct epw_capture_options options = { .files = &file,
                                                 .file_count = 1,
                                                 .max_packets = MAX_PACKETS };
    if (epw_capture_open(&capture, &options, NULL, NULL) == EPW_OK) {
        run(capture, catalogue, size % 2 == 0 ? EPW_WAIT_TO_END : 1);
        epw_capture_close(capture);
    }
    close(fd);
    return 0;
}

/* A pcapng block of a little-endian file. */
struct block {
    size_t at, len; /* of the whole block */
    uint32_t type;
};

#define INTERFACE_BLOCK 1
#define PACKET_BLOCK    6
/* Behind type, length, interface, stamp and two lengths comes the packet; its captured length. */
#define PACKET_AT     28
#define PACKET_LEN_AT 20
#define MAX_BLOCKS    512

static uint32_t le32(const uint8_t *bytes, size_t size, size_t at)
{
    struct epw_cur c = epw_cur(bytes, size);
    epw_cur_skip(&c, at);
    return epw_cur_le32(&c);
}

static size_t find_blocks(const uint8_t *data, size_t size, struct block block[MAX_BLOCKS])
{
    size_t count = 0, at = 0;
    while (count < MAX_BLOCKS && size - at >= 12) {
        uint32_t len = le32(data, size, at + 4);
        if (len < 12 || len % 4 != 0 || len > size - at)
            break;
        block[count++] = (struct block){ at, len, le32(data, size, at) };
        at += len;
    }
    return count;
}

/* All that have a place in the decoder, and one that has not. */
static const uint8_t linktypes[] = { 0, 1, 9, 12, 50, 51, 101, 104, 108, 113, 228, 229, 147 };

/* Changes one block without a change to the framing; false: there was nothing to change. */
static bool mutate_block(uint8_t *data, const struct block *b, unsigned seed)
{
    uint8_t *block = data + b->at;
    if (b->type == INTERFACE_BLOCK && b->len >= 20) {
        block[8] = (seed >> 8) % 5 == 0 ? 20 : linktypes[(seed >> 8) % sizeof(linktypes)];
        if ((seed >> 8) % 5 == 0)
            block[9] = 1; /* 276: the second cooked header */
        return true;
    }
    if (b->type != PACKET_BLOCK || b->len < PACKET_AT + 4)
        return false;
    uint32_t room = (uint32_t)b->len - PACKET_AT - 4, captured = le32(block, b->len, PACKET_LEN_AT);
    switch ((seed >> 8) % 4) {
    case 0: /* another interface's packet */
        block[8] = (uint8_t)((seed >> 12) % 8);
        return true;
    case 1: /* cut by the snaplen */
        block[PACKET_LEN_AT] = (uint8_t)((seed >> 12) % (captured < 255 ? captured + 1 : 255));
        return captured < 256;
    default:
        return captured <= room && captured != 0 &&
               LLVMFuzzerMutate(block + PACKET_AT, captured, captured) != 0;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    static struct block block[MAX_BLOCKS];
    size_t count = find_blocks(data, size, block);
    if (count < 2 || seed % 4 == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    const struct block *one = &block[(seed >> 4) % count];
    if (seed % 16 == 1 && size + one->len <= max_size) { /* once more, at the end */
        memmove(data + size, data + one->at, one->len);
        return size + one->len;
    }
    return mutate_block(data, one, seed) ? size : LLVMFuzzerMutate(data, size, max_size);
}
