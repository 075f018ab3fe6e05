#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The benchmark's arithmetic on made-up results: medians, the smaller time, ratios, targets, and
# a program whose time was up. And the bounded run that the results come from.
bench=${EPW_BUILDDIR:-build}/tests/bench
src=${EPW_SRCDIR:-.}
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
bad=0
fail() { echo "FAIL: $*"; bad=1; }

# run ROUND PROGRAM ELAPSED USER SYS KIB STATUS: of 1,000,000 packets of "small".
run() {
    printf 'run\tsmall\t%s\t1000000\t%s\t%s\t%s\t%s\t%s\t%s\n' "$2" "$1" "$3" "$4" "$5" "$6" "$7"
}
{
    printf 'machine\tprocessor\tone\n'
    printf 'made\tsmall\tpackets 1000000 flows 7 evidence 0\n'
    run 1 empty 0.5 0.1 0 2048 0
    run 2 empty 0.1 0.1 0 2048 0
    run 3 empty 9.0 0.1 0 2048 0
    run 1 table-1 0.9 0.1 0.1 10240 0
    run 2 table-1 0.9 0.1 0.3 10240 0
    run 3 table-1 0.9 0.1 0.0 10240 0
    run 1 table-all 0.05 0.2 0.0 10240 0
    run 1 nfpcapd 60.0 59 0 10240 124
    run 1 ndpiReader 3.0 2.4 0.0 10240 0
    printf 'fact\tpause_ms\t7.5\n'
} >"$work/results"
awk -f "$src/tests/bench/report.awk" "$work/results" >"$work/report" || fail "report.awk: status $?"
has() { grep -Fq -- "$1" "$work/report" || { fail "no '$1' in"; cat "$work/report"; }; }
has '| empty libpcap loop  |       10.00 |     0.10 |    0.50 |   1.000 |       2 |'
has '| epwatch, 1 thread   |        5.00 |     0.20 |    0.90 |   0.500 |      10 |'
has '| epwatch, all cores  |       20.00 |     0.20 |    0.05 |   2.000 |      10 |'
has '| nfpcapd             | more than 60 s                                         |'
has '`small`: 1000000 packets, 7 flows; 3 rounds'
has '| small: 1 thread to the empty loop             |    0.50 |    >= 0.7 | missed |'
has '| small: all cores to the empty loop            |    2.00 |    >= 1.2 | met    |'
has '| small: 1 thread to ndpiReader                 |      12 |     >= 12 | met    |'
has '| longest pause while tables grow               | 7.50 ms |   <= 5 ms | missed |'
grep -q 'nfpcapd  *|  *[0-9.]* |  *>=' "$work/report" && fail "a target without a figure is judged"
awk 'length($0) > 80 { exit 1 }' "$work/report" || fail "a line of more than 80 columns"

# last WORD COMMAND...: the status that epw-timed tells is WORD.
last() {
    want=$1
    shift
    got=$("$bench/epw-timed" "$@")
    [ "${got##* }" = "$want" ] || fail "epw-timed $*: '$got', expected status $want"
}
last 0 10 true
last 1 10 false
last 127 10 /nonexistent
last 124 1 sh -c 'sleep 30 & wait'
last 143 10 sh -c 'kill $$'
for mark in begin end; do
    [ "$(grep -c "^<!-- measured: $mark -->" "$src/docs/benchmarks.md")" -eq 1 ] ||
        fail "docs/benchmarks.md: no place for the figures ($mark)"
done
exit $bad
