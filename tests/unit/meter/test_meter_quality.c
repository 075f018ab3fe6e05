/* SPDX-License-Identifier: Apache-2.0 */
/* What a record tells of the capture itself: doubles, cut payloads, losses. */
#include "meter_help.h"

static struct run run;

static void setup(void)
{
    run_begin(&run);
}

static void teardown(void)
{
    run_end(&run);
}

TestSuite(meter_quality, .init = setup, .fini = teardown);

Test(meter_quality, doubles_are_counted)
{
    SEND(&run, .at = 0, CLIENT, .flags = ACK, .seq = 1, .ack = 1, .id = 7, .text = "hello");
    SEND(&run, .at = 0.01, CLIENT, .flags = ACK, .seq = 1, .ack = 1, .id = 7, .text = "hello");
    cr_assert_eq(run_stats(&run)->duplicates, 1);
    run_flush(&run);
    cr_assert_eq(run_only(&run)->packets[0], 2, "only counted: both are in the flow");
    cr_assert(run_only(&run)->doubled);
}

Test(meter_quality, what_differs_or_comes_late_is_no_double)
{
    SEND(&run, .at = 0, CLIENT, .flags = ACK, .seq = 1, .ack = 1, .id = 7, .text = "hello");
    SEND(&run, .at = 0.001, CLIENT, .flags = ACK, .seq = 1, .ack = 1, .id = 8, .text = "hello");
    SEND(&run, .at = 0.002, CLIENT, .flags = ACK, .seq = 2, .ack = 1, .id = 8, .text = "hello");
    SEND(&run, .at = 0.003, CLIENT, .flags = ACK, .seq = 2, .ack = 1, .id = 8, .text = "hallo");
    SEND(&run, .at = 0.004, CLIENT, .flags = ACK, .seq = 2, .ack = 1, .id = 8, .text = "hallo!");
    SEND(&run, .at = 0.015, CLIENT, .flags = ACK, .seq = 2, .ack = 1, .id = 8, .text = "hallo!");
    cr_assert_eq(run_stats(&run)->duplicates, 0);
    run_flush(&run);
    cr_assert_not(run_only(&run)->doubled);
    cr_assert_not(run_only(&run)->cut);
}

/* Two packets but for one byte of their payload, at a multiple of a second. */
static void send_two(int at, unsigned len, unsigned differs)
{
    char text[64];
    memset(text, 'a', sizeof(text));
    text[len] = '\0';
    SEND(&run, .at = at, CLIENT, .flags = ACK, .seq = 1, .ack = 1, .id = 7, .text = text);
    text[differs] = 'b';
    SEND(&run, .at = at + 0.001, CLIENT, .flags = ACK, .seq = 1, .ack = 1, .id = 7, .text = text);
}

Test(meter_quality, any_of_the_first_32_bytes_tells_packets_apart)
{
    int at = 0;
    for (unsigned len = 1; len <= 40; len++)
        for (unsigned differs = 0; differs < len && differs < 32; differs++)
            send_two(at++, len, differs);
    cr_assert_eq(run_stats(&run)->duplicates, 0);
}

Test(meter_quality, checksums_do_not_tell_copies_apart)
{
    static const char *const text[] = {
        "", "a", "abc", "abcdefg", "abcdefgh", "abcdefghijklmnopq"
    };
    for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
        run.hold = true;
        SEND(&run, .at = (double)i, CLIENT, .flags = ACK, .seq = 1, .ack = 1, .id = 7,
             .text = text[i]);
        SEND(&run, .at = (double)i + 0.001, CLIENT, .flags = ACK, .seq = 1, .ack = 1, .id = 7,
             .text = text[i]);
        const struct epw_frame *copy = &run.batch->frame[1];
        memset(run.batch->room + (copy->bytes - run.batch->room) + 14 + 20 + 16, 0xff, 2);
        run_go(&run);
        cr_expect_eq(run_stats(&run)->duplicates, i + 1, "%s", text[i]);
    }
}

Test(meter_quality, a_payload_that_was_cut_is_told)
{
    SEND(&run, .at = 0, CLIENT, .flags = ACK, .seq = 1, .ack = 1, .text = "hello", .cut = 2);
    run_flush(&run);
    cr_assert(run_only(&run)->cut);
}

/* SYN 100, "hello" 101-105, FIN 106; SYN-ACK 500, FIN 501. */
static void converse(bool hello)
{
    SEND(&run, .at = 0, CLIENT, .flags = SYN, .seq = 100);
    SEND(&run, .at = 0.1, SERVER, .flags = SYN | ACK, .seq = 500, .ack = 101);
    if (hello)
        SEND(&run, .at = 0.2, CLIENT, .flags = ACK, .seq = 101, .ack = 501, .text = "hello");
    SEND(&run, .at = 0.3, CLIENT, .flags = FIN | ACK, .seq = 106, .ack = 501);
    SEND(&run, .at = 0.4, SERVER, .flags = FIN | ACK, .seq = 501, .ack = 107);
    run_flush(&run);
}

Test(meter_quality, bytes_before_a_fin_that_nobody_saw_are_lost)
{
    converse(false);
    cr_assert(run_only(&run)->lost);
}

Test(meter_quality, nothing_is_lost_when_all_bytes_before_the_fin_were_seen)
{
    converse(true);
    cr_assert_not(run_only(&run)->lost);
}

Test(meter_quality, a_fin_whose_connection_is_another_tells_of_no_loss)
{
    SEND(&run, .at = 0, CLIENT, .flags = SYN, .seq = 4000000000);
    SEND(&run, .at = 0.1, SERVER, .flags = SYN | ACK, .seq = 500, .ack = 4000000001);
    SEND(&run, .at = 0.2, CLIENT, .flags = FIN | ACK, .seq = 3000000000, .ack = 501);
    run_flush(&run);
    cr_assert_not(run_only(&run)->lost);
}

Test(meter_quality, the_distance_of_the_initiator_is_told)
{
    SEND(&run, .at = 0, CLIENT, .flags = SYN, .seq = 100);
    run_flush(&run);
    cr_assert_eq(run_only(&run)->ttl, 64);
}

Test(meter_quality, no_distance_is_told_where_the_responder_spoke_first)
{
    SEND(&run, .at = 0, SERVER, .flags = SYN | ACK, .seq = 500, .ack = 101);
    run_flush(&run);
    cr_assert_eq(run_only(&run)->ttl, 0);
}
