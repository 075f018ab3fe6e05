/* SPDX-License-Identifier: Apache-2.0 */
#include "capture/filter.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

struct program {
    uint16_t linktype;
    bool swapped;
    bool told;        /* that it does not compile */
    enum epw_err err; /* EPW_OK: code is compiled */
    struct bpf_program code;
};

struct epw_filter {
    const char *text;
    bool overflow_told;
    size_t last, count; /* last: the program used last, most often the next one too */
    struct program program[EPW_FILTER_MAX_TYPES];
};

struct epw_filter *epw_filter_new(const char *text)
{
    struct epw_filter *f = calloc(1, sizeof(*f));
    if (f != NULL)
        f->text = text;
    return f;
}

void epw_filter_free(struct epw_filter *f)
{
    if (f == NULL)
        return;
    for (size_t i = 0; i < f->count; i++)
        if (f->program[i].err == EPW_OK)
            pcap_freecode(&f->program[i].code);
    free(f);
}

/*
 * An empty capture of that link type: libpcap alone knows which DLT_ a LINKTYPE_
 * is, and takes the byte order of the loopback types from the file.
 */
static pcap_t *open_empty(uint16_t linktype, bool swapped, char *why)
{
    struct pcap_file_header header = { .magic = 0xa1b2c3d4,
                                       .version_major = PCAP_VERSION_MAJOR,
                                       .version_minor = PCAP_VERSION_MINOR,
                                       .snaplen = EPW_MAX_SNAPLEN,
                                       .linktype = linktype };
    if (swapped) {
        header.magic = __builtin_bswap32(header.magic);
        header.version_major = __builtin_bswap16(header.version_major);
        header.version_minor = __builtin_bswap16(header.version_minor);
        header.snaplen = __builtin_bswap32(header.snaplen);
        header.linktype = __builtin_bswap32(header.linktype);
    }
    FILE *file = fmemopen(&header, sizeof(header), "rb");
    if (file == NULL) {
        snprintf(why, PCAP_ERRBUF_SIZE, "out of memory");
        return NULL;
    }
    pcap_t *pcap = pcap_fopen_offline(file, why);
    if (pcap == NULL)
        fclose(file);
    return pcap;
}

static struct program *find(struct epw_filter *f, uint16_t linktype, bool swapped)
{
    for (size_t n = 0; n < f->count; n++) {
        size_t i = (f->last + n) % f->count;
        struct program *p = &f->program[i];
        if (p->linktype == linktype && p->swapped == swapped) {
            f->last = i;
            return p;
        }
    }
    return NULL;
}

enum epw_err epw_filter_compile(struct epw_filter *f, uint16_t linktype, bool swapped,
                                struct epw_diag *diag)
{
    struct program *p = find(f, linktype, swapped);
    if (p != NULL && p->err == EPW_OK)
        return EPW_OK;
    if (p == NULL && f->count == EPW_FILTER_MAX_TYPES)
        return epw_diag_set(diag, EPW_ELIMIT, "filter '%s': more than %d link types", f->text,
                            EPW_FILTER_MAX_TYPES);
    if (p == NULL)
        p = &f->program[f->count++];
    *p = (struct program){ .linktype = linktype, .swapped = swapped, .err = EPW_EFILTER };

    char why[PCAP_ERRBUF_SIZE] = "";
    pcap_t *pcap = open_empty(linktype, swapped, why);
    if (pcap == NULL)
        return epw_diag_set(diag, p->err, "filter '%s': %s", f->text, why);
    if (pcap_compile(pcap, &p->code, f->text, 1, PCAP_NETMASK_UNKNOWN) == 0)
        p->err = EPW_OK;
    else
        epw_diag_set(diag, p->err,
                     "filter '%s': %s; expected one as in tcpdump, see pcap-filter(7)", f->text,
                     pcap_geterr(pcap));
    pcap_close(pcap);
    return p->err;
}

enum epw_filter_result epw_filter_frame(struct epw_filter *f, const struct epw_frame *frame,
                                        bool swapped, struct epw_diag *diag)
{
    struct program *p = find(f, frame->linktype, swapped);
    if (p == NULL || (p->err != EPW_OK && !p->told)) {
        enum epw_err err = epw_filter_compile(f, frame->linktype, swapped, diag);
        p = find(f, frame->linktype, swapped);
        bool *told = p == NULL ? &f->overflow_told : &p->told;
        if (err != EPW_OK) {
            enum epw_filter_result first = *told ? EPW_FILTER_DROP : EPW_FILTER_CANNOT;
            *told = true;
            return first;
        }
    }
    if (p == NULL || p->err != EPW_OK)
        return EPW_FILTER_DROP;
    struct pcap_pkthdr header = { .caplen = frame->caplen, .len = frame->wire_len };
    return pcap_offline_filter(&p->code, &header, frame->bytes) != 0 ? EPW_FILTER_PASS
                                                                     : EPW_FILTER_DROP;
}
