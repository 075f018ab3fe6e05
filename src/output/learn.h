/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes a site file from what was seen (docs/site.md, --learn): networks,
 * products and servers, each line after a comment that says what it rests on,
 * ready to edit. Made like an output, but no format of -o: it is not a result.
 */
#ifndef EPW_OUTPUT_LEARN_H
#define EPW_OUTPUT_LEARN_H

#include "output/output.h"

extern const struct epw_output epw_learn;

#endif
