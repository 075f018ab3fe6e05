/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Firewall rules for nft -f: a chain of its own in the table inet filter, to
 * which the administrator's chains jump. Loading it changes nothing else.
 */
#include "base/text.h"
#include "output/firewall.h"
#include "output/output.h"

#include <stdlib.h>
#include <string.h>

struct nft_out {
    FILE *stream;
    const struct epw_run_info *info;
    struct epw_firewall *fw;
    struct epw_str line; /* kept from line to line */
};

static enum epw_err nft_open(void **state, FILE *stream, const struct epw_run_info *info)
{
    struct nft_out *out = calloc(1, sizeof(*out));
    if (out == NULL || epw_firewall_new(&out->fw) != EPW_OK) {
        free(out);
        return EPW_ENOMEM;
    }
    out->stream = stream;
    out->info = info;
    *state = out;
    return EPW_OK;
}

static enum epw_err nft_flow(void *state, const struct epw_result *result)
{
    struct nft_out *out = state;
    return epw_firewall_flow(out->fw, result);
}

static void nft_reloaded(void *state, epw_signature_find_fn find, const void *signatures)
{
    struct nft_out *out = state;
    epw_firewall_reloaded(out->fw, find, signatures);
}

static enum epw_err nft_host(void *state, const struct epw_inventory_host *host)
{
    struct nft_out *out = state;
    return epw_firewall_host(out->fw, host);
}

/* Texts of files may hold anything printable; nothing of them is more than a comment. */
static void print_comment(struct nft_out *out)
{
    fprintf(out->stream, "        # %s\n", epw_str_text(&out->line));
    epw_str_clear(&out->line);
}

static void add_list(struct epw_str *line, const char *label, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        epw_str_addf(line, "%s%s", i == 0 ? label : " ", list[i]);
}

/* What the rule is for: function, who with whom, rows, names. */
static void tell_why(struct nft_out *out, const struct epw_fw_rule *rule)
{
    const struct epw_signature *sig = rule->sig;
    epw_str_addf(&out->line, "%s %s", sig->product, sig->function);
    if (sig->initiator[0] != '\0' || sig->responder[0] != '\0')
        epw_str_addf(&out->line, ": %s -> %s", sig->initiator[0] == '\0' ? "any" : sig->initiator,
                     sig->responder[0] == '\0' ? "any" : sig->responder);
    add_list(&out->line, "; rows ", sig->row, sig->row_count);
    if (rule->proxied)
        epw_str_add(&out->line, "; through a proxy");
    if (sig->status == EPW_STATUS_OBSOLETE)
        epw_str_add(&out->line, "; obsolete");
    add_list(&out->line, "; names ", sig->name, sig->name_count);
    print_comment(out);
}

static void add_addresses(struct epw_str *line, const struct epw_fw_rule *rule, size_t from,
                          size_t to)
{
    char ip[EPW_IP_STRLEN];
    for (size_t i = from; i < to; i++)
        epw_str_addf(line, "%s%s", i == from ? "" : ", ", epw_ip_format(&rule->initiator[i], ip));
}

/* The port; of announced connections those that are documented, which are configurable. */
static void add_ports(struct epw_str *line, const struct epw_fw_rule *rule)
{
    const struct epw_signature *sig = rule->sig;
    if (rule->port != 0) {
        epw_str_addf(line, "%u", (unsigned)rule->port);
        return;
    }
    epw_str_add(line, "{ ");
    for (size_t i = 0; i < sig->port_count; i++) {
        epw_str_addf(line, "%s%u", i == 0 ? "" : ", ", (unsigned)sig->port[i].low);
        if (sig->port[i].high != sig->port[i].low)
            epw_str_addf(line, "-%u", (unsigned)sig->port[i].high);
    }
    epw_str_add(line, " }");
}

static void print_rule(struct nft_out *out, const struct epw_fw_rule *rule)
{
    char ip[EPW_IP_STRLEN];
    const char *family = epw_ip_is4(&rule->responder) ? "ip" : "ip6";
    epw_str_addf(&out->line, "        %s saddr { ", family);
    add_addresses(&out->line, rule, 0, rule->count - rule->outside);
    epw_str_addf(&out->line, " } %s daddr %s %s dport ", family,
                 epw_ip_format(&rule->responder, ip), rule->sig->proto == 6 ? "tcp" : "udp");
    add_ports(&out->line, rule);
    epw_str_add(&out->line, " counter accept\n");
    fputs(epw_str_text(&out->line), out->stream);
    epw_str_clear(&out->line);
}

static void tell_outside(struct nft_out *out, const struct epw_fw_rule *rule)
{
    char ip[EPW_IP_STRLEN];
    if (rule->outside == 0)
        return;
    epw_str_addf(&out->line,
                 "NOT allowed, from outside to %s port %u: ", epw_ip_format(&rule->responder, ip),
                 (unsigned)rule->port);
    add_addresses(&out->line, rule, rule->count - rule->outside, rule->count);
    epw_str_addf(&out->line, " (%s %s)", rule->sig->product, rule->sig->function);
    print_comment(out);
}

/* Rules that differ in what they are for only are one. */
static void print_rules(struct nft_out *out, struct epw_fw_rule *const *list, size_t count)
{
    const char *product = "";
    for (size_t i = 0; i < count; i++) {
        const struct epw_fw_rule *rule = list[i];
        if (strcmp(product, rule->sig->product) != 0)
            fprintf(out->stream, "\n        # --- %s\n", rule->sig->product);
        product = rule->sig->product;
        tell_outside(out, rule);
        if (rule->count == rule->outside)
            continue;
        tell_why(out, rule);
        bool announced = rule->port == 0 && rule->sig->port_count != 0;
        if (announced)
            fputs("        # documented ports, which are configurable in the product\n",
                  out->stream);
        if (rule->port == 0 && !announced)
            fputs("        # no port is documented: related connections, which are known where a\n"
                  "        # conntrack helper for FTP is set on the control port\n",
                  out->stream);
        else if (announced || i + 1 == count || !epw_firewall_same(rule, list[i + 1]))
            print_rule(out, rule);
    }
}

static void print_unused(struct nft_out *out)
{
    size_t count = 0;
    for (size_t i = 0; i < out->info->signature_count; i++) {
        const struct epw_signature *sig = out->info->signatures[i];
        if (!epw_firewall_unused(out->fw, sig))
            continue;
        if (count++ == 0)
            fputs("\n        # --- documented, and used by nothing that was seen\n", out->stream);
        epw_str_addf(&out->line, "unused: %s %s, %s", sig->product, sig->function,
                     sig->proto == 6 ? "tcp" : "udp");
        for (size_t k = 0; k < sig->port_count; k++) {
            epw_str_addf(&out->line, " %u", (unsigned)sig->port[k].low);
            if (sig->port[k].high != sig->port[k].low)
                epw_str_addf(&out->line, "-%u", (unsigned)sig->port[k].high);
        }
        add_list(&out->line, "; rows ", sig->row, sig->row_count);
        print_comment(out);
    }
}

static enum epw_err print_all(struct nft_out *out)
{
    size_t count;
    struct epw_fw_rule *const *list = epw_firewall_rules(out->fw, &count);
    if (list == NULL)
        return EPW_ENOMEM;
    fprintf(out->stream, "# What the seen and documented traffic needs, by epwatch %s.\n",
            out->info->version);
    fputs(
        "# nft -f this file, and jump to the chain: nft add rule inet filter forward jump epwatch\n"
        "# Cloud services are known by the addresses seen; the names are what is documented.\n",
        out->stream);
    if (out->info->partial)
        fputs("# INCOMPLETE: not all of the input could be read\n", out->stream);
    if (epw_firewall_full(out->fw))
        fputs("# INCOMPLETE: more hosts than can be listed\n", out->stream);
    fputs("table inet filter {\n    chain epwatch {\n    }\n}\nflush chain inet filter epwatch\n\n"
          "table inet filter {\n    chain epwatch {\n"
          "        ct state established,related accept\n",
          out->stream);
    print_rules(out, list, count);
    print_unused(out);
    fputs("    }\n}\n", out->stream);
    if (out->line.failed)
        return EPW_ENOMEM;
    return ferror(out->stream) ? EPW_EIO : EPW_OK;
}

static enum epw_err nft_close(void *state, const struct epw_stats *stats)
{
    (void)stats; /* rules have no place for counters */
    struct nft_out *out = state;
    enum epw_err err = print_all(out);
    epw_firewall_free(out->fw);
    epw_str_free(&out->line);
    free(out);
    return err;
}

const struct epw_output epw_output_firewall_nftables = {
    .name = "firewall-nftables",
    .help = "firewall rules that the seen and documented traffic needs, for nft -f",
    .stands = true,
    .open = nft_open,
    .flow = nft_flow,
    .host = nft_host,
    .reloaded = nft_reloaded,
    .close = nft_close,
};
