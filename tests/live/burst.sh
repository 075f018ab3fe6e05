#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# 1,000,000 packets of 60 bytes as fast as tcpreplay sends them: none may be lost, and the flows
# and verdicts must be those of an offline run. Then the same at the rates of EPW_BURST_RATES,
# packets a second, and with the directions on two interfaces. tcpdump -w /dev/null runs beside it, on the same interface in the same run,
# because absolute figures drift: epwatch must not lose more. Not part of make check, whose other
# tests would take its cores away: ./dev live.
. "${EPW_SRCDIR:-.}/tests/live/lib.sh"
[ -x "$EPW_BUILDDIR/tests/bench/epw-generate" ] || skip 'epw-generate is not built'
packets=${EPW_BURST_PACKETS:-1000000}
link v0 v1
link w0 w1
"$EPW_BUILDDIR/tests/bench/epw-generate" short burst.pcap packets "$packets" >/dev/null ||
    fail 'no packets were made'
endless=tcp=1000000,udp=1000000,closed=1000000,unanswered=1000000,active=1000000

# dump IFACE SOCKETS: tcpdump beside epwatch, as the SOCKETS-th that captures.
dump() {
    tcpdump -q -B 65536 -i "$1" -w /dev/null 2>"tcpdump.$1" &
    dumps="$dumps $!"
    pids="$pids $!"
    until_true 'tcpdump captures' capturing "$2"
}

# judge WHAT: ends both; none may be lost, and no more than tcpdump loses.
judge() {
    finish
    sleep 1
    theirs=0
    for dumper in $dumps; do
        kill -INT "$dumper"
        wait "$dumper"
    done
    for file in tcpdump.*; do
        theirs=$((theirs + $(sed -n 's/^\([0-9]*\) packets dropped by kernel$/\1/p' "$file")))
    done
    rm -f tcpdump.*
    dumps=
    expect_result 0 '' "burst $1"
    sent=$(sed -n 's/.*, \([0-9.]*\) pps$/\1/p' replay.out)
    ours=$(counter live.json drops.kernel)
    count=$(counter live.json packets)
    echo "burst $1: $sent packets/s sent; epwatch read $count, lost $ours; tcpdump lost $theirs"
    [ "$count" = "$packets" ] || fail "burst $1: $count packets, $packets were sent"
    [ "$ours" = 0 ] || fail "burst $1: $ours packets lost"
    [ "$ours" -le "$theirs" ] || fail "burst $1: tcpdump lost only $theirs"
}

# burst ROUND WORDS...: both beside each other, as fast as tcpreplay's WORDS say.
dumps=
burst() {
    round=$1
    shift
    watch 1 -i v1 -o eve:live.json --wait 1000000 --timeouts $endless --max-flows 2000000
    dump v1 2
    send v0 burst.pcap --preload-pcap "$@"
    judge "$round"
}

# two ROUND WORDS...: the same with the directions on two interfaces.
two() {
    round=$1
    shift
    watch 2 -i v1 -i w1 -o eve:live.json --wait 1000000 --timeouts $endless --max-flows 2000000
    dump v1 3
    dump w1 4
    tcpreplay -q --dualfile --preload-pcap "$@" -i v0 -I w0 there.pcap back.pcap >replay.out 2>&1 ||
        fail 'tcpreplay --dualfile'
    judge "$round"
}

# as_offline: live.json has the flows and verdicts of the offline run.
as_offline() {
    flows live.json >flows.live
    cmp flows.live flows.offline || fail 'flows and verdicts differ from the offline run'
}

"$epwatch" -S "$sigs" -r burst.pcap -o eve:offline.json --wait 1000000 --timeouts $endless \
    --max-flows 2000000 || fail 'offline'
flows offline.json >flows.offline
burst 1 --topspeed
as_offline
for rate in ${EPW_BURST_RATES-50000 100000 200000}; do burst "at $rate" "--pps=$rate"; done
for more in $(seq 2 "${EPW_BURST_ROUNDS:-1}"); do burst "$more" --topspeed; done

tcpdump -q -r burst.pcap -w there.pcap 'ip[12:4] < ip[16:4]' 2>/dev/null
tcpdump -q -r burst.pcap -w back.pcap 'not (ip[12:4] < ip[16:4])' 2>/dev/null
two 'of two interfaces' --topspeed
as_offline
exit $bad
