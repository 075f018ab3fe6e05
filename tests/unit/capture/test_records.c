/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records read beside libpcap: whatever a file holds, frames and complaints are
 * those of libpcap. It reads all records of a file of raw IP (link type 101);
 * the same file of Ethernet goes through capture/records.h.
 */
#include "bytes.h"
#include "reading.h"

TestSuite(records, .init = make_folder, .fini = clean_folder);

#define RAW   101
#define ETHER 1

static struct bytes file;
static struct reading by_libpcap;

static void set_linktype(uint8_t type)
{
    file.b[file.big ? 23 : 20] = type;
}

/* Whether all of the file was read without a complaint. */
static bool compare(size_t len)
{
    size_t whole = file.len;
    file.len = len;
    set_linktype(RAW);
    by_libpcap = *read_file(write_bytes("x.pcap", &file));
    set_linktype(ETHER);
    const struct reading *r = read_file(write_bytes("x.pcap", &file));
    file.len = whole;
    cr_assert_eq(r->opened, by_libpcap.opened);
    cr_assert_eq(r->count, by_libpcap.count);
    cr_assert_eq(r->errors, by_libpcap.errors);
    cr_assert_eq(r->batches, by_libpcap.batches);
    for (size_t i = 0; i < r->batches; i++)
        cr_assert_eq(r->batch[i], by_libpcap.batch[i]);
    for (size_t i = 0; i < r->errors; i++) {
        cr_assert_eq(r->error[i].code, by_libpcap.error[i].code);
        cr_assert_str_eq(r->error[i].text, by_libpcap.error[i].text);
    }
    for (size_t i = 0; i < r->count; i++) {
        const struct epw_frame *a = &r->frame[i], *b = &by_libpcap.frame[i];
        cr_assert(a->linktype == ETHER && b->linktype == RAW);
        cr_assert_eq(a->ts_ns, b->ts_ns, "%lld and %lld", (long long)a->ts_ns, (long long)b->ts_ns);
        cr_assert(a->caplen == b->caplen && a->wire_len == b->wire_len);
        cr_assert(r->letter[i] == by_libpcap.letter[i] && a->source == b->source);
    }
    return r->errors == 0;
}

static void three_packets(uint32_t magic, bool big)
{
    file = (struct bytes){ .big = big };
    pcap_header(&file, magic, ETHER);
    pcap_packet(&file, 1000, 999999, 'a', 60);
    pcap_packet(&file, 0x80000001, 1, 'b', 0);
    pcap_packet_header(&file, 1001, 5, 20, 1500);
    put_letter(&file, 'c', 20);
}

Test(records, whole_files_in_every_order)
{
    static const uint32_t magics[] = { MAGIC_US, MAGIC_NS };
    for (unsigned i = 0; i < 4; i++) {
        three_packets(magics[i / 2], i % 2 != 0);
        cr_assert(compare(file.len));
        cr_assert_eq(by_libpcap.count, 3);
    }
}

Test(records, cut_anywhere)
{
    three_packets(MAGIC_US, false);
    for (size_t len = 24; len < file.len; len++)
        cr_assert_eq(compare(len), len == 24 || len == 24 + 16 + 60 || len == 24 + 2 * 16 + 60,
                     "%zu", len);
}

/* Of the empty packet's header. Not to a length of what still stands in the file: reading.h wants
 * equal bytes in a frame. */
Test(records, whatever_bit_of_a_record_header_changes)
{
    const size_t header = 24 + 16 + 60;
    for (unsigned order = 0; order < 2; order++)
        for (unsigned i = 0; i < 16 * 8; i++) {
            three_packets(order == 0 ? MAGIC_US : MAGIC_NS, order != 0);
            bool low_length = i / 8 == (order == 0 ? 8 : 11);
            if (low_length && i % 8 < 6)
                continue;
            file.b[header + i / 8] = (uint8_t)(file.b[header + i / 8] ^ 1u << i % 8);
            compare(file.len);
        }
}

Test(records, longer_than_the_snapshot_length_says)
{
    three_packets(MAGIC_US, false);
    file.b[16] = 50; /* snaplen 65535 becomes 50: libpcap cuts the first packet */
    file.b[17] = 0;
    cr_assert(compare(file.len));
    cr_assert_eq(by_libpcap.frame[0].caplen, 50);
    cr_assert_eq(by_libpcap.count, 3);
}

/* A file of so many equal packets. */
static const char *write_many(uint8_t type, uint32_t len, size_t count)
{
    file = (struct bytes){ .big = false };
    pcap_header(&file, MAGIC_US, type);
    const char *path = write_bytes("x.pcap", &file);
    file.len = 0;
    pcap_packet(&file, 1000, 0, 'a', len);
    FILE *more = fopen(path, "ab");
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(fwrite(file.b, 1, file.len, more), file.len);
    fclose(more);
    return path;
}

/* More than is held of the file at a time. reading.h: lent or not, batches are the same; time is
 * told from what stands beside each other in one. */
Test(records, batches_end_where_they_are_full)
{
    const struct reading *r = read_file(write_many(ETHER, 1400, 600));
    cr_assert_eq(r->batches, 3);
    cr_assert(r->batch[0] == EPW_BATCH_FRAMES && r->batch[1] == EPW_BATCH_FRAMES);
    cr_assert_eq(r->count, 600);
}

/* Full by bytes, not by frames: 128 of them, each with its header, are 128 bytes too much. */
Test(records, batches_of_large_frames_end_alike)
{
    static const uint8_t types[] = { RAW, ETHER };
    for (size_t i = 0; i < 2; i++) {
        const struct reading *r = read_file(write_many(types[i], 8177, 600));
        cr_assert_eq(r->batches, 5);
        for (size_t b = 0; b < 4; b++)
            cr_assert_eq(r->batch[b], 127, "batch %zu has %u", b, r->batch[b]);
        cr_assert_eq(r->count, 600);
    }
}

Test(records, other_versions_are_for_libpcap)
{
    for (uint8_t minor = 0; minor < 6; minor++) {
        three_packets(MAGIC_US, false);
        file.b[6] = minor;
        compare(file.len);
    }
}
