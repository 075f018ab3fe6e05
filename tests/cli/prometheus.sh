#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# -o prometheus replaces its file as a whole and agrees with the counters of eve. The format
# itself: tests/unit/output/test_prometheus.c.
. "${EPW_SRCDIR:-.}/tests/cli/lib.sh"
{ pcap_header 1; syn; syn; } >good.pcap
[ ! -f "$here/captures/office.pcap" ] || cp "$here/captures/office.pcap" good.pcap

value() { # SERIES: its value in epwatch.prom
    sed -n "s/^$1 //p" epwatch.prom
}

umask 027
expect 0 '' "$epwatch" -S "$sigs" -r good.pcap -o eve:eve.json -o prometheus:epwatch.prom
[ "$(stat -c %a epwatch.prom)" = 640 ] || fail "mode $(stat -c %a epwatch.prom), expected that of umask"
if command -v jq >/dev/null 2>&1; then
    counters() { jq -r "select(.event_type == \"stats\") | .stats.$1" eve.json; }
    label='{source="good.pcap"'
    [ "$(value "epwatch_packets_total$label}")" = "$(counters packets)" ] || fail 'packets differ'
    [ "$(value "epwatch_flows_total$label}")" = "$(counters flows)" ] || fail 'flows differ'
    [ "$(value "epwatch_packets_decoded_total$label,ending=\"not_ip\"}")" = "$(counters decoder.not_ip)" ] ||
        fail 'frames that are not IP differ'
    sum=$(sed -n 's/^epwatch_flows_labelled_total.* //p' epwatch.prom | awk '{ n += $1 } END { print n + 0 }')
    [ "$sum" = "$(counters labelled)" ] || fail "labelled flows: $sum"
    sum=$(sed -n 's/^epwatch_findings.* //p' epwatch.prom | awk '{ n += $1 } END { print n + 0 }')
    [ "$sum" = "$(jq -r 'select(.event_type == "alert") | 1' eve.json | wc -l)" ] || fail "findings: $sum"
fi
[ "$(value 'epwatch_resident_memory_bytes{.*}')" -gt 1000000 ] || fail 'no memory is shown'

# A reader of the old file keeps the old one, whole; the new one has the name
exec 4<epwatch.prom
cp epwatch.prom before
expect 0 '' "$epwatch" -S "$sigs" -r good.pcap -c 1 -o prometheus:epwatch.prom
cmp -s before /proc/self/fd/4 || fail 'the file was written in place'
exec 4<&-
[ "$(value 'epwatch_packets_total{.*}')" = 1 ] || fail 'the file was not replaced'
ls | grep -q 'epwatch.prom.' && fail "$(ls) is left over"

# A device or pipe stays one; standard output; a folder that is not there; what is read
expect 0 '' "$epwatch" -S "$sigs" -r good.pcap -o prometheus:/dev/null
[ -c /dev/null ] || fail '/dev/null was replaced'
expect 0 '' "$epwatch" -S "$sigs" -r good.pcap -o prometheus
grep -q '^epwatch_build_info{source="good.pcap",version=".*"} 1$' out || fail 'no version'
expect 2 'nowhere/x.prom: cannot be written: No such file or directory' \
    "$epwatch" -S "$sigs" -r good.pcap -o prometheus:nowhere/x.prom
expect 2 'good.pcap: is read by this run' "$epwatch" -S "$sigs" -r good.pcap -o prometheus:good.pcap
expect 2 '/dev/full: prometheus output failed: No space left on device' \
    "$epwatch" -S "$sigs" -r good.pcap -o prometheus:/dev/full

exit $bad
