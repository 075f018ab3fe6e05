/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L /* mkstemp */

#include "verdict_fixture.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEADER                                                                                     \
    "id,vendor,product,kind,function,category,transport,ports,app_protocol,initiator,responder,"   \
    "names,networks,scope,versions,status,period,needs,rows,source,notes\n"
#define ACME(id, product, function, proto, ports, app, from, to, names, nets, scope, needs)        \
    ACME_IN("management", id, product, function, proto, ports, app, from, to, names, nets, scope,  \
            needs)
#define ACME_IN(category, id, product, function, proto, ports, app, from, to, names, nets, scope,  \
                needs)                                                                             \
    id ",Acme," product ",own," function "," category "," proto "," ports "," app "," from "," to  \
       "," names "," nets "," scope ",,current,," needs ",,document,\n"

static const char signatures[] = HEADER
    /* acme: a server with agents on its own ports, a cloud, deployment by SMB */
    ACME("a-agent", "acme", "replication", "tcp", "2222", "tls", "agent", "server", "", "",
         "network", "port") ACME("a-console", "acme", "console", "tcp", "2223", "", "console",
                                 "server", "", "", "network", "port")
        ACME_IN("deployment", "a-deploy", "acme", "deployment", "tcp", "445", "smb", "server",
                "target", "", "", "network", "initiator")
            ACME("a-web", "acme", "web", "tcp", "8443", "tls", "console", "server", "", "",
                 "network", "responder")
                ACME("a-cloud", "acme", "cloud", "tcp", "443", "tls", "agent", "cloud",
                     "update.acme.example *.cloud.acme.example", "", "network", "name")
                    ACME("a-brand", "acme", "brand", "tcp", "443", "tls", "", "cloud",
                         "*.acme.example", "", "network", "never")
                        ACME("a-push", "acme", "push", "tcp", "4118", "tls", "cloud", "agent", "",
                             "initiator=203.0.113.0/24", "network", "initiator")
                            ACME("a-cast", "acme", "announce", "udp", "15000", "", "agent", "agent",
                                 "", "", "broadcast", "port")
                                ACME("a-wake", "acme", "wake", "udp", "15000", "", "server",
                                     "agent", "", "", "network", "port")
    /* bolt: its server opens 2222 on clients; FTP on 2021 announces data */
    ACME("b-task", "bolt", "task", "tcp", "2222", "", "server", "client", "", "", "network",
         "initiator") ACME("b-ftp", "bolt", "download", "tcp", "2021", "ftp", "client", "server",
                           "", "", "network", "port")
        ACME("b-data", "bolt", "download-data", "tcp", "3023-4023", "ftp-data", "client", "server",
             "", "", "network", "control")
            ACME("b-active", "bolt", "upload-data", "tcp", "", "ftp-data", "server", "client", "",
                 "", "network", "control") ACME("b-events", "bolt", "events", "tcp", "2225", "",
                                                "client", "server", "", "", "network", "port");

struct epw_catalogue *catalogue;
struct epw_analyst *analyst;
struct seen seen[64];
size_t seen_count;

static struct epw_site *site;
static struct epw_evidence evidence[64];
static struct epw_flow_name name_of[64];
static size_t evidence_count;
static uint16_t next_port;

static void complain(void *ctx, const struct epw_diag *diag)
{
    (void)ctx;
    if (diag->code != EPW_OK) /* a doubt about a site file is not its error */
        cr_log_error("%s", diag->text);
}

void fixture_result(void *ctx, const struct epw_result *result)
{
    (void)ctx;
    cr_assert_lt(seen_count, sizeof(seen) / sizeof(seen[0]));
    struct seen *s = &seen[seen_count++];
    const struct epw_verdict *v = result->verdict;
    epw_verdict_tell(v);
    memset(s, 0, sizeof(*s));
    s->confidence = v->confidence;
    s->candidates = v->candidate_count;
    s->names = v->name_count;
    if (v->name_count != 0)
        snprintf(s->first_name, sizeof(s->first_name), "%s", v->name[0].text);
    if (v->sig != NULL) {
        snprintf(s->product, sizeof(s->product), "%s", v->sig->product);
        snprintf(s->function, sizeof(s->function), "%s", v->sig->function);
    }
    for (size_t i = 0; i < v->reason_count; i++) {
        size_t used = strlen(s->words);
        snprintf(s->words + used, sizeof(s->words) - used, "%s\n", v->reason[i]);
    }
}

/* Writes a text to a file below /tmp; path becomes its name. */
static void write_file(char *path, const char *text, size_t len)
{
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, text, len), (ssize_t)len);
    close(fd);
}

static void load_catalogue(void)
{
    char path[] = "/tmp/epw-verdict-XXXXXX";
    write_file(path, signatures, sizeof(signatures) - 1);
    const char *paths[] = { path };
    enum epw_err err = epw_catalogue_load(&catalogue, paths, 1, complain, NULL);
    unlink(path);
    cr_assert_eq(err, EPW_OK);
}

static void load_site(const char *lines)
{
    char path[] = "/tmp/epw-site-XXXXXX", text[2048];
    int len = snprintf(text, sizeof(text), "type,product,key,value,note\n%s", lines);
    cr_assert(len > 0 && (size_t)len < sizeof(text));
    write_file(path, text, (size_t)len);
    enum epw_err err = epw_site_load(&site, path, catalogue, complain, NULL);
    unlink(path);
    cr_assert_eq(err, EPW_OK);
}

static void make_analyst(uint32_t wait_s)
{
    struct epw_analyst_options options = { .wait_s = wait_s, .seed = 42, .site = site };
    cr_assert_eq(epw_analyst_new(&analyst, catalogue, &options, fixture_result, NULL), EPW_OK);
    seen_count = evidence_count = 0;
    next_port = 50000;
}

void fixture_open(uint32_t wait_s)
{
    load_catalogue();
    make_analyst(wait_s);
}

void fixture_open_site(uint32_t wait_s, const char *lines)
{
    load_catalogue();
    load_site(lines);
    make_analyst(wait_s);
}

void fixture_close(void)
{
    epw_analyst_free(analyst);
    epw_site_free(site);
    epw_catalogue_free(catalogue);
    site = NULL;
}

static struct epw_ip ip(const char *text)
{
    struct epw_ip out;
    cr_assert(epw_ip_parse(text, &out), "%s", text);
    return out;
}

struct epw_flow_record flow(const char *from, const char *to, uint16_t port, enum epw_app app)
{
    struct epw_evidence *ev = &evidence[evidence_count++];
    *ev = epw_evidence_none;
    ev->app = ev->app_side[0] = (uint8_t)app;
    ev->payload_seen[0] = ev->payload_seen[1] = app != EPW_APP_UNKNOWN;
    struct epw_flow_record r = { .flow_id = evidence_count,
                                 .port = { next_port++, port },
                                 .proto = 6,
                                 .how = EPW_INIT_HANDSHAKE,
                                 .state = EPW_FLOW_CLOSED,
                                 .first_ns = 1000000000LL * 100,
                                 .last_ns = 1000000000LL * 101,
                                 .packets = { 5, 5 },
                                 .bytes = { 500, 500 },
                                 .payload_bytes = { 100, 100 },
                                 .first_record = true,
                                 .evidence = ev };
    r.ip[0] = ip(from);
    r.ip[1] = ip(to);
    return r;
}

void say(struct epw_flow_record *r, enum epw_name_source source, const char *name)
{
    size_t at = evidence_count - 1;
    name_of[at] = (struct epw_flow_name){ .text = name, .source = (uint8_t)source };
    evidence[at].name = &name_of[at];
    evidence[at].name_count = 1;
    r->evidence = &evidence[at];
}

void unanswered(struct epw_flow_record *r)
{
    r->state = EPW_FLOW_UNANSWERED;
    r->packets[1] = r->bytes[1] = 0;
    r->payload_bytes[0] = r->payload_bytes[1] = 0;
}

void push(const struct epw_flow_record *r)
{
    cr_assert_eq(epw_analyst_flow(analyst, r), EPW_OK);
}

static void tell_address(const char *client, const char *name, const char *address, bool passing)
{
    struct epw_sighting s = { .kind = EPW_SIGHT_ADDRESS, .ts_ns = 1000000000LL * 99, .ttl_s = 60 };
    s.passing = passing;
    s.client = ip(client);
    s.address = ip(address);
    snprintf(s.name, sizeof(s.name), "%s", name);
    epw_analyst_sighting(analyst, &s);
}

void dns(const char *client, const char *name, const char *address)
{
    tell_address(client, name, address, false);
}

void dns_beside(const char *client, const char *name, const char *address)
{
    tell_address(client, name, address, true);
}
