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

const char *epw_linktype_name(uint16_t linktype)
{
    if (linktype >= USER0 && linktype < USER0 + sizeof(user_names) / sizeof(user_names[0]))
        return user_names[linktype - USER0];
    int dlt = linktype;
    /* The few values that differ between files and libpcap (pcap-common.c). */
    switch (linktype) {
    case 100:
        dlt = DLT_ATM_RFC1483;
        break;
    case 101:
        dlt = DLT_RAW;
        break;
    case 102:
        dlt = DLT_SLIP_BSDOS;
        break;
    case 103:
        dlt = DLT_PPP_BSDOS;
        break;
    case 106:
        dlt = DLT_ATM_CLIP;
        break;
    default:
        break;
    }
    const char *name = pcap_datalink_val_to_name(dlt);
    return name == NULL ? "unknown" : name;
}
