/* SPDX-License-Identifier: Apache-2.0 */
/* The small sources: byte 0 says which, the rest is as in source_fuzz.h. */
#include "source_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const struct epw_source epw_source_ssh, epw_source_rmi, epw_source_mqtt, epw_source_tds,
    epw_source_mysql, epw_source_kerberos, epw_source_syslog, epw_source_ntp, epw_source_dhcp,
    epw_source_netbios_ns, epw_source_netbios_dgm, epw_source_netbios_ssn, epw_source_upgrade;

static const struct {
    const struct epw_source *source;
    uint16_t port;
} sources[] = {
    { &epw_source_ssh, 22 },          { &epw_source_rmi, 1099 },
    { &epw_source_mqtt, 1883 },       { &epw_source_tds, 1433 },
    { &epw_source_mysql, 3306 },      { &epw_source_kerberos, 88 },
    { &epw_source_syslog, 514 },      { &epw_source_ntp, 123 },
    { &epw_source_dhcp, 67 },         { &epw_source_netbios_ns, 137 },
    { &epw_source_netbios_dgm, 138 }, { &epw_source_netbios_ssn, 139 },
    { &epw_source_upgrade, 25 },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    size_t which = data[0] % (sizeof(sources) / sizeof(sources[0]));
    return fuzz_source(sources[which].source, sources[which].port, data + 1, size - 1);
}
