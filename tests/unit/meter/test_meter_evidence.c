/* SPDX-License-Identifier: Apache-2.0 */
/* Packets that change nothing of their flow but counters are shown to the evidence engine, too. */
#include "meter_help.h"

#define UNKNOWN "\x41\x9e\x07\xe1\x83\x1c\x5f"
#define REQUEST "NOTIFY * HTTP/1.1\r\nHost: device.example\r\n\r\n"
#define RECORD  "\x17\x03\x03\x40\x10sealed"

static struct run run;

static void setup(void)
{
    run_begin(&run);
}

static void teardown(void)
{
    run_end(&run);
}

TestSuite(meter_evidence, .init = setup, .fini = teardown);

static void assert_app(enum epw_app app)
{
    run_flush(&run);
    const struct epw_evidence *ev = run_only(&run)->evidence;
    cr_assert_eq(ev->app, app);
    cr_assert_eq(ev->name_count, app == EPW_APP_HTTP ? 1 : 0);
    cr_assert(ev->payload_seen[EPW_TO_SERVER]);
}

static void send_datagrams(unsigned unknown, uint16_t vlan)
{
    for (unsigned i = 0; i < unknown; i++)
        SEND(&run, .at = i, UDP_CLIENT, .vlan = vlan, .text = UNKNOWN);
    SEND(&run, .at = unknown, UDP_CLIENT, .vlan = vlan, .text = REQUEST);
}

Test(meter_evidence, a_request_behind_datagrams_that_nobody_knows)
{
    send_datagrams(7, 0);
    assert_app(EPW_APP_HTTP);
}

Test(meter_evidence, a_request_in_a_vlan)
{
    send_datagrams(5, 12);
    assert_app(EPW_APP_HTTP);
}

Test(meter_evidence, nobody_looks_behind_eight_datagrams)
{
    send_datagrams(8, 0);
    assert_app(EPW_APP_UNKNOWN);
}

/* A segment of one byte is a keep-alive, and none of them. */
static void send_midstream(unsigned unknown)
{
    for (unsigned i = 0; i < unknown; i++) {
        SEND(&run, .at = i, CLIENT, .flags = ACK, .seq = 10 * i, .ack = 1, .text = UNKNOWN);
        SEND(&run, .at = i, CLIENT, .flags = ACK, .seq = 10 * i, .ack = 1, .text = "G");
    }
    SEND(&run, .at = unknown, CLIENT, .flags = ACK, .seq = 500, .ack = 1, .text = RECORD);
}

Test(meter_evidence, midstream_a_record_behind_segments_that_nobody_knows)
{
    send_midstream(7);
    assert_app(EPW_APP_TLS);
}

Test(meter_evidence, midstream_nobody_looks_behind_eight)
{
    send_midstream(8);
    assert_app(EPW_APP_UNKNOWN);
}
