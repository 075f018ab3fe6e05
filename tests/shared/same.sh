#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Real captures made by others, when they are at hand (see truth.sh): what is written of them is the
# same for any number of threads. Every twentieth file; EPW_SHARED_ALL=1: every one. Skips when there are none.
srcdir=${EPW_SRCDIR:-.}
shared=${EPW_SHARED:-$srcdir/../shared}/captures
[ -r "$shared/INDEX.tsv" ] || { echo "no shared captures at hand"; exit 77; }
step=20
[ "${EPW_SHARED_ALL:-0}" = 1 ] && step=1
cut -f1 "$shared/INDEX.tsv" | tail -n +2 | awk -v step=$step -v at="$shared/" \
    'NR % step == 0 { print at $0 }' |
    xargs -d '\n' sh "$srcdir/tests/threads/same.sh"
