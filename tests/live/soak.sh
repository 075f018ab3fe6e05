#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Months in minutes: round after round of flows that were not there before, far beyond every cap, with
# some labelled ones in each. Memory approaches the sum of the caps, some of which fill slowly (pairs
# of hosts); a flood of random addresses fills the others first. In the second half of the run it may
# grow by a tenth at most, however many flows that is. EPW_SOAK_ROUNDS rounds (10) of
# EPW_SOAK_PACKETS packets (1,000,000), 5 a flow: 10 rounds of 5,000,000 are 10 million flows. Not
# part of make check: ./dev soak.
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
# settled PACKETS: all were read, or counted as lost: a soak is about memory.
settled() {
    [ $(($(counter eve.json packets 2>/dev/null) + $(counter eve.json drops.kernel 2>/dev/null))) -ge "$1" ]
}

watch 1 -i v1 -B 262144 -o eve:eve.json --write-flows labelled --max-flows 20000 --stats 1 \
    --timeouts tcp=5,udp=5,closed=1,unanswered=2
"$EPW_BUILDDIR/tests/live/epw-flood" 600000 1 >traffic.pcap || fail 'no flood was made'
send v0 traffic.pcap --topspeed --preload-pcap
until_true 'the flood is read' settled 600000
round=0 half=0
while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    "$generate" short traffic.pcap packets "$packets" flow-packets 5 seed "$round" \
        first $((round * (packets / 5 + 10000))) >/dev/null || fail 'no packets were made'
    send v0 traffic.pcap --topspeed --preload-pcap
    send v0 "$captures/office.pcap" --topspeed
    until_true 'the round is read' settled $((600000 + round * (packets + 3717)))
    now=$(memory)
    [ "$round" -ne $(((rounds + 1) / 2)) ] || half=$now
    echo "round $round: $now KiB after $(counter eve.json packets) packets, $(counter eve.json flows) flows"
done
finish
echo "drops: $(counter eve.json drops | tr -d '\n'), evicted: $(counter eve.json flow.evicted)"
[ "$status" -eq 0 ] || fail "exit status $status"
[ "$now" -le $((half + half / 10)) ] || fail "memory grew from $half to $now KiB in the second half"
exit $bad
