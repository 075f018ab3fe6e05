#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# As a service: who it runs as, what the manager hears while nothing happens, metrics at
# intervals, nothing refused by the sandbox.
. "${EPW_SRCDIR:-.}/tests/live/lib.sh"
link near far
notified=${EPW_BUILDDIR:-$here/build}/tests/cli/notified

# The watchdog's time is 1 s: it hears at least each half of it, also on a quiet link
"$notified" "@epwatch-live-$$" 1000000 "$epwatch" -S "$sigs" -i near --stats 1 \
    -o prometheus:epwatch.prom -o eve:eve.json >out 2>err &
pids="$pids $!"
notifier=$!
until_true 'epwatch is ready' grep -qx READY=1 notified.log
pid=$(pgrep -P "$notifier")
if [ $real_root = yes ]; then
    user=nobody
    id epwatch >/dev/null 2>&1 && user=epwatch
    grep -Eq "^Uid:[[:space:]]+$(id -u $user)[[:space:]]" "/proc/$pid/status" || fail "it does not run as $user"
    until_true 'there are metrics' test -e epwatch.prom
    [ "$(stat -c %U epwatch.prom)" = $user ] || fail 'the metrics belong to somebody else'
fi
grep -Eq '^CapEff:[[:space:]]+0+$' "/proc/$pid/status" || fail 'it has capabilities left'
until_true 'the watchdog heard five times' sh -c '[ "$(grep -cx WATCHDOG=1 notified.log)" -ge 5 ]'

# Metrics are those of now
until_true 'there are metrics' test -e epwatch.prom
before=$(stat -c %i epwatch.prom)
send far "$captures/office.pcap" --topspeed -L 500
until_true 'the metrics show the packets' grep -qx 'epwatch_packets_total{source="near"} 500' epwatch.prom
[ "$(stat -c %i epwatch.prom)" != "$before" ] || fail 'the file was not replaced'
kill "$pid"
wait "$notifier" || fail "exit status $?"
[ "$(tail -1 notified.log)" = STOPPING=1 ] || fail "the last that was heard is $(tail -1 notified.log)"
grep -q '^epwatch_flows_labelled_total{source="near",product=' epwatch.prom || fail 'no flow has a product'
has eve.json '"event_type":"stats"'

exit $bad
