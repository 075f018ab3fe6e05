/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NetBIOS name service (RFC 1002, 4.2) on UDP 137: operation and counts that
 * belong together, and an encoded name where the first one stands.
 */
#include "meter/evidence/nbname.h"

#include <string.h>

#define NBNS_PORT   137
#define TYPE_NB     0x20
#define TYPE_NBSTAT 0x21
#define TYPE_NULL   0x0a /* in negative answers */
#define NB_GROUP    0x8000
/* A name pointer, type, class, TTL and length before the flags of the additional record. */
#define BEFORE_FLAGS 12

/* query, registration, release, WACK, refresh (8, and 9 by an old misprint), multi-homed 15 */
static bool opcode_fits(unsigned opcode)
{
    return opcode == 0 || (opcode >= 5 && opcode <= 9) || opcode == 15;
}

static bool opcode_registers(unsigned opcode)
{
    return opcode == 5 || opcode == 8 || opcode == 9 || opcode == 15;
}

/* RFC 1002, 4.2.2: the host says that the name is its own; a group's is many hosts'. */
static void note_own_name(struct epw_finder *f, struct epw_cur *c, const char *name)
{
    char text[sizeof("REGISTER ") + EPW_NBNAME_LEN] = "REGISTER ";
    epw_cur_skip(c, BEFORE_FLAGS);
    uint16_t flags = epw_cur_be16(c);
    size_t len = strcspn(name, "<");
    if (!epw_cur_ok(c) || (flags & NB_GROUP) != 0 || len == 0)
        return;
    strncat(text, name, len);
    epw_ev_text(f, EPW_EV_REQUEST, text, strlen(text));
}

static enum epw_look look(struct epw_finder *f, const struct epw_opening *o)
{
    struct epw_cur c = epw_cur(o->bytes, o->len);
    char name[EPW_NBNAME_LEN];
    epw_cur_skip(&c, 2);
    uint16_t flags = epw_cur_be16(&c);
    uint16_t questions = epw_cur_be16(&c);
    uint16_t answers = epw_cur_be16(&c);
    epw_cur_skip(&c, 4);
    if (!epw_scan_port(o, NBNS_PORT) || !opcode_fits(flags >> 11 & 0xf))
        return EPW_LOOK_NO;
    bool response = (flags & 0x8000) != 0;
    if (response ? questions > 1 || answers > 1 : questions != 1 || answers != 0)
        return EPW_LOOK_NO;
    if (epw_nbname_read(&c, name) != EPW_FIT_YES)
        return EPW_LOOK_NO;
    uint16_t type = epw_cur_be16(&c);
    uint16_t class = epw_cur_be16(&c);
    if (!epw_cur_ok(&c) || class != 1 ||
        (type != TYPE_NB && type != TYPE_NBSTAT && type != TYPE_NULL))
        return EPW_LOOK_NO;
    epw_ev_requester(f, response ? epw_scan_reverse(o->dir) : o->dir);
    epw_ev_text(f, EPW_EV_HINT, name, strlen(name));
    if (!response && opcode_registers(flags >> 11 & 0xf))
        note_own_name(f, &c, name);
    return EPW_LOOK_DONE;
}

const struct epw_source epw_source_netbios_ns = {
    .name = "netbios_ns",
    .help =
        "NetBIOS name service on UDP 137; the name asked for becomes the hint, one registered the "
        "request",
    .app = EPW_APP_NBNS,
    .over = EPW_OVER_UDP,
    .max_bytes = 576, /* RFC 1002, 4.2: the largest UDP packet */
    .ports = { NBNS_PORT },
    .look = look,
};
