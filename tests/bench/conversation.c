/* SPDX-License-Identifier: Apache-2.0 */
#include "conversation.h"

#include "openings.h"

#define CLIENTS       5000
#define CLIENT_PORT   32768 /* the lowest */
#define SERVERS       2000
#define NOISE_LEN     4096
#define HANDSHAKE_LEN 3 /* packets */
#define CLOSE_LEN     2
#define LAST_IMIX     1518

enum kind { KIND_NOISE, KIND_TLS, KIND_HTTP, KIND_DNS };

/* What follows from a conversation's number. */
struct nature {
    uint64_t hash;
    enum kind kind;
    unsigned name;
    bool handshake; /* its beginning is in the capture */
    bool closes;
};

/* Ports of the products that epwatch names: a flow in twenty, with hosts given six in twenty. */
static uint16_t product_port(uint64_t hash)
{
    static const uint16_t port[] = { 8014, 2222, 13000, 2221, 4118, 4122, 10443, 3128 };
    return port[hash % (sizeof(port) / sizeof(port[0]))];
}

static uint64_t hash_of(const struct scratch *s, uint32_t number)
{
    return mix(number ^ s->options->seed << 32);
}

/* With openings 3 of 10 conversations are DNS, else 2 of 10 are UDP of another kind. */
bool conversation_is_dns(const struct scratch *s, uint32_t number)
{
    return s->options->openings && hash_of(s, number) % 10 < 3;
}

static uint32_t server_host(unsigned number)
{
    return 0xc6120000 + number % SERVERS; /* 198.18.0.0/15, RFC 2544 */
}

/* With hosts given, of as many servers as 198.18.0.0/15 has, whatever the name. */
static uint32_t server_of(const struct scratch *s, const struct nature *n)
{
    return s->options->hosts == 0
               ? server_host(n->name)
               : 0xc6120000 + (uint32_t)(n->hash >> 32) % s->options->hosts % (1u << 17);
}

static void tcp_server(const struct scratch *s, struct nature *n, struct peers *p)
{
    unsigned die = (unsigned)(n->hash >> 16) % 100;
    unsigned tls = s->options->hosts == 0 ? 60 : 35; /* more of products: their tables fill too */
    p->host[1] = server_of(s, n);
    n->kind = KIND_TLS;
    if (die < tls) {
        p->port[1] = 443;
    } else if (die < tls + 15) {
        p->port[1] = 80;
        n->kind = KIND_HTTP;
    } else if (die < 80) {
        p->port[1] = product_port(n->hash >> 40);
        p->host[1] = 0x0a010000 + p->port[1] % 50; /* a server in the house */
    } else {
        p->port[1] = (uint16_t)(1024 + (n->hash >> 40) % (CLIENT_PORT - 1024));
    }
    if (!s->options->openings)
        n->kind = KIND_NOISE;
}

/* Client and client port together are the number, so no two conversations share a key. */
static struct nature describe(const struct scratch *s, uint32_t number, struct peers *p)
{
    struct nature n = { .hash = hash_of(s, number) };
    bool churn = s->options->pick == PICK_CHURN;
    uint32_t clients = s->options->hosts == 0 ? CLIENTS : s->options->hosts;
    n.name = (unsigned)(n.hash >> 24) % NAMES;
    n.handshake = churn || (n.hash >> 56) % 10 < 7;
    n.closes = n.handshake && (n.hash >> 48) % 10 != 0;
    *p = (struct peers){ .proto = PROTO_TCP };
    p->host[0] = 0x0a200000 + number % clients;
    p->port[0] = (uint16_t)(CLIENT_PORT + number / clients % (65536 - CLIENT_PORT));
    p->v6 = s->options->openings && n.hash / 10 % 10 == 0;
    if (conversation_is_dns(s, number)) {
        n.kind = KIND_DNS;
        p->proto = PROTO_UDP;
        p->host[1] = 0x0a010035;
        p->port[1] = 53;
    } else if (!s->options->openings && n.hash % 10 < 2) {
        p->proto = PROTO_UDP;
        p->host[1] = server_of(s, &n);
        p->port[1] = (n.hash >> 16) % 10 < 7 ? 443 : (uint16_t)(1024 + (n.hash >> 40) % 30000);
    } else {
        tcp_server(s, &n, p);
    }
    return n;
}

static size_t draw_frame_len(struct scratch *s)
{
    if (s->options->size == SIZE_SMALL)
        return 60;
    unsigned die = rng_below(&s->rng, 12);
    return die < 7 ? 64 : die < 11 ? 594 : LAST_IMIX;
}

/* Half of the smallest packets of TCP are bare acknowledgements, padded by Ethernet. */
static size_t draw_payload_len(struct scratch *s, const struct peers *peers)
{
    size_t len = draw_frame_len(s), overhead = frame_overhead(peers);
    bool bare = peers->proto == PROTO_TCP && len <= 64 && rng_below(&s->rng, 2) == 0;
    return bare || len <= overhead ? 0 : len - overhead;
}

/* Bytes of the middle of a conversation; made once, since nobody looks into them. */
static const uint8_t *noise(void)
{
    static uint8_t bytes[NOISE_LEN];
    if (bytes[1] == 0) {
        struct out out = { bytes, 0 };
        put_noise(&out, 1, NOISE_LEN);
        bytes[0] = 0x41; /* QUIC's short header */
        bytes[1] |= 1;
    }
    return bytes;
}

static void say_data(struct scratch *s, const struct nature *n, const struct peers *peers,
                     struct packet *packet)
{
    packet->len = draw_payload_len(s, peers);
    packet->payload = noise();
    if (n->kind != KIND_TLS || packet->len <= 5)
        return;
    struct out out = { s->payload, 0 };
    put8(&out, 23); /* one TLS record of data a packet */
    put16(&out, 0x0303);
    put16(&out, (unsigned)packet->len - 5);
    put_bytes(&out, noise(), packet->len - 5);
    packet->payload = s->payload;
}

static void say_opening(struct scratch *s, const struct nature *n, struct packet *packet)
{
    struct out out = { s->payload, 0 };
    char name[NAME_MAX_LEN];
    opening_name(n->name, name);
    if (n->kind == KIND_DNS)
        opening_dns(&out, name, (unsigned)n->hash & 65535, server_host(n->name), packet->from);
    else if (n->kind == KIND_HTTP && packet->from == 0)
        opening_http_request(&out, name);
    else if (n->kind == KIND_HTTP)
        opening_http_answer(&out);
    else if (packet->from == 0)
        opening_tls_client(&out, name, n->hash);
    else
        opening_tls_server(&out, n->hash);
    packet->payload = s->payload;
    packet->len = out.len;
}

static bool next_udp(struct scratch *s, const struct progress *progress, const struct nature *n,
                     const struct peers *peers, struct packet *packet)
{
    packet->from = progress->sent == 0 ? 0 : progress->sent == 1 ? 1 : rng_below(&s->rng, 2);
    if (n->kind == KIND_DNS) {
        say_opening(s, n, packet);
        return true;
    }
    say_data(s, n, peers, packet);
    return false;
}

static bool next_tcp(struct scratch *s, const struct progress *progress, const struct nature *n,
                     const struct peers *peers, struct packet *packet)
{
    uint32_t sent = progress->sent, left = progress->total - sent;
    bool closes = n->closes && progress->total > HANDSHAKE_LEN + 2 * CLOSE_LEN;
    packet->flags = ACK;
    if (n->handshake && sent < HANDSHAKE_LEN) {
        packet->from = sent == 1;
        packet->flags = sent == 0 ? SYN : sent == 1 ? SYN | ACK : ACK;
    } else if (closes && left <= CLOSE_LEN) {
        packet->from = left == 1;
        packet->flags = FIN | ACK;
    } else if (n->kind != KIND_NOISE && sent < HANDSHAKE_LEN + 2) {
        packet->from = sent == HANDSHAKE_LEN + 1;
        packet->flags = PSH | ACK;
        say_opening(s, n, packet);
        return true;
    } else {
        packet->from = rng_below(&s->rng, 10) < 6; /* more comes than goes */
        say_data(s, n, peers, packet);
    }
    return false;
}

bool conversation_next(struct scratch *s, struct progress *progress, struct peers *peers,
                       struct packet *packet)
{
    struct nature n = describe(s, progress->number, peers);
    *packet = (struct packet){ .payload = noise() };
    bool tcp = peers->proto == PROTO_TCP;
    bool evidence =
        tcp ? next_tcp(s, progress, &n, peers, packet) : next_udp(s, progress, &n, peers, packet);
    unsigned from = packet->from;
    if (tcp) { /* both sides begin to count where the hash says */
        packet->seq = (uint32_t)n.hash * (from + 1) + progress->seq[from];
        packet->ack = (uint32_t)n.hash * (2 - from) + progress->seq[1 - from];
        if (packet->flags == SYN)
            packet->ack = 0;
        progress->seq[from] += (uint32_t)packet->len + ((packet->flags & (SYN | FIN)) != 0);
    }
    progress->sent++;
    return evidence;
}
