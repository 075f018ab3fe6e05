/* SPDX-License-Identifier: Apache-2.0 */
#include "verdict_fixture.h"

#include "made_flow.h"
#include "site_text.h"

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

static void make_analyst(uint32_t wait_s)
{
    struct epw_analyst_options options = { .wait_s = wait_s, .seed = 42, .site = site };
    cr_assert_eq(epw_analyst_new(&analyst, catalogue, &options, fixture_result, NULL), EPW_OK);
    seen_count = evidence_count = 0;
    next_port = 50000;
}

void fixture_open(uint32_t wait_s)
{
    catalogue = must_load(signatures);
    make_analyst(wait_s);
}

void fixture_open_site(uint32_t wait_s, const char *lines)
{
    catalogue = must_load(signatures);
    site = must_load_site(lines, catalogue);
    make_analyst(wait_s);
}

void fixture_close(void)
{
    epw_analyst_free(analyst);
    epw_site_free(site);
    epw_catalogue_free(catalogue);
    site = NULL;
}

struct epw_flow_record flow(const char *from, const char *to, uint16_t port, enum epw_app app)
{
    cr_assert_lt(evidence_count, sizeof(evidence) / sizeof(evidence[0]));
    struct epw_flow_record r = made_flow(from, to, port, app, &evidence[evidence_count++]);
    r.flow_id = evidence_count;
    r.port[0] = next_port++;
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
    leave_unanswered(r);
}

void push(const struct epw_flow_record *r)
{
    cr_assert_eq(epw_analyst_flow(analyst, r), EPW_OK);
}

static void tell_address(const char *client, const char *name, const char *address, bool passing)
{
    struct epw_sighting s = { .kind = EPW_SIGHT_ADDRESS, .ts_ns = 99 * NS, .ttl_s = 60 };
    s.passing = passing;
    s.client = ip_of(client);
    s.address = ip_of(address);
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
