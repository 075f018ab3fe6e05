/* SPDX-License-Identifier: Apache-2.0 */
/* What a site file may hold, what is told of one that holds something else, and what it answers. */
#include "catalogue_text.h"

#include "analyst/audit/audit.h"
#include "analyst/knowledge/site.h"

/* acme-guard has roles client and server and functions updates (tcp/8014) and wake (udp/8015). */
static const char signatures[] = HEADER ROW("a-1", "tcp", "8014", "", "port") ROW(
    "a-2", "tcp", "443", "a.example.com", "name") "a-3,Acme,acme-guard,own,wake,update,udp,8015,,"
                                                  "server,client,,,network,,current,,port,,a "
                                                  "document,\n"
                                                  "b-1,Bolt,bolt,own,tasks,update,tcp,2222,,,agent,"
                                                  ",,network,,current,,port,,a document,\n";

#define SITE "type,product,key,value,note\n"

static struct epw_catalogue *catalogue;
static struct told told;
static struct epw_site *site;

static void set_up(void)
{
    catalogue = must_load(signatures);
}

static void tear_down(void)
{
    epw_site_free(site);
    epw_str_free(&told.text);
    epw_catalogue_free(catalogue);
}

TestSuite(site, .init = set_up, .fini = tear_down);

static enum epw_err load(const char *text)
{
    epw_site_free(site);
    epw_str_clear(&told.text);
    told.count = 0;
    char *path = make_file(text, strlen(text));
    enum epw_err err = epw_site_load(&site, path, catalogue, keep_told, &told);
    drop_file(path);
    return err;
}

static void must_be_good(const char *text)
{
    cr_assert_eq(load(text), EPW_OK, "%s", epw_str_text(&told.text));
    cr_assert_eq(told.count, (size_t)0, "%s", epw_str_text(&told.text));
}

/* Must be the only thing told, of line 2. */
static void expect_told(const char *line, const char *what)
{
    struct epw_str text = { 0 };
    epw_str_addf(&text, SITE "%s\n", line);
    cr_expect_eq(load(epw_str_text(&text)), EPW_EFORMAT, "%s", line);
    cr_expect_null(site, "half a file was used");
    cr_expect_eq(told.count, (size_t)1, "%s: %s", line, epw_str_text(&told.text));
    cr_expect_not_null(strstr(epw_str_text(&told.text), ":2: "), "%s", epw_str_text(&told.text));
    cr_expect_not_null(strstr(epw_str_text(&told.text), what), "told '%s', expected '%s'",
                       epw_str_text(&told.text), what);
    epw_str_free(&text);
}

static struct epw_ip ip(const char *text)
{
    struct epw_ip out;
    cr_assert(epw_ip_parse(text, &out), "%s", text);
    return out;
}

static bool role(const char *address, const char *product, const char *name)
{
    struct epw_ip a = ip(address);
    return epw_site_role(site, &a, product, name);
}

static bool internal(const char *address)
{
    struct epw_ip a = ip(address);
    return epw_site_internal(site, &a);
}

Test(site, without_a_file_nothing_is_declared)
{
    const struct epw_signature *sig = epw_catalogue_at(catalogue, 0), *list[4];
    const char *product, *name;
    struct epw_ip a = ip("10.0.0.1"), b = ip("192.0.2.1");
    cr_expect(!epw_site_has_internal(NULL) && !epw_site_has_deployed(NULL));
    cr_expect(epw_site_internal(NULL, &a), "a private address");
    cr_expect(!epw_site_internal(NULL, &b));
    cr_expect(!epw_site_deployed(NULL, "acme-guard"));
    cr_expect(!epw_site_role(NULL, &a, "acme-guard", "server"));
    cr_expect(!epw_site_declares(NULL, "acme-guard", "server"));
    cr_expect(!epw_site_names(NULL, "a.example", "acme-guard", "server"));
    cr_expect(!epw_site_known(NULL, &a, &product, &name));
    cr_expect(!epw_site_moved(NULL, sig) && !epw_site_moved_has(NULL, sig, 8014));
    cr_expect(epw_site_has_port(NULL, sig, 8014));
    cr_expect_eq(epw_site_first_port(NULL, sig), 8014);
    cr_expect_eq(epw_site_moved_to(NULL, 6, 8014, list, 4), (size_t)0);
    cr_expect_eq(epw_site_by_port(NULL, catalogue, 6, 8014, list, 4), (size_t)1);
    cr_expect(!epw_site_proxy(NULL, &a) && !epw_site_scanner(NULL, &a));
    cr_expect(!epw_site_ignores(NULL, "blocked", "acme-guard", &a, &b));
    epw_site_free(NULL);
}

Test(site, networks_of_ours_replace_the_private_ones)
{
    must_be_good(SITE "internal,,,192.0.2.0/24,\ninternal,,,2001:db8:1::/48\n");
    cr_expect(epw_site_has_internal(site));
    cr_expect(internal("192.0.2.200") && internal("2001:db8:1:2::3"));
    cr_expect(!internal("192.0.3.1") && !internal("2001:db8:2::1"));
    cr_expect(!internal("10.0.0.1"), "private, but not declared");
}

Test(site, hosts_are_addresses_or_networks)
{
    must_be_good("type,product,key,value\n"
                 "# a header without note\n"
                 "host,acme-guard,server,10.0.0.10\n"
                 "host,acme-guard,client,10.0.0.0/24,one more cell\n"
                 "host,bolt,agent,10.0.0.10\n");
    cr_expect(role("10.0.0.10", "acme-guard", "server"));
    cr_expect(role("10.0.0.10", "acme-guard", "client"));
    cr_expect(role("10.0.0.10", "bolt", "agent"), "two products on one address are allowed");
    cr_expect(!role("10.0.0.11", "acme-guard", "server"));
    cr_expect(!role("10.0.1.10", "acme-guard", "client"));
    cr_expect(!role("10.0.0.10", "bolt", ""));
    cr_expect(epw_site_declares(site, "bolt", "agent"));
    cr_expect(!epw_site_declares(site, "bolt", "server"));
    const char *product, *name;
    struct epw_ip a = ip("10.0.0.10"), b = ip("10.0.0.11"), c = ip("10.0.1.1");
    cr_assert(epw_site_known(site, &a, &product, &name));
    cr_expect_str_eq(name, "server", "the narrowest, and of those the first");
    cr_assert(epw_site_known(site, &b, &product, &name));
    cr_expect_str_eq(name, "client");
    cr_expect(!epw_site_known(site, &c, &product, &name));
}

Test(site, products_and_names)
{
    must_be_good(SITE "deployed,bolt,,,\ndeployed,acme-guard,,\n"
                      "name,acme-guard,server,Guard.Corp.example,\nname,bolt,agent,guard,\n");
    cr_expect(epw_site_has_deployed(site));
    cr_expect(epw_site_deployed(site, "bolt") && epw_site_deployed(site, "acme-guard"));
    cr_expect(!epw_site_deployed(site, "other"));
    cr_expect(epw_site_names(site, "guard.corp.example", "acme-guard", "server"));
    cr_expect(!epw_site_names(site, "guard.corp.example", "acme-guard", "client"));
    cr_expect(!epw_site_names(site, "guard", "acme-guard", "server"));
    cr_expect(epw_site_declares(site, "acme-guard", "server"));
}

Test(site, moved_functions)
{
    must_be_good(SITE "port,acme-guard,wake,udp/9000-9002,\nport,acme-guard,wake,udp/9010,\n");
    const struct epw_signature *wake = epw_catalogue_find(catalogue, "a-3"), *list[4];
    const struct epw_signature *updates = epw_catalogue_find(catalogue, "a-1");
    cr_expect(epw_site_moved(site, wake) && !epw_site_moved(site, updates));
    cr_expect(epw_site_moved_has(site, wake, 9002) && epw_site_moved_has(site, wake, 9010));
    cr_expect(!epw_site_moved_has(site, wake, 8015) && !epw_site_moved_has(site, wake, 9003));
    cr_expect(epw_site_has_port(site, updates, 8014) && !epw_site_has_port(site, wake, 8015));
    cr_expect_eq(epw_site_first_port(site, wake), 9000);
    cr_assert_eq(epw_site_moved_to(site, 17, 9001, list, 4), (size_t)1);
    cr_expect_eq(list[0], wake);
    cr_expect_eq(epw_site_moved_to(site, 6, 9001, list, 4), (size_t)0);
    cr_expect_eq(epw_site_by_port(site, catalogue, 17, 8015, list, 4), (size_t)0);
    cr_expect_eq(epw_site_by_port(site, catalogue, 17, 9010, list, 4), (size_t)1);
    cr_expect_eq(epw_site_by_port(site, catalogue, 17, 9010, list, 0), (size_t)0);
}

Test(site, proxies_scanners_and_accepted_deviations)
{
    if (epw_rules[0] == NULL)
        cr_skip_test("no finding rules are built in");
    struct epw_str text = { 0 };
    epw_str_addf(&text,
                 SITE "proxy,,,10.0.0.80,\nscanner,,,10.0.0.99,\nignore,,%s,10.9.0.0/16,\n"
                      "ignore,bolt,%s,10.8.0.1,\n",
                 epw_rules[0]->name, epw_rules[0]->name);
    must_be_good(epw_str_text(&text));
    epw_str_free(&text);
    const char *kind = epw_rules[0]->name;
    struct epw_ip proxy = ip("10.0.0.80"), scanner = ip("10.0.0.99"), other = ip("10.0.0.1");
    struct epw_ip nine = ip("10.9.3.4"), eight = ip("10.8.0.1");
    cr_expect(epw_site_proxy(site, &proxy) && !epw_site_proxy(site, &scanner));
    cr_expect(epw_site_scanner(site, &scanner) && !epw_site_scanner(site, &proxy));
    cr_expect(epw_site_ignores(site, kind, "bolt", &nine, &other));
    cr_expect(epw_site_ignores(site, kind, "", &other, &nine), "either side");
    cr_expect(!epw_site_ignores(site, kind, "bolt", &other, &other));
    cr_expect(!epw_site_ignores(site, "something else", "bolt", &nine, &other));
    cr_expect(epw_site_ignores(site, kind, "bolt", &eight, NULL));
    cr_expect(!epw_site_ignores(site, kind, "acme-guard", &eight, NULL), "another product's");
}

Test(site, wrong_cells_are_told_with_what_is_known)
{
    expect_told("server,bolt,,,", "column type: got 'server', expected a type: internal, deployed, "
                                  "host, name, port, proxy, scanner, ignore");
    expect_told("deployed,blot,,,", "column product: got 'blot', expected a product: acme-guard, "
                                    "bolt");
    expect_told("deployed,,,,", "column product: got ''");
    expect_told("host,acme-guard,agent,10.0.0.1,",
                "column key: got 'agent', expected a role of the product: client, server");
    expect_told("host,bolt,,10.0.0.1,",
                "column key: got '', expected a role of the product: agent");
    expect_told("port,acme-guard,tasks,tcp/1,",
                "column key: got 'tasks', expected a function of the product: updates, wake");
    expect_told("ignore,,no-such,10.0.0.1,", "column key: got 'no-such', expected a finding: ");
    expect_told("internal,bolt,,10.0.0.0/8,", "column product: got 'bolt', expected nothing");
    expect_told("proxy,,server,10.0.0.1,", "column key: got 'server', expected nothing");
    expect_told("deployed,bolt,,10.0.0.1,", "column value: got '10.0.0.1', expected nothing");
}

Test(site, wrong_values_are_told)
{
    expect_told("internal,,,10.0.0.1/8,", "column value: got '10.0.0.1/8', expected an address");
    expect_told("internal,,,,", "column value: got '', expected an address");
    expect_told("host,bolt,agent,10.0.0.0/33,", "column value: got '10.0.0.0/33'");
    expect_told("host,bolt,agent,pc.example,", "column value: got 'pc.example'");
    expect_told("name,bolt,agent,*.example,",
                "column value: got '*.example', expected a host name");
    expect_told("name,bolt,agent,10.0.0.1,", "column value: got '10.0.0.1', expected a host name");
    expect_told("name,bolt,agent,pc.example.,", "column value: got 'pc.example.'");
    expect_told("name,bolt,agent,pc..example,", "column value: got 'pc..example'");
    expect_told("port,acme-guard,wake,8015,", "column value: got '8015', expected tcp/PORT");
    expect_told("port,acme-guard,wake,udp/0,", "column value: got 'udp/0'");
    expect_told("port,acme-guard,wake,udp/65536,", "column value: got 'udp/65536'");
    expect_told("port,acme-guard,wake,udp/9-8,", "column value: got 'udp/9-8'");
    expect_told("port,acme-guard,wake,tcp/9,", "column value: got 'tcp/9', expected the transport");
    expect_told("host,bolt,agent", "row: got 3 cells, expected 4 to 5");
    expect_told("host,bolt,agent,10.0.0.1,a,b", "row: got 6 cells, expected 4 to 5");
    expect_told("host,bolt,agent,\"10.0.0.1,", "quotes: got one that is open");
}

Test(site, every_error_of_a_line_and_of_a_file_is_told)
{
    cr_expect_eq(load(SITE "host,blot,server,10.0.0.256,\nhots,,,,\n"), EPW_EFORMAT);
    cr_expect_eq(told.count, (size_t)3, "%s", epw_str_text(&told.text));
    cr_expect_eq(load("type;product;key;value;note\n"), EPW_EFORMAT);
    cr_expect_not_null(strstr(epw_str_text(&told.text), "header: got 'type;product"));
    cr_expect_eq(load(""), EPW_EFORMAT);
    cr_expect_not_null(strstr(epw_str_text(&told.text), "expected the header type,product,key"));
    cr_expect_eq(epw_site_load(&site, "/nonexistent/site.csv", catalogue, keep_told, &told),
                 EPW_ENOENT);
    cr_expect_not_null(strstr(epw_str_text(&told.text), "/nonexistent/site.csv: No such file"));
}

static void expect_warning(void *ctx, const struct epw_diag *diag)
{
    cr_expect_eq(diag->code, EPW_OK);
    keep_told(ctx, diag);
}

Test(site, a_line_given_twice_is_told_and_counted_once)
{
    const char text[] = SITE "deployed,bolt,,,\nname,bolt,agent,PC,\n"
                             "deployed,bolt,,,again\nname,bolt,agent,pc,\n";
    char *path = make_file(text, sizeof(text) - 1);
    cr_expect_eq(epw_site_load(&site, path, catalogue, expect_warning, &told), EPW_OK);
    drop_file(path);
    cr_expect_eq(told.count, (size_t)2);
    cr_expect_not_null(strstr(epw_str_text(&told.text), ":4: row: the same as line 2"), "%s",
                       epw_str_text(&told.text));
    cr_expect_not_null(strstr(epw_str_text(&told.text), ":5: row: the same as line 3"));
    cr_expect(epw_site_deployed(site, "bolt"));
}

/* Loads, and tells nothing but this warning, of this line. */
static void expect_warned(const char *text, unsigned line, const char *what)
{
    struct epw_str where = { 0 };
    epw_str_addf(&where, ":%u: %s", line, what);
    cr_expect_eq(load(text), EPW_OK, "%s", epw_str_text(&told.text));
    cr_expect_eq(told.count, (size_t)1, "%s%s", text, epw_str_text(&told.text));
    cr_expect_not_null(strstr(epw_str_text(&told.text), epw_str_text(&where)),
                       "told '%s', expected '%s'", epw_str_text(&told.text), epw_str_text(&where));
    epw_str_free(&where);
}

Test(site, nobody_is_proxy_and_scanner)
{
    static const char *const both[] = {
        SITE "proxy,,,10.0.0.80,\nscanner,,,10.0.0.80,\n",
        SITE "proxy,,,10.0.0.0/24,\nscanner,,,10.0.0.80,\n",
        SITE "scanner,,,10.0.0.80,\nproxy,,,10.0.0.80,\n",
    };
    for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
        cr_expect_eq(load(both[i]), EPW_EFORMAT, "%s", both[i]);
        cr_expect_null(site);
        cr_expect_eq(told.count, (size_t)1, "%s", epw_str_text(&told.text));
        cr_expect_not_null(strstr(epw_str_text(&told.text), ":3: column type: got '"));
        cr_expect_not_null(strstr(epw_str_text(&told.text), "line 2 says that 10.0.0.80 is a "));
    }
    cr_expect_eq(load(SITE "proxy,,,10.0.0.80,\nscanner,,,10.0.0.0/24,\n"), EPW_EFORMAT);
    cr_expect_not_null(strstr(epw_str_text(&told.text), "10.0.0.80"), "the narrower one is named");
    must_be_good(SITE "proxy,,,10.0.0.80,\nscanner,,,10.0.0.81,\nscanner,,,10.0.1.0/24,\n");
}

Test(site, a_proxy_with_a_role_of_its_own_is_doubtful)
{
    expect_warned(SITE "proxy,,,10.0.0.80,\nhost,bolt,agent,10.0.0.80,\n", 3,
                  "column value: 10.0.0.80 is a proxy by line 2");
    expect_warned(SITE "host,bolt,agent,10.0.0.0/28,\nproxy,,,10.0.0.0/24,\n", 2,
                  "column value: 10.0.0.0/28 is a proxy by line 3");
    must_be_good(SITE "host,bolt,agent,10.0.0.0/24,\nproxy,,,10.0.0.80,among the agents\n");
    must_be_good(SITE "host,bolt,agent,10.0.0.99,\nscanner,,,10.0.0.99,has an agent as well\n");
}

Test(site, a_private_host_is_in_a_network_of_ours)
{
    expect_warned(SITE "internal,,,10.1.0.0/16,\nhost,bolt,agent,10.2.0.7,\n", 3,
                  "column value: 10.2.0.7 is private, but in no internal network");
    expect_warned(SITE "scanner,,,fd00:1::/64,\ninternal,,,10.0.0.0/8,\n", 2,
                  "column value: fd00:1::/64 is private");
    must_be_good(SITE "internal,,,10.1.0.0/16,\nhost,bolt,agent,10.0.0.0/8,holds ours\n"
                      "host,acme-guard,server,192.0.2.1,hosted\nproxy,,,10.1.0.80,\n"
                      "ignore,,blocked,10.9.0.0/16,somebody's\n");
    must_be_good(SITE "host,bolt,agent,10.2.0.7,no internal lines: all private ones are ours\n");
    must_be_good(SITE "internal,,,10.0.0.0/8,\ninternal,,,10.1.0.0/16,a part\n");
}

Test(site, who_is_declared_is_deployed)
{
    expect_warned(SITE "deployed,bolt,,,\nhost,acme-guard,server,10.0.0.1,\n"
                       "host,acme-guard,client,10.0.0.2,told once\n",
                  3, "column product: acme-guard is not among the deployed ones");
    expect_warned(SITE "name,acme-guard,server,guard,\ndeployed,bolt,,,\n", 2,
                  "column product: acme-guard is not");
    expect_warned(SITE "port,acme-guard,wake,udp/9000,\ndeployed,bolt,,,\n", 2,
                  "column product: acme-guard is not");
    must_be_good(SITE "deployed,bolt,,,\nignore,acme-guard,rogue-product,10.0.0.1,meant\n");
    must_be_good(SITE "host,acme-guard,server,10.0.0.1,nothing is called rogue\n");
}

Test(site, ports_of_a_function_do_not_overlap)
{
    expect_warned(SITE "port,acme-guard,wake,udp/9000-9010,\nport,acme-guard,wake,udp/9010,\n", 3,
                  "column value: has ports of line 2 again");
    must_be_good(SITE "port,acme-guard,wake,udp/9000,\nport,acme-guard,wake,udp/9001-9002,\n"
                      "port,acme-guard,updates,tcp/9000,another function\n");
}

Test(site, a_network_leaves_something_out)
{
    expect_warned(SITE "internal,,,0.0.0.0/0,\n", 2, "column value: holds every address");
    expect_warned(SITE "host,bolt,agent,::/0,\n", 2, "column value: holds every address");
    must_be_good(SITE "ignore,,blocked,0.0.0.0/0,nobody is to be told\n");
}

Test(site, what_is_about_no_product_is_accepted_for_none)
{
    expect_warned(SITE "ignore,bolt,two-products,10.0.0.1,\n", 2,
                  "column product: got 'bolt', but two-products is about no product");
    must_be_good(SITE "ignore,,two-products,10.0.0.1,\nignore,bolt,blocked,10.0.0.1,\n");
}

Test(site, half_a_file_does_not_load)
{
    static const char whole[] = SITE "deployed,bolt,,,\nhost,bolt,agent,10.0.0.12,the test net\n";
    for (size_t len = 1; len < sizeof(whole) - 1; len++) {
        char *path = make_file(whole, len);
        epw_str_clear(&told.text);
        epw_site_free(site);
        enum epw_err err = epw_site_load(&site, path, catalogue, keep_told, &told);
        drop_file(path);
        /* A file that ends with a line is as good as one that never had more. */
        cr_expect_eq(err, whole[len - 1] == '\n' ? EPW_OK : EPW_EFORMAT, "%zu bytes: %s", len,
                     epw_str_text(&told.text));
        if (whole[len - 1] != '\n')
            cr_expect_not_null(strstr(epw_str_text(&told.text), "line: got the end of the file"));
    }
    cr_expect_eq(load(SITE "deployed,bolt,,,\n# a comment th"), EPW_EFORMAT, "more may follow it");
    must_be_good("type,product,key,value,note\r\ndeployed,bolt,,,\r\n");
}
