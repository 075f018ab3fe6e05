#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Interfaces: wrong ones, those that go down, come back and are removed, -D, -c, -s, -p, filters.
. "${EPW_SRCDIR:-.}/tests/live/lib.sh"
link v0 v1
link w0 w1
sample=$captures/office.pcap
packets=3717 # in it

expect 2 'x9: no such interface; epwatch -D lists them' "$epwatch" -S "$sigs" -i x9
expect 2 'x9: no such interface' "$epwatch" -S "$sigs" -i v1 -i x9
ip link set w0 down
ip link set w1 down
expect 2 'x9: no such interface' "$epwatch" -S "$sigs" -i w1 -i x9
expect 2 "v1: filter 'no such': .*expected one as in tcpdump" "$epwatch" -S "$sigs" -i v1 no such
expect 0 '' "$epwatch" -D
has out 'v1 [Up, Running'
has out 'w1 [Down'
number=$(sed -n 's/^\([0-9]*\)\.v1 .*/\1/p' out)
expect 2 '999: no such interface' "$epwatch" -S "$sigs" -i 999
expect 2 'v1: is named twice' "$epwatch" -S "$sigs" -i v1 -i "$number"

# Down at the start: told and waited for, until a signal, or until it is up
wait_down() {
    "$epwatch" -S "$sigs" -i v1 -i w1 -o eve:eve.json >out 2>err </dev/null &
    pid=$!
    pids="$pids $pid"
    until_true 'it is told that w1 is down' grep -q "^epwatch: ${stamp}w1: is down; waiting until it is up" err
}
wait_down
finish
[ "$status" -eq 2 ] || fail "interrupted while w1 is down: exit status $status, expected 2"
has err 'interrupted before all interfaces were up'
wait_down
ip link set w0 up
ip link set w1 up
until_true 'both are watched' grep -q "^epwatch: ${stamp}watching v1, w1" err
send w0 "$sample"
finish
[ "$status" -eq 0 ] || fail "down at the start: exit status $status"
[ "$(counter eve.json packets)" = $packets ] || fail "down at the start: $(counter eve.json packets) packets"

# A filter, applied by the kernel; a snaplen; not promiscuous; by its number, which changes with what is up
"$epwatch" -D >out
number=$(sed -n 's/^\([0-9]*\)\.v1 .*/\1/p' out)
watch 1 -i "$number" -p -s 60 -o eve:eve.json tcp port 8014
send v0 "$sample"
finish
has err 'watching v1'
expect_result 0 '' 'filter'
"$epwatch" -S "$sigs" -r "$sample" -o eve:offline.json tcp port 8014
for key in packets bytes flows; do
    [ "$(counter eve.json $key)" = "$(counter offline.json $key)" ] || fail "filter: $key"
done
[ "$(counter eve.json quality.truncated)" -gt 0 ] || fail '-s 60 cuts nothing'

# So many packets, exactly
watch 1 -i v1 -c 1000 -o eve:eve.json
send v0 "$sample"
status=0
wait "$pid" || status=$?
expect_result 0 '' '-c'
[ "$(counter eve.json packets)" = 1000 ] || fail "-c 1000: $(counter eve.json packets) packets"

# any
watch 1 -i any -o eve:eve.json inbound
send v0 "$sample"
finish
expect_result 0 '' 'any'
[ "$(counter eve.json packets)" = $packets ] || fail "any: $(counter eve.json packets) packets"
[ "$(counter eve.json decoder.complete)" = 3715 ] || fail 'any: not decoded as elsewhere'
[ "$(jq -r 'select(.event_type == "flow") | .in_iface' eve.json | sort -u)" = v1 ] ||
    fail 'any: flows are not of the interface that their packets came from'

# Down, up again, and removed: waited for, told once, and the end
watch 1 -i v1 -o eve:eve.json
ip link set v1 down
until_true 'it is told that v1 is down' grep -q 'v1: is down since .*; waiting for it' err
sleep 1.2 # twice the time between two looks: told once
ip link set v1 up
until_true 'it is told that v1 is up' grep -q 'v1: is up again after' err
send v0 "$sample"
ip link set v0 down # the other end: no carrier
until_true 'the cable is told to be out' sh -c '[ "$(grep -c "is down since" err)" -eq 2 ]'
ip link set v0 up
until_true 'the cable is in' sh -c '[ "$(grep -c "is up again" err)" -eq 2 ]'
send v0 "$sample"
ip link del v0
status=0
wait "$pid" || status=$?
[ "$status" -eq 2 ] || fail "removed: exit status $status, expected 2"
grep -q "^epwatch: ${stamp}v1: was removed at .*; the result is of what was read" err || fail 'not told that v1 was removed'
forgive err # what it watches, and who may read the signatures
[ "$(wc -l <err)" -eq 5 ] || fail "$(wc -l <err) lines on standard error, expected 5"
[ "$(counter eve.json packets)" = $((2 * packets)) ] || fail "removed: $(counter eve.json packets) packets"
[ "$(counter eve.json partial)" = true ] || fail 'removed: not said to be partial'

# Several: each has a thread, which may do no more than the one that started it
link v0 v1
read_so_far() {
    [ "$(counter eve.json packets 2>/dev/null)" = "$1" ]
}
watch 2 -i v1 -i w1 -o eve:eve.json --threads 1 --stats 1
threads() {
    [ "$(ls "/proc/$pid/task" | wc -l)" -ge "$1" ]
}
until_true 'there are six threads' threads 6
for key in CapEff CapPrm NoNewPrivs Seccomp Uid; do
    cat "/proc/$pid/task/"*/status | grep "^$key:" | sort -u >of_all
    [ "$(wc -l <of_all)" -eq 1 ] || { cat of_all; fail "threads differ in $key"; }
done

# One that is down does not hold up the other
ip link set v1 down
until_true 'it is told that v1 is down' grep -q 'v1: is down since .*; waiting for it' err
send w0 "$sample"
until_true 'the other is read' read_so_far $packets
ip link set v1 up
until_true 'it is told that v1 is up' grep -q 'v1: is up again after' err
send v0 "$sample"
until_true 'it is read again' read_so_far $((2 * packets))
finish
[ "$status" -eq 0 ] || fail "one down: exit status $status"
[ "$(counter eve.json packets)" = $((2 * packets)) ] || fail "one down: $(counter eve.json packets) packets"

# So many packets of both
watch 2 -i v1 -i w1 -c 5000 -o eve:eve.json
send v0 "$sample"
send w0 "$sample"
status=0
wait "$pid" || status=$?
expect_result 0 '' '-c of two'
[ "$(counter eve.json packets)" = 5000 ] || fail "-c 5000 of two: $(counter eve.json packets) packets"

# One of several that is removed ends the run too, with what all received before
watch 2 -i v1 -i w1 -o eve:eve.json
send w0 "$sample"
send v0 "$sample"
ip link del v0
status=0
wait "$pid" || status=$?
[ "$status" -eq 2 ] || fail "one removed: exit status $status, expected 2"
grep -q "^epwatch: ${stamp}v1: was removed at .*; the result is of what was read" err || fail 'not told that one was removed'
[ "$(counter eve.json packets)" = $((2 * packets)) ] || fail "one removed: $(counter eve.json packets) packets"

exit $bad
