#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Outputs that take no data: what is lost is told while it is, and the end of the run does not wait in
# silence; a folder that the sandbox does not let the run write to any more.
. "${EPW_SRCDIR:-.}/tests/live/lib.sh"
flood=$EPW_BUILDDIR/tests/live/epw-flood
[ -x "$flood" ] || skip 'epw-flood is not built'
wait_s=60
link v0 v1
mkfifo pipe

# A pipe that nobody reads: told, and a signal ends the waiting
"$epwatch" -S "$sigs" -i v1 -o eve:pipe >out 2>err </dev/null &
pid=$!
pids="$pids $pid"
until_true 'it is told that a reader is waited for' grep -q '^epwatch: pipe: waiting for somebody to read' err
finish TERM
[ "$status" -eq 2 ] || fail "no reader: exit status $status"
has err 'pipe: interrupted before anybody read this pipe'

# A reader that stalls: packets flow, results are lost, and that is told by then
"$flood" 100000 1 >flood.pcap
exec 9<>pipe
rm -f m.prom
rm -f table.txt
watch_on 1 -i v1 -o eve:pipe -o prometheus:m.prom -o table:table.txt --wait 0 --max-flows 4000 --stats 1
send v0 flood.pcap --pps=50000
until_true 'losses are told while the output stalls' grep -q 'results were lost so far' err
until_true 'the output is told' grep -q "^epwatch: ${stamp}pipe: eve output is blocked" err
kill -TERM "$pid"
until_true 'it is told what the end waits for' grep -q "^epwatch: ${stamp}waiting for pipe, which takes no data" err
kill -0 "$pid" || fail 'the run ended, and its results were not written'
cat <pipe >eve.json 9<&- &
reader=$!
pids="$pids $reader"
status=0
wait "$pid" || status=$?
kill "$reader"
[ "$status" -eq 0 ] || fail "stalled reader: exit status $status"
lost=$(sed -n 's/^epwatch_records_dropped_total{.*} //p' m.prom)
[ "${lost:-0}" -gt 0 ] || fail 'nothing was lost'
[ "$(sed -n 's/^epwatch: '"$stamp"'\([0-9,]*\) results were lost so far.*/\1/p' err | tail -n 1 | tr -d ,)" = "$lost" ] ||
    fail "$lost results were lost, and not all of them are told"
[ "$(grep -c 'eve output is blocked' err)" -eq 1 ] || fail 'a stall is told twice'
grep -Eq '^  flows: [0-9,]* \([0-9,]* results of them lost\)' table.txt || fail 'the table says nothing of it'
exec 9<&-

# A folder that is made anew is not the one that the sandbox lets the run write to
mkdir -m 777 folder
watch 1 -i v1 -G 1 -o 'eve:folder/a-%H%M%S.json'
if ! grep -q 'sandbox: this kernel has no' err; then
    mv folder away
    mkdir -m 777 folder
    until_true 'it is told what to do' grep -q 'eve output failed: Permission denied; .*restart epwatch' err
fi
finish

exit $bad
