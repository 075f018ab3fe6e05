/* SPDX-License-Identifier: Apache-2.0 */
/* pcapng: what libpcap alone refuses, and that levelling changes nothing else. */
#include "bytes.h"
#include "reading.h"

#include "capture/ng_level.h"

TestSuite(pcapng, .init = make_folder, .fini = clean_folder);

static struct bytes one;

static const struct reading *read_one(void)
{
    const struct reading *r = read_file(write_bytes("one.pcapng", &one));
    cr_assert_eq(r->opened, EPW_OK);
    return r;
}

Test(pcapng, interfaces_of_different_kinds_in_both_byte_orders)
{
    for (int big = 0; big < 2; big++) {
        one = (struct bytes){ .big = big };
        ng_section(&one);
        ng_interface(&one, 1, 65535, 0);
        ng_interface(&one, 113, 262144, 9);
        ng_interface(&one, 101, 96, 3);
        ng_enhanced(&one, 0, 1000000001, 'a', 60); /* 1000.000001 s in microseconds */
        ng_enhanced(&one, 1, 1000000000002, 'b', 40);
        ng_enhanced(&one, 2, 1000003, 'c', 20);
        ng_enhanced(&one, 0, 1000000004, 'd', 0);
        const struct reading *r = read_one();
        cr_assert_eq(r->errors, 0, "%s", r->error[0].text);
        cr_assert_str_eq(r->letters, "abc0");
        static const struct {
            uint16_t linktype;
            int64_t ts_ns;
        } expected[] = { { 1, 1000000001000 },
                         { 113, 1000000000002 },
                         { 101, 1000003000000 },
                         { 1, 1000000004000 } };
        for (size_t i = 0; i < 4; i++) {
            cr_assert_eq(r->frame[i].linktype, expected[i].linktype);
            cr_assert_eq(r->frame[i].ts_ns, expected[i].ts_ns);
        }
    }
}

Test(pcapng, interfaces_may_come_between_packets_and_two_may_be_raw)
{
    /* libpcap refuses even two interfaces of LINKTYPE_RAW: it compares 101 with DLT_RAW. */
    one = (struct bytes){ 0 };
    ng_section(&one);
    ng_interface(&one, 101, 65535, 0);
    ng_enhanced(&one, 0, 1, 'a', 20);
    ng_interface(&one, 101, 65535, 0);
    ng_enhanced(&one, 1, 2, 'b', 20);
    const struct reading *r = read_one();
    cr_assert_str_eq(r->letters, "ab");
    cr_assert_eq(r->errors, 0);
    cr_assert_eq(r->frame[1].linktype, 101);
}

Test(pcapng, a_new_section_has_interfaces_of_its_own)
{
    one = (struct bytes){ 0 };
    ng_section(&one);
    ng_interface(&one, 1, 65535, 0);
    ng_interface(&one, 113, 65535, 0);
    ng_enhanced(&one, 1, 1, 'a', 20);
    ng_section(&one);
    ng_interface(&one, 276, 65535, 0);
    ng_enhanced(&one, 0, 2, 'b', 20);
    const struct reading *r = read_one();
    cr_assert_str_eq(r->letters, "ab");
    cr_assert_eq(r->frame[0].linktype, 113);
    cr_assert_eq(r->frame[1].linktype, 276);
}

Test(pcapng, sections_may_change_the_byte_order)
{
    one = (struct bytes){ 0 };
    for (uint32_t i = 0; i < 4; i++) {
        one.big = i % 2;
        ng_section(&one);
        ng_interface(&one, (uint16_t)(100 + i), 65535, 0);
        ng_enhanced(&one, 0, i, (char)('a' + i), 20);
    }
    const struct reading *r = read_one();
    cr_assert_eq(r->errors, 0, "%s", r->error[0].text);
    cr_assert_str_eq(r->letters, "abcd");
    for (uint16_t i = 0; i < 4; i++)
        cr_assert_eq(r->frame[i].linktype, 100 + i);
}

Test(pcapng, simple_packets_are_of_the_first_interface)
{
    one = (struct bytes){ 0 };
    ng_section(&one);
    ng_interface(&one, 113, 32, 0); /* a snaplen that cuts: the block holds 32 of 1500 bytes */
    ng_interface(&one, 1, 65535, 0);
    ng_enhanced(&one, 1, 7000000, 'a', 20);
    ng_simple(&one, 'b', 32, 1500);
    ng_simple(&one, 'c', 20, 18); /* 2 bytes of padding */
    ng_enhanced(&one, 1, 8000000, 'd', 20);
    const struct reading *r = read_one();
    cr_assert_eq(r->errors, 0, "%s", r->error[0].text);
    cr_assert_str_eq(r->letters, "abcd");
    cr_assert_eq(r->frame[1].linktype, 113);
    cr_assert_eq(r->frame[1].caplen, 32);
    cr_assert_eq(r->frame[1].wire_len, 1500);
    cr_assert_eq(r->frame[1].ts_ns, 7000000000, "without a stamp: as the one before");
    cr_assert_eq(r->frame[2].caplen, 18);
    cr_assert_eq(r->frame[3].linktype, 1);
    cr_assert_eq(r->frame[3].ts_ns, 8000000000);
}

Test(pcapng, obsolete_packet_blocks)
{
    for (int big = 0; big < 2; big++) {
        one = (struct bytes){ .big = big };
        ng_section(&one);
        ng_interface(&one, 113, 65535, 0);
        ng_interface(&one, 1, 65535, 9);
        ng_packet(&one, 1, 5, 'a', 20);
        const struct reading *r = read_one();
        cr_assert_str_eq(r->letters, "a");
        cr_assert_eq(r->frame[0].linktype, 1);
        cr_assert_eq(r->frame[0].ts_ns, 5);
    }
}

Test(pcapng, frames_larger_than_the_interfaces_snaplen_are_kept)
{
    one = (struct bytes){ 0 };
    ng_section(&one);
    ng_interface(&one, 1, 64, 0);
    ng_enhanced(&one, 0, 1, 'a', 1500);
    cr_assert_eq(read_one()->frame[0].caplen, 1500);
}

Test(pcapng, blocks_of_other_types_are_passed_over)
{
    one = (struct bytes){ 0 };
    ng_section(&one);
    put(&one, 0x0bad0bad, 4); /* the smallest block there can be */
    put(&one, 12, 4);
    put(&one, 12, 4);
    ng_interface(&one, 1, 65535, 0);
    put(&one, 5, 4); /* interface statistics that look like a packet block inside */
    put(&one, 44, 4);
    ng_simple(&one, 'x', 16, 16);
    put(&one, 44, 4);
    ng_enhanced(&one, 0, 1, 'a', 20);
    put(&one, 4, 4);
    put(&one, 12, 4);
    put(&one, 12, 4);
    const struct reading *r = read_one();
    cr_assert_eq(r->errors, 0, "%s", r->error[0].text);
    cr_assert_str_eq(r->letters, "a");
}

/* A stream that gives out its bytes in steps of a fixed size. */
struct steps {
    struct epw_stream base;
    size_t step, at;
};

static ssize_t steps_pull(struct epw_stream *s, uint8_t *out, size_t len)
{
    struct steps *steps = (struct steps *)s;
    size_t take = one.len - steps->at;
    take = take < steps->step ? take : steps->step;
    take = take < len ? take : len;
    memcpy(out, one.b + steps->at, take);
    steps->at += take;
    return (ssize_t)take;
}

static void steps_close(struct epw_stream *s)
{
    (void)s;
}

Test(pcapng, levelling_does_not_depend_on_how_bytes_arrive)
{
    one = (struct bytes){ .big = true };
    ng_section(&one);
    ng_interface(&one, 1, 65535, 9);
    ng_interface(&one, 113, 100, 0);
    for (uint32_t i = 0; i < 20; i++) {
        ng_enhanced(&one, i % 2, i, 'a', 4 * i);
        ng_simple(&one, 'b', 8, 7);
    }
    one.len -= 5; /* and ends within a block */
    static uint8_t whole[1 << 16], stepped[1 << 16];
    size_t whole_len = 0;
    for (size_t step = 4096; step > 0; step = step * 2 / 3) {
        struct steps steps = { .base = { .pull = steps_pull, .close = steps_close }, .step = step };
        struct epw_ng_level *level = epw_ng_level_new(&steps.base);
        struct epw_stream *s = epw_ng_level_stream(level);
        size_t len = 0;
        for (ssize_t got; (got = epw_stream_read(s, stepped + len, step)) > 0;)
            len += (size_t)got;
        if (step == 4096) {
            memcpy(whole, stepped, len);
            whole_len = len;
            /* 16 bytes more for each Simple Packet. */
            cr_assert_eq(len, one.len + 20 * 16);
        }
        cr_assert_eq(len, whole_len);
        cr_assert_arr_eq(stepped, whole, len);
        struct epw_ng_packet packet;
        for (uint32_t i = 0; i < 40; i++) {
            cr_assert(epw_ng_level_next(level, &packet));
            cr_assert_eq(packet.linktype, i % 4 == 2 ? 113 : 1);
            cr_assert_eq(packet.no_stamp, i % 2 == 1);
        }
        cr_assert_not(epw_ng_level_next(level, &packet));
        epw_stream_close(s);
    }
}

Test(pcapng, too_many_interfaces_are_an_error_not_a_wrong_answer)
{
    const char *path = in_folder("many.pcapng");
    FILE *file = fopen(path, "wb");
    one = (struct bytes){ 0 };
    ng_section(&one);
    fwrite(one.b, 1, one.len, file);
    for (int i = 0; i <= EPW_NG_MAX_INTERFACES; i++) {
        one.len = 0;
        ng_interface(&one, 1, 65535, 0);
        if (i == 0)
            ng_enhanced(&one, 0, 1, 'a', 20);
        fwrite(one.b, 1, one.len, file);
    }
    fclose(file);
    const struct reading *r = read_file(path);
    cr_assert_str_eq(r->letters, "a");
    cr_assert_eq(r->errors, 1);
    cr_assert_eq(r->error[0].code, EPW_ELIMIT);
    cr_assert_not_null(strstr(r->error[0].text, "many.pcapng: more than 4096 interfaces"));
}
