/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "ev_feed.h"
#include "tls_build.h"

/* The name that one datagram of the client to this port tells; "" when it is not recognised. */
static const char *name_of(uint16_t port, const struct bytes *packet)
{
    static char name[EPW_NAME_LEN];
    struct feed *feed = feed_new();
    feed->who.port[1] = port;
    feed_udp(feed, EPW_TO_SERVER, packet->at, packet->len);
    const struct epw_evidence *ev = feed_result(feed);
    cr_assert_eq(ev->requester,
                 ev->app == EPW_APP_TLS ? EPW_TO_SERVER : (int)EPW_REQUESTER_UNKNOWN);
    strcpy(name, feed_name(feed, EPW_NAME_SNI));
    feed_free(feed);
    return name;
}

/* The header as given, then the record; the first byte and the eighth change places. */
static struct bytes packet_of(const void *head, size_t len, const struct bytes *message)
{
    struct bytes b = { .len = 0 };
    put_raw(&b, head, len);
    put_num(&b, 3, 0x160302);
    put_num(&b, 2, message->len);
    put_raw(&b, message->at, message->len);
    uint8_t first = b.at[0];
    b.at[0] = b.at[7];
    b.at[7] = first;
    return b;
}

/* prefix; flags 0x114, window 12; at most 1 delayed, 500 ms; acknowledged; packet, channel */
static const uint8_t usual[] = { 0xe0, 0x14, 0xc1, 1, 0xf4, 1, 0x64, 0, 0x64, 0, 1, 0 };

Test(ev_rdpudp, the_hello_of_a_data_packet)
{
    struct bytes hello = client_hello((struct hello){ .sni = "Desk.Example" });
    struct bytes packet = packet_of(usual, sizeof(usual), &hello);
    cr_assert_str_eq(name_of(3389, &packet), "desk.example");
    cr_assert_str_eq(name_of(3390, &packet), "", "not its port");
    for (size_t len = 0; len < packet.len; len++) {
        struct bytes cut = packet;
        cut.len = len;
        cr_assert_str_eq(name_of(3389, &cut), "", "%zu bytes", len);
    }
}

Test(ev_rdpudp, every_payload_before_the_data_is_passed_over)
{
    /* flags 0x155: two delayed acknowledgements, overhead 8 */
    static const uint8_t all[] = { 0xe0, 0x55, 0xc1, 9,    0, 1, 2, 3, 4, 0x12, 7,
                                   7,    8,    1,    0xf4, 1, 5, 0, 6, 0, 1,    0 };
    /* nothing but the data, whose first byte is the first on the wire */
    static const uint8_t bare[] = { 0xe0, 0x04, 0xc0, 6, 0, 1, 0 };
    struct bytes hello = client_hello((struct hello){ .sni = "a.example" });
    struct bytes packet = packet_of(all, sizeof(all), &hello);
    cr_assert_str_eq(name_of(3389, &packet), "a.example");
    packet = packet_of(bare, sizeof(bare), &hello);
    cr_assert_str_eq(name_of(3389, &packet), "a.example");
}

Test(ev_rdpudp, near_misses)
{
    struct bytes hello = client_hello((struct hello){ .sni = "a.example" });
    struct bytes answer = server_hello(0x0303);
    uint8_t head[sizeof(usual)];
    struct bytes packet = packet_of(usual, sizeof(usual), &answer);
    cr_assert_str_eq(name_of(3389, &packet), "", "no ClientHello");
    memcpy(head, usual, sizeof(head));
    head[1] = 0x10;
    packet = packet_of(head, sizeof(head), &hello);
    cr_assert_str_eq(name_of(3389, &packet), "", "no data");
    memcpy(head, usual, sizeof(head));
    head[0] = 0xf0;
    packet = packet_of(head, sizeof(head), &hello);
    cr_assert_str_eq(name_of(3389, &packet), "", "a dummy");
    packet = packet_of(usual, sizeof(usual), &hello);
    packet.len = 1501;
    cr_assert_str_eq(name_of(3389, &packet), "", "larger than any");
}
