/* SPDX-License-Identifier: Apache-2.0 */
/* The statements: settings of the scene here, what hosts do in act.c, ready-made in verbs.c. */
#include "statements.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const struct word *line_word(const struct scene *s, const struct line *line, size_t i,
                             const char *expected)
{
    if (i >= line->count)
        die_at(s, "'%s' needs %s", line->word[0].text, expected);
    return &line->word[i];
}

static bool on_off(const struct scene *s, const struct line *line)
{
    const struct word *w = line_word(s, line, 1, "on or off");
    if (!word_is(w, "on") && !word_is(w, "off"))
        die_at(s, "on or off expected, not '%s'", w->text);
    return word_is(w, "on");
}

static void do_format(struct scene *s, const struct line *line)
{
    static const char *const names[] = { "pcap", "pcap-ns", "pcap-be", "pcapng" };
    const struct word *w = line_word(s, line, 1, "pcap, pcap-ns, pcap-be or pcapng");
    for (size_t i = 0; i < 4; i++) {
        if (word_is(w, names[i])) {
            s->format = (enum format)i;
            return;
        }
    }
    die_at(s, "pcap, pcap-ns, pcap-be or pcapng expected, not '%s'", w->text);
}

static void do_order(struct scene *s, const struct line *line)
{
    if (!word_is(line_word(s, line, 1, "the word 'written'"), "written"))
        die_at(s, "'order' knows only 'written'");
    s->as_written = true;
}

static void do_link(struct scene *s, const struct line *line)
{
    static const struct {
        const char *name;
        uint32_t type;
    } links[] = { { "ethernet", 1 }, { "raw", 101 }, { "null", 0 },
                  { "loop", 108 },   { "sll", 113 }, { "sll2", 276 } };
    const struct word *w = line_word(s, line, 1, "a link type");
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        if (!word_is(w, links[i].name))
            continue;
        if (s->packet_count != 0) {
            if (s->format != FORMAT_PCAPNG || s->iface_count == MAX_IFACES)
                die_at(s, "only pcapng has several link types, %d at most", MAX_IFACES);
            s->iface_count++;
        }
        s->iface_link[s->iface_count - 1] = links[i].type;
        return;
    }
    die_at(s, "ethernet, raw, null, loop, sll or sll2 expected, not '%s'", w->text);
}

/* Days since 1970 of a date of the Gregorian calendar; no time zone has a say. */
static int64_t days(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year;
    int era = y / 400, yoe = y % 400;
    int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097LL + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static void do_time(struct scene *s, const struct line *line)
{
    int year, month, day, hour, minute, second, used = 0;
    const char *text = line_word(s, line, 1, "a time such as 2026-03-02T08:00:00Z")->text;
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2dZ%n", &year, &month, &day, &hour, &minute, &second,
               &used) != 6 ||
        text[used] != '\0' || used == 0 || year < 1970 || year > 2100 || month < 1 || month > 12 ||
        day < 1 || day > 31 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
        second > 59)
        die_at(s, "a time such as 2026-03-02T08:00:00Z expected, not '%s'", text);
    s->day_ns = days(year, month, day) * DAY_NS;
    s->now_ns = s->day_ns + (hour * 3600LL + minute * 60 + second) * NS_PER_S;
}

/* at 08:05:30[.25]: a time of the scenario's day; the clock may also go back. */
static void do_at(struct scene *s, const struct line *line)
{
    int hour, minute, used = 0;
    const char *text = line_word(s, line, 1, "a time of day such as 08:05:30.25")->text;
    if (sscanf(text, "%2d:%2d:%n", &hour, &minute, &used) != 2 || used == 0 || hour < 0 ||
        hour > 47 || minute < 0 || minute > 59)
        die_at(s, "a time of day such as 08:05:30.25 expected, not '%s'", text);
    char seconds[32];
    snprintf(seconds, sizeof(seconds), "%ss", text + used);
    struct word w = { .text = seconds, .len = strlen(seconds) };
    s->now_ns = s->day_ns + (hour * 3600LL + minute * 60) * NS_PER_S + word_span(s, &w);
}

static void do_wait(struct scene *s, const struct line *line)
{
    s->now_ns += word_span(s, line_word(s, line, 1, "a span such as 1.5s"));
}

static void do_rtt(struct scene *s, const struct line *line)
{
    s->rtt_ns = word_span(s, line_word(s, line, 1, "a span such as 20ms"));
}

static void do_seed(struct scene *s, const struct line *line)
{
    s->random = word_number(s, line_word(s, line, 1, "a number"), 0, UINT32_MAX);
}

static void host_mac(struct scene *s, struct host *h, const char *text)
{
    unsigned m[6];
    int used = 0;
    if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &m[0], &m[1], &m[2], &m[3], &m[4], &m[5],
               &used) != 6 ||
        text[used] != '\0')
        die_at(s, "a MAC address such as 02:00:0a:01:00:05 expected, not '%s'", text);
    for (size_t i = 0; i < 6; i++)
        h->mac[i] = (uint8_t)m[i];
}

/* Group addresses have the MAC that the RFCs give them, others one made of the address. */
static void host_usual_mac(struct host *h)
{
    const uint8_t *ip = h->ip;
    if (h->v6 && ip[0] == 0xff)
        memcpy(h->mac, (uint8_t[]){ 0x33, 0x33, ip[12], ip[13], ip[14], ip[15] }, 6);
    else if (h->v6)
        memcpy(h->mac, (uint8_t[]){ 0x02, 0x06, ip[12], ip[13], ip[14], ip[15] }, 6);
    else if (ip[0] >= 224 && ip[0] < 240)
        memcpy(h->mac, (uint8_t[]){ 0x01, 0x00, 0x5e, ip[1] & 0x7f, ip[2], ip[3] }, 6);
    else if (ip[0] == 255)
        memset(h->mac, 0xff, 6);
    else
        memcpy(h->mac, (uint8_t[]){ 0x02, 0x00, ip[0], ip[1], ip[2], ip[3] }, 6);
}

/* host NAME ADDRESS [via HOST | mac MAC | broadcast] [ttl N] */
static void do_host(struct scene *s, const struct line *line)
{
    const struct word *name = line_word(s, line, 1, "a name and an address");
    const struct word *address = line_word(s, line, 2, "an address");
    if (s->host_count == MAX_HOSTS)
        die_at(s, "more than %d hosts", MAX_HOSTS);
    if (name->len == 0 || name->len >= NAME_LEN || strpbrk(name->text, ":{}") != NULL)
        die_at(s, "'%s' is no name for a host", name->text);
    for (size_t i = 0; i < s->host_count; i++)
        if (strcmp(s->host[i].name, name->text) == 0)
            die_at(s, "host '%s' is there already", name->text);
    struct host h = { .ttl = 64 };
    snprintf(h.name, sizeof(h.name), "%s", name->text);
    h.v6 = strchr(address->text, ':') != NULL;
    if (inet_pton(h.v6 ? AF_INET6 : AF_INET, address->text, h.ip) != 1)
        die_at(s, "'%s' is no IP address", address->text);
    host_usual_mac(&h);
    for (size_t i = 3; i < line->count; i++) {
        if (word_is(&line->word[i], "broadcast"))
            memset(h.mac, 0xff, 6);
        else if (word_is(&line->word[i], "via"))
            memcpy(h.mac, scene_host(s, line_word(s, line, ++i, "a host")->text)->mac, 6);
        else if (word_is(&line->word[i], "mac"))
            host_mac(s, &h, line_word(s, line, ++i, "a MAC address")->text);
        else if (word_is(&line->word[i], "ttl"))
            h.ttl = (uint8_t)word_number(s, line_word(s, line, ++i, "a number"), 1, 255);
        else
            die_at(s, "via, mac, broadcast or ttl expected, not '%s'", line->word[i].text);
    }
    h.ip_id = (uint16_t)scene_random(s);
    s->host[s->host_count++] = h;
}

static void do_snaplen(struct scene *s, const struct line *line)
{
    s->snaplen = word_number(s, line_word(s, line, 1, "a number of bytes"), 1, 262144);
}

static size_t size_or_off(struct scene *s, const struct line *line)
{
    const struct word *w = line_word(s, line, 1, "a number of bytes or off");
    return word_is(w, "off") ? 0 : word_number(s, w, 1, 65000);
}

static bool reversed(const struct scene *s, const struct line *line)
{
    if (line->count > 2 && !word_is(&line->word[2], "reversed"))
        die_at(s, "only 'reversed' may follow, not '%s'", line->word[2].text);
    return line->count > 2;
}

static void do_segment(struct scene *s, const struct line *line)
{
    s->segment = size_or_off(s, line);
    s->segment_reversed = reversed(s, line);
}

static void do_fragment(struct scene *s, const struct line *line)
{
    s->fragment = size_or_off(s, line);
    if (s->fragment % 8 != 0)
        die_at(s, "fragments are a multiple of 8 bytes");
    s->fragment_reversed = reversed(s, line);
}

static void do_length_zero(struct scene *s, const struct line *line)
{
    s->length_zero = on_off(s, line);
}

static void do_bad_checksums(struct scene *s, const struct line *line)
{
    s->bad_checksum = on_off(s, line);
}

static void do_padding(struct scene *s, const struct line *line)
{
    s->padding = on_off(s, line);
}

static void do_extension(struct scene *s, const struct line *line)
{
    const struct word *w = line_word(s, line, 1, "hop-by-hop, routing, destination or off");
    s->extension = word_is(w, "routing") ? 43 : word_is(w, "destination") ? 60 : 0;
    s->extension_on = !word_is(w, "off");
    if (s->extension == 0 && !word_is(w, "hop-by-hop") && !word_is(w, "off"))
        die_at(s, "hop-by-hop, routing, destination or off expected, not '%s'", w->text);
}

/* lose to-server|to-client on|off, lose N: what the span port does not deliver. */
static void do_lose(struct scene *s, const struct line *line)
{
    const struct word *w = line_word(s, line, 1, "to-server, to-client or a number");
    if (!word_is(w, "to-server") && !word_is(w, "to-client")) {
        s->lose_next = (unsigned)word_number(s, w, 0, 1000);
        return;
    }
    const struct word *state = line_word(s, line, 2, "on or off");
    if (!word_is(state, "on") && !word_is(state, "off"))
        die_at(s, "on or off expected, not '%s'", state->text);
    s->lose[word_is(w, "to-client")] = word_is(state, "on");
}

/* twice SPAN [routed] | off */
static void do_twice(struct scene *s, const struct line *line)
{
    const struct word *w = line_word(s, line, 1, "a span or off");
    s->twice_ns = word_is(w, "off") ? 0 : word_span(s, w);
    s->twice_routed = line->count > 2 && word_is(&line->word[2], "routed");
}

static void wrap_tunnel(struct scene *s, const struct line *line, struct wrap *w)
{
    w->from = scene_host(s, line_word(s, line, 2, "the two ends of the tunnel")->text);
    w->to = scene_host(s, line_word(s, line, 3, "the two ends of the tunnel")->text);
    if (w->from->v6 || w->to->v6)
        die_at(s, "tunnels run between IPv4 addresses");
    if (line->count > 4)
        w->number = (uint32_t)word_number(s, &line->word[4], 0, 0xffffff);
}

/* wrap vlan|qinq|mpls|pppoe N [only to-server|to-client]; wrap TUNNEL FROM TO [N] */
static void do_wrap(struct scene *s, const struct line *line)
{
    static const struct {
        const char *name;
        uint32_t max; /* 0: a tunnel */
    } kinds[] = { [WRAP_VLAN] = { "vlan", 4095 },    [WRAP_QINQ] = { "qinq", 4095 },
                  [WRAP_MPLS] = { "mpls", 0xfffff }, [WRAP_PPPOE] = { "pppoe", 65535 },
                  [WRAP_GRE] = { "gre", 0 },         [WRAP_IPIP] = { "ipip", 0 },
                  [WRAP_VXLAN] = { "vxlan", 0 },     [WRAP_GENEVE] = { "geneve", 0 },
                  [WRAP_ERSPAN1] = { "erspan1", 0 }, [WRAP_ERSPAN2] = { "erspan2", 0 },
                  [WRAP_ERSPAN3] = { "erspan3", 0 } };
    const struct word *name = line_word(s, line, 1, "a kind of header");
    size_t kind = 0, known = sizeof(kinds) / sizeof(kinds[0]);
    while (kind < known && !word_is(name, kinds[kind].name))
        kind++;
    if (kind == known)
        die_at(s,
               "vlan, qinq, mpls, pppoe, gre, ipip, vxlan, geneve, erspan1, erspan2 or erspan3 "
               "expected, not '%s'",
               name->text);
    if (s->wrap_count == MAX_WRAPS)
        die_at(s, "more than %d headers around a packet", MAX_WRAPS);
    struct wrap *w = &s->wrap[s->wrap_count];
    *w = (struct wrap){ .kind = (enum wrap_kind)kind };
    if (kinds[kind].max == 0) {
        wrap_tunnel(s, line, w);
    } else {
        w->number = (uint32_t)word_number(s, line_word(s, line, 2, "a number"), 0, kinds[kind].max);
        w->only = line->count > 4 && word_is(&line->word[3], "only");
        w->dir = w->only && word_is(&line->word[4], "to-client") ? TO_CLIENT : TO_SERVER;
    }
    s->wrap_count++;
}

static void do_unwrap(struct scene *s, const struct line *line)
{
    (void)line;
    s->wrap_count = 0;
}

static const struct statement settings[] = {
    { "format", do_format },
    { "order", do_order },
    { "link", do_link },
    { "time", do_time },
    { "at", do_at },
    { "wait", do_wait },
    { "rtt", do_rtt },
    { "seed", do_seed },
    { "host", do_host },
    { "snaplen", do_snaplen },
    { "segment", do_segment },
    { "fragment", do_fragment },
    { "length-zero", do_length_zero },
    { "bad-checksums", do_bad_checksums },
    { "padding", do_padding },
    { "extension", do_extension },
    { "lose", do_lose },
    { "twice", do_twice },
    { "wrap", do_wrap },
    { "unwrap", do_unwrap },
};

const struct statement *statement_setting(const struct word *w)
{
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        if (word_is(w, settings[i].name))
            return &settings[i];
    return NULL;
}
