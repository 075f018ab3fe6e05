/* SPDX-License-Identifier: Apache-2.0 */
/* The services that every office has: between two hosts of a product they say nothing of it. */
#ifndef EPW_ANALYST_AUDIT_ORDINARY_H
#define EPW_ANALYST_AUDIT_ORDINARY_H

#include "meter/evidence.h"

#include <stdbool.h>
#include <stdint.h>

/* proto: IP protocol number. Protocols other than TCP and UDP are ordinary. */
bool epw_ordinary_port(uint8_t proto, uint16_t port);
/* Protocols that are a service by themselves on any port. HTTP and TLS carry anything: not these.
 */
bool epw_ordinary_app(enum epw_app app);

#endif
