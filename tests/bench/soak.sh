#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The same as tests/live/soak.sh from a pipe, as fast as it is read: EPW_SOAK_PACKETS packets
# (32,000,000), 5 a flow, of more hosts than any table holds. Once all tables are full, which takes
# some 15 million packets, memory must be flat: in the second half it may grow by EPW_SOAK_GROWTH
# thousandths (10). Not part of make check: ./dev soak.
. "${EPW_SRCDIR:-.}/tests/cli/lib.sh"
generate=$EPW_BUILDDIR/tests/bench/epw-generate
[ -x "$generate" ] || { echo 'SKIP: epw-generate is not built'; exit 77; }
packets=${EPW_SOAK_PACKETS:-32000000}
growth=${EPW_SOAK_GROWTH:-10}
whole=$((packets * (60 + 16))) # bytes of the pipe

mkfifo pipe
"$generate" short pipe packets "$packets" flow-packets 5 hosts 1048576 >/dev/null &
"$epwatch" -S "$sigs" -r - -r "$here/captures/office.pcap" --threads 1 --wait 60 --max-flows 100000 \
    --timeouts tcp=5,udp=5,closed=1,unanswered=2 -o eve:/dev/null --write-flows labelled \
    -o table:table.txt -o inventory:inventory.csv <pipe 2>err &
pid=$!
# Tenths of the way, and the memory at each.
at=0 half=0 now=0
while [ -d "/proc/$pid" ] && [ "$at" -lt 10 ]; do
    bytes=$(awk '/^rchar/ { print $2 }' "/proc/$pid/io" 2>/dev/null)
    if [ "${bytes:-0}" -ge $((whole / 10 * (at + 1))) ] || [ $((${bytes:-0} + 1000000)) -ge "$whole" ]; then
        at=$((at + 1))
        now=$(awk '/^RssAnon/ { print $2 }' "/proc/$pid/status")
        [ "$at" -ne 5 ] || half=$now
        echo "$((at * 10)) %: $now KiB"
    fi
    sleep 0.1
done
status=0
wait "$pid" || status=$?
expect_result 0 '' 'soak'
sed -n '/^capture/,$p' table.txt
[ "$at" -eq 10 ] || fail "the end came at $at tenths"
[ "$now" -le $((half + half * growth / 1000)) ] || fail "memory grew from $half to $now KiB in the second half"
exit $bad
