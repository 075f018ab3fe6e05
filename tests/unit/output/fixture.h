/* SPDX-License-Identifier: Apache-2.0 */
/* A flow with its verdict, made by hand, and the text that an output makes of such flows. */
#ifndef EPW_TEST_OUTPUT_FIXTURE_H
#define EPW_TEST_OUTPUT_FIXTURE_H

#include "config.h" /* open_memstream */

#include "output/output.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* 2026-03-02 08:00:00 UTC */
#define FIX_TIME INT64_C(1772438400)
#define FIX_NS   INT64_C(1000000000)

static const char *const fix_rows[] = { "acme-1", "acme-2" };
static const struct epw_signature fix_sig = {
    .id = "acme-agent-replication",
    .vendor = "Acme",
    .product = "acme-protect",
    .function = "agent-replication",
    .initiator = "agent",
    .responder = "server",
    .proto = 6,
    .row_count = 2,
    .row = fix_rows,
};
static const struct epw_signature fix_other = {
    .id = "bolt-clients",
    .vendor = "Bolt",
    .product = "bolt-suite",
    .function = "client-communication",
    .initiator = "",
    .responder = "",
    .proto = 6,
};

/* All parts of one result, to be changed by a test before it is used. */
struct fix {
    struct epw_evidence evidence;
    struct epw_flow_name own_name[2], name[2];
    struct epw_candidate candidate[2];
    const char *reason[2];
    struct epw_flow_record record;
    struct epw_verdict verdict;
    struct epw_result result;
};

static inline struct epw_ip fix_ip(const char *text)
{
    struct epw_ip ip;
    cr_assert(epw_ip_parse(text, &ip), "%s", text);
    return ip;
}

/* 10.0.0.7:51000 -> 10.0.0.5:2222, TLS with an SNI, confirmed as acme-protect. */
static inline void fix_make(struct fix *f)
{
    *f = (struct fix){ .evidence = epw_evidence_none };
    f->own_name[0] = (struct epw_flow_name){ "era.acme.example", 0, EPW_NAME_SNI };
    f->evidence.app = EPW_APP_TLS;
    f->evidence.name = f->own_name;
    f->evidence.name_count = 1;
    f->name[0] = f->own_name[0];
    f->name[1] = (struct epw_flow_name){ "host5.corp.example", 0, EPW_NAME_DNS };
    f->candidate[0] = (struct epw_candidate){ &fix_sig, EPW_CONF_CONFIRMED, false, "its name" };
    f->candidate[1] = (struct epw_candidate){ &fix_other, EPW_CONF_NONE, false, "needs a role" };
    f->reason[0] = "port tcp/2222";
    f->reason[1] = "name era.acme.example, \"own\"";
    f->record = (struct epw_flow_record){
        .flow_id = 77,
        .ip = { fix_ip("10.0.0.7"), fix_ip("10.0.0.5") },
        .port = { 51000, 2222 },
        .proto = 6,
        .state = EPW_FLOW_CLOSED,
        .reason = EPW_REASON_END,
        .first_ns = FIX_TIME * FIX_NS + 123456789,
        .last_ns = (FIX_TIME + 2) * FIX_NS,
        .packets = { 10, 8 },
        .bytes = { 1500, 2500 },
        .first_record = true,
        .evidence = &f->evidence,
    };
    f->verdict = (struct epw_verdict){
        .confidence = EPW_CONF_CONFIRMED,
        .sig = &fix_sig,
        .candidate_count = 2,
        .candidate = f->candidate,
        .reason_count = 2,
        .reason = f->reason,
        .name_count = 2,
        .name = f->name,
    };
    f->result = (struct epw_result){ &f->record, &f->verdict };
}

/* The same flow with a verdict that names nothing. */
static inline void fix_unnamed(struct fix *f, enum epw_confidence confidence)
{
    fix_make(f);
    f->verdict.confidence = confidence;
    f->verdict.sig = NULL;
}

/* A host of the inventory with two roles, in a room of its own. */
struct fix_host {
    struct epw_ip ip[2];
    const char *name[2];
    struct epw_inventory_role role[2];
    struct epw_inventory_host host;
};

static const char *const fix_seen[] = { "agent-replication", "mqtt" };
static const char *const fix_unseen[] = { "updates" };

/* 10.0.0.5 and fd00::5, pc5, likely an agent of Acme's and, confirmed, Bolt's client. */
static inline void fix_make_host(struct fix_host *h)
{
    *h = (struct fix_host){
        .ip = { fix_ip("10.0.0.5"), fix_ip("fd00::5") },
        .name = { "pc5", "pc5.corp.example" },
        .role = { { .product = "acme-protect",
                    .role = "agent",
                    .confidence = EPW_CONF_LIKELY,
                    .versions = "14.2.x",
                    .first_ns = FIX_TIME * FIX_NS,
                    .last_ns = (FIX_TIME + 60) * FIX_NS,
                    .flows = 7,
                    .peers = 2,
                    .seen_count = 2,
                    .unseen_count = 1,
                    .seen = fix_seen,
                    .unseen = fix_unseen },
                  { .product = "bolt-suite",
                    .role = "client",
                    .confidence = EPW_CONF_CONFIRMED,
                    .neighbour = true,
                    .versions = "",
                    .first_ns = FIX_TIME * FIX_NS,
                    .last_ns = FIX_TIME * FIX_NS,
                    .flows = 1,
                    .peers = 1 } },
    };
    h->host = (struct epw_inventory_host){ .ip_count = 2,
                                           .ip = h->ip,
                                           .has_mac = true,
                                           .mac = { 2, 0, 0x0a, 0, 0, 5 },
                                           .name_count = 2,
                                           .name = h->name,
                                           .internal = true,
                                           .first_ns = FIX_TIME * FIX_NS,
                                           .last_ns = (FIX_TIME + 90) * FIX_NS,
                                           .flows = 9,
                                           .bytes = 1000,
                                           .role_count = 2,
                                           .role = h->role };
}

/* A finding of two hosts with one sample flow, in a room of its own. */
struct fix_finding {
    struct epw_ip host[2];
    struct epw_finding_sample sample;
    struct epw_finding finding;
};

static inline void fix_make_finding(struct fix_finding *f)
{
    *f = (struct fix_finding){
        .host = { fix_ip("10.0.0.7"), fix_ip("10.0.0.8") },
        .sample = { .flow_id = 77,
                    .ip = { fix_ip("10.0.0.7"), fix_ip("10.0.0.5") },
                    .port = { 51000, 2222 },
                    .proto = 6,
                    .first_ns = FIX_TIME * FIX_NS },
    };
    f->finding = (struct epw_finding){ .kind = "blocked",
                                       .severity = EPW_SEVERITY_MEDIUM,
                                       .state = EPW_FINDING_OPEN,
                                       .id = "0123456789abcdef",
                                       .product = "acme-protect",
                                       .function = "agent-replication",
                                       .subject = "10.0.0.5:2222",
                                       .summary = "nobody answers at 10.0.0.5:2222",
                                       .documented = "agents open it (acme-1)",
                                       .advice = "let tcp/2222 pass",
                                       .first_ns = FIX_TIME * FIX_NS,
                                       .last_ns = (FIX_TIME + 60) * FIX_NS,
                                       .count = 5,
                                       .host_count = 2,
                                       .host_total = 3,
                                       .host = f->host,
                                       .sample_count = 1,
                                       .sample = &f->sample };
}

/* An output writing into memory. */
struct fix_out {
    const struct epw_output *output;
    void *state;
    FILE *stream;
    char *text;
    size_t len;
    struct epw_run_info info;
};

static const char *const fix_sources[] = { "office.pcap" };

static inline void fix_open(struct fix_out *out, const char *name)
{
    out->output = epw_output_find(name);
    cr_assert_not_null(out->output);
    out->info.sources = fix_sources;
    out->info.source_count = 1;
    out->info.version = "1.2.3";
    out->stream = open_memstream(&out->text, &out->len);
    cr_assert_eq(out->output->open(&out->state, out->stream, &out->info), EPW_OK);
}

static inline void fix_flow(struct fix_out *out, const struct fix *f)
{
    cr_assert_eq(out->output->flow(out->state, &f->result), EPW_OK);
}

static inline void fix_host(struct fix_out *out, const struct fix_host *h)
{
    cr_assert_eq(out->output->host(out->state, &h->host), EPW_OK);
}

static inline void fix_finding(struct fix_out *out, const struct fix_finding *f)
{
    cr_assert_eq(out->output->finding(out->state, &f->finding), EPW_OK);
}

/* Closes; out->text is then the whole text, to be freed. */
static inline void fix_close(struct fix_out *out, const struct epw_stats *stats)
{
    cr_assert_eq(out->output->close(out->state, stats), EPW_OK);
    fclose(out->stream);
}

#endif
