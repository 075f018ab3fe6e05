/* SPDX-License-Identifier: Apache-2.0 */
#include "analyst/record_pack.h"

#include <criterion/criterion.h>
#include <string.h>

/* More than any record of these tests takes. */
#define ROOM 4096

/* Packed at an odd place, and taken apart where something else was before. */
static const struct epw_flow_record *through(const struct epw_flow_record *r, size_t *len)
{
    static unsigned char room[ROOM];
    static struct epw_unpacked out;
    memset(room, 0xa5, sizeof(room));
    memset(&out, 0xa5, sizeof(out));
    size_t most = epw_record_pack_max(r);
    cr_assert_lt(most, (size_t)ROOM - 1);
    *len = epw_record_pack(r, room + 1);
    cr_assert_leq(*len + EPW_PACK_SLACK, most);
    cr_assert_eq(room[1 + most], 0xa5, "written beyond what was asked for");
    epw_record_unpack(room + 1, &out);
    return &out.record;
}

/* Every number as given, of any size. */
static void expect_numbers(uint64_t n)
{
    struct epw_evidence ev = epw_evidence_none;
    struct epw_flow_record r = { .flow_id = n, .evidence = &ev };
    size_t len;
    memset(&r.ip, (int)(n & 0xff), sizeof(r.ip));
    r.first_ns = r.last_ns = r.told_ns = -(int64_t)(n / 2);
    r.packets[0] = r.bytes[1] = r.payload_bytes[0] = n;
    r.port[1] = (uint16_t)n;
    r.tunnel = r.syns = (uint32_t)n;
    r.state = EPW_FLOW_UNANSWERED;
    r.group = r.has_mac = true;
    memset(r.mac, 7, sizeof(r.mac));
    r.source = (uint16_t)n;
    ev.app = EPW_APP_FTP_DATA;
    ev.connect_port = (uint16_t)n;
    ev.ech = true;
    const struct epw_flow_record *out = through(&r, &len);
    cr_expect_eq(out->flow_id, n);
    cr_expect_eq(memcmp(out->ip, r.ip, sizeof(r.ip)), 0);
    cr_expect(out->first_ns == r.first_ns && out->last_ns == r.last_ns &&
              out->told_ns == r.told_ns);
    cr_expect(out->packets[0] == n && out->packets[1] == 0 && out->bytes[1] == n);
    cr_expect(out->payload_bytes[0] == n && out->port[1] == (uint16_t)n && out->port[0] == 0);
    cr_expect(out->tunnel == (uint32_t)n && out->syns == (uint32_t)n);
    cr_expect(out->state == EPW_FLOW_UNANSWERED && out->group && !out->cut && out->has_mac);
    cr_expect_eq(memcmp(out->mac, r.mac, sizeof(r.mac)), 0);
    cr_expect_eq(out->source, (uint16_t)n);
    cr_expect(out->evidence->app == EPW_APP_FTP_DATA && out->evidence->ech);
    cr_expect(out->evidence->connect_port == (uint16_t)n && out->evidence->name_count == 0);
    cr_expect_str_eq(out->evidence->hint, "");
    cr_expect_str_eq(out->evidence->alpn, "");
}

Test(record_pack, numbers_of_every_size_stay)
{
    for (unsigned bits = 0; bits < 64; bits++) {
        expect_numbers(1ULL << bits);
        expect_numbers((1ULL << bits) - 1);
    }
    expect_numbers(UINT64_MAX);
}

Test(record_pack, texts_stay_where_they_were_packed)
{
    struct epw_flow_name name[EPW_FLOW_NAMES];
    struct epw_evidence ev = epw_evidence_none;
    struct epw_flow_record r = { .flow_id = 7, .evidence = &ev };
    size_t len;
    for (size_t i = 0; i < EPW_FLOW_NAMES; i++)
        name[i] = (struct epw_flow_name){ .text = i % 2 == 0 ? "update.example" : "",
                                          .port = (uint16_t)(443 * i),
                                          .source = (uint8_t)(i % EPW_NAME_SOURCES) };
    ev.name = name;
    ev.name_count = EPW_FLOW_NAMES;
    ev.alpn = "h2";
    ev.hint = "a hint";
    const struct epw_flow_record *out = through(&r, &len);
    cr_assert_eq(out->evidence->name_count, EPW_FLOW_NAMES);
    for (size_t i = 0; i < EPW_FLOW_NAMES; i++) {
        cr_expect_str_eq(out->evidence->name[i].text, name[i].text);
        cr_expect_eq(out->evidence->name[i].port, name[i].port);
        cr_expect_eq(out->evidence->name[i].source, name[i].source);
    }
    cr_expect_str_eq(out->evidence->alpn, "h2");
    cr_expect_str_eq(out->evidence->cert_org, "");
    cr_expect_str_eq(out->evidence->request, "");
    cr_expect_str_eq(out->evidence->user_agent, "");
    cr_expect_str_eq(out->evidence->hint, "a hint");
}

/* What it is for: a usual flow takes half of a copy, or less. */
Test(record_pack, a_usual_flow_is_small)
{
    const struct epw_ip a = { { [10] = 0xff, 0xff, 10, 0, 0, 1 } };
    const struct epw_flow_record r = { .flow_id = 0x123456789abcdef,
                                       .ip = { a, a },
                                       .port = { 50000, 443 },
                                       .proto = 6,
                                       .first_ns = 1772438400123456789,
                                       .last_ns = 1772438401123456789,
                                       .told_ns = 1772438402123456789,
                                       .packets = { 10, 12 },
                                       .bytes = { 1000, 70000 },
                                       .payload_bytes = { 500, 60000 },
                                       .has_mac = true,
                                       .mac = { { 2, 0, 0, 0, 0, 1 }, { 2, 0, 0, 0, 0, 2 } },
                                       .evidence = &epw_evidence_none };
    size_t len;
    cr_expect_eq(through(&r, &len)->told_ns, r.told_ns);
    cr_expect_leq(len, sizeof(r) / 2 + sizeof(uint64_t) * 2);
}
