/* SPDX-License-Identifier: Apache-2.0 */
/* The table of ready-made exchanges, and the statements that use it. */
#include "say.h"

#include <string.h>

static const struct verb verbs[] = {
    { "talk", 6, 0, "", say_talk },
    { "datagram", 17, 0, "", say_talk },
    { "dns", 17, 53, "query: type: answer* ttl:", say_dns },
    { "dns-tcp", 6, 53, "query: type: answer* ttl:", say_dns },
    { "mdns", 17, 5353, "query: type: answer* ttl:", say_dns },
    { "tls", 6, 443,
      "sni: alpn* version: cert: san* org: ech big-key-share sni-last records: app: size: "
      "no-answer "
      "alert",
      say_tls },
    { "quic", 17, 443, "sni: alpn* version: big-key-share split app:", say_quic },
    { "http", 6, 80,
      "get: post: head: put: host: ua: status: size: type: absolute header* times:", say_http },
    { "connect", 6, 3128, "to: status: ua:", say_connect },
    { "ftp", 6, 21, "user: banner: mode: get: put: list size: port: announce: auth-tls", say_ftp },
    { "ssh", 6, 22, "client: server:", say_ssh },
    { "smb", 6, 445, "host: share: user: dialect:", say_smb },
    { "smb1", 6, 445, "host: share: user:", say_smb1 },
    { "nbns", 17, 137, "query: status suffix: answer:", say_nbns },
    { "nbds", 17, 138, "from: to: comment:", say_nbds },
    { "ldap", 6, 389, "user: sasl starttls base:", say_ldap },
    { "cldap", 17, 389, "domain:", say_cldap },
    { "kerberos", 17, 88, "user: realm:", say_kerberos },
    { "kerberos-tcp", 6, 88, "user: realm:", say_kerberos },
    { "tds", 6, 1433, "version:", say_tds },
    { "mysql", 6, 3306, "user: version:", say_mysql },
    { "mqtt", 6, 1883, "id: topic: pings:", say_mqtt },
    { "rmi", 6, 1100, "", say_rmi },
    { "syslog", 17, 514, "text: host: pri:", say_syslog },
    { "syslog-tcp", 6, 514, "text: host: pri:", say_syslog },
    { "ntp", 17, 123, "", say_ntp },
    { "dhcp", 17, 67, "server: client:", say_dhcp },
};

const struct verb *verb_find(const char *name)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

/* Words [from, end): VERB options [then VERB options ...]. */
static void say_chain(struct scene *s, struct convo *c, const struct line *line, size_t from)
{
    while (from < line->count) {
        const struct verb *v = verb_find(line->word[from].text);
        size_t to = from + 1;
        while (to < line->count && !word_is(&line->word[to], "then"))
            to++;
        if (v == NULL)
            die_at(s, "unknown exchange '%s'", line->word[from].text);
        if (v->proto != c->proto)
            die_at(s, "'%s' is for %s", v->name, v->proto == 6 ? "TCP" : "UDP");
        struct options o;
        if (v->say == say_talk) {
            o = (struct options){ .scene = s, .line = line, .count = 1 };
            o.option[0] = (struct option){ .key = "", .from = from + 1, .count = to - from - 1 };
        } else {
            options_read(s, line, from + 1, to, v->keys, &o);
        }
        v->say(s, c, &o);
        s->current = c;
        from = to + 1;
    }
}

void verb_say(struct scene *s, const struct line *line)
{
    if (s->current == NULL)
        die_at(s, "no conversation yet: tcp NAME A -> B:PORT comes first");
    if (line->count < 2)
        die_at(s, "'say' needs an exchange");
    say_chain(s, s->current, line, 1);
}

struct manner {
    bool midstream, left_open, reset;
};

/* Words before the exchange that say how the conversation starts and ends. */
static size_t manner_read(const struct line *line, size_t i, struct manner *m)
{
    for (; i < line->count; i++) {
        if (word_is(&line->word[i], "midstream"))
            m->midstream = true;
        else if (word_is(&line->word[i], "left-open"))
            m->left_open = true;
        else if (word_is(&line->word[i], "reset"))
            m->reset = true;
        else
            break;
    }
    return i;
}

/* A -> B:PORT tried N | refused | unreachable WHAT by HOST; false when it is something else. */
static bool failed_attempt(struct scene *s, const struct line *line, size_t i, struct host *client,
                           struct host *server, uint16_t port[2])
{
    const struct word *w = &line->word[i];
    bool tried = word_is(w, "tried"), refused = word_is(w, "refused");
    if (!tried && !refused && !word_is(w, "unreachable"))
        return false;
    if (port[1] == 0)
        die_at(s, "'%s' needs a port", line->word[2].text);
    struct convo *c = convo_new(s, "", 6, client, port[0], server, port[1]);
    if (refused) {
        convo_refuse(s, c);
        return true;
    }
    if (line->count <= i + (tried ? 1 : 3))
        die_at(s, "%s expected", tried ? "tried TIMES" : "unreachable WHAT by HOST");
    convo_try(s, c, tried ? (unsigned)word_number(s, &line->word[i + 1], 1, 10) : 1);
    if (!tried) {
        s->now_ns -= NS_PER_S - s->rtt_ns;
        convo_unreachable(s, c, line->word[i + 1].text, scene_host(s, line->word[i + 3].text));
    }
    return true;
}

void verb_conversation(struct scene *s, const struct line *line)
{
    uint16_t port[2] = { 0, 0 };
    struct manner m = { 0 };
    struct host *client = scene_endpoint(s, &line->word[0], &port[0]);
    if (line->count < 4)
        die_at(s, "A -> B[:PORT] EXCHANGE expected");
    struct host *server = scene_endpoint(s, &line->word[2], &port[1]);
    size_t i = manner_read(line, 3, &m);
    if (i == line->count)
        die_at(s, "A -> B[:PORT] EXCHANGE expected");
    if (failed_attempt(s, line, i, client, server, port))
        return;
    const struct verb *v = verb_find(line->word[i].text);
    if (v == NULL)
        die_at(s, "unknown exchange '%s'", line->word[i].text);
    if (port[1] == 0)
        port[1] = v->port;
    if (port[1] == 0)
        die_at(s, "'%s' needs a port", line->word[2].text);
    struct convo *c = convo_new(s, "", v->proto, client, port[0], server, port[1]);
    if (!m.midstream)
        convo_open(s, c);
    say_chain(s, c, line, i);
    if (m.reset)
        convo_reset(s, c, TO_CLIENT);
    else if (!m.left_open)
        convo_close(s, c, TO_SERVER);
}
