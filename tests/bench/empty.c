/* SPDX-License-Identifier: Apache-2.0 */
/*
 * epw-empty: what reading alone costs. libpcap's own loop with its own
 * buffering and a callback that only counts.
 */
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>

static void count(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
    uint64_t *counted = (uint64_t *)(void *)user;
    (void)header;
    (void)bytes;
    (*counted)++;
}

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE] = "expected one capture file";
    pcap_t *pcap = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;
    if (pcap == NULL) {
        fprintf(stderr, "epw-empty: %s\n", error);
        return 2;
    }
    uint64_t counted = 0;
    int status = pcap_loop(pcap, -1, count, (u_char *)&counted);
    if (status != 0)
        fprintf(stderr, "epw-empty: %s\n", pcap_geterr(pcap));
    pcap_close(pcap);
    printf("%llu packets\n", (unsigned long long)counted);
    return status == 0 ? 0 : 1;
}
