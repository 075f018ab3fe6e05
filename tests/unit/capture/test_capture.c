/* SPDX-License-Identifier: Apache-2.0 */
/* Well-formed captures: formats, packing, merging, filters. */
#include "bytes.h"
#include "reading.h"

#include <fcntl.h>
#include <zlib.h>
#include <zstd.h>

TestSuite(capture, .init = make_folder, .fini = clean_folder);

static struct bytes one, two;

static void expect_two_frames(const struct reading *r, int64_t first_ns, int64_t second_ns)
{
    cr_assert_eq(r->opened, EPW_OK);
    cr_assert_eq(r->errors, 0, "%s", r->error[0].text);
    cr_assert_str_eq(r->letters, "ab");
    cr_assert_eq(r->frame[0].ts_ns, first_ns);
    cr_assert_eq(r->frame[0].caplen, 60);
    cr_assert_eq(r->frame[0].wire_len, 60);
    cr_assert_eq(r->frame[1].ts_ns, second_ns);
    cr_assert_eq(r->frame[1].caplen, 20);
    cr_assert_eq(r->frame[1].wire_len, 1500);
}

static void two_frames(struct bytes *to, uint32_t magic, uint32_t linktype)
{
    pcap_header(to, magic, linktype);
    pcap_packet(to, 1000, 5, 'a', 60);
    pcap_packet_header(to, 1001, 999999, 20, 1500);
    put_letter(to, 'b', 20);
}

Test(capture, pcap_in_micro_and_nanoseconds_and_both_byte_orders)
{
    for (int big = 0; big < 2; big++) {
        one = (struct bytes){ .big = big };
        two_frames(&one, MAGIC_US, 1);
        expect_two_frames(read_file(write_bytes("us.pcap", &one)), 1000000005000, 1001999999000);
        one = (struct bytes){ .big = big };
        two_frames(&one, MAGIC_NS, 1);
        expect_two_frames(read_file(write_bytes("ns.pcap", &one)), 1000000000005, 1001000999999);
    }
}

Test(capture, stamps_of_pcap_have_no_sign)
{
    one = (struct bytes){ 0 };
    pcap_header(&one, MAGIC_US, 1);
    pcap_packet(&one, 0x80000000, 1, 'a', 60);
    cr_assert_eq(read_file(write_bytes("2038.pcap", &one))->frame[0].ts_ns, 2147483648000001000);
}

Test(capture, link_type_is_the_value_in_the_file)
{
    /* libpcap itself would say 12 (DLT_RAW) for 101 and 11 (DLT_ATM_RFC1483) for 100. */
    static const uint16_t types[] = { 0, 1, 12, 100, 101, 113, 228, 276, 65000 };
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        one = (struct bytes){ .big = i % 2 };
        /* The upper half says that frames have an FCS of 4 bytes. */
        two_frames(&one, MAGIC_US, types[i] | 0x44000000);
        const struct reading *r = read_file(write_bytes("link.pcap", &one));
        cr_assert_eq(r->count, 2);
        cr_assert_eq(r->frame[0].linktype, types[i]);
    }
}

Test(capture, an_empty_frame_and_one_longer_than_on_the_wire)
{
    one = (struct bytes){ 0 };
    pcap_header(&one, MAGIC_US, 1);
    pcap_packet(&one, 1, 0, 'a', 0);
    pcap_packet_header(&one, 1, 0, 60, 14);
    put_letter(&one, 'b', 60);
    const struct reading *r = read_file(write_bytes("odd.pcap", &one));
    cr_assert_str_eq(r->letters, "0b");
    cr_assert_eq(r->errors, 0);
    cr_assert_eq(r->frame[1].caplen, 60);
    cr_assert_eq(r->frame[1].wire_len, 14);
}

static size_t gzip(const void *content, size_t len, uint8_t *out, size_t room)
{
    z_stream z = { 0 };
    cr_assert_eq(deflateInit2(&z, 6, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)content;
    z.avail_in = (uInt)len;
    z.next_out = out;
    z.avail_out = (uInt)room;
    cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}

static size_t zstd(const void *content, size_t len, uint8_t *out, size_t room)
{
    size_t packed = ZSTD_compress(out, room, content, len, 3);
    cr_assert_not(ZSTD_isError(packed));
    return packed;
}

typedef size_t (*pack_fn)(const void *content, size_t len, uint8_t *out, size_t room);
static const pack_fn pack[] = { gzip, zstd };

Test(capture, packed_files_are_known_by_their_first_bytes)
{
    one = (struct bytes){ 0 };
    two_frames(&one, MAGIC_US, 1);
    for (size_t i = 0; i < 2; i++) {
        two.len = pack[i](one.b, one.len, two.b, sizeof(two.b));
        const struct reading *r = read_file(write_bytes("no-ending", &two));
        expect_two_frames(r, 1000000005000, 1001999999000);
        cr_assert_eq(r->progress.bytes_read, two.len);
        cr_assert_eq(r->progress.bytes_total, two.len);
    }
}

Test(capture, packed_parts_that_follow_each_other_are_one_file)
{
    one = (struct bytes){ 0 };
    two_frames(&one, MAGIC_US, 1);
    for (size_t i = 0; i < 2; i++) {
        /* Parted within the file header, then within the first packet; an empty part between. */
        two.len = pack[i](one.b, 10, two.b, sizeof(two.b));
        two.len += pack[i](one.b + 10, 50, two.b + two.len, sizeof(two.b) - two.len);
        two.len += pack[i]("", 0, two.b + two.len, sizeof(two.b) - two.len);
        two.len += pack[i](one.b + 60, one.len - 60, two.b + two.len, sizeof(two.b) - two.len);
        expect_two_frames(read_file(write_bytes("parts", &two)), 1000000005000, 1001999999000);
    }
    two.len = gzip(one.b, one.len, two.b, sizeof(two.b));
    put_letter(&two, '\0', 512);
    const struct reading *r = read_file(write_bytes("padded.gz", &two));
    expect_two_frames(r, 1000000005000, 1001999999000);
}

Test(capture, standard_input_also_packed)
{
    one = (struct bytes){ 0 };
    two_frames(&one, MAGIC_US, 1);
    two.len = gzip(one.b, one.len, two.b, sizeof(two.b));
    const struct bytes *inputs[] = { &one, &two };
    for (size_t i = 0; i < 2; i++) {
        int ends[2];
        cr_assert_eq(pipe(ends), 0);
        cr_assert_eq(write(ends[1], inputs[i]->b, inputs[i]->len), (ssize_t)inputs[i]->len);
        close(ends[1]);
        dup2(ends[0], STDIN_FILENO);
        close(ends[0]);
        const struct reading *r = read_file("-");
        expect_two_frames(r, 1000000005000, 1001999999000);
        cr_assert_eq(r->progress.bytes_read, inputs[i]->len);
        cr_assert_eq(r->progress.bytes_total, 0, "a pipe's length is not known");
    }
}

Test(capture, many_frames_fill_batches)
{
    one = (struct bytes){ 0 };
    pcap_header(&one, MAGIC_US, 1);
    for (uint32_t i = 0; i < 1000; i++)
        pcap_packet(&one, i, 0, (char)('a' + i % 26), 40);
    const struct reading *r = read_file(write_bytes("many.pcap", &one));
    cr_assert_eq(r->count, 1000);
    for (uint32_t i = 0; i < 1000; i++)
        cr_assert_eq(r->letter[i], (char)('a' + i % 26));
}

Test(capture, large_frames_fill_a_batch_by_bytes)
{
    const char *path = in_folder("large.pcap");
    FILE *file = fopen(path, "wb");
    one = (struct bytes){ 0 };
    put(&one, MAGIC_US, 4);
    put(&one, 0x00040002, 4);
    put(&one, 0, 8);
    put(&one, EPW_MAX_SNAPLEN, 4);
    put(&one, 1, 4);
    fwrite(one.b, 1, one.len, file);
    for (int i = 0; i < 9; i++) {
        one.len = 0;
        pcap_packet_header(&one, 1, 0, EPW_MAX_SNAPLEN - 1, EPW_MAX_SNAPLEN - 1);
        fwrite(one.b, 1, one.len, file);
        for (int b = 0; b < EPW_MAX_SNAPLEN - 1; b++)
            fputc('a' + i, file);
    }
    fclose(file);
    const struct reading *r = read_file(path);
    cr_assert_eq(r->errors, 0);
    cr_assert_str_eq(r->letters, "abcdefghi");
}

Test(capture, files_become_one_timeline)
{
    /* Stamps in seconds; the step back within the first file stays where it is. */
    static const struct {
        uint32_t linktype, stamp[4];
        const char *letters;
    } files[] = {
        { 1, { 10, 30, 20, 50 }, "abcd" },
        { 113, { 10, 25, 30, 60 }, "ABCD" },
        { 101, { 5, 10, 70, 80 }, "1234" },
    };
    const char *paths[3];
    for (size_t i = 0; i < 3; i++) {
        one = (struct bytes){ .big = i == 1 };
        pcap_header(&one, i == 2 ? MAGIC_NS : MAGIC_US, files[i].linktype);
        for (size_t n = 0; n < 4; n++)
            pcap_packet(&one, files[i].stamp[n], 0, files[i].letters[n], 20);
        paths[i] = write_bytes((const char *[]){ "a", "b", "c" }[i], &one);
    }
    struct epw_capture_options options = { .files = paths, .file_count = 3 };
    const struct reading *r = read_options(&options);
    /* Equal stamps (10 of all three, 30 of two): the file named first comes first. */
    cr_assert_str_eq(r->letters, "1aA2BbcCdD34");
    cr_assert_eq(r->frame[0].source, 2);
    cr_assert_eq(r->frame[0].linktype, 101);
    cr_assert_eq(r->frame[1].source, 0);
    cr_assert_eq(r->frame[2].linktype, 113);

    options.max_packets = 5;
    cr_assert_str_eq(read_options(&options)->letters, "1aA2B");
}

/* Ethernet, IPv4, UDP from port 1000 to that port, all else zero. */
static void put_udp(struct bytes *to, uint32_t ethernet, uint16_t port)
{
    static const uint8_t ether[14] = { [12] = 0x08 };
    static const uint8_t ip[20] = { 0x45, 0, 0, 28, [8] = 64, [9] = 17 };
    pcap_packet_header(to, 1, 0, ethernet * 14 + 28, ethernet * 14 + 28);
    put_bytes(to, ether, ethernet * 14);
    put_bytes(to, ip, 20);
    put_bytes(to, (const uint8_t[]){ 1000 >> 8, 1000 & 255 }, 2);
    put_bytes(to, (const uint8_t[]){ (uint8_t)(port >> 8), (uint8_t)port, 0, 8, 0, 0 }, 6);
}

/* What a filter leaves of a file with port 53 and port 80. */
static size_t count_filtered(const char *const *paths, size_t count, const char *filter)
{
    struct epw_batch *batch = malloc(sizeof(*batch));
    struct epw_capture_options options = { .files = paths, .file_count = count, .filter = filter };
    struct epw_capture *capture;
    cr_assert_eq(epw_capture_open(&capture, &options, NULL, NULL), EPW_OK);
    epw_capture_read(capture, batch);
    size_t left = batch->count;
    epw_capture_close(capture);
    free(batch);
    return left;
}

Test(capture, a_filter_fits_each_files_link_type)
{
    one = (struct bytes){ 0 };
    pcap_header(&one, MAGIC_US, 1);
    put_udp(&one, 1, 53);
    put_udp(&one, 1, 80);
    two = (struct bytes){ .big = true };
    pcap_header(&two, MAGIC_US, 101);
    put_udp(&two, 0, 53);
    put_udp(&two, 0, 80);
    put_udp(&two, 0, 53);
    const char *paths[] = { write_bytes("ether", &one), write_bytes("raw", &two) };
    cr_assert_eq(count_filtered(paths, 2, ""), 5);
    cr_assert_eq(count_filtered(paths, 2, "udp port 53"), 3);
    cr_assert_eq(count_filtered(paths, 1, "udp port 53"), 1);
    cr_assert_eq(count_filtered(paths, 2, "tcp"), 0);
}

Test(capture, a_filter_knows_the_byte_order_of_loopback_headers)
{
    /* DLT_NULL: the address family (2: IPv4) in the byte order of the capturing machine. */
    for (int big = 0; big < 2; big++) {
        one = (struct bytes){ .big = big };
        pcap_header(&one, MAGIC_US, 0);
        pcap_packet_header(&one, 1, 0, 24, 24);
        put(&one, 2, 4);
        put_bytes(&one, (const uint8_t[20]){ 0x45, [9] = 17 }, 20);
        const char *path = write_bytes("null", &one);
        cr_assert_eq(count_filtered(&path, 1, "ip"), 1);
    }
}
