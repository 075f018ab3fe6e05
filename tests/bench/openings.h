/* SPDX-License-Identifier: Apache-2.0 */
/* What the first bytes of the benchmark's conversations say: TLS, HTTP and DNS. */
#ifndef EPW_BENCH_OPENINGS_H
#define EPW_BENCH_OPENINGS_H

#include "bytes.h"

#define NAMES        1024 /* names that are asked for */
#define NAME_MAX_LEN 64

/* The name of a number below NAMES; every 32nd is one that signatures know. */
void opening_name(unsigned number, char name[NAME_MAX_LEN]);

/* TLS 1.3: a ClientHello of 517 bytes, and a ServerHello with encrypted extensions after it. */
void opening_tls_client(struct out *out, const char *name, uint64_t seed);
void opening_tls_server(struct out *out, uint64_t seed);

void opening_http_request(struct out *out, const char *name);
void opening_http_answer(struct out *out);

/* A question for an address, and its answer. */
void opening_dns(struct out *out, const char *name, unsigned id, uint32_t address, unsigned answer);

#endif
