/* SPDX-License-Identifier: Apache-2.0 */
/* What a signature file may hold, and what is told of one that holds something else. */
#include "catalogue_text.h"

#include <sys/stat.h>

/* Must fail with EPW_EFORMAT and tell exactly this (after "FILE:"). */
static void expect_told(const char *bytes, size_t len, const char *what)
{
    struct told told = { 0 };
    struct epw_catalogue *catalogue;
    cr_expect_eq(load_bytes(&catalogue, bytes, len, &told), EPW_EFORMAT, "%s", what);
    cr_expect_null(catalogue);
    const char *text = epw_str_text(&told.text);
    const char *place = strchr(text, ':');
    cr_assert_not_null(place, "nothing told, expected %s", what);
    cr_expect_eq(told.count, (size_t)1, "%s", text);
    cr_expect_eq(strncmp(place + 1, what, strlen(what)), 0, "told '%s', expected '%s'", place + 1,
                 what);
    epw_str_free(&told.text);
}

/* A good row with one cell replaced, on line 2. */
static void expect_cell(const char *column, const char *cell, const char *got)
{
    static const char *const good[][2] = {
        { "id", "acme-1" },        { "vendor", "Acme" },     { "product", "acme-guard" },
        { "kind", "own" },         { "function", "update" }, { "category", "update" },
        { "transport", "tcp" },    { "ports", "8014" },      { "app_protocol", "http" },
        { "initiator", "client" }, { "responder", "cloud" }, { "names", "a.example.com" },
        { "networks", "" },        { "scope", "network" },   { "versions", "" },
        { "status", "current" },   { "period", "60" },       { "needs", "name" },
        { "rows", "AC-01" },       { "source", "a page" },   { "notes", "" },
    };
    struct epw_str text = { 0 }, what = { 0 };
    epw_str_add(&text, HEADER);
    bool known = false;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        bool this = strcmp(good[i][0], column) == 0;
        known |= this;
        epw_str_addf(&text, "%s%s", i == 0 ? "" : ",", this ? cell : good[i][1]);
    }
    cr_assert(known, "%s", column);
    epw_str_add(&text, "\n");
    epw_str_addf(&what, "2: column %s: got '%s', expected ", column, got);
    expect_told(epw_str_text(&text), text.len, epw_str_text(&what));
    epw_str_free(&text);
    epw_str_free(&what);
}

Test(catalogue_load, every_cell_reaches_its_field)
{
    struct epw_catalogue *c = must_load(
        "\xef\xbb\xbf# a comment behind a byte order mark, then an empty line\n\n" HEADER
        "acme-1,\"Acme, Inc.\",acme-guard,own,updates,update,udp,8014 23100-23199,tls http,"
        "client,server,a.example.com *.b.example.com,initiator=10.0.0.0/8 responder=fd00::/8,"
        "broadcast,1.2,obsolete,60,port,AC-01 AC-02b,\"a \"\"page\"\"\",caf\xc3\xa9 \\ bar\r\n");
    cr_assert_eq(epw_catalogue_count(c), (size_t)1);
    const struct epw_signature *s = epw_catalogue_at(c, 0);
    cr_expect_str_eq(s->id, "acme-1");
    cr_expect_str_eq(s->vendor, "Acme, Inc.");
    cr_expect_str_eq(s->product, "acme-guard");
    cr_expect(!s->neighbour);
    cr_expect_str_eq(s->function, "updates");
    cr_expect_str_eq(s->category, "update");
    cr_expect_eq(s->proto, 17);
    cr_assert_eq(s->port_count, (size_t)2);
    cr_expect_eq(s->port[0].low, 8014);
    cr_expect_eq(s->port[0].high, 8014);
    cr_expect_eq(s->port[1].low, 23100);
    cr_expect_eq(s->port[1].high, 23199);
    cr_assert_eq(s->app_count, 2);
    cr_expect_eq(s->app[0], EPW_APP_TLS);
    cr_expect_eq(s->app[1], EPW_APP_HTTP);
    cr_expect_str_eq(s->initiator, "client");
    cr_expect_str_eq(s->responder, "server");
    cr_assert_eq(s->name_count, (size_t)2);
    cr_expect_str_eq(s->name[1], "*.b.example.com");
    cr_assert_eq(s->network_count, (size_t)2);
    cr_expect_eq(s->network[0].side, 0);
    cr_expect_eq(s->network[0].prefix.bits, 104);
    cr_expect_eq(s->network[1].side, 1);
    cr_expect_eq(s->network[1].prefix.bits, 8);
    cr_expect_eq(s->scope, EPW_SCOPE_BROADCAST);
    cr_expect_str_eq(s->versions, "1.2");
    cr_expect_eq(s->status, EPW_STATUS_OBSOLETE);
    cr_expect_eq(s->period_s, 60u);
    cr_expect_eq(s->needs, EPW_NEEDS_PORT);
    cr_assert_eq(s->row_count, (size_t)2);
    cr_expect_str_eq(s->row[1], "AC-02b");
    cr_expect_str_eq(s->source, "a \"page\"");
    cr_expect_str_eq(s->notes, "caf\xc3\xa9 \\ bar");
    cr_expect_eq(s->line, 4u);
    cr_expect_eq(s->index, 0u);
    epw_catalogue_free(c);
}

/* What is compared for every flow: by address, in one catalogue. */
Test(catalogue_load, equal_products_functions_and_roles_are_one_text)
{
    struct epw_catalogue *c = must_load(HEADER ROW("a", "tcp", "1", "", "port") ROW(
        "b", "udp", "2", "",
        "port") "c,Acme,acme-scan,own,updated,update,tcp,3,,server,client,,,network,,current"
                ",,port,,a document,\n");
    const struct epw_signature *a = epw_catalogue_at(c, 0), *b = epw_catalogue_at(c, 1),
                               *other = epw_catalogue_at(c, 2);
    cr_expect(epw_same(a->product, b->product) && epw_same(a->function, b->function));
    cr_expect(epw_same(a->category, other->category));
    cr_expect(epw_same(a->initiator, other->responder) && epw_same(a->responder, other->initiator));
    cr_expect(!epw_same(a->product, other->product) && !epw_same(a->function, other->function));
    cr_expect(!epw_same(a->initiator, a->responder));
    epw_catalogue_free(c);
}

Test(catalogue_load, only_announced_conversations_go_without_a_port)
{
    struct epw_catalogue *c = must_load(HEADER ROW("acme-1", "tcp", "", "", "control"));
    const struct epw_signature *s = epw_catalogue_find(c, "acme-1");
    cr_assert_not_null(s);
    cr_expect_eq(s->port_count, (size_t)0);
    cr_expect_eq(s->needs, EPW_NEEDS_CONTROL);
    epw_catalogue_free(c);
    expect_cell("ports", "", "");
}

Test(catalogue_load, wrong_cells_are_told_with_their_place)
{
    expect_cell("id", "Acme", "Acme");
    expect_cell("id", "", "");
    expect_cell("vendor", "", "");
    expect_cell("product", "acme guard", "acme guard");
    expect_cell("kind", "friend", "friend");
    expect_cell("function", "", "");
    expect_cell("category", "updates", "updates");
    expect_cell("transport", "sctp", "sctp");
    expect_cell("transport", "TCP", "TCP");
    expect_cell("app_protocol", "https", "https");
    expect_cell("app_protocol", "unknown", "unknown");
    expect_cell("app_protocol", "tls http ssh ftp smb", "tls http ssh ftp smb");
    expect_cell("initiator", "the client", "the client");
    expect_cell("responder", "Server", "Server");
    expect_cell("networks", "10.0.0.0/8", "10.0.0.0/8");
    expect_cell("networks", "initiator=10.0.0.1/8", "initiator=10.0.0.1/8");
    expect_cell("networks", "initiator=10.0.0.0/33", "initiator=10.0.0.0/33");
    expect_cell("networks", "client=10.0.0.0/8", "client=10.0.0.0/8");
    expect_cell("scope", "internet", "internet");
    expect_cell("scope", "", "");
    expect_cell("status", "old", "old");
    expect_cell("period", "0", "0");
    expect_cell("period", "a day", "a day");
    expect_cell("period", "31536001", "31536001");
    expect_cell("needs", "luck", "luck");
    expect_cell("rows", "AC_01", "AC_01");
    expect_cell("source", "", "");
}

Test(catalogue_load, ports_are_numbers_and_ranges_that_do_not_overlap)
{
    static const char *const bad[] = { "0",     "65536",   "80-",      "-80",    "80-80",
                                       "90-80", "80-90-9", "80,443",   "80 80",  "80-90 85",
                                       "0x50",  "+80",     "80-65536", "80 all", "1-2 2-3" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char cell[64];
        snprintf(cell, sizeof(cell), "\"%s\"", bad[i]);
        expect_cell("ports", cell, bad[i]);
    }
}

Test(catalogue_load, masks_leave_two_labels_literal)
{
    static const char *const bad[] = {
        "*",
        "*.com",
        "*.*.com",
        "com",
        "a.*.b*",
        "a.b.c*m",
        "a.?xample.com.*",
        "A.example.com",
        "a..example.com",
        ".example.com",
        "a.example.com.",
        "a b!.example.com",
        "caf\xc3\xa9.example.com",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.com"
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char got[72] = "";
        epw_text_clean(bad[i], strlen(bad[i]), got, sizeof(got));
        expect_cell("names", bad[i], got);
    }
    static const char *const good[] = { "example.com",         "*.example.com",
                                        "s??.upd.example.com", "a-*.b.example.com",
                                        "a.*.example.com",     "*x.example.com",
                                        "*.a?.example.com",    "_sip.example.com" };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        char text[1024];
        snprintf(text, sizeof(text), HEADER ROW("acme-1", "tcp", "80", "%s", "name"), good[i]);
        epw_catalogue_free(must_load(text));
    }
}

Test(catalogue_load, what_needs_asks_for_must_be_there)
{
    expect_cell("names", "", "");
    static const char initiator[] =
        HEADER "a,A,p,own,f,update,tcp,80,,,server,,,network,,current,,initiator,,d,\n";
    expect_told(initiator, sizeof(initiator) - 1, "2: column initiator: got '', expected a role");
    static const char responder[] =
        HEADER "a,A,p,own,f,update,tcp,80,,client,,,,network,,current,,responder,,d,\n";
    expect_told(responder, sizeof(responder) - 1, "2: column responder: got '', expected a role");
    static const char rows[] =
        HEADER "a,A,p,neighbour,f,update,tcp,80,,client,,,,network,,current,,port,AC-1,d,\n";
    expect_told(rows, sizeof(rows) - 1, "2: column rows: got 'AC-1', expected nothing");
}

Test(catalogue_load, a_header_has_these_columns_in_this_order)
{
    static const char wrong[] = "id,vendor,kind,product\n";
    expect_told(wrong, sizeof(wrong) - 1, "1: header: got 'kind' as column 3, expected product");
    static const char missing[] = "# only a comment before it\nid,vendor,product\n";
    expect_told(missing, sizeof(missing) - 1, "2: header: got '' as column 4, expected kind");
    struct epw_str more = { 0 };
    epw_str_addn(&more, HEADER, strlen(HEADER) - 1);
    epw_str_add(&more, ",mood\n");
    expect_told(epw_str_text(&more), more.len, "1: header: got 22 columns, expected 21");
    epw_str_free(&more);
    static const char none[] = ROW("acme-1", "tcp", "80", "", "port");
    expect_told(none, sizeof(none) - 1, "1: header: got 'acme-1' as column 1, expected id");
}

Test(catalogue_load, empty_files_are_errors_and_a_header_alone_is_not)
{
    expect_told("", 0, " got no line, expected the header");
    expect_told("# nothing\n\n", 11, " got no line, expected the header");
    struct epw_catalogue *c = must_load(HEADER);
    cr_expect_eq(epw_catalogue_count(c), (size_t)0);
    epw_catalogue_free(c);
}

Test(catalogue_load, rows_have_all_cells_on_one_line)
{
    static const char few[] = HEADER "acme-1,Acme\n";
    expect_told(few, sizeof(few) - 1, "2: row: got 2 cells, expected 21");
    static const char many[] = HEADER ",,,,,,,,,,,,,,,,,,,,,\n";
    expect_told(many, sizeof(many) - 1, "2: row: got 22 cells, expected 21");
    static const char stray[] = HEADER "acme-1,Ac\"me,p\n";
    expect_told(stray, sizeof(stray) - 1, "2: quotes: ");
    static const char open_quote[] = HEADER "acme-1,\"Acme,p\n";
    expect_told(open_quote, sizeof(open_quote) - 1, "2: quotes: ");
}

Test(catalogue_load, a_file_that_was_cut_does_not_load)
{
    /* Cut inside the name, which is one still: half of it would be another vendor's. */
    static const char row[] = HEADER ROW("a-1", "tcp", "443", "acme.example.com", "name");
    size_t header = sizeof(HEADER) - 1;
    for (size_t len = 1; len < sizeof(row) - 1; len++)
        if (len != header)
            expect_told(row, len,
                        len < header ? "1: line: got the end of the file"
                                     : "2: line: got the end of the file");
}

/* A cell may not go on in the next line: both lines are told, and the one behind is read. */
Test(catalogue_load, a_quoted_newline_hides_nothing)
{
    struct told told = { 0 };
    struct epw_catalogue *c;
    cr_expect_eq(load_text(&c, HEADER "acme-1,\"Ac\nme\",x\nacme-2,Acme\n", &told), EPW_EFORMAT);
    const char *text = epw_str_text(&told.text);
    cr_expect_not_null(strstr(text, ":2: quotes: "), "%s", text);
    cr_expect_not_null(strstr(text, ":3: quotes: "), "%s", text);
    cr_expect_not_null(strstr(text, ":4: row: got 2 cells"), "%s", text);
    epw_str_free(&told.text);
}

Test(catalogue_load, cells_are_utf8_without_control_characters)
{
    expect_cell("notes", "a\tb", "a\\x09b");
    expect_cell("notes", "\xff\xfe", "\\xff\\xfe");
    expect_cell("vendor", "\xc3", "\\xc3");
    struct epw_str text = { 0 };
    epw_str_add(&text, HEADER "acme-1,Ac");
    epw_str_addn(&text, "\0me", 3);
    epw_str_add(&text, ",p,own,f,update,tcp,80,,client,,,,network,,current,,port,,d,\n");
    expect_told(epw_str_text(&text), text.len, "2: column vendor: got 'Ac\\x00me', expected UTF-8");
    epw_str_free(&text);
}

Test(catalogue_load, long_cells_lines_and_lists_are_told)
{
    struct epw_str text = { 0 };
    char *filler = calloc(1, 70001);
    memset(filler, 'x', 33000);
    epw_str_addf(&text, HEADER "a,%s,p,own,f,update,tcp,80,,c,,,,network,,current,,port,,d,\n",
                 filler);
    expect_told(epw_str_text(&text), text.len,
                "2: column vendor: got 33000 characters, expected at most 32768");
    memset(filler, 'x', 70000);
    epw_str_clear(&text);
    epw_str_addf(&text, HEADER "a,%s\n", filler);
    expect_told(epw_str_text(&text), text.len, "2: line: got more than 65536 bytes");
    epw_str_clear(&text);
    epw_str_add(&text, HEADER "a,A,p,own,f,update,tcp,80,,c,,");
    for (int i = 0; i < 1025; i++)
        epw_str_addf(&text, "h%d.example.com ", i);
    epw_str_add(&text, ",,network,,current,,name,,d,\n");
    expect_told(epw_str_text(&text), text.len,
                "2: column names: got 1025 values, expected at most 1024");
    epw_str_free(&text);
    free(filler);
}

Test(catalogue_load, all_errors_of_a_file_are_told)
{
    struct told told = { 0 };
    struct epw_catalogue *c;
    const char *text = HEADER ROW("acme-1", "tcp", "0", "*", "luck")
        ROW("acme-2", "tcp", "80", "", "port") ROW("acme-3", "icmp", "80", "", "port");
    cr_expect_eq(load_text(&c, text, &told), EPW_EFORMAT);
    cr_expect_eq(told.count, (size_t)4, "%s", epw_str_text(&told.text));
    epw_str_free(&told.text);
}

Test(catalogue_load, an_id_is_unique_over_all_files)
{
    static const char row[] = HEADER ROW("acme-1", "tcp", "80", "", "port");
    char *a = make_file(row, sizeof(row) - 1), *b = make_file(row, sizeof(row) - 1);
    const char *paths[] = { a, b };
    struct told told = { 0 };
    struct epw_catalogue *c;
    cr_expect_eq(epw_catalogue_load(&c, paths, 2, keep_told, &told), EPW_EFORMAT);
    char expected[256];
    snprintf(expected, sizeof(expected),
             "%s:2: column id: got 'acme-1' again, expected one that is not in %s:2 yet\n", b, a);
    cr_expect_str_eq(epw_str_text(&told.text), expected);
    epw_str_free(&told.text);
    drop_file(a);
    drop_file(b);
}

Test(catalogue_load, a_folder_is_its_csv_files_by_name)
{
    static const char one[] = HEADER ROW("acme-1", "tcp", "80", "", "port");
    static const char two[] = HEADER ROW("acme-2", "tcp", "80", "", "port");
    char folder[] = "/tmp/epw_catalogue_XXXXXX", path[128];
    cr_assert_not_null(mkdtemp(folder));
    const char *paths[] = { folder };
    struct told told = { 0 };
    struct epw_catalogue *c;
    cr_expect_eq(epw_catalogue_load(&c, paths, 1, keep_told, &told), EPW_ENOENT);
    cr_expect_not_null(strstr(epw_str_text(&told.text), folder));
    cr_expect_not_null(strstr(epw_str_text(&told.text), "without *.csv"));
    static const struct {
        const char *name, *text;
    } files[] = { { "b.csv", one }, { "a.csv", two }, { "README.md", "no" }, { ".c.csv", "no" } };
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, files[i].name);
        FILE *file = fopen(path, "w");
        fputs(files[i].text, file);
        fclose(file);
    }
    cr_assert_eq(epw_catalogue_load(&c, paths, 1, keep_told, &told), EPW_OK);
    cr_assert_eq(epw_catalogue_count(c), (size_t)2);
    cr_expect_str_eq(epw_catalogue_at(c, 0)->id, "acme-2");
    cr_expect_str_eq(epw_catalogue_at(c, 1)->id, "acme-1");
    snprintf(path, sizeof(path), "%s/a.csv", folder);
    cr_expect_str_eq(epw_catalogue_at(c, 0)->file, path);
    epw_catalogue_free(c);
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, files[i].name);
        unlink(path);
    }
    rmdir(folder);
    epw_str_free(&told.text);
}

Test(catalogue_load, paths_that_cannot_be_read_are_told)
{
    const char *paths[] = { "/nonexistent/acme.csv" };
    struct told told = { 0 };
    struct epw_catalogue *c;
    cr_expect_eq(epw_catalogue_load(&c, paths, 1, keep_told, &told), EPW_ENOENT);
    cr_expect_str_eq(epw_str_text(&told.text),
                     "/nonexistent/acme.csv: No such file or directory\n");
    cr_expect_eq(epw_catalogue_load(&c, paths, 1, NULL, NULL), EPW_ENOENT);
    epw_str_free(&told.text);
}

Test(catalogue_load, errors_beyond_the_limit_are_not_told)
{
    struct epw_str text = { 0 };
    epw_str_add(&text, HEADER);
    for (int i = 0; i < 1500; i++)
        epw_str_add(&text, "x\n");
    struct told told = { 0 };
    struct epw_catalogue *c;
    cr_expect_eq(load_text(&c, epw_str_text(&text), &told), EPW_EFORMAT);
    cr_expect_eq(told.count, (size_t)1000);
    cr_expect_not_null(strstr(epw_str_text(&told.text), "too many errors"));
    epw_str_free(&told.text);
    epw_str_free(&text);
}

/* 129 rows of 65,535 ports would be more index than the limit allows. */
Test(catalogue_load, too_many_ports_of_all_rows_are_refused)
{
    struct epw_str text = { 0 };
    epw_str_add(&text, HEADER);
    for (int i = 0; i < 129; i++)
        epw_str_addf(&text, ROW("a-%d", "tcp", "1-65535", "", "port"), i);
    struct told told = { 0 };
    struct epw_catalogue *c;
    cr_expect_eq(load_text(&c, epw_str_text(&text), &told), EPW_ELIMIT);
    cr_expect_eq(told.count, (size_t)1);
    epw_str_free(&told.text);
    epw_str_free(&text);
}
