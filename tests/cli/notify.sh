#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A service manager hears when packets are read, and that it ends. The watchdog: tests/live/.
. "${EPW_SRCDIR:-.}/tests/cli/lib.sh"
notified=${EPW_BUILDDIR:-$here/build}/tests/cli/notified
{ pcap_header 1; syn; syn; } >good.pcap

for socket in "$work/socket" "@epwatch-test-$$"; do
    expect 0 '' "$notified" "$socket" 60000000 "$epwatch" -S "$sigs" -r good.pcap
    has out '2 packets'
    [ "$(grep -v '^WATCHDOG=1$' notified.log | tr '\n' ' ')" = 'READY=1 STOPPING=1 ' ] ||
        fail "$socket: heard $(cat notified.log)"
done

# Not ready: what is missing is not told as ready
expect 2 'missing.pcap: ' "$notified" "@epwatch-test2-$$" 0 "$epwatch" -S "$sigs" -r missing.pcap
[ ! -s notified.log ] || fail "heard $(cat notified.log) of a run that did not start"

# Nobody there, or nonsense
for socket in "$work/none" relative '' @ "/$(printf '%0200d' 0)"; do
    expect 0 '' env NOTIFY_SOCKET="$socket" WATCHDOG_USEC=x "$epwatch" -S "$sigs" -r good.pcap
done

# It is told when all is read and confined, not before
rm -f slow
mkfifo slow
"$notified" "@epwatch-test3-$$" 0 "$epwatch" -S "$sigs" -r slow >out 2>err &
pid=$!
exec 3>slow
sleep 0.3
[ ! -s notified.log ] || fail 'ready before the input could be opened'
cat good.pcap >&3
tries=0
until grep -qx READY=1 notified.log || [ $tries -ge 50 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
[ "$(cat notified.log)" = READY=1 ] || fail "heard $(cat notified.log)"
exec 3>&-
wait $pid || fail 'did not end well'

exit $bad
