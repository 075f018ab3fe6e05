#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# 1,000,000 packets of 60 bytes as fast as tcpreplay sends them: none may be lost, and the flows
# and verdicts must be those of an offline run. Then the same at the rates of EPW_BURST_RATES,
# packets a second. tcpdump -w /dev/null runs beside it, on the same interface in the same run,
# because absolute figures drift: epwatch must not lose more. Not part of make check, whose other
# tests would take its cores away: ./dev live.
. "${EPW_SRCDIR:-.}/tests/live/lib.sh"
[ -x "$EPW_BUILDDIR/tests/bench/epw-generate" ] || skip 'epw-generate is not built'
packets=${EPW_BURST_PACKETS:-1000000}
link v0 v1
"$EPW_BUILDDIR/tests/bench/epw-generate" short burst.pcap packets "$packets" >/dev/null ||
    fail 'no packets were made'
endless=tcp=1000000,udp=1000000,closed=1000000,unanswered=1000000,active=1000000

# burst ROUND WORDS...: both beside each other, as fast as tcpreplay's WORDS say.
burst() {
    round=$1
    shift
    watch 1 -i v1 -o eve:live.json --wait 1000000 --timeouts $endless --max-flows 2000000
    tcpdump -q -B 65536 -i v1 -w /dev/null 2>tcpdump.err &
    dump=$!
    pids="$pids $dump"
    until_true 'tcpdump captures' capturing 2
    send v0 burst.pcap --preload-pcap "$@"
    finish
    sleep 1
    kill -INT $dump
    wait $dump
    expect_result 0 '' "burst $round"
    sent=$(sed -n 's/.*, \([0-9.]*\) pps$/\1/p' replay.out)
    theirs=$(sed -n 's/^\([0-9]*\) packets dropped by kernel$/\1/p' tcpdump.err)
    ours=$(counter live.json drops.kernel)
    count=$(counter live.json packets)
    echo "burst $round: $sent packets/s sent; epwatch read $count, lost $ours; tcpdump lost $theirs"
    [ "$count" = "$packets" ] || fail "burst $round: $count packets, $packets were sent"
    [ "$ours" = 0 ] || fail "burst $round: $ours packets lost"
    [ "$ours" -le "${theirs:-0}" ] || fail "burst $round: tcpdump lost only $theirs"
}

burst 1 --topspeed
"$epwatch" -S "$sigs" -r burst.pcap -o eve:offline.json --wait 1000000 --timeouts $endless \
    --max-flows 2000000 || fail 'offline'
flows live.json >flows.live
flows offline.json >flows.offline
cmp flows.live flows.offline || fail 'flows and verdicts differ from the offline run'
for rate in ${EPW_BURST_RATES-50000 100000 200000}; do burst "at $rate" "--pps=$rate"; done
for more in $(seq 2 "${EPW_BURST_ROUNDS:-1}"); do burst "$more" --topspeed; done
exit $bad
