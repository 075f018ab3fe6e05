/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scenario compiler's one header: a scenario is a text, a statement a line,
 * that says in words which packets a capture holds (README.md beside this file).
 * Everything here is deterministic: the same text gives the same bytes.
 * A program for tests: a wrong statement ends it with "FILE:LINE: ..." and status 2.
 */
#ifndef EPW_SCENARIO_H
#define EPW_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAX_WORDS     96      /* words of a statement */
#define MAX_LINE      4096    /* bytes of a statement */
#define MAX_HOSTS     512     /* hosts of a scenario */
#define MAX_CONVOS    20000   /* conversations: more than fit the ephemeral ports is a mistake */
#define MAX_PACKETS   200000  /* packets of a capture: these are small captures */
#define MAX_WRAPS     16      /* headers around the hosts' own packets */
#define MAX_IFACES    8       /* interfaces of a pcapng */
#define MAX_NESTING   4       /* for ...: every ...: STATEMENT */
#define MAX_LOOP      10000   /* rounds of one loop */
#define MAX_MESSAGE   1000000 /* bytes one side says at once */
#define MAX_UDP       65000   /* bytes of one UDP payload */
#define NAME_LEN      64
#define NS_PER_S      1000000000LL
#define DAY_NS        (86400LL * NS_PER_S)
#define ETHERTYPE_IP4 0x0800
#define ETHERTYPE_IP6 0x86dd

/* buf.c: a growing run of bytes; running out of memory ends the program. */
struct buf {
    uint8_t *at;
    size_t len, cap;
};
void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_text(struct buf *b, const char *text);
void buf_fmt(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_hex(struct buf *b, const char *hex); /* blanks allowed; for constants of the program */
void buf_fill(struct buf *b, uint8_t byte, size_t count);
void buf_u8(struct buf *b, unsigned value);
void buf_be16(struct buf *b, unsigned value);
void buf_be24(struct buf *b, unsigned value);
void buf_be32(struct buf *b, uint32_t value);
void buf_be64(struct buf *b, uint64_t value);
void buf_le16(struct buf *b, unsigned value);
void buf_le32(struct buf *b, uint32_t value);
void buf_utf16(struct buf *b, const char *ascii);            /* little endian, as Windows writes */
void buf_put16(struct buf *b, size_t where, unsigned value); /* big endian, in place */
void buf_length16(struct buf *b, size_t from);               /* writes the length since from+2 */
void buf_length24(struct buf *b, size_t from);               /* writes the length since from+3 */
void buf_prepend(struct buf *b, const void *bytes, size_t len);
void buf_join(struct buf *b, const struct buf *other);
void buf_free(struct buf *b);

/* lex.c: the words of a line. */
struct word {
    char *text; /* NUL-terminated; quoted texts may hold NULs of their own */
    size_t len;
    bool quoted;
};
struct line {
    const char *file;
    unsigned number;
    size_t count;
    struct word word[MAX_WORDS];
    char room[MAX_LINE + 1 + MAX_WORDS];
};

enum dir { TO_SERVER, TO_CLIENT };

struct host {
    char name[NAME_LEN];
    bool v6;
    uint8_t ip[16]; /* network order; the first 4 bytes when not v6 */
    uint8_t mac[6];
    uint8_t ttl;
    uint16_t ip_id; /* of the next packet */
};

struct convo {
    char name[NAME_LEN];
    uint8_t proto;        /* 6 tcp, 17 udp */
    struct host *side[2]; /* client, server */
    uint16_t port[2];
    uint32_t seq[2]; /* of the next byte of that side */
    enum dir last_dir;
    uint32_t last_seq; /* of the last data segment, kept to say it again */
    struct buf last;
};

enum wrap_kind {
    WRAP_VLAN,
    WRAP_QINQ,
    WRAP_MPLS,
    WRAP_PPPOE,
    WRAP_GRE,
    WRAP_IPIP,
    WRAP_VXLAN,
    WRAP_GENEVE,
    WRAP_ERSPAN1,
    WRAP_ERSPAN2,
    WRAP_ERSPAN3,
};
struct wrap {
    enum wrap_kind kind;
    struct host *from, *to; /* tunnels */
    uint32_t number;        /* VLAN, label, session, VNI, key */
    bool only;              /* in one direction only ... */
    enum dir dir;           /* ... which is this */
};

struct packet {
    int64_t ts_ns;
    size_t order; /* as written in the scenario */
    uint8_t *bytes;
    size_t caplen, origlen;
    unsigned iface;
};

enum format { FORMAT_PCAP, FORMAT_PCAP_NS, FORMAT_PCAP_BE, FORMAT_PCAPNG };

struct scene {
    const struct line *line; /* being worked on: for messages */
    const char *file;
    enum format format;
    bool as_written; /* packets are not sorted by time */
    int64_t day_ns, now_ns, rtt_ns;
    uint64_t random;
    struct host host[MAX_HOSTS];
    size_t host_count;
    struct convo *convo;
    size_t convo_count;
    struct convo *current;
    uint16_t next_port;
    struct wrap wrap[MAX_WRAPS];
    size_t wrap_count;
    struct packet *packet;
    size_t packet_count, packet_cap;
    uint32_t iface_link[MAX_IFACES];
    size_t iface_count;
    /* how packets are sent or seen */
    size_t snaplen, segment, fragment;
    bool segment_reversed, fragment_reversed, length_zero, bad_checksum, padding;
    bool extension_on; /* IPv6: a header of type extension stands before the payload */
    uint8_t extension;
    bool lose[2];
    unsigned lose_next;
    int64_t twice_ns; /* 0: the span port does not double */
    bool twice_routed;
    struct buf last_ip; /* the last packet from its IP header on, for ICMP errors */
};

_Noreturn void die_at(const struct scene *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* lex.c */
void lex_line(struct scene *s, struct line *line, const char *text);
uint64_t word_number(const struct scene *s, const struct word *w, uint64_t min, uint64_t max);
int64_t word_span(const struct scene *s, const struct word *w); /* "1.5s", "20ms", "10m" -> ns */
void word_payload(struct scene *s, const struct word *w, struct buf *out);
bool word_is(const struct word *w, const char *text);

/* scene.c: hosts, time, chance */
struct host *scene_host(struct scene *s, const char *name);
struct host *scene_endpoint(struct scene *s, const struct word *w, uint16_t *port);
uint32_t scene_random(struct scene *s);
void scene_random_bytes(struct scene *s, struct buf *out, size_t len);
void scene_step(struct scene *s); /* half a round trip passes */
void scene_ip_text(const struct host *h, char *out, size_t out_len);

/* wire.c: from the IP payload to the frame */
void wire_send(struct scene *s, struct host *from, struct host *to, uint8_t proto,
               const struct buf *l4, enum dir dir);
void wire_keep(struct scene *s, const struct buf *frame); /* as it stands, now */
void wire_checksum(const struct scene *s, const struct host *from, const struct host *to,
                   uint8_t proto, struct buf *l4, size_t where);
/* wrap.c: the headers around the hosts' own packets; takes an IP packet, gives the frame */
void wrap_frame(struct scene *s, struct host *from, struct host *to, struct buf *frame,
                enum dir dir);
void wrap_ip4(struct host *from, struct host *to, uint8_t proto, struct buf *payload);
uint16_t wrap_sum(const uint8_t *bytes, size_t len, uint32_t start);

/* convo.c */
struct convo *convo_new(struct scene *s, const char *name, uint8_t proto, struct host *client,
                        uint16_t client_port, struct host *server, uint16_t server_port);
void convo_open(struct scene *s, struct convo *c);
void convo_try(struct scene *s, struct convo *c, unsigned times);
void convo_refuse(struct scene *s, struct convo *c);
void convo_say(struct scene *s, struct convo *c, enum dir dir, const void *bytes, size_t len);
void convo_say_buf(struct scene *s, struct convo *c, enum dir dir, struct buf *b); /* frees b */
void convo_text(struct scene *s, struct convo *c, enum dir dir, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void convo_again(struct scene *s, struct convo *c);
void convo_ack(struct scene *s, struct convo *c, enum dir dir);
void convo_close(struct scene *s, struct convo *c, enum dir first);
void convo_reset(struct scene *s, struct convo *c, enum dir from);
void convo_unreachable(struct scene *s, struct convo *c, const char *what, struct host *by);

/* options.c: "key value" pairs of a ready-made exchange */
struct option {
    const char *key;
    size_t from, count; /* values: words of the line */
};
struct options {
    const struct scene *scene;
    const struct line *line;
    struct option option[24];
    size_t count;
};
/* Reads words [from, to) by the verb's keys: "key" is a flag, "key:" has one value, "key*" many. */
void options_read(const struct scene *s, const struct line *line, size_t from, size_t to,
                  const char *keys, struct options *o);
bool options_has(const struct options *o, const char *key);
const char *options_text(const struct options *o, const char *key, const char *otherwise);
uint64_t options_number(const struct options *o, const char *key, uint64_t otherwise, uint64_t max);
/* The values of a key; *count 0 when it is absent. */
const struct word *options_words(const struct options *o, const char *key, size_t *count);

/* verbs.c: the ready-made exchanges */
struct verb {
    const char *name;
    uint8_t proto;
    uint16_t port;
    const char *keys;
    void (*say)(struct scene *s, struct convo *c, const struct options *o);
};
const struct verb *verb_find(const char *name);
/* A -> B VERB options [then VERB options ...], as a whole conversation. */
void verb_conversation(struct scene *s, const struct line *line);
/* say VERB options [then ...]: in the current conversation. */
void verb_say(struct scene *s, const struct line *line);

/* statements.c */
void statement_run(struct scene *s, const char *text, unsigned number);

/* out.c; false with errno set when writing failed */
bool out_write(struct scene *s, const char *path);

/* der.c: enough ASN.1 DER to write; every call appends one element */
void der_wrap(struct buf *out, unsigned tag, struct buf *content); /* frees content */
void der_bytes(struct buf *out, unsigned tag, const void *bytes, size_t len);
void der_text(struct buf *out, unsigned tag, const char *text);
void der_int(struct buf *out, unsigned tag, uint32_t value);

/* tls_hello.c */
struct tls_hello {
    const char *sni; /* NULL: none */
    const struct word *alpn;
    size_t alpn_count;
    bool v13, big_key_share, ech, sni_last;
    const struct buf *quic; /* QUIC transport parameters or NULL */
};
void tls_client_hello(struct scene *s, const struct tls_hello *h, struct buf *out);
void tls_server_hello(struct scene *s, const struct tls_hello *h, struct buf *out);
void tls_certificate(const struct options *o, struct buf *out);
void tls_record(struct buf *out, unsigned type, const struct buf *handshake, size_t record_size);

#endif
