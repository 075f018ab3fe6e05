/* SPDX-License-Identifier: Apache-2.0 */
/* Draws one of many, all alike or by Zipf's law. */
#ifndef EPW_BENCH_PICKER_H
#define EPW_BENCH_PICKER_H

#include "bytes.h"

#include <stdbool.h>

struct picker;

/* count: at least 1. NULL: no memory. */
struct picker *picker_new(uint32_t count, bool zipf);
void picker_free(struct picker *picker);

/* 0 to count - 1. */
uint32_t picker_pick(const struct picker *picker, struct rng *rng);

#endif
