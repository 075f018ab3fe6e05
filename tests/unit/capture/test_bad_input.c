/* SPDX-License-Identifier: Apache-2.0 */
/* Input that is not what it should be: one line names the file, the place and what was expected. */
#include "bytes.h"
#include "reading.h"

#include <signal.h>
#include <sys/time.h>
#include <zlib.h>
#include <zstd.h>

TestSuite(bad_input, .init = make_folder, .fini = clean_folder);

static struct bytes one, packed;

/* One error of that code that has the file's name first and the words somewhere. */
static void expect_error(const struct reading *r, const char *path, enum epw_err code,
                         const char *words)
{
    cr_assert_eq(r->errors, 1, "%zu errors for %s", r->errors, path);
    const struct epw_diag *diag = &r->error[0];
    cr_assert_eq(diag->code, code, "%d: %s", diag->code, diag->text);
    size_t len = strlen(path);
    cr_assert(strncmp(diag->text, path, len) == 0 && diag->text[len] == ':', "%s", diag->text);
    cr_assert_not_null(strstr(diag->text, words), "no '%s' in: %s", words, diag->text);
}

/* The file can not be opened at all. */
static void expect_refused(const char *path, enum epw_err code, const char *words)
{
    const struct reading *r = read_file(path);
    cr_assert_eq(r->opened, code);
    expect_error(r, path, code, words);
}

/* The frames before the place are there. */
static void expect_broken(const char *path, const char *letters, enum epw_err code,
                          const char *words)
{
    const struct reading *r = read_file(path);
    cr_assert_eq(r->opened, EPW_OK);
    cr_assert_str_eq(r->letters, letters);
    expect_error(r, path, code, words);
}

Test(bad_input, no_file)
{
    expect_refused(in_folder("missing"), EPW_ENOENT, "No such file");
    expect_refused(folder, EPW_EISDIR, "is a folder, a capture file was expected");
    expect_refused(write_file("empty", "", 0), EPW_EFORMAT,
                   "is empty, pcap or pcapng was expected");
}

Test(bad_input, a_long_path_leaves_room_for_the_reason)
{
    static char path[2000];
    for (size_t i = 0; i + 1 < sizeof(path); i++)
        path[i] = i % 10 == 0 ? '/' : 'x';
    memcpy(path + sizeof(path) - 5, ".cap", 4);
    const struct reading *r = read_file(path);
    cr_assert_eq(r->opened, EPW_ENOENT);
    cr_assert_eq(strncmp(r->error[0].text, "...", 3), 0);
    cr_assert_not_null(strstr(r->error[0].text, ".cap: cannot be opened: No such file"));
}

Test(bad_input, no_permission)
{
    if (geteuid() == 0 && (setegid(65534) != 0 || seteuid(65534) != 0))
        cr_skip_test("cannot give up root's rights");
    cr_assert(geteuid() != 0);
    /* A file of root's own that nobody else may read. */
    expect_refused("/etc/shadow", EPW_EACCES, "Permission denied");
    cr_expect(seteuid(0) == 0 || getuid() != 0);
}

Test(bad_input, not_a_capture)
{
    expect_refused(
        write_file("text", "<html>\n<body>", 13), EPW_EFORMAT,
        "is not a capture, it begins with \"<html>\\x0a<\", pcap or pcapng was expected");
    expect_refused(write_file("short", "\xd4\xc3", 2), EPW_EFORMAT, "is not a capture");
    expect_refused(write_file("xz",
                              "\xfd"
                              "7zXZ\0\0\4",
                              8),
                   EPW_EFORMAT, "is not a capture but xz data");
    /* A pcapng block type whose byte order magic is none. */
    expect_refused(write_file("ng", "\x0a\x0d\x0d\x0a\x1c\0\0\0abcdefghijklmnopqrst", 28),
                   EPW_EFORMAT, "in the file header");
}

Test(bad_input, standard_input_has_a_name)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    const struct reading *r = read_file("-");
    cr_assert_eq(r->opened, EPW_EFORMAT);
    expect_error(r, "standard input", EPW_EFORMAT, "is empty");
}

static void on_alarm(int number)
{
    (void)number;
}

Test(bad_input, a_signal_ends_the_wait_for_a_pipe, .timeout = 10)
{
    one = (struct bytes){ 0 };
    pcap_header(&one, MAGIC_US, 1);
    pcap_packet(&one, 1, 0, 'a', 60);
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(write(ends[1], one.b, one.len), (ssize_t)one.len);
    dup2(ends[0], STDIN_FILENO);
    struct sigaction action = { .sa_handler = on_alarm };
    sigaction(SIGALRM, &action, NULL);
    struct itimerval timer = { .it_interval = { .tv_usec = 20000 },
                               .it_value = { .tv_usec = 50000 } };
    setitimer(ITIMER_REAL, &timer, NULL);
    const struct reading *r = read_file("-");
    setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
    close(ends[1]);
    cr_assert_str_eq(r->letters, "a");
    expect_error(r, "standard input", EPW_EIO, "Interrupted");
}

Test(bad_input, file_headers)
{
    one = (struct bytes){ 0 };
    pcap_header(&one, MAGIC_US, 1);
    expect_refused(write_file("cut", one.b, 23), EPW_ETRUNC, "cut short in the file header");
    one.b[6] = 9;
    expect_refused(write_bytes("version", &one), EPW_EFORMAT,
                   "unsupported pcap savefile version 2.9");
    one.b[6] = 4;
    one.b[22] = 1; /* reserved bits of the link type */
    expect_refused(write_bytes("reserved", &one), EPW_EUNSUP, "reserved bits");
    one.len = 0;
    ng_section(&one);
    expect_refused(write_bytes("bare.pcapng", &one), EPW_ETRUNC, "no Interface Description Block");
    ng_enhanced(&one, 0, 1, 'a', 20);
    expect_refused(write_bytes("early.pcapng", &one), EPW_EFORMAT,
                   "packet block before any Interface Description Block");
}

Test(bad_input, cut_in_the_middle_of_a_packet)
{
    one = (struct bytes){ 0 };
    pcap_header(&one, MAGIC_US, 1);
    pcap_packet(&one, 1, 0, 'a', 60);
    pcap_packet(&one, 2, 0, 'b', 60);
    /* 24 + 76 = 100: the first packet's end. */
    cr_assert_eq(read_file(write_file("whole", one.b, 100))->errors, 0);
    for (size_t len = 101; len < one.len; len++)
        expect_broken(write_file("cut", one.b, len), "a", EPW_ETRUNC,
                      "cut short at packet 2, byte 1");
    expect_broken(write_file("cut", one.b, 130), "a", EPW_ETRUNC,
                  "cut short at packet 2, byte 130: truncated dump file; tried to read 60");
}

Test(bad_input, a_packet_of_four_gigabytes)
{
    one = (struct bytes){ 0 };
    pcap_header(&one, MAGIC_US, 1);
    pcap_packet(&one, 1, 0, 'a', 60);
    pcap_packet_header(&one, 2, 0, UINT32_MAX, UINT32_MAX);
    put_letter(&one, 'b', 60);
    expect_broken(write_bytes("huge", &one), "a", EPW_EFORMAT,
                  "damaged at packet 2, byte 116: invalid packet capture length 4294967295");

    /* LINKTYPE_DBUS, of which libpcap believes frames of 128 MiB. */
    const char *path = in_folder("dbus");
    FILE *file = fopen(path, "wb");
    one = (struct bytes){ 0 };
    pcap_header(&one, MAGIC_US, 231);
    memset(one.b + 16, 0, 4); /* no snaplen */
    pcap_packet_header(&one, 1, 0, EPW_MAX_SNAPLEN + 1, EPW_MAX_SNAPLEN + 1);
    fwrite(one.b, 1, one.len, file);
    for (int i = 0; i <= EPW_MAX_SNAPLEN; i++)
        fputc('a', file);
    fclose(file);
    expect_broken(path, "", EPW_EFORMAT, "a packet of 262145 bytes, at most 262144 are expected");
}

Test(bad_input, pcapng_blocks)
{
    static const struct {
        uint32_t type, len, end;
        const char *words;
    } blocks[] = {
        { 6, UINT32_MAX - 3, 0, "maximum" },
        { 6, 24, 24, "too short" },
        { 3, 12, 12, "too short" },
        { 1, 12, 12, "too short" },
        { 6, 8, 8, "has a length of 8 < 12" },
        { 6, 33, 33, "not a multiple of 4" },
        { 5, 32, 36, "don't match" },
        { 3, 32, 36, "don't match" },
        { 0x0a0d0d0a, 32, 32, "bad byte order magic" },
    };
    for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
        one = (struct bytes){ 0 };
        ng_section(&one);
        ng_interface(&one, 1, 65535, 0);
        ng_enhanced(&one, 0, 1, 'a', 20);
        size_t start = one.len;
        put(&one, blocks[i].type, 4);
        put(&one, blocks[i].len, 4);
        while (one.len + 4 < start + blocks[i].len && one.len < start + 64)
            put(&one, 0, 1);
        put(&one, blocks[i].end, 4);
        ng_enhanced(&one, 0, 1, 'b', 20);
        expect_broken(write_bytes("block.pcapng", &one), "a", EPW_EFORMAT, blocks[i].words);
    }
}

Test(bad_input, pcapng_packets)
{
    one = (struct bytes){ 0 };
    ng_section(&one);
    ng_interface(&one, 1, 65535, 0);
    ng_enhanced(&one, 0, 1, 'a', 20);
    size_t good = one.len;
    ng_enhanced(&one, 1, 1, 'b', 20);
    expect_broken(write_bytes("interface.pcapng", &one), "a", EPW_EFORMAT,
                  "a packet arrived on interface 1");
    one.len = good;
    ng_simple(&one, 'b', 20, 1500); /* fewer bytes than the snaplen allows for */
    expect_broken(write_bytes("simple.pcapng", &one), "a", EPW_EFORMAT, "too short");
    one.len = good;
    ng_enhanced(&one, 0, 1, 'b', 20);
    for (size_t cut = 1; cut < 52; cut++)
        expect_broken(write_file("cut.pcapng", one.b, one.len - cut), "a", EPW_ETRUNC,
                      "cut short at packet 2");
}

/* A pcap file of 200 packets whose bytes do not pack well. */
static void many_packets(void)
{
    one = (struct bytes){ 0 };
    pcap_header(&one, MAGIC_US, 1);
    uint32_t seed = 1;
    for (uint32_t i = 0; i < 200; i++) {
        seed = seed * 1664525 + 1013904223;
        pcap_packet(&one, seed, seed >> 16, (char)(seed >> 24), 4);
    }
}

static void pack_gzip(void)
{
    z_stream z = { .next_in = one.b, .avail_in = (uInt)one.len };
    cr_assert_eq(deflateInit2(&z, 6, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_out = packed.b;
    z.avail_out = sizeof(packed.b);
    cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    packed.len = sizeof(packed.b) - z.avail_out;
    deflateEnd(&z);
}

Test(bad_input, gzip_cut_or_damaged)
{
    many_packets();
    pack_gzip();
    const char *path = write_file("cut.gz", packed.b, packed.len - 1);
    const struct reading *r = read_file(path);
    cr_assert_eq(r->count, 200);
    expect_error(r, path, EPW_ETRUNC, "gzip data ends at byte");
    path = write_file("half.gz", packed.b, packed.len / 2);
    r = read_file(path);
    cr_assert(r->count > 20 && r->count < 200, "%zu", r->count);
    expect_error(r, path, EPW_ETRUNC, "gzip data ends at byte");

    packed.b[packed.len - 5] ^= 1; /* the checksum */
    path = write_bytes("sum.gz", &packed);
    r = read_file(path);
    cr_assert_eq(r->count, 200);
    expect_error(r, path, EPW_EFORMAT, "incorrect data check");
    packed.b[packed.len - 5] ^= 1;
    put_letter(&packed, 'x', 20);
    path = write_bytes("more.gz", &packed);
    r = read_file(path);
    cr_assert_eq(r->count, 200);
    expect_error(r, path, EPW_EFORMAT, "damaged gzip data near byte");

    expect_refused(write_file("head.gz", "\x1f\x8b\x08\x00", 4), EPW_ETRUNC, "gzip data ends");
    expect_refused(write_file("bad.gz", "\x1f\x8b\x08\xff\0\0\0\0\0\0\0\0", 12), EPW_EFORMAT,
                   "damaged gzip data");
}

Test(bad_input, zstd_cut_or_damaged)
{
    many_packets();
    packed = (struct bytes){ 0 };
    /* Two frames: the first is whole. 2024 bytes: the file header and 100 packets. */
    packed.len = ZSTD_compress(packed.b, sizeof(packed.b), one.b, 2024, 3);
    size_t first_len = packed.len;
    packed.len += ZSTD_compress(packed.b + packed.len, sizeof(packed.b) - packed.len, one.b + 2024,
                                one.len - 2024, 3);
    const char *path = write_file("cut.zst", packed.b, packed.len - 1);
    const struct reading *r = read_file(path);
    cr_assert(r->count >= 100 && r->count < 200, "%zu", r->count);
    expect_error(r, path, EPW_ETRUNC, "Zstandard data ends at byte");

    packed.b[first_len] ^= 1; /* the second frame's magic */
    path = write_bytes("bad.zst", &packed);
    r = read_file(path);
    cr_assert_eq(r->count, 100);
    expect_error(r, path, EPW_EFORMAT, "damaged Zstandard data near byte");
}

Test(bad_input, a_bad_file_among_good_ones)
{
    one = (struct bytes){ 0 };
    pcap_header(&one, MAGIC_US, 1);
    pcap_packet(&one, 1, 0, 'a', 60);
    const char *good = write_bytes("good", &one);
    const char *paths[] = { in_folder("missing"), good, write_file("cut", one.b, 50) };
    const struct reading *r =
        read_options(&(struct epw_capture_options){ .files = paths, .file_count = 3 });
    cr_assert_eq(r->opened, EPW_OK);
    cr_assert_str_eq(r->letters, "a");
    cr_assert_eq(r->frame[0].source, 1);
    cr_assert_eq(r->errors, 2);
    cr_assert_eq(r->error[0].code, EPW_ENOENT);
    cr_assert_eq(r->error[1].code, EPW_ETRUNC);

    r = read_options(&(struct epw_capture_options){ .files = paths, .file_count = 0 });
    cr_assert_eq(r->opened, EPW_EUSAGE);
    cr_assert_eq(r->errors, 1);
    const char *twice[] = { "-", "-" };
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(write(ends[1], one.b, one.len), (ssize_t)one.len);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    r = read_options(&(struct epw_capture_options){ .files = twice, .file_count = 2 });
    cr_assert_str_eq(r->letters, "a");
    expect_error(r, "standard input", EPW_EUSAGE, "named twice");
}

Test(bad_input, filters)
{
    one = (struct bytes){ 0 };
    pcap_header(&one, MAGIC_US, 1);
    pcap_packet(&one, 1, 0, 'a', 60);
    const char *path = write_bytes("good", &one);
    struct epw_capture_options options = { .files = &path,
                                           .file_count = 1,
                                           .filter = "port banana" };
    const struct reading *r = read_options(&options);
    cr_assert_eq(r->opened, EPW_EFILTER);
    expect_error(r, "filter 'port banana'", EPW_EFILTER, "banana");

    /* Right for 802.11 frames, but Ethernet has none of their types: told once. */
    one = (struct bytes){ 0 };
    pcap_header(&one, MAGIC_US, 1);
    pcap_packet(&one, 1, 0, 'b', 60);
    pcap_packet(&one, 2, 0, 'c', 60);
    const char *paths[] = { write_bytes("ether", &one), in_folder("wlan") };
    one = (struct bytes){ 0 };
    pcap_header(&one, MAGIC_US, 105);
    pcap_packet(&one, 3, 0, '\0', 60); /* type 0: management */
    pcap_packet(&one, 3, 0, '\x08', 60);
    write_bytes("wlan", &one);
    options =
        (struct epw_capture_options){ .files = paths, .file_count = 2, .filter = "wlan type mgt" };
    r = read_options(&options);
    cr_assert_eq(r->opened, EPW_OK);
    cr_assert_eq(r->count, 1);
    cr_assert_eq(r->frame[0].source, 1);
    expect_error(r, paths[0], EPW_EFILTER, "filter 'wlan type mgt'");
}
