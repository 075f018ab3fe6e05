/* SPDX-License-Identifier: Apache-2.0 */
#include "meter/decode/layer.h"

/* 228 and 229 promise one version; the packet itself is believed. */
const struct epw_layer epw_layer_raw = {
    .name = "raw",
    .source =
        "https://www.tcpdump.org/linktypes.html, LINKTYPE_RAW, _IPV4 and _IPV6; 12, 14: older",
    .claims = { { EPW_BY_LINKTYPE, 101 },
                { EPW_BY_LINKTYPE, 12 },
                { EPW_BY_LINKTYPE, 14 },
                { EPW_BY_LINKTYPE, 228 },
                { EPW_BY_LINKTYPE, 229 } },
    .decode = epw_go_ip,
};
