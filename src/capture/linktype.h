/* SPDX-License-Identifier: Apache-2.0 */
/* Link types by name, as libpcap and tcpdump -L call them. */
#ifndef EPW_CAPTURE_LINKTYPE_H
#define EPW_CAPTURE_LINKTYPE_H

#include <stdint.h>

/* "EN10MB" for LINKTYPE_ 1; "unknown" where libpcap has no name. Static storage. */
const char *epw_linktype_name(uint16_t linktype);

/* The LINKTYPE_ value of what libpcap calls an interface's DLT_, which is not always the same. */
uint16_t epw_linktype_of_dlt(int dlt);

#endif
