/* SPDX-License-Identifier: Apache-2.0 */
#include "find_fixture.h"

#include "made_flow.h"
#include "site_text.h"

#define FLOWS_MAX 128

#define START_NS  1772438400000000000LL /* 2026-03-02T08:00:00Z */

static const char signatures[] = HEADER
    "a-agent,Acme,acme,own,replication,management,tcp,2222,tls,agent,server,,,network,,current,60,"
    "port,A-1,document,\n"
    "a-console,Acme,acme,own,console,console,tcp,2223,tls,console,server,,,network,,current,,port,"
    "A-2,document,\n"
    "a-cloud,Acme,acme,own,cloud,management,tcp,443,tls,agent,cloud,*.cloud.acme.example,,network,"
    ",current,,name,A-3,document,\n"
    "b-ftp,Bolt,bolt,own,download,update,tcp,2021,ftp,client,server,,,network,,current,,port,B-1,"
    "document,\n"
    "b-events,Bolt,bolt,own,events,management,tcp,2225,tls,client,server,,,network,,current,,port,"
    "B-2,document,\n"
    "b-tasks,Bolt,bolt,own,tasks,management,tcp,2224,,server,client,,,network,,current,,initiator,"
    "B-3,document,\n"
    "a-update,Acme,acme,own,update,update,tcp,443,tls,,cloud,update.acme.example,,network,,current,"
    ",name,A-4,document,\n"
    "o-agent,Other,other,neighbour,agent,management,tcp,7777,tls,agent,server,,,network,,current,,"
    "port,,document,\n";

struct found found[16];
size_t found_count, withheld_count;

static struct epw_catalogue *catalogue;
static struct epw_site *site;
struct epw_analyst *analyst;
static const char *wanted;
static struct epw_flow_record records[FLOWS_MAX];
static struct epw_evidence evidence[FLOWS_MAX];
static struct epw_flow_name names[FLOWS_MAX];
static size_t count;

static void on_result(void *ctx, const struct epw_result *result)
{
    (void)ctx;
    (void)result;
}

static const char *site_lines;

static void load(const char *more, const char *lines)
{
    struct epw_str text = { 0 };
    epw_str_addf(&text, "%s%s", signatures, more);
    catalogue = must_load(epw_str_text(&text));
    epw_str_free(&text);
    site = lines == NULL ? NULL : must_load_site(lines, catalogue);
}

static void make_analyst(void)
{
    struct epw_analyst_options options = { .wait_s = EPW_WAIT_TO_END, .seed = 42, .site = site };
    cr_assert_eq(epw_analyst_new(&analyst, catalogue, &options, on_result, NULL), EPW_OK);
}

void find_open(const char *lines)
{
    site_lines = lines;
    load("", lines);
    make_analyst();
}

void find_reload(const char *note)
{
    struct epw_analyst *old = analyst;
    struct epw_catalogue *old_catalogue = catalogue;
    struct epw_site *old_site = site;
    char more[512];
    snprintf(more, sizeof(more),
             "x-more,More,more,neighbour,more,management,tcp,7778,tls,agent,server,,,network,,"
             "current,,port,,document,%s\n",
             note);
    load(more, site_lines);
    make_analyst();
    cr_assert_eq(epw_analyst_adopt(analyst, old), EPW_OK);
    epw_analyst_free(old);
    epw_site_free(old_site);
    epw_catalogue_free(old_catalogue);
}

void find_close(void)
{
    epw_analyst_free(analyst);
    epw_site_free(site);
    epw_catalogue_free(catalogue);
}

static int64_t at_ns(double at_s)
{
    return START_NS + (int64_t)(at_s * 1e9);
}

struct epw_flow_record *flow_at(double at_s, const char *from, const char *to, uint16_t port,
                                enum epw_app app, const char *name)
{
    cr_assert_lt(count, FLOWS_MAX);
    struct epw_evidence *ev = &evidence[count];
    struct epw_flow_name *said = &names[count];
    struct epw_flow_record *r = &records[count++];
    *r = made_flow(from, to, port, app, ev);
    r->flow_id = count;
    r->port[0] = (uint16_t)(50000 + count);
    r->first_ns = at_ns(at_s);
    r->last_ns = at_ns(at_s + 0.1);
    r->syns = 1;
    if (name != NULL) {
        *said = (struct epw_flow_name){ .text = name, .source = EPW_NAME_SNI };
        ev->name = said;
        ev->name_count = 1;
    }
    return r;
}

struct epw_evidence *evidence_of(struct epw_flow_record *record)
{
    return &evidence[record - records];
}

void unanswered(struct epw_flow_record *r)
{
    leave_unanswered(r);
}

void refused(struct epw_flow_record *r)
{
    r->state = EPW_FLOW_REFUSED;
    r->packets[1] = 1;
    r->payload_bytes[0] = r->payload_bytes[1] = 0;
}

void push(const struct epw_flow_record *r)
{
    cr_assert_eq(epw_analyst_flow(analyst, r), EPW_OK);
}

void dns(double at_s, const char *client, const char *name, const char *address)
{
    struct epw_sighting s = { .kind = address == NULL ? EPW_SIGHT_REFUSAL : EPW_SIGHT_ADDRESS,
                              .ts_ns = at_ns(at_s),
                              .rcode = 3,
                              .ttl_s = 60 };
    s.client = ip_of(client);
    s.server = ip_of("10.0.0.2");
    if (address != NULL)
        s.address = ip_of(address);
    snprintf(s.name, sizeof(s.name), "%s", name);
    epw_analyst_sighting(analyst, &s);
}

static void keep(void *ctx, const struct epw_finding *f)
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
    out->state = f->state;
    out->repeated = f->repeated;
    out->count = f->count;
    for (size_t i = 0; i < f->host_count; i++) {
        char text[EPW_IP_STRLEN];
        size_t used = strlen(out->hosts);
        snprintf(out->hosts + used, sizeof(out->hosts) - used, "%s%s", i == 0 ? "" : " ",
                 epw_ip_format(&f->host[i], text));
    }
}

void find_all(const char *kind)
{
    wanted = kind;
    found_count = withheld_count = 0;
    epw_analyst_flush(analyst);
    cr_assert_eq(epw_analyst_report(analyst, NULL, keep, NULL), EPW_OK);
}

void find_new(const char *kind)
{
    wanted = kind;
    found_count = withheld_count = 0;
    epw_analyst_flush(analyst);
    cr_assert_eq(epw_analyst_findings(analyst, keep, NULL), EPW_OK);
}

void find_so_far(const char *kind)
{
    wanted = kind;
    found_count = withheld_count = 0;
    epw_analyst_flush(analyst);
    cr_assert_eq(epw_analyst_so_far(analyst, NULL, keep, NULL), EPW_OK);
}
