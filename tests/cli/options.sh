#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Wrong usage is one line and exit status 2; help, man page and completion know the same options.
. "${EPW_SRCDIR:-.}/tests/cli/lib.sh"
{ pcap_header 1; syn; syn; } >good.pcap

expect 2 'no capture given; expected -r FILE' "$epwatch"
expect 2 "no capture given; expected -r FILE before the filter 'good.pcap'" "$epwatch" good.pcap
expect 2 '-q: no such option' "$epwatch" -q
expect 2 '--frobnicate: no such option' "$epwatch" --frobnicate
expect 2 '-r: value missing; expected FILE' "$epwatch" -r
expect 2 '--wait: value missing; expected SECONDS' "$epwatch" --wait
expect 2 '--help=1: takes no value' "$epwatch" --help=1
expect 2 '-r: empty name' "$epwatch" -r ''
expect 2 '-o xml: no such format; .*table, eve, csv' "$epwatch" -r good.pcap -o xml
expect 2 '-o eve:: empty path' "$epwatch" -r good.pcap -o eve:
expect 2 '-c 0: ' "$epwatch" -r good.pcap -c 0
expect 2 '-c 1x: ' "$epwatch" -r good.pcap -c 1x
expect 2 '--wait -1: ' "$epwatch" -r good.pcap --wait -1
expect 2 '--max-flows 0: ' "$epwatch" -r good.pcap --max-flows 0
expect 2 '--max-flows 99999999999: ' "$epwatch" -r good.pcap --max-flows 99999999999
for value in tcp tcp= tcp=0 tcp=x icmp=3 tcp=1,,udp=2 tcp=1, ''; do
    expect 2 '--timeouts: ' "$epwatch" -r good.pcap --timeouts "$value"
done
expect 2 '--fail-on severe: expected high, medium or low' "$epwatch" -r good.pcap --fail-on severe
expect 2 '--write-flows some: expected all or labelled' "$epwatch" -r good.pcap --write-flows some
for value in 0 65536 x sctp/80 tcp/ 80/tcp ''; do
    expect 2 '--explain .*not a port' "$epwatch" -S "$sigs" --explain "$value"
done
expect 2 '.*expected only one of them' "$epwatch" --check x --explain 80
expect 2 '.*read no capture' "$epwatch" --list-signatures -r good.pcap

expect 0 '' "$epwatch" --version
grep -Eq '^epwatch [0-9]+\.[0-9]+' out || fail 'no version'
expect 0 '' "$epwatch" -h
cp out help
awk 'length > 80 { print FILENAME ": wider than 80 columns: " $0; bad = 1 } END { exit bad }' help || bad=1

# Every option works together
expect 0 '' "$epwatch" -S "$sigs" -r good.pcap -r good.pcap -c 3 --wait 0 --max-flows 10 \
    --timeouts tcp=10,udp=20,closed=1,unanswered=5,active=60 --write-flows labelled --ignore-vlan \
    --fail-on high -o table -o eve:eve.json -o csv:flows.csv -o inventory:inventory.csv \
    -o findings:findings.csv tcp and host 10.0.0.5
has out '3 packets'
has eve.json '"event_type":"stats"'
[ "$(head -1 flows.csv | tr , '\n' | wc -l)" -eq 29 ] || fail 'csv header has not 29 columns'
[ "$(head -1 inventory.csv | tr , '\n' | wc -l)" -eq 16 ] || fail 'inventory header has not 16 columns'
[ "$(head -1 findings.csv | tr , '\n' | wc -l)" -eq 16 ] || fail 'findings header has not 16 columns'

# Signatures are listed one a line, and explained
expect 0 '' "$epwatch" -S "$sigs" --list-signatures
awk -F '\t' 'NF != 15 { print "line " NR " has " NF " cells"; bad = 1 } END { exit bad }' out || bad=1
[ "$(wc -l <out)" -gt 100 ] || fail 'fewer signatures than there are rows'
expect 0 '' "$epwatch" -S "$sigs" --explain tcp/2222
has out 'a flow to it of which nothing else is known: ambiguous'
expect 0 '' "$epwatch" -S "$sigs" --explain 1
has out 'tcp/1: no signature has this port'
has out 'udp/1: no signature has this port'

# The man page has every option of --help, and no other
sed -n '/^options:/,/^$/s/^  \(-[^ ]*\).*/\1/p' help | tr -d , | sort >of_help
sed -n '/^\.SH OPTIONS/,/^\.SH THE TABLE/p' "$here/docs/epwatch.1" | sed 's/\\//g' |
    sed -nE 's/^\.B[IR]? "?(-[^ "]*).*/\1/p' | grep -vx -- - | sort >of_man
diff of_help of_man || fail 'options of --help (<) and of the man page (>) differ'
if command -v groff >/dev/null 2>&1; then
    groff -man -Tutf8 -ww -z "$here/docs/epwatch.1" 2>groff.err
    [ ! -s groff.err ] || { cat groff.err; fail 'the man page has warnings'; }
fi

# Completion
if command -v bash >/dev/null 2>&1; then
    complete() { # words..., the last one being completed
        PATH=$(dirname "$epwatch"):$PATH bash -c '. "$1"; shift; COMP_WORDS=("$@")
            COMP_CWORD=$(($# - 1)); _epwatch epwatch; printf "%s\n" "${COMPREPLY[@]}"' \
            bash "$here/contrib/epwatch.bash" "$@" >out 2>err
    }
    complete epwatch --w
    has out '--wait'
    has out '--write-flows'
    complete epwatch -o e
    [ "$(cat out)" = eve ] || fail "-o e completes to $(cat out)"
    complete epwatch -r go
    [ "$(cat out)" = good.pcap ] || fail "-r go completes to $(cat out)"
    complete epwatch -o eve : ev
    [ "$(cat out)" = eve.json ] || fail "-o eve:ev completes to $(cat out)"
fi

exit $bad
