/* SPDX-License-Identifier: Apache-2.0 */
/* NetBIOS names in their first-level encoding (RFC 1001, 14.1). */
#ifndef EPW_METER_EVIDENCE_NBNAME_H
#define EPW_METER_EVIDENCE_NBNAME_H

#include "meter/evidence/scan.h"

/* 15 characters, "<20>" and NUL. */
#define EPW_NBNAME_LEN 20

/* On the wire without a scope: length 32, 32 letters, root label. */
#define EPW_NBNAME_WIRE 34

/*
 * Reads an encoded name with its scope labels and puts it as "NAME<20>" into
 * out (the wildcard as "*<00>"). PART when the bytes end inside of it; NO when
 * it is no such name. The cursor is behind the name after YES only.
 */
enum epw_fit epw_nbname_read(struct epw_cur *c, char out[EPW_NBNAME_LEN]);

#endif
