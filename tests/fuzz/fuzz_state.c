/* SPDX-License-Identifier: Apache-2.0 */
/* A saved state of any bytes: told of, or taken in, saved, and the same when taken in again. */
#include "analyst/analyst.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char signatures[] =
    "id,vendor,product,kind,function,category,transport,ports,app_protocol,initiator,responder,"
    "names,networks,scope,versions,status,period,needs,rows,source,notes\n"
    "a,Acme,acme,own,sync,update,tcp,8014,,client,server,,,network,1.0,current,,port,,page,\n"
    "b,Acme,acme,own,wake,update,udp,8015,,server,client,,,network,,current,,port,,page,\n"
    "c,Bolt,bolt,own,sync,update,tcp,443,,,cloud,a.example.com,,network,,current,,name,,page,\n";

static void drop(void *ctx, const struct epw_result *result)
{
    (void)ctx;
    (void)result;
}

static struct epw_catalogue *load_catalogue(void)
{
    struct epw_catalogue *catalogue;
    char path[32];
    const char *paths = path;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || write(fd, signatures, sizeof(signatures) - 1) < 0)
        abort();
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (epw_catalogue_load(&catalogue, &paths, 1, NULL, NULL) != EPW_OK)
        abort();
    close(fd);
    return catalogue;
}

static enum epw_err take(const struct epw_catalogue *catalogue, const void *data, size_t size,
                         struct epw_analyst **analyst, struct epw_state_count *count)
{
    const struct epw_analyst_options options = { .seed = 1 };
    struct epw_diag diag = { .code = EPW_OK };
    FILE *in = fmemopen((void *)(uintptr_t)data, size, "r");
    if (in == NULL || epw_analyst_new(analyst, catalogue, &options, drop, NULL) != EPW_OK)
        abort();
    enum epw_err err = epw_analyst_load(*analyst, in, count, &diag);
    if (err != EPW_OK && strncmp(diag.text, "line ", 5) != 0)
        abort();
    fclose(in);
    return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct epw_catalogue *catalogue;
    struct epw_analyst *first, *second;
    struct epw_state_count count;
    char *text = NULL;
    size_t len = 0;
    if (catalogue == NULL)
        catalogue = load_catalogue();
    if (size == 0)
        return 0;
    if (take(catalogue, data, size, &first, &count) == EPW_OK) {
        FILE *out = open_memstream(&text, &len);
        if (out == NULL || epw_analyst_save(first, out) != EPW_OK || fclose(out) != 0)
            abort();
        /* What is saved is good, and about what is loaded. */
        if (take(catalogue, text, len, &second, &count) != EPW_OK || count.left_out != 0)
            abort();
        epw_analyst_free(second);
        free(text);
    }
    epw_analyst_free(first);
    return 0;
}
