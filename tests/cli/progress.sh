#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The progress line: on a terminal, after a second, erased at the end; never anywhere else.
. "${EPW_SRCDIR:-.}/tests/cli/lib.sh"
command -v script >/dev/null 2>&1 || exit 77

# An input that takes longer than a second: 512 packets, a pause, 512 more.
packets() {
    syn >one
    for _ in 1 2 3 4 5 6 7 8 9; do
        cat one one >two
        mv two one
    done
    cat one
}
packets >half
feed() {
    mkfifo "$1"
    { pcap_header 1; cat half; sleep 1.3; cat half; } >"$1" &
}

feed slow1
script -qec "'$epwatch' -S '$sigs' -r slow1 >table1" typescript </dev/null >/dev/null ||
    fail 'with a terminal: exit status is not 0'
has table1 '1,024 packets'
has typescript ' packets'
# Carriage return and "erase to the end of the line" are the last that the terminal sees of it.
tr '\r' '\n' <typescript | grep -v '^Script' | tail -2 | grep -q "$(printf '\033\\[K')" ||
    fail 'the progress line is not erased'

feed slow2
expect 0 '' "$epwatch" -S "$sigs" -r slow2
has out '1,024 packets'

# A table on the same terminal comes after it; lines of flows would run into it
feed slow3
script -qec "'$epwatch' -S '$sigs' -r slow3" typescript3 </dev/null >/dev/null
has typescript3 '1,024 packets, '
grep -q "$(printf '\033\\[K')" typescript3 || fail 'no progress beside a table'
feed slow4
script -qec "'$epwatch' -S '$sigs' -r slow4 -o eve" typescript4 </dev/null >/dev/null
has typescript4 '"event_type":"stats"'
grep -q "$(printf '\033\\[K')" typescript4 && fail 'progress among the lines of eve'

# A short run shows none, also on a terminal
{ pcap_header 1; syn; } >short.pcap
script -qec "'$epwatch' -S '$sigs' -r short.pcap >table2" typescript2 </dev/null >/dev/null
grep -v '^Script' typescript2 | grep -q packets && fail 'a short run shows progress'

exit $bad
