/* SPDX-License-Identifier: Apache-2.0 */
/* epw-generate: writes a workload of the benchmark as a pcap file. docs/benchmarks.md. */
#include "workload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WRITE_BUFFER (1u << 20)
#define MAX_PACKETS  1000000000ULL

static int usage(void)
{
    fputs("usage: epw-generate WORKLOAD FILE [packets N] [flows N] [seed N] "
          "[hosts N] [flow-packets N] [first N]\n",
          stderr);
    for (const struct workload *w = workloads; w->name != NULL; w++)
        fprintf(stderr, "  %-10s%s\n", w->name, w->text);
    return 2;
}

static bool number(const char *text, uint64_t max, uint64_t *value)
{
    char *end = NULL;
    errno = 0;
    unsigned long long parsed = strtoull(text, &end, 10);
    *value = parsed;
    return errno == 0 && end != text && *end == '\0' && parsed <= max;
}

static bool set_option(struct traffic_options *o, const char *name, const char *text)
{
    uint64_t value = 0;
    if (strcmp(name, "packets") == 0 && number(text, MAX_PACKETS, &value))
        o->packets = value;
    else if (strcmp(name, "flows") == 0 && number(text, 100000000, &value) && value != 0)
        o->flows = (uint32_t)value;
    else if (strcmp(name, "seed") == 0 && number(text, UINT32_MAX, &value))
        o->seed = value;
    else if (strcmp(name, "hosts") == 0 && number(text, TRAFFIC_HOSTS_MAX, &value) && value != 0)
        o->hosts = (uint32_t)value;
    else if (strcmp(name, "flow-packets") == 0 && o->pick == PICK_CHURN &&
             number(text, 1000000, &value) && value != 0)
        o->flow_packets = (uint32_t)value;
    else if (strcmp(name, "first") == 0 && o->pick == PICK_CHURN && number(text, 100000000, &value))
        o->first = (uint32_t)value;
    else
        return false;
    return true;
}

/* The pcap format is written little-endian whatever the machine, so that files are the same. */
static void put_le32(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i & 255);
}

static void write_header(FILE *file)
{
    uint8_t header[24] = { 0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0 };
    put_le32(header + 16, 65535);
    put_le32(header + 20, 1); /* Ethernet */
    fwrite(header, 1, sizeof(header), file);
}

static void write_frame(FILE *file, const struct traffic_frame *frame)
{
    uint8_t header[16];
    put_le32(header, (uint32_t)(frame->ts_ns / 1000000000));
    put_le32(header + 4, (uint32_t)(frame->ts_ns % 1000000000 / 1000));
    put_le32(header + 8, (uint32_t)frame->len);
    put_le32(header + 12, (uint32_t)frame->len);
    fwrite(header, 1, sizeof(header), file);
    fwrite(frame->bytes, 1, frame->len, file);
}

static int generate(const struct traffic_options *options, const char *path)
{
    static struct traffic_frame frame;
    struct traffic *traffic = traffic_new(options);
    FILE *file = fopen(path, "wb");
    if (traffic == NULL || file == NULL) {
        fprintf(stderr, "epw-generate: %s: %s\n", path, strerror(errno));
        return 1;
    }
    setvbuf(file, NULL, _IOFBF, WRITE_BUFFER);
    write_header(file);
    while (traffic_next(traffic, &frame))
        write_frame(file, &frame);
    bool written = ferror(file) == 0;
    if (fclose(file) != 0 || !written) {
        fprintf(stderr, "epw-generate: %s: not written to its end\n", path);
        return 1;
    }
    printf("packets %llu flows %llu evidence %llu\n", (unsigned long long)options->packets,
           (unsigned long long)traffic_flows(traffic),
           (unsigned long long)traffic_evidence(traffic));
    traffic_free(traffic);
    return 0;
}

int main(int argc, char **argv)
{
    const struct workload *workload = argc >= 3 ? workload_find(argv[1]) : NULL;
    if (workload == NULL || argc % 2 == 0)
        return usage();
    struct traffic_options options = workload->options;
    options.seed = 1;
    for (int i = 3; i < argc; i += 2)
        if (!set_option(&options, argv[i], argv[i + 1]))
            return usage();
    return generate(&options, argv[2]);
}
