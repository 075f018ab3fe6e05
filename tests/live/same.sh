#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A live run and an offline run over the same packets with the same --wait give the same flows
# and verdicts: at top speed with nothing timing out, paced with everything timing out, with the
# directions on two interfaces, and with one of two silent.
. "${EPW_SRCDIR:-.}/tests/live/lib.sh"
link v0 v1
link w0 w1
endless=tcp=1000000,udp=1000000,closed=1000000,unanswered=1000000,active=1000000

# same LIVE OFFLINE WHAT
same() {
    flows "$1" >flows.live
    flows "$2" >flows.offline
    [ "$(wc -l <flows.live)" -ge "$4" ] || fail "$3: only $(wc -l <flows.live) flows"
    cmp -s flows.live flows.offline || {
        diff flows.live flows.offline | cut -c 1-300 | head -6
        fail "$3: flows and verdicts differ ($(diff flows.live flows.offline | grep -c '^[<>]') lines)"
    }
    for key in packets bytes flows labelled decoder; do
        [ "$(counter "$1" "$key")" = "$(counter "$2" "$key")" ] ||
            fail "$3: $key $(counter "$1" "$key") live, $(counter "$2" "$key") offline"
    done
    for key in kernel interface queue; do
        [ "$(counter "$1" "drops.$key")" = 0 ] || fail "$3: drops.$key $(counter "$1" "drops.$key")"
    done
}

# Whole captures as fast as they go, against the captures themselves
for name in office rows lab/eset-server lab/escan-ftp decode/tunnels decode/fragments; do
    [ -f "$captures/$name.pcap" ] || continue
    watch 1 -i v1 -o eve:live.json --wait 1000000 --timeouts $endless
    send v0 "$captures/$name.pcap"
    finish
    expect_result 0 '' "$name live"
    "$epwatch" -S "$sigs" -r "$captures/$name.pcap" -o eve:offline.json --wait 1000000 \
        --timeouts $endless || fail "$name offline"
    same live.json offline.json "$name" 1
done
[ "$(jq -r 'select(.event_type == "flow") | .in_iface' live.json | sort -u)" = v1 ] || fail 'no in_iface'

# Paced, with timeouts and waits that end in the middle, against a recording made beside it
watch 1 -i v1 -o eve:live.json --wait 1 --timeouts tcp=2,udp=2,closed=1,unanswered=1,active=1
tcpdump -q --immediate-mode -U -B 65536 -i v1 -w record.pcap --time-stamp-precision=nano 2>tcpdump.err &
dump=$!
pids="$pids $dump"
until_true 'tcpdump captures' capturing 2
send v0 "$captures/office.pcap" --multiplier=400
sleep 7 # all flows end, after twice their timeout and a second; the last packet tells the recording
send v0 "$captures/findings/blocked.pcap" --limit=1
finish
expect_result 0 '' 'paced'
kill -INT $dump
wait $dump
grep -q '^0 packets dropped by kernel' tcpdump.err || fail 'tcpdump lost packets'
"$epwatch" -S "$sigs" -r record.pcap -o eve:offline.json --wait 1 \
    --timeouts tcp=2,udp=2,closed=1,unanswered=1,active=1 || fail 'paced offline'
# That packet's own flow ends by its time where the run goes on for long enough, else with the run.
sed -i '/"src_ip":"10.1.2.14","src_port":49152,"dest_ip":"10.1.0.20"/d' live.json offline.json
same live.json offline.json paced 400
jq -r 'select(.event_type == "flow") | .flow.reason' live.json | sort -u >reasons
for reason in end timeout; do
    grep -qx "$reason" reasons || fail "paced: no flow ended by $reason"
done

# The directions of each pair of hosts on a card of their own
tcpdump -q -r "$captures/office.pcap" -w there.pcap 'ip[12:4] < ip[16:4]' 2>/dev/null
tcpdump -q -r "$captures/office.pcap" -w back.pcap 'not (ip[12:4] < ip[16:4])' 2>/dev/null
"$epwatch" -S "$sigs" -r there.pcap -r back.pcap -o eve:offline.json --wait 1000000 \
    --timeouts $endless || fail 'two files'
for speed in --multiplier=400 --topspeed; do
    watch 2 -i v1 -i w1 -o eve:live.json --wait 1000000 --timeouts $endless
    tcpreplay -q --dualfile $speed -i v0 -I w0 there.pcap back.pcap >replay.out 2>&1 ||
        fail 'tcpreplay --dualfile'
    finish
    expect_result 0 '' "two interfaces, $speed"
    same live.json offline.json "two interfaces, $speed" 400
done

# All of it on one card, and none on the other one, which everything waits for
watch 2 -i w1 -i v1 -o eve:live.json --wait 1000000 --timeouts $endless
send v0 "$captures/office.pcap"
finish
expect_result 0 '' 'a silent interface'
"$epwatch" -S "$sigs" -r "$captures/office.pcap" -o eve:offline.json --wait 1000000 \
    --timeouts $endless || fail 'office offline'
same live.json offline.json 'a silent interface' 400

exit $bad
