/* SPDX-License-Identifier: Apache-2.0 */
/* A site file of any bytes: told of or loaded, and every question answered. */
#include "analyst/knowledge/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char signatures[] =
    "id,vendor,product,kind,function,category,transport,ports,app_protocol,initiator,responder,"
    "names,networks,scope,versions,status,period,needs,rows,source,notes\n"
    "a,Acme,acme,own,sync,update,tcp,8014,,client,server,,,network,,current,,port,,page,\n"
    "b,Acme,acme,own,wake,update,udp,8015 "
    "9000-9002,,server,client,,,network,,current,,port,,page,\n"
    "c,Bolt,bolt,own,sync,update,tcp,443,,,cloud,a.example.com,,network,,current,,name,,page,\n";

static void told(void *ctx, const struct epw_diag *diag)
{
    (void)ctx;
    if (strlen(diag->text) >= EPW_DIAG_LEN)
        abort();
}

/* A file in memory; path becomes its name. */
static int memory_file(const void *data, size_t size, char path[32])
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, 32, "/proc/self/fd/%d", fd);
    return fd;
}

static struct epw_catalogue *load_catalogue(void)
{
    struct epw_catalogue *catalogue;
    char path[32];
    const char *paths = path;
    int fd = memory_file(signatures, sizeof(signatures) - 1, path);
    if (epw_catalogue_load(&catalogue, &paths, 1, NULL, NULL) != EPW_OK)
        abort();
    close(fd);
    return catalogue;
}

static void ask(const struct epw_site *site, const struct epw_catalogue *catalogue,
                const struct epw_ip *ip)
{
    const char *product, *role;
    if (epw_site_known(site, ip, &product, &role) &&
        (!epw_site_role(site, ip, product, role) || !epw_site_declares(site, product, role)))
        abort();
    epw_site_internal(site, ip);
    epw_site_proxy(site, ip);
    epw_site_scanner(site, ip);
    epw_site_ignores(site, "blocked", "acme", ip, ip);
    epw_site_names(site, "manager.example.com", "acme", "server");
    for (size_t i = 0; i < epw_catalogue_count(catalogue); i++) {
        const struct epw_signature *sig = epw_catalogue_at(catalogue, i), *list[4];
        uint16_t port = epw_site_first_port(site, sig);
        if (!epw_site_has_port(site, sig, port) ||
            epw_site_by_port(site, catalogue, sig->proto, port, list, 4) == 0)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct epw_catalogue *catalogue;
    static const char *const address[] = { "10.0.0.1",    "10.0.0.80", "192.0.2.1",
                                           "2001:db8::1", "::",        "255.255.255.255" };
    if (catalogue == NULL)
        catalogue = load_catalogue();
    struct epw_site *site;
    char path[32];
    int fd = memory_file(data, size, path);
    if (epw_site_load(&site, path, catalogue, told, NULL) == EPW_OK)
        for (size_t i = 0; i < sizeof(address) / sizeof(address[0]); i++) {
            struct epw_ip ip;
            if (!epw_ip_parse(address[i], &ip))
                abort();
            ask(site, catalogue, &ip);
        }
    epw_site_free(site);
    close(fd);
    return 0;
}
