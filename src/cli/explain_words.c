/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/explain.h"

#include "cli/query.h"
#include "output/layout.h"

#include <string.h>

/* Ways to a decision that are told; more only repeat what the candidates said. */
#define OPEN_MAX 12

void epw_explain_put(const char *label, const char *words)
{
    if (words[0] == '\0')
        return;
    int at = printf("    %s ", label);
    epw_layout_wrap(stdout, (size_t)(at < 0 ? 0 : at), 8, words);
}

static const char *needs_in_words(enum epw_needs needs)
{
    switch (needs) {
    case EPW_NEEDS_PORT:
        return "nothing more: the port is the product's own";
    case EPW_NEEDS_NAME:
        return "a name below that belongs to the flow";
    case EPW_NEEDS_INITIATOR:
        return "the initiator known in its documented role";
    case EPW_NEEDS_RESPONDER:
        return "the responder known in its documented role";
    case EPW_NEEDS_CONTROL:
        return "a control channel that announced the port";
    case EPW_NEEDS_NEVER:
        return "never given: it is infrastructure, listed as a candidate only";
    }
    return "";
}

static void list(struct epw_str *text, const char *const *words, size_t count)
{
    epw_str_clear(text);
    for (size_t i = 0; i < count; i++)
        epw_str_addf(text, "%s%s", i == 0 ? "" : " ", words[i]);
}

static void list_apps(struct epw_str *text, const struct epw_signature *sig)
{
    for (size_t i = 0; i < sig->app_count; i++)
        epw_str_addf(text, "%s%s", i == 0 ? "" : " or ", epw_app_name((enum epw_app)sig->app[i]));
}

void epw_explain_signature(const struct epw_signature *sig)
{
    struct epw_str text = { 0 };
    printf("\n  %s %s (%s)\n", sig->product, sig->function, sig->id);
    epw_str_addf(&text, "%s -> %s", sig->initiator[0] == '\0' ? "any host" : sig->initiator,
                 sig->responder[0] == '\0' ? "any host" : sig->responder);
    epw_explain_put("who:", epw_str_text(&text));
    epw_explain_put("label needs:", needs_in_words(sig->needs));
    epw_str_clear(&text);
    list_apps(&text, sig);
    epw_explain_put("protocol:", epw_str_text(&text));
    list(&text, sig->name, sig->name_count);
    epw_explain_put("names:", epw_str_text(&text));
    if (sig->scope != EPW_SCOPE_NETWORK)
        epw_explain_put("scope:", epw_scope_name(sig->scope));
    if (sig->status != EPW_STATUS_CURRENT)
        epw_explain_put("status:", epw_status_name(sig->status));
    epw_explain_put("versions:", sig->versions);
    list(&text, sig->row, sig->row_count);
    epw_explain_put("rows:", epw_str_text(&text));
    epw_explain_put("source:", sig->source);
    epw_explain_put("notes:", sig->notes);
    epw_query_told(&text);
}

void epw_explain_outcome(const char *head, const struct epw_verdict *verdict)
{
    struct epw_str text = { 0 };
    epw_str_addf(&text, "%s: %s", head, epw_confidence_name(verdict->confidence));
    if (verdict->sig != NULL)
        epw_str_addf(&text, ", %s %s", verdict->sig->product, verdict->sig->function);
    fputs("  ", stdout);
    epw_layout_wrap(stdout, 2, 6, epw_str_text(&text));
    epw_query_told(&text);
}

void epw_explain_verdict(const struct epw_verdict *verdict)
{
    epw_verdict_tell(verdict);
    for (size_t i = 0; i < verdict->reason_count; i++)
        epw_explain_put("-", verdict->reason[i]);
    struct epw_str text = { 0 };
    for (size_t i = 0; i < verdict->candidate_count; i++) {
        const struct epw_candidate *c = &verdict->candidate[i];
        epw_str_clear(&text);
        epw_str_addf(&text, "%s (%s): %s", c->sig->id,
                     c->contradicted ? "contradicted" : epw_confidence_name(c->reached), c->why);
        epw_explain_put("candidate", epw_str_text(&text));
    }
    epw_query_told(&text);
}

static void way(struct epw_str *text, const char *before, const char *what, const char *after)
{
    if (what[0] != '\0')
        epw_str_addf(text, "%s%s%s%s", text->len == 0 ? "" : ", or ", before, what, after);
}

/* What would lift one candidate above what it reached: docs/verdicts.md, Confidence. */
static void lift(struct epw_str *text, const struct epw_candidate *c, bool group)
{
    const struct epw_signature *sig = c->sig;
    bool unmet = c->reached == EPW_CONF_NONE;
    if (unmet && sig->needs == EPW_NEEDS_INITIATOR) {
        way(text, "the initiator known as ", sig->initiator, "");
    } else if (unmet && sig->needs == EPW_NEEDS_RESPONDER) {
        way(text, "the responder known as ", sig->responder, "");
    } else if (unmet && sig->needs == EPW_NEEDS_CONTROL) {
        way(text, "", "a control channel that announced the port", "");
    } else if (c->reached == EPW_CONF_POSSIBLE) {
        struct epw_str apps = { 0 };
        list_apps(&apps, sig);
        way(text, "", epw_str_text(&apps), " in the first bytes");
        epw_query_told(&apps);
        if (sig->needs == EPW_NEEDS_PORT && !group)
            way(text, "the responder known as ", sig->responder, "");
    }
    if (sig->name_count != 0 && sig->needs != EPW_NEEDS_INITIATOR)
        way(text, "a name in the flow such as ", sig->name[0], "");
}

/* What the flow itself lacks, whichever product's it is. */
static size_t lacks(const struct epw_flow_record *r)
{
    bool attempt =
        r->proto == 6 && (r->state == EPW_FLOW_REFUSED || r->state == EPW_FLOW_UNANSWERED);
    if (attempt)
        epw_explain_put("-", "an answer: an attempt alone shows little");
    if (r->how == EPW_INIT_INFERRED)
        epw_explain_put("-", "its beginning in the capture: the direction is only inferred");
    return (size_t)attempt + (r->how == EPW_INIT_INFERRED);
}

static const char *nothing_left(const struct epw_verdict *verdict)
{
    if (verdict->confidence == EPW_CONF_NONE)
        return "a name or a role of a documented product";
    if (verdict->confidence == EPW_CONF_AMBIGUOUS)
        return "other traffic of these hosts that only one of the products has";
    return "nothing more is documented for it";
}

void epw_explain_open(const struct epw_result *result)
{
    const struct epw_verdict *verdict = result->verdict;
    epw_verdict_tell(verdict);
    puts("  what would decide it");
    if (verdict->confidence == EPW_CONF_CONFIRMED) {
        epw_explain_put("-", "nothing more: it is decided");
        return;
    }
    struct epw_str text = { 0 };
    size_t told = lacks(result->record);
    for (size_t i = 0; i < verdict->candidate_count && told < OPEN_MAX; i++) {
        const struct epw_candidate *c = &verdict->candidate[i];
        epw_str_clear(&text);
        if (!c->contradicted && c->sig->needs != EPW_NEEDS_NEVER)
            lift(&text, c, result->record->group);
        if (text.len == 0)
            continue;
        told++;
        epw_str_addf(&text, " (%s)", c->sig->id);
        epw_explain_put("-", epw_str_text(&text));
    }
    epw_query_told(&text);
    if (told == 0)
        epw_explain_put("-", nothing_left(verdict));
}
