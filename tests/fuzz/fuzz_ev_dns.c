/* SPDX-License-Identifier: Apache-2.0 */
/* DNS messages over UDP and TCP: see source_fuzz.h for the first two bytes. */
#include "source_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

extern const struct epw_source epw_source_dns;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_source(&epw_source_dns, 53, data, size);
}
