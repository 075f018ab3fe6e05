#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Months in minutes: round after round of flows that were not there before, far beyond every cap.
# Memory must be flat once the caps are reached; findings, which are worth keeping (65,536 at most,
# under 3 KiB each), may take theirs. EPW_SOAK_ROUNDS rounds (10) of
# EPW_SOAK_PACKETS packets (1,000,000), 10 a flow. Not part of make check: ./dev soak.
. "${EPW_SRCDIR:-.}/tests/live/lib.sh"
generate=$EPW_BUILDDIR/tests/bench/epw-generate
[ -x "$generate" ] || skip 'epw-generate is not built'
rounds=${EPW_SOAK_ROUNDS:-10}
packets=${EPW_SOAK_PACKETS:-1000000}
link v0 v1
wait_s=300 # for one round on a busy machine

# The ring of the kernel, whose size is -B, is not in it.
memory() {
    awk '/^RssAnon/ { print $2 }' "/proc/$pid/status"
}
settled() {
    [ "$(counter eve.json packets 2>/dev/null)" = "$1" ]
}

watch 1 -i v1 -o eve:eve.json --write-flows labelled --max-flows 20000 --stats 1 \
    --timeouts tcp=5,udp=5,closed=1,unanswered=2
round=0 half=0
while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    "$generate" short traffic.pcap packets "$packets" seed "$round" >/dev/null || fail 'no packets were made'
    send v0 traffic.pcap --topspeed --preload-pcap
    until_true 'the round is read' settled $((round * packets))
    now=$(memory)
    found=$(counter eve.json findings.reported)
    [ "$round" -ne $(((rounds + 1) / 2)) ] || { half=$now half_found=$found; }
    echo "round $round: $now KiB after $(counter eve.json packets) packets," \
        "$(counter eve.json flows) flows, $found findings"
done
finish
echo "drops: $(counter eve.json drops | tr -d '\n'), evicted: $(counter eve.json flow.evicted)"
[ "$status" -eq 0 ] || fail "exit status $status"
[ "$now" -le $((half + half / 50 + 1024 + 3 * (found - half_found))) ] || fail "memory grew from $half to $now KiB in the second half"
exit $bad
