#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A disk that is full for a while: what was written stays whole lines, the others go on, and what is
# made anew at intervals goes on when there is room again.
if [ -z "${EPW_OWN_MOUNTS:-}" ]; then
    unshare -m true 2>/dev/null || { echo 'SKIP: mount namespaces cannot be made'; exit 77; }
    EPW_OWN_MOUNTS=yes exec unshare -m sh "$0" "$@"
fi
. "${EPW_SRCDIR:-.}/tests/live/lib.sh"
flood=$EPW_BUILDDIR/tests/live/epw-flood
[ -x "$flood" ] || skip 'epw-flood is not built'
wait_s=60
link v0 v1
mkdir disk
mount -t tmpfs -o size=2m,mode=777 none disk 2>/dev/null || skip 'no file system can be mounted'
trap 'umount -l "$work/disk"; stop_all' EXIT
head -c 1m /dev/zero >disk/room
"$flood" 20000 1 >flood.pcap

watch 1 -i v1 -o eve:disk/a.json -o prometheus:disk/m.prom -o csv:b.csv --state disk/known.json --wait 0 --max-flows 1000 --stats 1
until_true 'metrics are written' test -s disk/m.prom
send v0 flood.pcap --pps=20000
until_true 'a full disk is told' grep -q "^epwatch: ${stamp}disk/a.json: eve output failed: No space left on device; .*not written any more in this run" err
until_true 'metrics are told to stay' grep -q "^epwatch: ${stamp}disk/m.prom: prometheus output failed: No space left on device; the file of before stays" err
[ "$(wc -c <disk/a.json)" -gt 100000 ] || fail 'nothing was written before the disk was full'
jq -c . disk/a.json >/dev/null || fail 'what was written holds a line that is not whole'
[ -z "$(tail -c 1 disk/a.json)" ] || fail 'the last line was cut'
until_true 'the state is told to stay' grep -q "^epwatch: ${stamp}disk/known.json: the state cannot be written: No space left on device; the file of before stays" err
rm disk/room
until_true 'metrics go on' grep -q "^epwatch: ${stamp}disk/m.prom: prometheus output goes on" err
until_true 'metrics tell of the failed output' grep -Eq '^epwatch_outputs_failed\{.*\} 1$' disk/m.prom
[ "$(grep -c 'prometheus output failed' err)" -eq 1 ] || fail 'a failure is told at each interval'
until_true 'the state goes on' grep -q "^epwatch: ${stamp}disk/known.json: the state is written again, after [0-9]* tries in vain" err
[ "$(grep -c 'the state cannot be written' err)" -eq 1 ] || fail 'a state that cannot be written is told at each try'
finish
[ "$status" -eq 2 ] || fail "exit status $status"
[ "$(wc -l <b.csv)" -gt 15000 ] || fail 'the other output did not go on'

exit $bad
