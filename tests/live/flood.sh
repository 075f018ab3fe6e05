#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A flood of SYNs between random addresses, in the middle of ordinary traffic and far beyond the cap
# of the flow table: memory stays bounded, and the established flows that are labelled survive.
. "${EPW_SRCDIR:-.}/tests/live/lib.sh"
flood=$EPW_BUILDDIR/tests/live/epw-flood
[ -x "$flood" ] || skip 'epw-flood is not built'
count=${EPW_FLOOD_COUNT:-200000}
link v0 v1
sample=$captures/office.pcap

# Its first half, and the rest.
tcpdump -q -r "$sample" -c 1850 -w first.pcap 2>/dev/null
{ head -c 24 "$sample"; tail -c +$(($(wc -c <first.pcap) + 1)) "$sample"; } >second.pcap
"$flood" "$count" 1 >flood.pcap
"$flood" "$count" 2 >again.pcap
endless=tcp=1000000,udp=1000000,closed=1000000,unanswered=1000000,active=1000000

# The ring of the kernel, whose size is -B, is not in it.
memory() {
    awk '/^RssAnon/ { print $2 }' "/proc/$pid/status"
}
# settled: what is waiting in the ring has been read.
settled() {
    [ "$(tail -n 1 eve.json | jq -r '.stats.packets // 0' 2>/dev/null)" = "$1" ]
}

watch 1 -i v1 -o eve:eve.json --write-flows labelled --wait 1 --timeouts $endless --max-flows 4000 --stats 1
send v0 first.pcap
send v0 flood.pcap
until_true 'the flood is read' settled $((1850 + count))
before=$(memory)
send v0 again.pcap
until_true 'the flood is read again' settled $((1850 + 2 * count))
after=$(memory)
send v0 second.pcap
finish
expect_result 0 '' 'flood'
echo "resident: $before KiB after $count SYNs, $after KiB after $((2 * count))"
[ "$after" -le $((before + 8192)) ] || fail 'memory grows with the flood'
[ "$after" -le 262144 ] || fail 'memory is above 256 MiB'
[ "$(counter eve.json packets)" -eq $((3717 + 2 * count)) ] || fail "$(counter eve.json packets) packets"
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
