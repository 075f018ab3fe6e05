/* SPDX-License-Identifier: Apache-2.0 */
/* LDAP messages: see source_fuzz.h for the first two bytes. */
#include "source_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const struct epw_source epw_source_ldap;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_source(&epw_source_ldap, 389, data, size);
}
