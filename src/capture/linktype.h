/* SPDX-License-Identifier: Apache-2.0 */
/* Link types by name, as libpcap and tcpdump -L call them. */
#ifndef EPW_CAPTURE_LINKTYPE_H
#define EPW_CAPTURE_LINKTYPE_H

#include <stdint.h>

/* "EN10MB" for LINKTYPE_ 1; "unknown" where libpcap has no name. Static storage. */
const char *epw_linktype_name(uint16_t linktype);

#endif
