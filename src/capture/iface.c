/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* the types of pcap.h */

#include "capture/iface.h"

#include "capture/any.h"
#include "capture/devices.h"
#include "capture/linktype.h"

#include <errno.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

struct iface_taking {
    struct epw_iface *iface;
    struct epw_batch *batch;
};

struct epw_iface {
    const char *name;
    pcap_t *pcap;
    int fd;
    unsigned index;      /* of the interface, 0: of all of them ("any") ... */
    struct epw_any *any; /* ... whose frames say which; NULL: they do not */
    uint16_t linktype;
    bool nano; /* stamps count nanoseconds, not microseconds */
    /* libpcap counts in 32 bits, which a busy interface outgrows. */
    uint32_t last_drop, last_ifdrop;
    uint64_t drops_kernel, drops_interface;
};

static enum epw_err cannot(struct epw_diag *diag, enum epw_err code, const char *name,
                           const char *what)
{
    return epw_diag_set(diag, code, "%s: %s", name, what);
}

static enum epw_err no_such(const struct epw_iface *iface, struct epw_diag *diag)
{
    return cannot(diag, EPW_ENOENT, iface->name, "no such interface; epwatch -D lists them");
}

/* What pcap_activate() refused, in words that say what to do. */
static enum epw_err refused(const struct epw_iface *iface, int status, struct epw_diag *diag)
{
    const char *words = pcap_geterr(iface->pcap);
    bool out_of_memory = errno == ENOMEM;
    switch (status) {
    case PCAP_ERROR_NO_SUCH_DEVICE:
        return no_such(iface, diag);
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
        return cannot(diag, EPW_EACCES, iface->name,
                      "capturing is not permitted; expected root or CAP_NET_RAW");
    case PCAP_ERROR_IFACE_NOT_UP:
        return cannot(diag, EPW_EDOWN, iface->name,
                      "is down; waiting until it is up (ip link set ... up)");
    default:
        return epw_diag_set(diag, out_of_memory ? EPW_ENOMEM : EPW_EIO,
                            "%s: cannot be captured: %s%s", iface->name,
                            words[0] == '\0' ? pcap_statustostr(status) : words,
                            out_of_memory ? "; a smaller -B may help" : "");
    }
}

static enum epw_err activate(struct epw_iface *iface, const struct epw_iface_options *options,
                             struct epw_diag *diag)
{
    /* libpcap takes bytes as an int. */
    int buffer =
        options->buffer_kib > INT32_MAX / 1024 ? INT32_MAX : (int)(options->buffer_kib * 1024u);
    iface->nano = pcap_set_tstamp_precision(iface->pcap, PCAP_TSTAMP_PRECISION_NANO) == 0;
    if (pcap_set_snaplen(iface->pcap, (int)options->snaplen) != 0 ||
        pcap_set_buffer_size(iface->pcap, buffer) != 0 ||
        pcap_set_timeout(iface->pcap, (int)options->block_ms) != 0 ||
        pcap_set_promisc(iface->pcap, options->promiscuous ? 1 : 0) != 0)
        return cannot(diag, EPW_EIO, iface->name, "libpcap refuses the options");
    errno = 0;
    int status = pcap_activate(iface->pcap);
    /* Warnings: no promiscuous mode for "any", no hardware stamps. The packets come all the same.
     */
    return status < 0 ? refused(iface, status, diag) : EPW_OK;
}

/* Of "any", frames that say which interface they are of, where libpcap has such. */
static enum epw_err tell_apart(struct epw_iface *iface, struct epw_diag *diag)
{
    if (strcmp(iface->name, "any") != 0 || pcap_set_datalink(iface->pcap, DLT_LINUX_SLL2) != 0)
        return EPW_OK;
    iface->any = epw_any_new(pcap_get_selectable_fd(iface->pcap));
    return iface->any == NULL ? cannot(diag, EPW_ENOMEM, iface->name, "out of memory") : EPW_OK;
}

static enum epw_err filter(struct epw_iface *iface, const char *text, struct epw_diag *diag)
{
    struct bpf_program program;
    if (text == NULL || text[0] == '\0')
        return EPW_OK;
    if (pcap_compile(iface->pcap, &program, text, 1, PCAP_NETMASK_UNKNOWN) != 0)
        return epw_diag_set(diag, EPW_EFILTER,
                            "%s: filter '%s': %s; expected one as in tcpdump, see pcap-filter(7)",
                            iface->name, text, pcap_geterr(iface->pcap));
    int set = pcap_setfilter(iface->pcap, &program);
    pcap_freecode(&program);
    if (set != 0)
        return cannot(diag, EPW_EIO, iface->name, pcap_geterr(iface->pcap));
    return EPW_OK;
}

static enum epw_err start(struct epw_iface *iface, const struct epw_iface_options *options,
                          struct epw_diag *diag)
{
    char why[PCAP_ERRBUF_SIZE] = "";
    if (!epw_device_is_network(iface->name))
        return no_such(iface, diag);
    iface->pcap = pcap_create(iface->name, why);
    if (iface->pcap == NULL)
        return cannot(diag, EPW_ENOMEM, iface->name, why);
    enum epw_err err = activate(iface, options, diag);
    if (err == EPW_OK)
        err = tell_apart(iface, diag);
    if (err == EPW_OK)
        err = filter(iface, options->filter, diag);
    if (err != EPW_OK)
        return err;
    if (pcap_setnonblock(iface->pcap, 1, why) != 0)
        return cannot(diag, EPW_EIO, iface->name, why);
    iface->fd = pcap_get_selectable_fd(iface->pcap);
    if (iface->fd < 0)
        return cannot(diag, EPW_EUNSUP, iface->name, "cannot be waited for");
    iface->index = if_nametoindex(iface->name);
    iface->linktype = epw_linktype_of_dlt(pcap_datalink(iface->pcap));
    uint64_t none;
    epw_iface_drops(iface, &none, &none);
    return EPW_OK;
}

enum epw_err epw_iface_open(struct epw_iface **iface, const char *name,
                            const struct epw_iface_options *options, struct epw_diag *diag)
{
    *iface = NULL;
    struct epw_iface *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return cannot(diag, EPW_ENOMEM, name, "out of memory");
    made->name = name;
    enum epw_err err = start(made, options, diag);
    if (err != EPW_OK) {
        epw_iface_close(made);
        return err;
    }
    *iface = made;
    return EPW_OK;
}

void epw_iface_close(struct epw_iface *iface)
{
    if (iface == NULL)
        return;
    epw_any_free(iface->any);
    if (iface->pcap != NULL)
        pcap_close(iface->pcap);
    free(iface);
}

const char *const *epw_iface_names(const struct epw_iface *iface, size_t *count)
{
    *count = iface->any == NULL ? 1 : EPW_ANY_NAMES;
    return iface->any == NULL ? &iface->name : epw_any_names(iface->any);
}

int epw_iface_fd(const struct epw_iface *iface)
{
    return iface->fd;
}

/*
 * Copies at once: libpcap gives a block of the ring back to the kernel before it returns
 * from the block's last packet.
 */
static void take_one(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
    const struct iface_taking *taking = (const struct iface_taking *)(void *)user;
    struct epw_batch *batch = taking->batch;
    struct epw_frame *frame = &batch->frame[batch->count++];
    uint32_t caplen = header->caplen < EPW_MAX_SNAPLEN ? header->caplen : EPW_MAX_SNAPLEN;
    int64_t fraction = (int64_t)header->ts.tv_usec * (taking->iface->nano ? 1 : 1000);
    *frame = (struct epw_frame){ .bytes = batch->room + batch->used,
                                 .ts_ns = (int64_t)header->ts.tv_sec * 1000000000 + fraction,
                                 .caplen = caplen,
                                 .wire_len = header->len,
                                 .linktype = taking->iface->linktype };
    if (taking->iface->any != NULL)
        frame->source = epw_any_source(taking->iface->any, bytes, caplen);
    memcpy(batch->room + batch->used, bytes, caplen);
    batch->used += caplen;
}

int epw_iface_take(struct epw_iface *iface, struct epw_batch *batch, uint32_t max,
                   struct epw_diag *diag)
{
    struct iface_taking taking = { iface, batch };
    uint32_t before = batch->count;
    for (;;) {
        /* As many as surely fit: what libpcap has given out, it cannot take back. */
        uint32_t fit = (EPW_BATCH_BYTES - batch->used) / EPW_MAX_SNAPLEN;
        uint32_t room = EPW_BATCH_FRAMES - batch->count, want = max - (batch->count - before);
        want = want < room ? want : room;
        want = want < fit ? want : fit;
        if (want == 0)
            break;
        int got = pcap_dispatch(iface->pcap, (int)want, take_one, (u_char *)&taking);
        if (got == 0 || got == PCAP_ERROR_BREAK)
            break;
        if (got < 0 && batch->count == before) {
            epw_diag_set(diag, EPW_EIO, "%s: cannot be read any more: %s", iface->name,
                         pcap_geterr(iface->pcap));
            return -1;
        }
        if (got < 0)
            break;
    }
    return (int)(batch->count - before);
}

enum epw_iface_state epw_iface_state(const struct epw_iface *iface)
{
    struct ifreq request = { .ifr_ifindex = (int)iface->index };
    if (iface->index == 0)
        return EPW_IFACE_UP;
    /* By index: an interface that was renamed is still there. */
    if (ioctl(iface->fd, SIOCGIFNAME, &request) != 0)
        return errno == ENODEV ? EPW_IFACE_GONE : EPW_IFACE_UP;
    if (ioctl(iface->fd, SIOCGIFFLAGS, &request) != 0)
        return EPW_IFACE_UP;
    const short both = IFF_UP | IFF_RUNNING;
    return (request.ifr_flags & both) == both ? EPW_IFACE_UP : EPW_IFACE_DOWN;
}

void epw_iface_drops(struct epw_iface *iface, uint64_t *kernel, uint64_t *interface)
{
    struct pcap_stat stat;
    if (pcap_stats(iface->pcap, &stat) == 0) {
        iface->drops_kernel += (uint32_t)(stat.ps_drop - iface->last_drop);
        iface->drops_interface += (uint32_t)(stat.ps_ifdrop - iface->last_ifdrop);
        iface->last_drop = stat.ps_drop;
        iface->last_ifdrop = stat.ps_ifdrop;
    }
    *kernel = iface->drops_kernel;
    *interface = iface->drops_interface;
}
