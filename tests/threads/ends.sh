#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs that do not come to their end: whatever ends them, all threads end, at once and with a message.
. "${EPW_SRCDIR:-.}/tests/cli/lib.sh"
office=$here/captures/office.pcap
mkfifo pipe

for threads in 1 2 3 8; do
    # The disk is full: nobody needs the rest
    expect 2 '/dev/full: eve output failed: No space left' \
        timeout 20 "$epwatch" -S "$sigs" --threads $threads -r "$office" -o eve:/dev/full

    # Interrupted while waiting for packets: what was read is reported
    rm -f part.json
    timeout --foreground -k 5 30 "$epwatch" -S "$sigs" --threads $threads -r - -o eve:part.json <pipe >out 2>err &
    pid=$!
    exec 9>pipe
    head -c 400000 "$office" >&9
    # Its output is opened when signals are caught
    tries=200
    while [ ! -e part.json ] && [ $tries -gt 0 ]; do tries=$((tries - 1)); sleep 0.1; done
    sleep 0.2
    kill -TERM $pid # timeout hands it on
    status=0
    wait $pid || status=$?
    exec 9>&-
    [ $status -eq 2 ] || fail "SIGTERM with $threads threads: exit status $status"
    has err 'interrupted after'
    tail -n 1 part.json | grep -q '"event_type":"stats"' || fail "SIGTERM with $threads threads: no counters"

    # Fewer packets than a round
    expect 0 '' timeout 20 "$epwatch" -S "$sigs" --threads $threads -r "$office" -c 1 -o csv
    [ "$(wc -l <out)" -eq 2 ] || fail "one packet, $threads threads: not one flow"
done

# Nothing but a header; everything filtered away
pcap_header 1 >empty.pcap
for capture in "-r empty.pcap" "-r $office port 9"; do
    for threads in 1 8; do
        # shellcheck disable=SC2086
        expect 0 '' timeout 20 "$epwatch" -S "$sigs" --threads $threads -o eve $capture
        [ "$(wc -l <out)" -eq 1 ] || fail "$capture, $threads threads: more than counters"
    done
done

exit $bad
