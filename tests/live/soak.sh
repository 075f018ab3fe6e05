#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Months in minutes: round after round of flows that were not there before, of more hosts than any
# table holds, with labelled ones in each, after a flood of random addresses. The last tables reach
# their full size after some 16 million packets. In the second half of the run memory must be flat,
# however many flows that is. EPW_SOAK_ROUNDS rounds (16) of EPW_SOAK_PACKETS packets (2,000,000),
# 5 a flow: 10 rounds of 5,000,000 are 10 million flows. Not part of make check: ./dev soak.
. "${EPW_SRCDIR:-.}/tests/live/lib.sh"
generate=$EPW_BUILDDIR/tests/bench/epw-generate
[ -x "$generate" ] || skip 'epw-generate is not built'
rounds=${EPW_SOAK_ROUNDS:-16}
packets=${EPW_SOAK_PACKETS:-2000000}
rate=${EPW_SOAK_RATE:-100000} # a second: results of new flows must not be lost, or tables fill late
growth=${EPW_SOAK_GROWTH:-10} # thousandths
link v0 v1
wait_s=300 # for one round on a busy machine

# The ring of the kernel, whose size is -B, is not in it. The least of some looks: lists of all hosts,
# which findings and metrics take at times, come and go.
memory() {
    for look in 1 2 3 4 5 6 7 8; do
        awk '/^RssAnon/ { print $2 }' "/proc/$pid/status"
        sleep 0.25
    done | sort -n | head -n 1
}
# total SERIES: of the metrics, all its labels together; 0 before the first ones.
total() {
    cat m.prom 2>/dev/null | awk -v name="$1" 'index($1, name "{") == 1 { n += $2 } END { print n + 0 }'
}
# settled PACKETS: all were read, or counted as lost: a soak is about memory.
settled() {
    [ $(($(total epwatch_packets_total) + $(total epwatch_packets_dropped_total))) -ge "$1" ]
}

# Metrics take a look at all that is kept: each second of them would be half of all work here.
watch 1 -i v1 -B 262144 -o eve:/dev/null --write-flows labelled -o prometheus:m.prom --max-flows 20000 \
    --stats 10 --timeouts tcp=5,udp=5,closed=1,unanswered=2
"$EPW_BUILDDIR/tests/live/epw-flood" 600000 1 >traffic.pcap || fail 'no flood was made'
send v0 traffic.pcap --topspeed --preload-pcap
until_true 'the flood is read' settled 600000
round=0 half=0
while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    "$generate" short traffic.pcap packets "$packets" flow-packets 5 seed "$round" hosts 1048576 \
        first $((round * (packets / 5 + 10000))) >/dev/null || fail 'no packets were made'
    send v0 traffic.pcap --pps "$rate" --preload-pcap
    send v0 "$captures/office.pcap" --topspeed
    until_true 'the round is read' settled $((600000 + round * (packets + 3717)))
    now=$(memory)
    [ "$round" -ne $(((rounds + 1) / 2)) ] || half=$now
    echo "round $round: $now KiB after $(total epwatch_packets_total) packets," \
        "$(total epwatch_flows_total) flows; $(total epwatch_records_dropped_total) results lost"
done
finish
echo "packets dropped: $(total epwatch_packets_dropped_total)," \
    "results dropped: $(total epwatch_records_dropped_total)"
[ "$status" -eq 0 ] || fail "exit status $status"
[ "$now" -le $((half + half * growth / 1000)) ] || fail "memory grew from $half to $now KiB in the second half"
exit $bad
