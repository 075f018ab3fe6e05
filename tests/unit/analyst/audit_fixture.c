/* SPDX-License-Identifier: Apache-2.0 */
#include "audit_fixture.h"

#include "made_flow.h"
#include "site_text.h"

static const char signatures[] = HEADER
    "a-agent,Acme,acme,own,replication,management,tcp,2222,tls,agent,server,,,network,,current,,"
    "port,A-1,d,\n"
    "a-events,Acme,acme,own,events,management,tcp,2223,,agent,server,,,network,,current,,port,A-2,"
    "d,\n"
    "a-console,Acme,acme,own,console,console,tcp,9443,tls,console,server,,,network,,current,,"
    "responder,A-3,d,\n"
    "a-report,Acme,acme,own,report,management,tcp,8014,http,agent,server,,,network,,current,,port,"
    "A-4,d,\n"
    "a-report-tls,Acme,acme,own,report,management,tcp,8015,tls,agent,server,,,network,,current,,"
    "port,A-5,d,\n"
    "a-local,Acme,acme,own,launcher,internal,tcp,8447,,server,server,,,localhost-only,,current,,"
    "responder,A-6,d,\n"
    "a-fw,Acme,acme,own,mode,internal,tcp,2226,,,server,,,not-needed-in-firewall,,current,,"
    "responder,A-7,d,\n"
    "a-fw-agent,Acme,acme,own,mode,internal,tcp,2226,,agent,agent,,,network,,current,,responder,"
    "A-8,d,\n"
    "a-old,Acme,acme,own,center,management,tcp,8444,,,server,,,network,1.x,obsolete,,responder,"
    "A-9,d,\n"
    "a-push,Acme,acme,own,push,management,tcp,4118,tls,cloud,agent,,initiator=203.0.113.0/24,"
    "network,,current,,port,A-10,d,\n"
    "a-ldap,Acme,acme,own,directory,directory,tcp,389,ldap,server,directory,,,network,,current,,"
    "initiator,A-11,d,\n"
    "a-cache,Acme,acme,own,cache,update,tcp,2967,http,agent,cache,,,network,,current,,port,A-12,"
    "d,\n"
    "a-relay,Acme,acme,own,relay,update,tcp,4122,tls,agent,relay,,,network,,current,,port,A-13,d,\n"
    "a-relays,Acme,acme,own,relay,update,tcp,4122,tls,relay,relay,,,network,,current,,initiator,"
    "A-14,d,\n"
    "a-point,Acme,acme,own,point,update,tcp,13000,tls,agent,point,,,network,,current,,port,A-15,d,"
    "\n"
    "c-boss,Acme,acme-old,neighbour,boss,update,tcp,13000,tls,agent,boss,,,network,,current,,port,"
    ",d,\n"
    "b-task,Bolt,bolt,own,task,management,tcp,2222,,master,slave,,,network,,current,,initiator,"
    "B-1,d,\n"
    "b-report,Bolt,bolt,own,report,management,tcp,2225,tls,slave,master,,,network,,current,,port,"
    "B-2,d,\n";

struct found found[16];
size_t found_count, withheld_count;

static struct epw_catalogue *catalogue;
static struct epw_site *site;
static struct epw_analyst *analyst;
static struct epw_evidence evidence[64];
static size_t evidence_count;
static uint16_t next_port;
static const char *wanted;

static void on_result(void *ctx, const struct epw_result *result)
{
    (void)ctx;
    (void)result;
}

void find_open_site(const char *lines)
{
    catalogue = must_load(signatures);
    site = lines == NULL ? NULL : must_load_site(lines, catalogue);
    struct epw_analyst_options options = { .wait_s = EPW_WAIT_TO_END, .seed = 42, .site = site };
    cr_assert_eq(epw_analyst_new(&analyst, catalogue, &options, on_result, NULL), EPW_OK);
    found_count = evidence_count = 0;
    next_port = 50000;
}

void find_open(void)
{
    find_open_site(NULL);
}

void find_close(void)
{
    epw_analyst_free(analyst);
    epw_site_free(site);
    epw_catalogue_free(catalogue);
}

struct epw_flow_record talk(const char *from, const char *to, uint16_t port, enum epw_app app)
{
    cr_assert_lt(evidence_count, sizeof(evidence) / sizeof(evidence[0]));
    struct epw_evidence *ev = &evidence[evidence_count++];
    struct epw_flow_record r = made_flow(from, to, port, app, ev);
    ev->payload_seen[0] = ev->payload_seen[1] = true;
    r.flow_id = evidence_count;
    r.port[0] = next_port++;
    return r;
}

struct epw_evidence *evidence_of(struct epw_flow_record *record)
{
    return (struct epw_evidence *)(uintptr_t)record->evidence;
}

void show(const struct epw_flow_record *record)
{
    cr_assert_eq(epw_analyst_flow(analyst, record), EPW_OK);
}

void show_talk(const char *from, const char *to, uint16_t port, enum epw_app app)
{
    struct epw_flow_record r = talk(from, to, port, app);
    show(&r);
}

void show_attempt(const char *from, const char *to, uint16_t port)
{
    struct epw_flow_record r = talk(from, to, port, EPW_APP_UNKNOWN);
    struct epw_evidence *ev = evidence_of(&r);
    ev->payload_seen[0] = ev->payload_seen[1] = false;
    r.state = EPW_FLOW_UNANSWERED;
    r.packets[1] = r.bytes[1] = r.payload_bytes[0] = r.payload_bytes[1] = 0;
    show(&r);
}

void show_name(const char *client, const char *name, const char *address)
{
    struct epw_sighting s = { .kind = EPW_SIGHT_ADDRESS, .ts_ns = 1000000000LL * 99, .ttl_s = 60 };
    cr_assert(epw_ip_parse(client, &s.client));
    cr_assert(epw_ip_parse(address, &s.address));
    snprintf(s.name, sizeof(s.name), "%s", name);
    epw_analyst_sighting(analyst, &s);
}

void show_product(void)
{
    show_talk(AGENT, SERVER, 2222, EPW_APP_TLS);
    show_talk(AGENT2, SERVER, 2222, EPW_APP_TLS);
    show_talk(AGENT, SERVER, 2223, EPW_APP_UNKNOWN);
}

static void on_finding(void *ctx, const struct epw_finding *f)
{
    (void)ctx;
    if (strcmp(f->kind, wanted) != 0)
        return;
    if (f->state == EPW_FINDING_WITHHELD) {
        withheld_count++;
        return;
    }
    cr_assert_lt(found_count, sizeof(found) / sizeof(found[0]));
    struct found *out = &found[found_count++];
    memset(out, 0, sizeof(*out));
    snprintf(out->kind, sizeof(out->kind), "%s", f->kind);
    snprintf(out->product, sizeof(out->product), "%s", f->product);
    snprintf(out->function, sizeof(out->function), "%s", f->function);
    snprintf(out->subject, sizeof(out->subject), "%s", f->subject);
    snprintf(out->summary, sizeof(out->summary), "%s", f->summary);
    snprintf(out->documented, sizeof(out->documented), "%s", f->documented);
    snprintf(out->advice, sizeof(out->advice), "%s", f->advice);
    out->severity = f->severity;
    out->count = f->count;
    out->host_count = f->host_count;
    for (size_t i = 0; i < f->host_count && i < 4; i++)
        epw_ip_format(&f->host[i], out->host[i]);
}

void find_all(const char *kind)
{
    wanted = kind;
    epw_analyst_flush(analyst);
    cr_assert_eq(epw_analyst_report(analyst, NULL, on_finding, NULL), EPW_OK);
}
