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
    "$epwatch" -S "$sigs" --threads $threads -r - -o eve:part.json <pipe >out 2>err &
    pid=$!
    exec 9>pipe
    head -c 400000 "$office" >&9
    sleep 1
    kill -INT $pid
    (sleep 20; kill -KILL $pid 2>/dev/null) &
    watchdog=$!
    status=0
    wait $pid || status=$?
    kill $watchdog 2>/dev/null
    exec 9>&-
    [ $status -eq 2 ] || fail "SIGINT with $threads threads: exit status $status"
    has err 'interrupted after'
    tail -n 1 part.json | grep -q '"event_type":"stats"' || fail "SIGINT with $threads threads: no counters"

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
