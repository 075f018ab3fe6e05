/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The analyst: flow records and sightings in, results out. One thread, never
 * sees a packet. Owns what was learned of names and hosts, and the flows that
 * wait because others could still decide them.
 */
#ifndef EPW_ANALYST_ANALYST_H
#define EPW_ANALYST_ANALYST_H

#include "analyst/audit/finding.h"
#include "analyst/audit/inventory_host.h"
#include "analyst/catalogue/catalogue.h"
#include "analyst/knowledge/addresses.h"
#include "analyst/knowledge/site.h"
#include "analyst/state/state.h"
#include "analyst/verdict/verdict.h"
#include "base/err.h"
#include "base/stats.h"
#include "meter/flow_record.h"
#include "meter/sighting.h"

struct epw_analyst;

/* Flows wait to the end of the capture. */
#define EPW_WAIT_TO_END UINT32_MAX

struct epw_analyst_options {
    uint32_t wait_s;             /* seconds of packet time an undecided flow waits; 0: none does */
    uint64_t seed;               /* of the tables keyed by addresses and names */
    const struct epw_site *site; /* borrowed for the analyst's life; NULL: none */
};

/* Where results go, in the order they are decided. Nonzero return ends nothing; it is the
 * receiver's to remember. */
typedef void (*epw_result_fn)(void *ctx, const struct epw_result *result);

/* catalogue is borrowed for the analyst's life. EPW_ENOMEM. */
enum epw_err epw_analyst_new(struct epw_analyst **analyst, const struct epw_catalogue *catalogue,
                             const struct epw_analyst_options *options, epw_result_fn on_result,
                             void *ctx);
void epw_analyst_free(struct epw_analyst *analyst);

/* record is borrowed for the call. EPW_ENOMEM: the record was decided without waiting. */
enum epw_err epw_analyst_flow(struct epw_analyst *analyst, const struct epw_flow_record *record);
/*
 * Flows between these addresses, two of each, come soon: what is kept of them is fetched ahead,
 * part of it when the next ones are told. Changes nothing; at most EPW_ANALYST_SOON flows.
 */
#define EPW_ANALYST_SOON (EPW_ADDRESSES_SOON / 2)
void epw_analyst_soon(struct epw_analyst *analyst, const struct epw_ip *ip, size_t flows);
void epw_analyst_sighting(struct epw_analyst *analyst, const struct epw_sighting *sighting);

/* Packet time has come to now_ns, whether or not anything was seen: flows wait no longer. */
void epw_analyst_time(struct epw_analyst *analyst, int64_t now_ns);

/*
 * How many packets came and how many the capture dropped (kernel, interface,
 * queues), since the run began: findings that need both sides are withheld
 * when too many were. Before epw_analyst_flush(), and now and then in a live run.
 */
void epw_analyst_drops(struct epw_analyst *analyst, uint64_t packets, uint64_t dropped);

/* Decides every flow that still waits. */
void epw_analyst_flush(struct epw_analyst *analyst);

/*
 * Findings while the run goes on (live), to be called every minute or so:
 * those that are new since the last call (state open), those that have grown
 * (updated, at most once in EPW_FINDING_QUIET_NS of packet time each), and those
 * that are over (closed: what was blocked came through, an agent spoke again,
 * nothing more was seen for EPW_FINDING_OVER_NS). Most severe first. A finding is
 * certain when told; flows that still wait are not in it. EPW_ENOMEM.
 */
enum epw_err epw_analyst_findings(struct epw_analyst *analyst,
                                  void (*on_finding)(void *ctx, const struct epw_finding *finding),
                                  void *ctx);

/*
 * After the flush: every host of the inventory, then every finding, most
 * severe first, open or, when it was told before, updated; then what was withheld of findings.
 * Either function may be NULL. What they get is valid for the call only. EPW_ENOMEM.
 */
enum epw_err epw_analyst_report(struct epw_analyst *analyst,
                                void (*on_host)(void *ctx, const struct epw_inventory_host *host),
                                void (*on_finding)(void *ctx, const struct epw_finding *finding),
                                void *ctx);

/*
 * In the middle of a run: every host so far, and every finding that holds by
 * now (open). Otherwise as epw_analyst_report().
 */
enum epw_err epw_analyst_so_far(struct epw_analyst *analyst,
                                void (*on_host)(void *ctx, const struct epw_inventory_host *host),
                                void (*on_finding)(void *ctx, const struct epw_finding *finding),
                                void *ctx);

/*
 * What was learned of names and hosts, as text for epw_analyst_load() of a
 * later run (analyst/state/state.h tells errors and form). Flows that wait and
 * findings are not in it.
 */
enum epw_err epw_analyst_save(const struct epw_analyst *analyst, FILE *stream);
/* To a new analyst. When it fails, the analyst is fit for nothing but epw_analyst_free(). */
enum epw_err epw_analyst_load(struct epw_analyst *analyst, FILE *stream,
                              struct epw_state_count *count, struct epw_diag *diag);

/*
 * A new analyst goes on where another, of another catalogue or site file,
 * stands: it takes over what that one learned, counted and found, and its
 * waiting flows, which it will decide by its own lights. old is left to be
 * freed, and then its catalogue and site. EPW_ENOMEM: old is as it was.
 */
enum epw_err epw_analyst_adopt(struct epw_analyst *analyst, struct epw_analyst *old);

/* The analyst's part of the counters as they stand now; owned by the analyst. */
const struct epw_stats *epw_analyst_stats(const struct epw_analyst *analyst);

#endif
