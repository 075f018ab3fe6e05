/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a site file: every line is checked, so that one run shows all errors. */
#include "analyst/knowledge/site.h"

#include "analyst/audit/audit.h"
#include "analyst/knowledge/site_lines.h"
#include "base/csvfile.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* More lines than any network has servers; a quarter of a gigabyte at worst. */
#define MAX_ROWS 1000000U

enum column { COL_TYPE, COL_PRODUCT, COL_KEY, COL_VALUE, COL_NOTE, COLUMNS };

static const char *const column_names[COLUMNS] = { "type", "product", "key", "value", "note" };

static const struct epw_csv_form form = {
    .column = column_names,
    .columns = COLUMNS,
    .required = COL_NOTE,
    .max_rows = MAX_ROWS,
};

static const char *const type_names[EPW_SITE_TYPES] = {
    [EPW_SITE_INTERNAL] = "internal", [EPW_SITE_DEPLOYED] = "deployed", [EPW_SITE_HOST] = "host",
    [EPW_SITE_NAME] = "name",         [EPW_SITE_PORT] = "port",         [EPW_SITE_PROXY] = "proxy",
    [EPW_SITE_SCANNER] = "scanner",   [EPW_SITE_IGNORE] = "ignore",
};

/* A line that was read, to know it when it comes again. */
struct seen {
    UT_hash_handle hh;
    uint32_t line;
    char text[]; /* type, product, key and value */
};

struct loader {
    struct epw_csv csv;
    struct epw_site *site;
    struct seen *seen;
};

/* A line being read. */
struct line {
    struct loader *load;
    const struct epw_csv_cell *cell;
    enum epw_site_type type;
    const char *product, *key;
    bool bad;
};

static void wrong(struct line *line, enum column column, const char *expected)
{
    epw_csv_tell_cell(&line->load->csv, column, &line->cell[column], expected);
    line->bad = true;
}

static bool no_memory(struct loader *load)
{
    epw_csv_tell(&load->csv, EPW_ENOMEM, "%s", epw_strerror(EPW_ENOMEM));
    return false;
}

/* Adds a word that is not yet among those listed so far. */
static void list_once(struct epw_str *list, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = epw_str_text(list); *at != '\0';) {
        size_t one = strcspn(at, ",");
        if (one == len && strncmp(at, word, len) == 0)
            return;
        at += one + strspn(at + one, ", ");
    }
    epw_str_addf(list, "%s%s", list->len == 0 ? "" : ", ", word);
}

/* The i-th word that a cell may hold: "" is none, NULL the end. */
typedef const char *(*word_fn)(const struct line *line, size_t i);

/* The known word that the cell holds; what is known is told when it is none of them. */
static const char *pick(struct line *line, enum column column, const char *what, word_fn word_at)
{
    struct epw_str known = { 0 }, expected = { 0 };
    const char *word;
    for (size_t i = 0; (word = word_at(line, i)) != NULL; i++) {
        if (word[0] == '\0')
            continue;
        if (strcmp(word, line->cell[column].text) == 0)
            break;
        list_once(&known, word);
    }
    if (word == NULL) {
        epw_str_addf(&expected, "%s: %s", what, epw_str_text(&known));
        wrong(line, column, epw_str_text(&expected));
    }
    epw_str_free(&expected);
    epw_str_free(&known);
    return word == NULL ? "" : word;
}

static const struct epw_signature *signature(const struct line *line, size_t i)
{
    const struct epw_catalogue *catalogue = line->load->site->catalogue;
    return i < epw_catalogue_count(catalogue) ? epw_catalogue_at(catalogue, i) : NULL;
}

static const char *type_at(const struct line *line, size_t i)
{
    (void)line;
    return i < EPW_SITE_TYPES ? type_names[i] : NULL;
}

static const char *product_at(const struct line *line, size_t i)
{
    const struct epw_signature *sig = signature(line, i);
    return sig == NULL ? NULL : sig->product;
}

/* Of the product's own signatures, both sides. */
static const char *role_at(const struct line *line, size_t i)
{
    const struct epw_signature *sig = signature(line, i / 2);
    if (sig == NULL || strcmp(sig->product, line->product) != 0)
        return sig == NULL ? NULL : "";
    return i % 2 == 0 ? sig->initiator : sig->responder;
}

static const char *function_at(const struct line *line, size_t i)
{
    const struct epw_signature *sig = signature(line, i);
    if (sig == NULL || strcmp(sig->product, line->product) != 0)
        return sig == NULL ? NULL : "";
    return sig->function;
}

static const char *kind_at(const struct line *line, size_t i)
{
    (void)line;
    return epw_rules[i] == NULL ? NULL : epw_rules[i]->name;
}

static void product_cell(struct line *line)
{
    line->product = pick(line, COL_PRODUCT, "a product", product_at);
}

static const struct epw_site_line *as_filed(const struct line *line, struct epw_site_line *filed)
{
    *filed = (struct epw_site_line){ .type = line->type,
                                     .number = line->load->csv.line,
                                     .product = line->product,
                                     .key = line->key };
    return filed;
}

static void must_be_empty(struct line *line, enum column column)
{
    if (line->cell[column].len != 0)
        wrong(line, column, "nothing for this type");
}

/* Whether the line is good and new. One that came before is told, and of no further effect. */
static bool is_new(struct line *line, const char *value)
{
    struct loader *load = line->load;
    struct epw_str text = { 0 };
    struct seen *seen = NULL;
    if (line->bad)
        return false;
    epw_str_addf(&text, "%s,%s,%s,%s", type_names[line->type], line->product, line->key, value);
    if (!text.failed)
        HASH_FIND(hh, load->seen, text.text, text.len, seen);
    if (seen != NULL) {
        epw_csv_tell(&load->csv, EPW_OK, "row: the same as line %u, counted once",
                     (unsigned)seen->line);
        epw_str_free(&text);
        return false;
    }
    seen = text.failed ? NULL : calloc(1, sizeof(*seen) + text.len + 1);
    if (seen != NULL) {
        seen->line = load->csv.line;
        memcpy(seen->text, text.text, text.len);
        HASH_ADD(hh, load->seen, text, text.len, seen);
        if (!EPW_TABLE_ADDED(seen)) {
            free(seen);
            seen = NULL;
        }
    }
    epw_str_free(&text);
    return seen != NULL || no_memory(load);
}

/* A line that is about an address or a network. */
static void prefix_line(struct line *line)
{
    struct epw_prefix prefix;
    if (!epw_prefix_parse(line->cell[COL_VALUE].text, &prefix)) {
        wrong(line, COL_VALUE, "an address, or ADDRESS/BITS with all bits behind BITS zero");
        return;
    }
    char text[EPW_IP_STRLEN + 4];
    epw_ip_format(&prefix.ip, text);
    snprintf(text + strlen(text), 5, "/%u", prefix.bits);
    if (!is_new(line, text))
        return;
    struct epw_site_line filed;
    if (!epw_site_add_net(line->load->site, &prefix, as_filed(line, &filed)))
        no_memory(line->load);
}

static bool lower_name(const char *text, char name[EPW_NAME_LEN])
{
    size_t len = strlen(text);
    if (len == 0 || len >= EPW_NAME_LEN)
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (!isalnum(c) && c != '-' && c != '_' && (c != '.' || i == 0 || text[i - 1] == '.'))
            return false;
        name[i] = (char)tolower(c);
    }
    name[len] = '\0';
    struct epw_ip ip;
    return name[len - 1] != '.' && !epw_ip_parse(name, &ip);
}

static void name_line(struct line *line)
{
    char text[EPW_NAME_LEN];
    if (!lower_name(line->cell[COL_VALUE].text, text)) {
        wrong(line, COL_VALUE, "a host name, without * and without a dot at its end");
        return;
    }
    if (!is_new(line, text))
        return;
    struct epw_site_line filed;
    if (!epw_site_add_name(line->load->site, text, as_filed(line, &filed)))
        no_memory(line->load);
}

static void deployed_line(struct line *line)
{
    struct epw_site_line filed;
    if (is_new(line, "") && !epw_site_add_deployed(line->load->site, as_filed(line, &filed)))
        no_memory(line->load);
}

static bool parse_port(const char *text, struct epw_site_move *move)
{
    char low[6];
    uint64_t from, to;
    if (strncmp(text, "tcp/", 4) != 0 && strncmp(text, "udp/", 4) != 0)
        return false;
    move->proto = text[0] == 't' ? 6 : 17;
    text += 4;
    size_t len = strcspn(text, "-");
    if (len >= sizeof(low))
        return false;
    memcpy(low, text, len);
    low[len] = '\0';
    if (!epw_text_u64(low, 1, UINT16_MAX, &from))
        return false;
    to = from;
    if (text[len] == '-' && !epw_text_u64(text + len + 1, from + 1, UINT16_MAX, &to))
        return false;
    move->range = (struct epw_port_range){ .low = (uint16_t)from, .high = (uint16_t)to };
    return true;
}

static void port_line(struct line *line)
{
    struct epw_site_move move = { .product = line->product,
                                  .function = line->key,
                                  .number = line->load->csv.line };
    if (!parse_port(line->cell[COL_VALUE].text, &move)) {
        wrong(line, COL_VALUE, "tcp/PORT or udp/PORT, or a range LOW-HIGH for PORT");
        return;
    }
    if (!is_new(line, line->cell[COL_VALUE].text))
        return;
    enum epw_err err = epw_site_add_move(line->load->site, &move);
    if (err == EPW_EFORMAT)
        wrong(line, COL_VALUE, "the transport that the function is documented with");
    else if (err == EPW_ELIMIT)
        epw_csv_tell(&line->load->csv, err, "row: got more than %u ports, expected no more",
                     EPW_SITE_MOVES);
    else if (err != EPW_OK)
        no_memory(line->load);
}

static void by_type(struct line *line)
{
    switch (line->type) {
    case EPW_SITE_INTERNAL:
    case EPW_SITE_PROXY:
    case EPW_SITE_SCANNER:
        must_be_empty(line, COL_PRODUCT);
        must_be_empty(line, COL_KEY);
        prefix_line(line);
        return;
    case EPW_SITE_DEPLOYED:
        product_cell(line);
        must_be_empty(line, COL_KEY);
        must_be_empty(line, COL_VALUE);
        deployed_line(line);
        return;
    case EPW_SITE_HOST:
    case EPW_SITE_NAME:
        product_cell(line);
        if (!line->bad)
            line->key = pick(line, COL_KEY, "a role of the product", role_at);
        if (line->type == EPW_SITE_HOST)
            prefix_line(line);
        else
            name_line(line);
        return;
    case EPW_SITE_PORT:
        product_cell(line);
        if (!line->bad)
            line->key = pick(line, COL_KEY, "a function of the product", function_at);
        port_line(line);
        return;
    case EPW_SITE_IGNORE:
        if (line->cell[COL_PRODUCT].len != 0)
            product_cell(line);
        line->key = pick(line, COL_KEY, "a finding", kind_at);
        prefix_line(line);
        return;
    case EPW_SITE_TYPES:
        return;
    }
}

static bool on_row(void *ctx, const struct epw_csv_cell *cell)
{
    struct loader *load = ctx;
    struct line line = { .load = load, .cell = cell, .product = "", .key = "" };
    const char *type = pick(&line, COL_TYPE, "a type", type_at);
    for (unsigned i = 0; i < EPW_SITE_TYPES; i++)
        if (type == type_names[i])
            line.type = (enum epw_site_type)i;
    if (!line.bad)
        by_type(&line);
    return load->csv.err != EPW_ENOMEM;
}

static void forget_seen(struct loader *load)
{
    struct seen *seen, *next;
    HASH_ITER (hh, load->seen, seen, next) {
        HASH_DEL(load->seen, seen);
        free(seen);
    }
}

enum epw_err epw_site_load(struct epw_site **site, const char *path,
                           const struct epw_catalogue *catalogue, epw_diag_fn on_error, void *ctx)
{
    struct loader load = {
        .csv = { .form = &form, .row = on_row, .row_ctx = &load, .on_error = on_error, .ctx = ctx },
    };
    *site = NULL;
    load.site = calloc(1, sizeof(*load.site));
    if (load.site == NULL)
        return EPW_ENOMEM;
    load.site->catalogue = catalogue;
    epw_csv_path(&load.csv, path);
    forget_seen(&load);
    if (load.csv.err == EPW_OK) /* what half a file lacks would only look like contradictions */
        epw_site_check(load.site, &load.csv);
    if (load.csv.err != EPW_OK) {
        epw_site_free(load.site);
        return load.csv.err;
    }
    *site = load.site;
    return EPW_OK;
}
