/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/reader.h"

#include "base/cursor.h"
#include "base/text.h"
#include "capture/ng_level.h"
#include "capture/records.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of a long path the end is kept, so that a diag has room for the place and the reason. */
#define NAME_SHOWN 300

#define NS_PER_S   1000000000

struct epw_reader {
    const char *name;
    struct epw_stream *raw;      /* as on disk; part of top's chain */
    struct epw_stream *top;      /* what libpcap reads; owns the chain */
    struct epw_ng_level *level;  /* in the chain of a pcapng file, else NULL */
    struct epw_records *records; /* in the chain of an ordinary pcap file, until libpcap's turn */
    uint32_t snaplen;
    pcap_t *pcap; /* owns the FILE over top */
    char *buffer; /* of that FILE */
    size_t buffer_len;
    uint64_t packets;  /* returned by libpcap */
    int64_t last_ns;   /* stamp of the frame before */
    uint16_t linktype; /* LINKTYPE_ of a pcap file, first of a pcapng file */
    bool swapped;
    bool packed; /* places are those of the unpacked data */
};

enum epw_err epw_reader_diag(struct epw_diag *diag, const char *name, enum epw_err code,
                             const char *text)
{
    size_t len = strlen(name);
    bool cut = len > NAME_SHOWN;
    if (strcmp(name, "-") == 0)
        name = "standard input";
    else if (cut)
        name += len - NAME_SHOWN;
    return epw_diag_set(diag, code, "%s%s: %s", cut ? "..." : "", name, text);
}

enum format { FORMAT_NONE, FORMAT_PCAP, FORMAT_PCAPNG, FORMAT_GZIP, FORMAT_ZSTD };

static enum format identify(const uint8_t *bytes, size_t len)
{
    struct epw_cur c = epw_cur(bytes, len);
    uint32_t magic = epw_cur_be32(&c);
    if (!epw_cur_ok(&c))
        return FORMAT_NONE;
    switch (magic) {
    case 0xa1b2c3d4: /* microseconds */
    case 0xd4c3b2a1:
    case 0xa1b23c4d: /* nanoseconds */
    case 0x4d3cb2a1:
    case 0xa1b2cd34: /* an old patch's format with longer packet headers, which libpcap reads */
    case 0x34cdb2a1:
        return FORMAT_PCAP;
    case 0x0a0d0d0a:
        return FORMAT_PCAPNG;
    case 0x28b52ffd:
        return FORMAT_ZSTD;
    default:
        break;
    }
    if (magic >> 8 == 0x1f8b08)
        return FORMAT_GZIP;
    /* A skippable frame, which parallel compressors start with. */
    if ((magic & 0xf0ffffff) == 0x502a4d18)
        return FORMAT_ZSTD;
    return FORMAT_NONE;
}

/* Things taken for captures, so that the message can say what to do. */
static const struct {
    const char *magic, *what;
} lookalikes[] = {
    { "\xfd"
      "7zXZ",
      "xz data" },
    { "BZh", "bzip2 data" },
    { "\x04\x22\x4d\x18", "lz4 data" },
    { "PK\x03\x04", "a zip archive" },
    { "snoop", "a snoop capture" },
    { "GMBU", "a Network Monitor capture" },
    { "RTSS", "a Network Monitor capture" },
    { "\x1f\x8b", "gzip data inside packed data" },
    { "\x28\xb5\x2f\xfd", "Zstandard data inside packed data" },
};

static enum epw_err not_a_capture(const char *name, const uint8_t *bytes, size_t len,
                                  struct epw_diag *diag)
{
    const char *expected = "pcap or pcapng was expected, plain or packed with gzip or zstd";
    char text[EPW_DIAG_LEN / 2], shown[64];
    if (len == 0) {
        snprintf(text, sizeof(text), "is empty, %s", expected);
        return epw_reader_diag(diag, name, EPW_EFORMAT, text);
    }
    epw_text_clean(bytes, len < 8 ? len : 8, shown, sizeof(shown));
    snprintf(text, sizeof(text), "is not a capture, it begins with \"%s\", %s", shown, expected);
    for (size_t i = 0; i < sizeof(lookalikes) / sizeof(lookalikes[0]); i++) {
        size_t magic_len = strlen(lookalikes[i].magic);
        if (len >= magic_len && memcmp(bytes, lookalikes[i].magic, magic_len) == 0)
            snprintf(text, sizeof(text), "is not a capture but %s, %s", lookalikes[i].what,
                     expected);
    }
    return epw_reader_diag(diag, name, EPW_EFORMAT, text);
}

/*
 * The link type as it stands in a pcap file header: libpcap only tells its own
 * DLT_ value. The field's upper bits hold the FCS length and ten reserved bits,
 * which libpcap before 1.11 takes for part of the type.
 */
static enum epw_err read_linktype(struct epw_reader *r, const uint8_t *bytes, size_t len,
                                  struct epw_diag *diag)
{
    struct epw_cur c = epw_cur(bytes, len);
    bool big_endian = epw_cur_u8(&c) == 0xa1;
    epw_cur_skip(&c, 19);
    uint32_t field = big_endian ? epw_cur_be32(&c) : epw_cur_le32(&c);
    if ((field & 0x03ff0000) != 0) {
        char text[128];
        snprintf(text, sizeof(text),
                 "unknown link type 0x%08x at byte 20, reserved bits are expected to be zero",
                 field);
        return epw_reader_diag(diag, r->name, EPW_EUNSUP, text);
    }
    r->linktype = (uint16_t)field;
    return EPW_OK;
}

/* The records of an ordinary file are read here, what is odd by libpcap. */
static enum epw_err take_records(struct epw_reader *r, struct epw_diag *diag)
{
    r->records = epw_records_new(r->top, r->buffer_len);
    r->top = r->records == NULL ? NULL : epw_records_stream(r->records);
    return r->top == NULL ? epw_reader_diag(diag, r->name, EPW_ENOMEM, "out of memory") : EPW_OK;
}

/* Puts the streams together that the first bytes call for. */
static enum epw_err build_chain(struct epw_reader *r, struct epw_diag *diag)
{
    const uint8_t *bytes;
    ssize_t len = epw_stream_peek(r->top, &bytes);
    enum format format = len < 0 ? FORMAT_NONE : identify(bytes, (size_t)len);
    if (format == FORMAT_GZIP || format == FORMAT_ZSTD) {
        r->packed = true;
        r->top = format == FORMAT_GZIP ? epw_stream_gzip(r->top) : epw_stream_zstd(r->top);
        if (r->top == NULL)
            return epw_reader_diag(diag, r->name, EPW_ENOMEM, "out of memory");
        len = epw_stream_peek(r->top, &bytes);
        format = len < 0 ? FORMAT_NONE : identify(bytes, (size_t)len);
    }
    if (len < 0)
        return epw_reader_diag(diag, r->name, r->top->fault.code, r->top->fault.text);
    if (format == FORMAT_PCAP) {
        enum epw_err err = read_linktype(r, bytes, (size_t)len, diag);
        return err == EPW_OK && epw_records_can(bytes, (size_t)len) ? take_records(r, diag) : err;
    }
    if (format != FORMAT_PCAPNG)
        return not_a_capture(r->name, bytes, (size_t)len, diag);
    r->level = epw_ng_level_new(r->top);
    r->top = r->level == NULL ? NULL : epw_ng_level_stream(r->level);
    if (r->top == NULL)
        return epw_reader_diag(diag, r->name, EPW_ENOMEM, "out of memory");
    return EPW_OK;
}

/* Why libpcap gave up on file: the stream's own words where it failed, else libpcap's. */
static enum epw_err complain(const struct epw_reader *r, FILE *file, const char *words,
                             struct epw_diag *diag)
{
    char place[96] = "", at[64] = "", text[EPW_DIAG_LEN + 128];
    off_t offset = ftello(file);
    bool known = offset >= 0 && (r->level == NULL || !epw_ng_level_moved(r->level));
    if (known)
        snprintf(at, sizeof(at), "byte %lld%s", (long long)offset,
                 r->packed ? " of the unpacked data" : "");
    if (r->pcap == NULL && r->packets == 0)
        snprintf(place, sizeof(place), "in the file header%s%s", known ? ", " : "", at);
    else
        snprintf(place, sizeof(place), "at packet %llu%s%s", (unsigned long long)r->packets + 1,
                 known ? ", " : "", at);

    enum epw_err code = EPW_EFORMAT;
    const char *what = "damaged";
    if (r->top->fault.code != EPW_OK) {
        snprintf(text, sizeof(text), "%s, %s", r->top->fault.text, place);
        return epw_reader_diag(diag, r->name, r->top->fault.code, text);
    }
    if (feof(file)) {
        code = EPW_ETRUNC;
        what = "cut short";
    }
    snprintf(text, sizeof(text), "%s %s: %s", what, place, words);
    return epw_reader_diag(diag, r->name, code, text);
}

static enum epw_err open_pcap(struct epw_reader *r, struct epw_diag *diag)
{
    FILE *file = epw_stream_file(r->top, r->buffer, r->buffer_len);
    if (file == NULL)
        return epw_reader_diag(diag, r->name, EPW_ENOMEM, "out of memory");
    char words[PCAP_ERRBUF_SIZE] = "";
    r->pcap = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, words);
    if (r->pcap == NULL) {
        enum epw_err err = complain(r, file, words, diag);
        fclose(file);
        return err;
    }
    r->swapped = pcap_is_swapped(r->pcap) != 0;
    r->snaplen = (uint32_t)pcap_snapshot(r->pcap);
    return EPW_OK;
}

static enum epw_err open_chain(struct epw_reader *r, struct epw_diag *diag)
{
    r->buffer = malloc(r->buffer_len);
    if (r->buffer == NULL)
        return epw_reader_diag(diag, r->name, EPW_ENOMEM, "out of memory");
    enum epw_err err = build_chain(r, diag);
    if (err == EPW_OK)
        err = open_pcap(r, diag);
    if (err == EPW_OK && r->level != NULL)
        r->linktype = (uint16_t)epw_ng_level_first_linktype(r->level);
    return err;
}

enum epw_err epw_reader_open(struct epw_reader **reader, const char *name, struct epw_stream *raw,
                             size_t buffer_len, struct epw_diag *diag)
{
    *reader = NULL;
    struct epw_reader *r = calloc(1, sizeof(*r));
    if (r == NULL) {
        epw_stream_close(raw);
        return epw_reader_diag(diag, name, EPW_ENOMEM, "out of memory");
    }
    r->name = name;
    r->raw = raw;
    r->top = raw;
    r->buffer_len = buffer_len;
    enum epw_err err = open_chain(r, diag);
    if (err != EPW_OK) {
        epw_reader_close(r);
        return err;
    }
    *reader = r;
    return EPW_OK;
}

/*
 * A stamp outside of what 64 bits of nanoseconds hold (1677 to 2262) becomes the
 * nearest that they do; pcap files count seconds without a sign (until 2106),
 * which libpcap gives out as negative on the machine's own byte order.
 */
static int64_t stamp(const struct epw_reader *r, const struct timeval *ts)
{
    int64_t s = r->level == NULL ? (int64_t)(uint32_t)ts->tv_sec : (int64_t)ts->tv_sec;
    int64_t ns;
    if (__builtin_mul_overflow(s, (int64_t)NS_PER_S, &ns) ||
        __builtin_add_overflow(ns, (int64_t)ts->tv_usec, &ns))
        return s < 0 ? INT64_MIN : INT64_MAX;
    return ns;
}

static int next_by_libpcap(struct epw_reader *r, struct epw_frame *frame, struct epw_diag *diag)
{
    struct pcap_pkthdr *header;
    const u_char *bytes;
    int got;
    while ((got = pcap_next_ex(r->pcap, &header, &bytes)) == PCAP_ERROR_BREAK) {
        if (r->level == NULL || !epw_ng_level_resume(r->level))
            return 0;
        pcap_close(r->pcap);
        if (open_pcap(r, diag) != EPW_OK)
            return -1;
    }
    if (got != 1) {
        complain(r, pcap_file(r->pcap), pcap_geterr(r->pcap), diag);
        return -1;
    }
    if (header->caplen > EPW_MAX_SNAPLEN) {
        char words[96];
        snprintf(words, sizeof(words), "a packet of %u bytes, at most %u are expected",
                 header->caplen, EPW_MAX_SNAPLEN);
        complain(r, pcap_file(r->pcap), words, diag);
        return -1;
    }
    r->packets++;
    struct epw_ng_packet packet = { .linktype = r->linktype, .no_stamp = false };
    if (r->level != NULL && !epw_ng_level_next(r->level, &packet)) {
        complain(r, pcap_file(r->pcap), "a packet that is in no block", diag);
        return -1;
    }
    /* What has no stamp happened after what stands before it. */
    if (!packet.no_stamp)
        r->last_ns = stamp(r, &header->ts);
    *frame = (struct epw_frame){ .bytes = bytes,
                                 .ts_ns = r->last_ns,
                                 .caplen = header->caplen,
                                 .wire_len = header->len,
                                 .linktype = packet.linktype };
    return 1;
}

int epw_reader_next(struct epw_reader *r, struct epw_frame *frame, struct epw_diag *diag)
{
    if (r->records != NULL && epw_records_next(r->records, r->snaplen, frame)) {
        r->packets++;
        return 1;
    }
    r->records = NULL; /* the stream stays */
    return next_by_libpcap(r, frame, diag);
}

uint32_t epw_reader_fill(struct epw_reader *r, struct epw_batch *batch, uint32_t count, bool *lend)
{
    if (r->records == NULL) {
        *lend = false;
        return 0;
    }
    uint32_t filled = epw_records_fill(r->records, r->snaplen, batch, count, lend);
    r->packets += filled;
    return filled;
}

uint16_t epw_reader_linktype(const struct epw_reader *r)
{
    return r->linktype;
}

bool epw_reader_swapped(const struct epw_reader *r)
{
    return r->swapped;
}

uint64_t epw_reader_bytes(const struct epw_reader *r)
{
    return r->raw->count;
}

void epw_reader_close(struct epw_reader *r)
{
    if (r == NULL)
        return;
    if (r->pcap != NULL)
        pcap_close(r->pcap);
    epw_stream_close(r->top);
    free(r->buffer);
    free(r);
}
