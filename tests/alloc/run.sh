#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs out of memory at many places: each run ends by itself, with status 2 and a line that says
# what is wrong or not complete, or with status 0 and the whole result, to the byte.
# run.sh POINTS: how many places of each kind; a longer run than that of make check. Who asked for
# what was refused, EPW_FAIL_TRACE=1 tells (fail.c).
. "${EPW_SRCDIR:-.}/tests/cli/lib.sh"
failing=${EPW_BUILDDIR:-$here/build}/tests/alloc/epwatch-alloc
points=${1:-24}
corpus=$here/tests/fuzz/corpus/fuzz_whole
EPW_FAIL_COUNT=count "$failing" --version >/dev/null
[ -s count ] || { echo 'SKIP: a sanitizer has its own malloc'; exit 77; }
cp "$corpus/products.pcapng" "$corpus/wrapped.pcapng.gz" .
printf 'type,product,key,value,note\ninternal,,,10.0.0.0/8,\nhost,eset-protect,server,10.1.0.5,\n' >site.csv
runs=0

# one KIND=N: a run that fails so. $case_name and the words are those of try().
one() {
    how=$1
    shift
    rm -rf result
    mkdir result
    status=0
    env "EPW_FAIL_$how" timeout 30 "$failing" -S "$sigs" "$@" >result/out 2>err || status=$?
    forgive err
    runs=$((runs + 1))
    case $status in
    0) diff -r expected result >differs || { fail "$case_name, $how: status 0, and less than all"; head -5 differs; } ;;
    2) grep -q '^epwatch: ' err || fail "$case_name, $how: status 2 without a word" ;;
    *) fail "$case_name, $how: status $status" ;;
    esac
}

# try NAME WORDS...: fails at places spread over the run. Files are written to ./result.
try() {
    case_name=$1
    shift
    rm -rf result
    mkdir result
    EPW_FAIL_COUNT=count "$failing" -S "$sigs" "$@" >result/out 2>err || fail "$case_name: status $?"
    rm -rf expected
    mv result expected
    all=$(cat count)
    [ "$all" -gt 100 ] || fail "$case_name: only $all allocations"
    n=1
    while [ $n -le "$points" ]; do
        one "AT=$((1 + (all - 1) * (n - 1) / points))" "$@"
        one "AT=$((all - n))" "$@" # the end, where results are written
        one "FROM=$((1 + (all - 1) * n / points))" "$@"
        one "EVERY=$((n * n * 7))" "$@"
        n=$((n + 1))
    done
}

try eve -r products.pcapng -o eve:result/eve.json --threads 1
try all -r products.pcapng -r wrapped.pcapng.gz --site site.csv -o table:result/table -o csv:result/csv \
    -o inventory:result/inventory -o findings:result/findings -o firewall-nftables:result/nft \
    -o firewall-csv:result/firewall --learn result/learned --threads 1 ip or ip6
try threads -r products.pcapng -o csv:result/csv --threads 2
try state -r products.pcapng --site site.csv --state result/state -o csv:result/csv --threads 1
try explain -r products.pcapng --explain 10.1.0.21:49154-10.1.0.5:21 --threads 1
echo "$runs runs"
exit $bad
