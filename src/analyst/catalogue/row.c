/* SPDX-License-Identifier: Apache-2.0 */
/* One row of a signature file: every cell is checked, so that one run shows all errors. */
#include "analyst/catalogue/internal.h"
#include "analyst/catalogue/words.h"
#include "base/text.h"

#include <stdlib.h>

enum column {
    COL_ID,
    COL_VENDOR,
    COL_PRODUCT,
    COL_KIND,
    COL_FUNCTION,
    COL_CATEGORY,
    COL_TRANSPORT,
    COL_PORTS,
    COL_APP,
    COL_INITIATOR,
    COL_RESPONDER,
    COL_NAMES,
    COL_NETWORKS,
    COL_SCOPE,
    COL_VERSIONS,
    COL_STATUS,
    COL_PERIOD,
    COL_NEEDS,
    COL_ROWS,
    COL_SOURCE,
    COL_NOTES,
};

const char *const epw_cat_column[EPW_CAT_COLUMNS] = {
    "id",       "vendor",       "product",   "kind",      "function", "category", "transport",
    "ports",    "app_protocol", "initiator", "responder", "names",    "networks", "scope",
    "versions", "status",       "period",    "needs",     "rows",     "source",   "notes",
};

/* What a period can be: a product that speaks less than once a year is not regular. */
#define PERIOD_MAX_S 31536000U
#define WORD_MAX     EPW_NAME_LEN /* the longest word of a cell is a host name mask */
#define ID_CHARS     "abcdefghijklmnopqrstuvwxyz0123456789-"
#define ROW_CHARS    ID_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define SIDES        2

/* A row being read. */
struct row {
    struct epw_cat_loader *load;
    const struct epw_csv_cell *cell;
    struct epw_signature sig;
    bool bad;
};

static void wrong(struct row *row, enum column column, const char *expected)
{
    epw_csv_tell_cell(&row->load->csv, column, &row->cell[column], expected);
    row->bad = true;
}

static void no_memory(struct row *row)
{
    epw_csv_tell(&row->load->csv, EPW_ENOMEM, "%s", epw_strerror(EPW_ENOMEM));
    row->bad = true;
}

static const char *keep_text(struct row *row, const char *text, size_t len)
{
    const char *copy = epw_arena_text(&row->load->cat->arena, text, len);
    if (copy == NULL)
        no_memory(row);
    return copy == NULL ? "" : copy;
}

static const char *text_cell(struct row *row, enum column column)
{
    return keep_text(row, row->cell[column].text, row->cell[column].len);
}

/* A text of a column that is compared by address: see signature.h. */
static const char *shared_cell(struct row *row, enum column column)
{
    struct epw_catalogue *cat = row->load->cat;
    const struct epw_csv_cell *cell = &row->cell[column];
    struct epw_cat_text *entry = NULL;
    HASH_FIND(hh, cat->texts, cell->text, cell->len, entry);
    if (entry != NULL)
        return entry->text;
    const char *text = epw_arena_text(&cat->arena, cell->text, cell->len);
    entry = text == NULL ? NULL : epw_arena_alloc(&cat->arena, sizeof(*entry));
    if (entry != NULL) {
        entry->text = text;
        HASH_ADD_KEYPTR(hh, cat->texts, entry->text, cell->len, entry);
    }
    if (entry != NULL && !entry->lost)
        return text;
    no_memory(row);
    return "";
}

static const char *required_text(struct row *row, enum column column)
{
    if (row->cell[column].len == 0)
        wrong(row, column, "a text");
    return text_cell(row, column);
}

static const char *id_cell(struct row *row, enum column column, bool required)
{
    const struct epw_csv_cell *cell = &row->cell[column];
    if (strspn(cell->text, ID_CHARS) != cell->len || (required && cell->len == 0))
        wrong(row, column,
              required ? "an id of a-z, 0-9 and -" : "a role id of a-z, 0-9 and -, or nothing");
    return column == COL_ID ? text_cell(row, column) : shared_cell(row, column);
}

static unsigned word_cell(struct row *row, enum column column, const char *const *words)
{
    int at = epw_cat_word(words, row->cell[column].text);
    if (at >= 0)
        return (unsigned)at;
    struct epw_str expected = { 0 };
    for (size_t i = 0; words[i] != NULL; i++)
        epw_str_addf(&expected, "%s%s",
                     i == 0                 ? ""
                     : words[i + 1] == NULL ? " or "
                                            : ", ",
                     words[i]);
    wrong(row, column, epw_str_text(&expected));
    epw_str_free(&expected);
    return 0;
}

/* A cell of several values, separated by blanks. */
struct words {
    const char *at;
    char word[WORD_MAX + 1]; /* one more than allowed, so that a cut one shows */
};

static bool next_word(struct words *words)
{
    words->at += strspn(words->at, " ");
    size_t len = strcspn(words->at, " ");
    if (len == 0)
        return false;
    size_t kept = len < WORD_MAX ? len : WORD_MAX;
    memcpy(words->word, words->at, kept);
    words->word[kept] = '\0';
    words->at += len;
    return true;
}

static size_t count_words(const char *text)
{
    struct words words = { .at = text };
    size_t count = 0;
    while (next_word(&words))
        count++;
    return count;
}

/* An array for the cell's words; NULL when there are none, too many, or no memory. */
static void *array_of(struct row *row, enum column column, size_t size, size_t max)
{
    size_t count = count_words(row->cell[column].text);
    if (count > max) {
        epw_csv_tell(&row->load->csv, EPW_EFORMAT,
                     "column %s: got %zu values, expected at most %zu", epw_cat_column[column],
                     count, max);
        row->bad = true;
        return NULL;
    }
    if (count == 0)
        return NULL;
    void *array = epw_arena_alloc(&row->load->cat->arena, count * size);
    if (array == NULL)
        no_memory(row);
    return array;
}

static bool parse_range(char *word, struct epw_port_range *range)
{
    uint64_t low, high;
    char *dash = strchr(word, '-');
    if (dash != NULL)
        *dash = '\0';
    if (!epw_text_u64(word, 1, UINT16_MAX, &low))
        return false;
    high = low;
    if (dash != NULL && !epw_text_u64(dash + 1, low + 1, UINT16_MAX, &high))
        return false;
    *range = (struct epw_port_range){ .low = (uint16_t)low, .high = (uint16_t)high };
    return true;
}

static void ports_cell(struct row *row)
{
    struct epw_port_range *port = array_of(row, COL_PORTS, sizeof(*port), EPW_CAT_MAX_RANGES);
    struct words words = { .at = row->cell[COL_PORTS].text };
    while (port != NULL && next_word(&words)) {
        struct epw_port_range *range = &port[row->sig.port_count];
        if (!parse_range(words.word, range)) {
            wrong(row, COL_PORTS, "ports 1 to 65535 and ranges LOW-HIGH, separated by blanks");
            return;
        }
        for (size_t i = 0; i < row->sig.port_count; i++)
            if (range->low <= port[i].high && port[i].low <= range->high) {
                wrong(row, COL_PORTS, "each port once");
                return;
            }
        row->sig.port_count++;
    }
    row->sig.port = port;
    if (row->sig.port_count != 0)
        row->sig.first = port[0];
}

static void app_cell(struct row *row)
{
    struct words words = { .at = row->cell[COL_APP].text };
    while (next_word(&words)) {
        enum epw_app app = epw_app_parse(words.word);
        if (app == EPW_APPS || app == EPW_APP_UNKNOWN ||
            row->sig.app_count == sizeof(row->sig.app)) {
            wrong(row, COL_APP, "at most four protocol ids as in app_proto, or nothing");
            return;
        }
        row->sig.app[row->sig.app_count++] = (uint8_t)app;
    }
}

static void names_cell(struct row *row)
{
    const char **name = array_of(row, COL_NAMES, sizeof(*name), EPW_CAT_MAX_NAMES);
    struct words words = { .at = row->cell[COL_NAMES].text };
    while (name != NULL && next_word(&words)) {
        if (!epw_mask_valid(words.word)) {
            wrong(row, COL_NAMES,
                  "host name masks in lower case whose last two labels hold no * or ?");
            return;
        }
        name[row->sig.name_count++] = keep_text(row, words.word, strlen(words.word));
    }
    row->sig.name = name;
}

static bool parse_network(const char *word, struct epw_sig_network *network)
{
    static const char *const side[SIDES] = { "initiator=", "responder=" };
    for (uint8_t i = 0; i < SIDES; i++)
        if (strncmp(word, side[i], strlen(side[i])) == 0) {
            network->side = i;
            return epw_prefix_parse(word + strlen(side[i]), &network->prefix);
        }
    return false;
}

static void networks_cell(struct row *row)
{
    struct epw_sig_network *network =
        array_of(row, COL_NETWORKS, sizeof(*network), EPW_CAT_MAX_NETWORKS);
    struct words words = { .at = row->cell[COL_NETWORKS].text };
    while (network != NULL && next_word(&words)) {
        if (!parse_network(words.word, &network[row->sig.network_count])) {
            wrong(row, COL_NETWORKS, "initiator=PREFIX or responder=PREFIX, host bits zero");
            return;
        }
        row->sig.network_count++;
    }
    row->sig.network = network;
}

static void period_cell(struct row *row)
{
    uint64_t period = 0;
    if (row->cell[COL_PERIOD].len != 0 &&
        !epw_text_u64(row->cell[COL_PERIOD].text, 1, PERIOD_MAX_S, &period))
        wrong(row, COL_PERIOD, "seconds up to a year, or nothing");
    row->sig.period_s = (uint32_t)period;
}

static void rows_cell(struct row *row)
{
    const char **id = array_of(row, COL_ROWS, sizeof(*id), EPW_CAT_MAX_IDS);
    struct words words = { .at = row->cell[COL_ROWS].text };
    while (id != NULL && next_word(&words)) {
        size_t len = strlen(words.word);
        if (strspn(words.word, ROW_CHARS) != len) {
            wrong(row, COL_ROWS, "ids of the documents' rows");
            return;
        }
        id[row->sig.row_count++] = keep_text(row, words.word, len);
    }
    row->sig.row = id;
    if (row->sig.neighbour && row->sig.row_count != 0)
        wrong(row, COL_ROWS, "nothing: a neighbour covers no document row");
}

/* What `needs` asks for must be there to be had. */
static void check_needs(struct row *row)
{
    const struct epw_signature *sig = &row->sig;
    if (sig->needs != EPW_NEEDS_CONTROL && row->cell[COL_PORTS].len == 0)
        wrong(row, COL_PORTS, "a port: only needs control goes without");
    if (sig->needs == EPW_NEEDS_NAME && row->cell[COL_NAMES].len == 0)
        wrong(row, COL_NAMES, "a name, since needs says name");
    if (sig->needs == EPW_NEEDS_INITIATOR && sig->initiator[0] == '\0')
        wrong(row, COL_INITIATOR, "a role, since needs says initiator");
    if (sig->needs == EPW_NEEDS_RESPONDER && sig->responder[0] == '\0')
        wrong(row, COL_RESPONDER, "a role, since needs says responder");
}

static bool grow(struct epw_catalogue *cat)
{
    size_t cap = cat->cap == 0 ? 256 : cat->cap * 2;
    struct epw_signature *sig = aligned_alloc(EPW_SIGNATURE_ALIGN, cap * sizeof(*sig));
    if (sig == NULL)
        return false;
    if (cat->count != 0)
        memcpy(sig, cat->sig, cat->count * sizeof(*sig));
    free(cat->sig);
    cat->sig = sig;
    cat->cap = cap;
    return true;
}

static void add(struct row *row)
{
    struct epw_catalogue *cat = row->load->cat;
    if (cat->count == cat->cap && !grow(cat)) {
        no_memory(row);
        return;
    }
    struct epw_cat_id *entry = epw_arena_alloc(&cat->arena, sizeof(*entry));
    if (entry == NULL) {
        no_memory(row);
        return;
    }
    row->sig.index = (uint32_t)cat->count;
    entry->id = row->sig.id;
    entry->index = cat->count;
    HASH_ADD_KEYPTR(hh, cat->ids, entry->id, strlen(entry->id), entry);
    if (entry->lost) {
        no_memory(row);
        return;
    }
    cat->sig[cat->count++] = row->sig;
}

static void check_unique(struct row *row)
{
    const struct epw_signature *other = epw_catalogue_find(row->load->cat, row->sig.id);
    if (other == NULL)
        return;
    epw_csv_tell(&row->load->csv, EPW_EFORMAT,
                 "column id: got '%s' again, expected one that is not in %s:%u yet", row->sig.id,
                 other->file, (unsigned)other->line);
    row->bad = true;
}

void epw_cat_row(struct epw_cat_loader *load, const struct epw_csv_cell *cell)
{
    struct row row = { .load = load, .cell = cell };
    struct epw_signature *sig = &row.sig;
    sig->file = load->csv.file;
    sig->line = load->csv.line;
    sig->id = id_cell(&row, COL_ID, true);
    sig->vendor = required_text(&row, COL_VENDOR);
    sig->product = id_cell(&row, COL_PRODUCT, true);
    sig->neighbour = word_cell(&row, COL_KIND, epw_cat_kinds) == 1;
    sig->function = id_cell(&row, COL_FUNCTION, true);
    word_cell(&row, COL_CATEGORY, epw_cat_categories);
    sig->category = shared_cell(&row, COL_CATEGORY);
    sig->proto = word_cell(&row, COL_TRANSPORT, epw_cat_transports) == 0 ? 6 : 17;
    ports_cell(&row);
    app_cell(&row);
    sig->initiator = id_cell(&row, COL_INITIATOR, false);
    sig->responder = id_cell(&row, COL_RESPONDER, false);
    names_cell(&row);
    networks_cell(&row);
    sig->scope = (enum epw_scope)word_cell(&row, COL_SCOPE, epw_cat_scopes);
    sig->versions = text_cell(&row, COL_VERSIONS);
    sig->status = (enum epw_status)word_cell(&row, COL_STATUS, epw_cat_statuses);
    period_cell(&row);
    sig->needs = (enum epw_needs)word_cell(&row, COL_NEEDS, epw_cat_needs);
    rows_cell(&row);
    sig->source = required_text(&row, COL_SOURCE);
    sig->notes = text_cell(&row, COL_NOTES);
    if (!row.bad)
        check_needs(&row);
    check_unique(&row);
    if (!row.bad)
        add(&row);
}
