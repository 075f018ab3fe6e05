/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The TLS handshake inside of remote desktop's UDP transport, version 2
 * (MS-RDPEUDP2), on its port: the ClientHello comes in one data packet.
 */
#include "meter/evidence/scan.h"
#include "meter/evidence/source.h"
#include "meter/evidence/tls_hello.h"

#include <string.h>

#define RDP_PORT 3389
/* Larger ones are none: the transport keeps below the path's MTU. */
#define PACKET_MAX 1500
/* The first byte and the eighth change places on the wire (2.2.1), so that no version 1 begins so.
 */
#define PREFIX_AT 7

/* Flags of the header (2.2.1.1), in the order of the payloads that they announce. */
#define FLAG_ACK          0x001
#define FLAG_OVERHEAD     0x040
#define FLAG_DELAY_ACK    0x100
#define FLAG_ACK_OF       0x010
#define FLAG_DATA         0x004
#define FLAG_ACK_VEC      0x008

#define ACK_FIXED_LEN     6 /* sequence number, time, gap */
#define RECORD_HANDSHAKE  22
#define PREFIX_TYPE_MASK  0x1e
#define PREFIX_TYPE_DUMMY 8

/* What a data packet brings; empty for every other one. */
static struct epw_cur data_of(struct epw_cur c)
{
    uint8_t prefix = epw_cur_u8(&c);
    uint16_t flags = epw_cur_le16(&c);
    if ((flags & FLAG_DATA) == 0 || (flags & FLAG_ACK_VEC) != 0 ||
        (prefix & PREFIX_TYPE_MASK) >> 1 == PREFIX_TYPE_DUMMY)
        return epw_cur(NULL, 0);
    if ((flags & FLAG_ACK) != 0) {
        epw_cur_skip(&c, ACK_FIXED_LEN);
        epw_cur_skip(&c, epw_cur_u8(&c) & 0x0f); /* delayed ones, a byte each */
    }
    epw_cur_skip(&c, (flags & FLAG_OVERHEAD) != 0 ? 1 : 0);
    epw_cur_skip(&c, (flags & FLAG_DELAY_ACK) != 0 ? 3 : 0);
    epw_cur_skip(&c, (flags & FLAG_ACK_OF) != 0 ? 2 : 0);
    epw_cur_skip(&c, 2 + 2); /* sequence numbers of the packet and of its channel */
    return c;
}

static enum epw_look look(struct epw_finder *f, const struct epw_opening *o)
{
    uint8_t packet[PACKET_MAX];
    struct epw_tls_hello hello;
    if (!epw_scan_port(o, RDP_PORT) || o->len <= PREFIX_AT || o->len > sizeof(packet))
        return EPW_LOOK_NO;
    memcpy(packet, o->bytes, o->len);
    packet[0] = o->bytes[PREFIX_AT];
    packet[PREFIX_AT] = o->bytes[0];
    struct epw_cur c = data_of(epw_cur(packet, o->len));
    uint8_t type = epw_cur_u8(&c), major = epw_cur_u8(&c), minor = epw_cur_u8(&c);
    uint16_t len = epw_cur_be16(&c);
    if (type != RECORD_HANDSHAKE || major != 3 || minor > 4 || len < EPW_TLS_MESSAGE_HEAD ||
        (len > epw_cur_left(&c) && !o->cut))
        return EPW_LOOK_NO;
    enum epw_err err = epw_tls_hello_parse(c, &hello);
    if (err != EPW_OK && !(err == EPW_ETRUNC && o->cut))
        return EPW_LOOK_NO;
    epw_tls_hello_tell(f, o, &hello, EPW_NAME_SNI);
    return EPW_LOOK_DONE;
}

const struct epw_source epw_source_rdpudp = {
    .name = "rdpudp",
    .help = "TLS handshakes inside of remote desktop's UDP transport: server name",
    .app = EPW_APP_TLS,
    .over = EPW_OVER_UDP,
    .max_bytes = PACKET_MAX, /* one packet tells it */
    .ports = { RDP_PORT },
    .look = look,
};
