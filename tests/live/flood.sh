#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A flood of SYNs between random addresses, in the middle of ordinary traffic and far beyond the cap
# of the flow table: memory stays bounded, and the established flows that are labelled survive.
. "${EPW_SRCDIR:-.}/tests/live/lib.sh"
flood=$EPW_BUILDDIR/tests/live/epw-flood
[ -x "$flood" ] || skip 'epw-flood is not built'
count=${EPW_FLOOD_COUNT:-250000}
link v0 v1
sample=$captures/office.pcap

# Its first half, and the rest.
tcpdump -q -r "$sample" -c 1850 -w first.pcap 2>/dev/null
{ head -c 24 "$sample"; tail -c +$(($(wc -c <first.pcap) + 1)) "$sample"; } >second.pcap
for seed in 1 2 3; do "$flood" "$count" $seed >flood$seed.pcap; done
endless=tcp=1000000,udp=1000000,closed=1000000,unanswered=1000000,active=1000000

# The ring of the kernel, whose size is -B, is not in it.
memory() {
    awk '/^RssAnon/ { print $2 }' "/proc/$pid/status"
}
wait_s=60 # so many SYNs take their time on a machine that does other things too
# settled: what is waiting in the ring has been read.
settled() {
    [ "$(counter eve.json packets 2>/dev/null)" = "$1" ]
}

watch 1 -i v1 -o eve:eve.json --write-flows labelled --wait 1 --timeouts $endless --max-flows 4000 --stats 1
send v0 first.pcap
# The first two fill every table to its cap, the third must not find room for more.
for seed in 1 2 3; do
    send v0 flood$seed.pcap --pps=50000
    until_true 'the flood is read' settled $((1850 + seed * count))
    before=${after:-0}
    after=$(memory)
done
send v0 second.pcap
finish
# A slow machine's analyst is told not to keep up with the SYNs; what matters here is what it keeps.
sed -i '/ results were lost so far: analyst and outputs/d' err
expect_result 0 '' 'flood'
echo "memory: $before KiB after $((2 * count)) SYNs, $after KiB after $((3 * count))"
# A sanitizer keeps what was freed: its memory is not the program's.
if ! grep -q __asan_init "$epwatch"; then
    [ "$after" -le $((before + 8192)) ] || fail 'memory grows with the flood'
    [ "$after" -le 262144 ] || fail 'memory is above 256 MiB'
fi
[ "$(counter eve.json packets)" -eq $((3717 + 3 * count)) ] || fail "$(counter eve.json packets) packets"
[ "$(counter eve.json flow.evicted)" -gt "$count" ] || fail 'nothing was evicted'

# Labelled flows that were established, with their packets, as without the flood
established() {
    jq -cS 'select(.event_type == "flow" and .epwatch.product != null and .proto == "TCP" and
        .flow.pkts_toclient > 0) | [.src_ip, .src_port, .dest_ip, .dest_port,
        .flow.pkts_toserver, .flow.pkts_toclient, .epwatch.product]' "$1" | sort
}
"$epwatch" -S "$sigs" -r "$sample" -o eve:offline.json --write-flows labelled --wait 1000000 --timeouts $endless
established eve.json >with
established offline.json >without
[ "$(wc -l <without)" -gt 100 ] || fail 'too few labelled flows to tell'
cmp -s with without || { diff with without | head -10; fail "labelled flows did not survive ($(diff with without | grep -c '^[<>]'))"; }

exit $bad
