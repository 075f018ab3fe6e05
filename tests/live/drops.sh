#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What is lost is counted and told: a stopped program with a small ring loses packets, and with
# those that it read they are all that were sent.
. "${EPW_SRCDIR:-.}/tests/live/lib.sh"
link v0 v1
link w0 w1
sample=$captures/office.pcap

watch 1 -i v1 -B 512 -o eve:eve.json -o table --stats 1
kill -STOP "$pid"
for round in 1 2 3; do send v0 "$sample"; done
kill -CONT "$pid"
until_true 'losses are told while it runs' grep -q 'packets were lost so far' err
finish
[ "$status" -eq 0 ] || fail "exit status $status"
packets=$(counter eve.json packets)
kernel=$(counter eve.json drops.kernel)
[ "$kernel" -gt 0 ] || fail 'no drops, with a ring of 512 KiB'
[ $((packets + kernel)) -eq $((3 * 3717)) ] ||
    fail "$packets packets and $kernel drops are not the $((3 * 3717)) that were sent"
forgive err
[ "$(wc -l <err)" -eq 1 ] || fail 'told more than once'
grep -Eq "^epwatch: $stamp[0-9,]* packets were lost so far, [0-9,]* in the kernel and 0 in the interface; a larger -B" err ||
    fail 'not told what helps'
[ "$(sed -n 's/^epwatch: '"$stamp"'\([0-9,]*\) packets were lost.*/\1/p' err | tr -d ,)" = "$kernel" ] ||
    fail 'another number is told'
has out 'lost in the kernel'
jq -c 'select(.event_type == "stats") | .stats.drops.kernel' eve.json | sort -n | tail -1 | grep -qx "$kernel" ||
    fail 'the counters in between differ from those at the end'

# The default ring holds all of it
watch 1 -i v1 -o eve:eve.json
kill -STOP "$pid"
for round in 1 2 3; do send v0 "$sample"; done
kill -CONT "$pid"
finish
expect_result 0 '' 'default ring'
[ "$(counter eve.json packets)" -eq $((3 * 3717)) ] || fail "default ring: $(counter eve.json packets) packets"
[ "$(counter eve.json drops.kernel)" -eq 0 ] || fail 'default ring: drops'

# Of two interfaces: what finds no room in a thread's queue waits in its ring, and is lost there
watch 2 -i v1 -i w1 -B 512 -o eve:eve.json
kill -STOP "$pid"
for round in 1 2 3; do
    send v0 "$sample"
    send w0 "$sample"
done
kill -CONT "$pid"
finish
[ "$status" -eq 0 ] || fail "two interfaces: exit status $status"
packets=$(counter eve.json packets)
kernel=$(counter eve.json drops.kernel)
[ "$kernel" -gt 0 ] || fail 'two interfaces: no drops, with rings of 512 KiB'
[ $((packets + kernel)) -eq $((6 * 3717)) ] ||
    fail "two interfaces: $packets packets and $kernel drops are not the $((6 * 3717)) that were sent"

exit $bad
