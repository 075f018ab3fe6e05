/* SPDX-License-Identifier: Apache-2.0 */
/* epw-generate: writes a workload of the benchmark as a pcap file. docs/benchmarks.md. */
#include "traffic.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WRITE_BUFFER (1u << 20)
#define MAX_PACKETS  1000000000ULL

static const struct workload {
    const char *name, *text;
    struct traffic_options options;
} workloads[] = {
    { "small",
      "60 bytes, 100,000 flows by Zipf's law",
      { .packets = 10000000, .flows = 100000, .pick = PICK_ZIPF } },
    { "uniform",
      "60 bytes, 1,000,000 flows all alike",
      { .packets = 10000000, .flows = 1000000, .pick = PICK_UNIFORM } },
    { "imix",
      "64, 594 and 1518 bytes as 7:4:1, 100,000 flows by Zipf's law",
      { .packets = 5000000, .flows = 100000, .pick = PICK_ZIPF, .size = SIZE_IMIX } },
    { "evidence",
      "TLS, HTTP and DNS, 1 packet in 20 carries an opening",
      { .packets = 5000000,
        .flows = 10000,
        .pick = PICK_CHURN,
        .size = SIZE_IMIX,
        .openings = true } },
    { "mirrored",
      "the same with a VLAN tag and ERSPAN around",
      { .packets = 5000000,
        .flows = 10000,
        .pick = PICK_CHURN,
        .size = SIZE_IMIX,
        .openings = true,
        .wrapped = true } },
    { "short",
      "60 bytes, 20 packets a flow",
      { .packets = 10000000, .flows = 10000, .pick = PICK_CHURN, .flow_packets = 20 } },
};

#define WORKLOADS (sizeof(workloads) / sizeof(workloads[0]))

static int usage(void)
{
    fputs("usage: epw-generate WORKLOAD FILE [packets N] [flows N] [seed N]\n", stderr);
    for (size_t i = 0; i < WORKLOADS; i++)
        fprintf(stderr, "  %-10s%s\n", workloads[i].name, workloads[i].text);
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
    const struct workload *workload = NULL;
    for (size_t i = 0; argc >= 3 && i < WORKLOADS; i++)
        if (strcmp(argv[1], workloads[i].name) == 0)
            workload = &workloads[i];
    if (workload == NULL || argc % 2 == 0)
        return usage();
    struct traffic_options options = workload->options;
    options.seed = 1;
    for (int i = 3; i < argc; i += 2)
        if (!set_option(&options, argv[i], argv[i + 1]))
            return usage();
    return generate(&options, argv[2]);
}
