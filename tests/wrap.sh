#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs a test, keeps its exit status, and fails when a sanitizer spoke in its output: Criterion
# reports a test as passed before its worker exits (Snaipe/Criterion#220).
out=$(mktemp) || exit 99
trap 'rm -f "$out"' EXIT
"$@" >"$out" 2>&1
status=$?
cat "$out"
if grep -Eq 'ERROR: (AddressSanitizer|LeakSanitizer)|runtime error:|WARNING: ThreadSanitizer' "$out"; then
    echo "wrap.sh: a sanitizer spoke above"
    exit 1
fi
exit $status
