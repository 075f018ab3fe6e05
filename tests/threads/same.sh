#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What is written is the same to the byte for any number of threads: every capture of captures/,
# read by 1, 2, 3 and 8, in every format that programs rely on. And the counters add up.
# same.sh [CAPTURE...]: these instead.
srcdir=${EPW_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
epwatch=${EPW_BUILDDIR:-$srcdir/build}/epwatch
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
bad=0

# A run that hangs is a failure like any other.
read_with() { # THREADS CAPTURE
    mkdir -p "$work/$1"
    timeout 60 "$epwatch" -S "$srcdir/signatures" --threads "$1" -r "$2" -o "eve:$work/$1/eve" \
        -o "csv:$work/$1/csv" -o "findings:$work/$1/findings" -o "inventory:$work/$1/inventory" \
        >"$work/$1/out" 2>"$work/$1/err"
    echo "status $?" >>"$work/$1/err"
}

adds_up() { # CAPTURE
    sed -n 's/.*"packets":\([0-9]*\),.*"decoder":{\([^}]*\)}.*/\1 \2/p' "$work/1/eve" | tr -c '0-9\n' ' ' |
        awk -v file="$1" '{ sum = 0; for (i = 2; i <= NF; i++) sum += $i
            if (sum != $1) { print file ": " $1 " packets, " sum " endings"; exit 1 } seen = 1 }
            END { if (!seen) exit 1 }'
}

compare() { # CAPTURE
    read_with 1 "$1"
    grep -q '^status [0-2]$' "$work/1/err" || { echo "$1:"; cat "$work/1/err"; bad=1; return; }
    [ ! -s "$work/1/eve" ] || adds_up "$1" || { echo "$1: counters do not add up"; bad=1; }
    for threads in 2 3 8; do
        read_with $threads "$1"
        for part in eve csv findings inventory out err; do
            cmp -s "$work/1/$part" "$work/$threads/$part" && continue
            [ -e "$work/1/$part" ] || [ -e "$work/$threads/$part" ] || continue
            echo "FAIL: $1: $part with $threads threads is not what it is with one"
            diff "$work/1/$part" "$work/$threads/$part" | head -4
            bad=1
        done
        rm -rf "${work:?}/$threads"
    done
    rm -rf "$work/1"
}

count=0
if [ $# -eq 0 ]; then
    find "$srcdir/captures" -name '*.pcap' -o -name '*.pcapng' | sort >"$work/list"
else
    printf '%s\n' "$@" >"$work/list"
fi
while read -r capture; do
    compare "$capture"
    count=$((count + 1))
done <"$work/list"
echo "$count captures"
[ "$count" -gt 0 ] && exit $bad
exit 1
