#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The benchmark's generator writes the same bytes everywhere, and epwatch sees in its files the
# packets and flows that it promises; the empty loop counts the same packets.
bench=${EPW_BUILDDIR:-build}/tests/bench
epwatch=${EPW_BUILDDIR:-build}/epwatch
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
bad=0
fail() { echo "FAIL: $*"; bad=1; }

# try WORKLOAD CRC-AND-LENGTH (cksum): 20,000 packets of it, 500 flows (at a time).
try() {
    name=$1 want=$2 file=$work/$1.pcap
    promised=$("$bench/epw-generate" "$name" "$file" packets 20000 flows 500) || fail "$name: status $?"
    got=$(cksum <"$file")
    [ "$got" = "$want" ] || fail "$name: its checksum is '$got', was '$want'"
    # shellcheck disable=SC2086
    set -- $promised
    [ "$2" = 20000 ] || fail "$name: promises '$promised'"
    seen=$("$epwatch" -S "${EPW_SRCDIR:-.}/signatures" -r "$file" -o eve | tail -1)
    for part in "\"packets\":$2," "\"flows\":$4," '"complete":20000,' '"evicted":0,' '"malformed":0}'; do
        case $seen in *"$part"*) ;; *) fail "$name: epwatch's counters lack $part: $seen" ;; esac
    done
    [ "$("$bench/epw-empty" "$file")" = '20000 packets' ] || fail "$name: the empty loop"
}

try small '2989561404 1520024'
try uniform '1959814173 1520024'
try imix '2054856599 7211022'
try evidence '1947566626 6777694'
try mirrored '2683697061 7857694'
try short '1909362563 1520024'

# What a workload says of itself: its share of openings, its sizes.
"$bench/epw-generate" evidence "$work/e.pcap" packets 200000 flows 400 >"$work/e.txt"
awk '$6 / $2 < 0.045 || $6 / $2 > 0.055 { exit 1 }' "$work/e.txt" ||
    fail "evidence: not 5 % of the packets have an opening: $(cat "$work/e.txt")"
[ "$(wc -c <"$work/small.pcap")" -eq $((24 + 20000 * 76)) ] || fail "small: packets are not of 60 bytes"
"$bench/epw-generate" small "$work/other.pcap" packets 20000 flows 500 seed 2 >/dev/null
cmp -s "$work/small.pcap" "$work/other.pcap" && fail "another seed gives the same packets"
"$bench/epw-generate" nonsense "$work/n.pcap" 2>/dev/null && fail "an unknown workload is taken"
"$bench/epw-generate" small "$work/n.pcap" flows 0 2>/dev/null && fail "no flows are taken"
exit $bad
