/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h" /* the types of pcap.h */

#include "capture/linktype.h"

#include <pcap/pcap.h>

/* For private use; libpcap has no names for them. */
#define USER0 147
static const char *const user_names[] = {
    "USER0", "USER1", "USER2",  "USER3",  "USER4",  "USER5",  "USER6",  "USER7",
    "USER8", "USER9", "USER10", "USER11", "USER12", "USER13", "USER14", "USER15",
};

/* The few values that differ between files and libpcap (pcap-common.c). */
static const struct {
    uint16_t linktype;
    int dlt;
} differ[] = {
    { 100, DLT_ATM_RFC1483 }, { 101, DLT_RAW },      { 102, DLT_SLIP_BSDOS },
    { 103, DLT_PPP_BSDOS },   { 106, DLT_ATM_CLIP },
};
#define DIFFER (sizeof(differ) / sizeof(differ[0]))

const char *epw_linktype_name(uint16_t linktype)
{
    if (linktype >= USER0 && linktype < USER0 + sizeof(user_names) / sizeof(user_names[0]))
        return user_names[linktype - USER0];
    int dlt = linktype;
    for (size_t i = 0; i < DIFFER; i++)
        if (differ[i].linktype == linktype)
            dlt = differ[i].dlt;
    const char *name = pcap_datalink_val_to_name(dlt);
    return name == NULL ? "unknown" : name;
}

uint16_t epw_linktype_of_dlt(int dlt)
{
    for (size_t i = 0; i < DIFFER; i++)
        if (differ[i].dlt == dlt)
            return differ[i].linktype;
    return (uint16_t)dlt;
}
