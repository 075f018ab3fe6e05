#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Counts instructions with valgrind's callgrind and compares them with the recorded ones:
# instructions.sh BUILD-FOLDER [--record]. They are the same run after run where seconds are not,
# but another compiler makes others: status 77 and a reason when nothing is recorded for this one.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
growth=$build/tests/bench/epw-growth
recorded=$root/tests/bench/instructions.tsv
more_than=10 # percent that it may grow
tab=$(printf '\t')
skip() { echo "SKIP: instructions: $*"; exit 77; }

command -v valgrind >/dev/null 2>&1 || skip "valgrind is not installed"
of_make() { sed -n "s/^$1 = *//p" "$build/Makefile" | head -1; }
compiler="$($(of_make CC) --version | head -1), $(of_make CFLAGS), $(uname -m)"
release=$(of_make PACKAGE_VERSION)
case $(of_make SAN_CFLAGS) in *sanitize*) skip "a build with sanitizers" ;; esac
if [ "${2:-}" != --record ] && ! grep -qF "$tab$compiler$tab" "$recorded"; then
    skip "none recorded for $compiler; ./dev bench --record-instructions does"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# count FUNCTION WORDS-OF-EPW-GROWTH...: instructions inside of the function, on one line with
# what epw-growth prints.
count() {
    function=$1
    shift
    said=$(valgrind --tool=callgrind --callgrind-out-file="$work/out" --log-file="$work/log" \
        --toggle-collect="$function" "$growth" "$@") || { cat "$work/log" >&2; exit 1; }
    echo "$(sed -n 's/^summary: *//p' "$work/out") $said"
}

# A packet: decoding, tracking, evidence. A flow: everything the analyst does.
{
    for load in small evidence mirrored; do
        count feed_push count $load 40000 | awk -v what="$load" '
            { printf "%s, a packet\t%.0f\n", what, $1 / $3 }'
    done
    count growth_decide match 40000 "$root/signatures" | awk '
        { for (i = 2; i < NF; i += 2) word[$i] = $(i + 1)
          printf "evidence, a flow\t%.0f\n", $1 / word["repeats"] / word["flows"] }'
} >"$work/now"

if [ "${2:-}" = --record ]; then
    grep -vF "$release$tab$compiler$tab" "$recorded" >"$work/new" || true
    sed "s|^|$release$tab$compiler$tab|" "$work/now" >>"$work/new"
    cp "$work/new" "$recorded"
    cat "$work/now"
    exit 0
fi

awk -F '\t' -v compiler="$compiler" -v allowed="$more_than" '
    NR == FNR { if ($2 == compiler) was[$3] = $4; next }
    !($1 in was) { printf "FAIL: instructions of %s: never recorded\n", $1; bad = 1; next }
    {
        grown = ($2 / was[$1] - 1) * 100
        printf "%s: %d instructions, recorded %d (%+.1f %%)\n", $1, $2, was[$1], grown
        if (grown > allowed) {
            printf "FAIL: instructions of %s grew by more than %d %%\n", $1, allowed
            bad = 1
        }
        if (grown < -allowed) better = 1
    }
    END {
        if (better) print "fewer than recorded: ./dev bench --record-instructions keeps it so"
        exit bad
    }' "$recorded" "$work/now"
