/* SPDX-License-Identifier: Apache-2.0 */
/*
 * epw-repeat: a capture of an hour out of one of a minute. Writes FILE again
 * and again into OUT, each time a second after the last, until OUT has PACKETS.
 */
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

/* Copies up to left packets, stamps moved by shift; returns how many, and the last stamp. */
static unsigned long copy(const char *path, pcap_t *pcap, pcap_dumper_t *out, unsigned long left,
                          time_t *shift)
{
    struct pcap_pkthdr *header;
    const u_char *bytes;
    unsigned long copied = 0;
    time_t first = 0, last = 0;
    while (copied < left && pcap_next_ex(pcap, &header, &bytes) == 1) {
        struct pcap_pkthdr moved = *header;
        if (copied++ == 0)
            first = moved.ts.tv_sec;
        if (moved.ts.tv_sec > last)
            last = moved.ts.tv_sec;
        moved.ts.tv_sec += *shift;
        pcap_dump((u_char *)out, &moved, bytes);
    }
    if (copied == 0)
        fprintf(stderr, "epw-repeat: %s: no packet in it\n", path);
    *shift += last - first + 1;
    return copied;
}

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE] = "usage: epw-repeat FILE OUT PACKETS";
    pcap_dumper_t *out = NULL;
    time_t shift = 0;
    unsigned long left = argc == 4 ? strtoul(argv[3], NULL, 10) : 1;
    unsigned long copied = 1;
    while (left > 0 && copied > 0) {
        pcap_t *pcap = argc == 4 ? pcap_open_offline(argv[1], error) : NULL;
        if (pcap != NULL && out == NULL)
            out = pcap_dump_open(pcap, argv[2]);
        if (pcap == NULL || out == NULL) {
            fprintf(stderr, "epw-repeat: %s\n", pcap == NULL ? error : pcap_geterr(pcap));
            return 2;
        }
        copied = copy(argv[1], pcap, out, left, &shift);
        left -= copied;
        pcap_close(pcap);
    }
    int bad = out == NULL || pcap_dump_flush(out) != 0 || left > 0;
    if (out != NULL)
        pcap_dump_close(out);
    return bad;
}
