#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Wrong usage is one line and exit status 2; help, man page and completion know the same options.
. "${EPW_SRCDIR:-.}/tests/cli/lib.sh"
{ pcap_header 1; syn; syn; } >good.pcap

expect 2 'no capture given; expected -r FILE or -i IFACE' "$epwatch"
expect 2 "no capture given; expected -r FILE or -i IFACE before the filter 'port 53'" "$epwatch" port 53
expect 2 'good.pcap: is a file, .*expected -r before each capture' "$epwatch" good.pcap
cp good.pcap other.pcap
expect 2 'other.pcap: is a file, .*expected -r before each capture' \
    "$epwatch" -r good.pcap other.pcap # -r *.pcap
mkdir net.pcap # no file: a word of a filter, if a wrong one
expect 2 "filter 'net.pcap': .*expected one as in tcpdump" "$epwatch" -S "$sigs" -r good.pcap net.pcap
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
for value in 0 65 -1 4294967297 two; do
    expect 2 "--threads $value: not a number in range; expected 1 to 64 threads" \
        "$epwatch" -r good.pcap --threads "$value"
done
for value in tcp tcp= tcp=0 tcp=x icmp=3 tcp=1,,udp=2 tcp=1, ''; do
    expect 2 '--timeouts: ' "$epwatch" -r good.pcap --timeouts "$value"
done
expect 2 '-r and -i: .*expected only one of them' "$epwatch" -r good.pcap -i lo
expect 2 '-i: empty name' "$epwatch" -i ''
for words in '-G 60' '-s 100' '-B 1' -p '--stats 5'; do
    # shellcheck disable=SC2086
    expect 2 "${words% *}: .*expected -i IFACE with it" "$epwatch" $words -r good.pcap
done
expect 2 '-G 0: ' "$epwatch" -i lo -G 0
expect 2 '-s 262145: ' "$epwatch" -i lo -s 262145
expect 2 '-B 0: ' "$epwatch" -i lo -B 0
expect 2 '-G: flows.json has no time in its name; expected ' "$epwatch" -i lo -G 60 -o eve:flows.json
expect 2 '-G: flows%%.json has no time' "$epwatch" -i lo -G 60 -o eve:flows%%.json
expect 2 '-G: no output goes to a file; expected -o FORMAT:PATH' "$epwatch" -i lo -G 60 -o eve
expect 2 'any: stands for all' "$epwatch" -S "$sigs" -i any -i lo
expect 2 'lo: is named twice' "$epwatch" -S "$sigs" -i lo -i lo
expect 2 '-D, .*read no capture' "$epwatch" -D -r good.pcap
expect 0 '' "$epwatch" -D
has out '[Up' # one interface is, if only the loopback
! grep -E 'nflog|nfqueue|dbus|usbmon|bluetooth' out || fail '-D lists what has no network in it'
expect 2 'nflog: no such interface; epwatch -D' "$epwatch" -S "$sigs" -i nflog
expect 2 '--wait 1m: .*expected 0 to [0-9]+ seconds' "$epwatch" -r good.pcap --wait 1m
expect 2 '-B 64M: .*expected 1 to [0-9]+ KiB' "$epwatch" -i lo -B 64M
expect 2 '-r good.pcap: is given twice; expected once' "$epwatch" -r good.pcap -r good.pcap
expect 2 '-r -: is given twice; expected once' "$epwatch" -r - -r -
ln -s good.pcap linked.pcap
expect 2 '-r linked.pcap: is the same as good.pcap; expected it once' \
    "$epwatch" -r good.pcap -r linked.pcap
expect 2 "-S $sigs: is given twice; expected once" "$epwatch" -S "$sigs" -S "$sigs" -r good.pcap
expect 2 '-S nowhere: No such file or directory; expected a CSV file of signatures' \
    "$epwatch" -S nowhere -r good.pcap
mkdir nothing
expect 2 '-S nothing: is a folder without .*; expected a CSV file' "$epwatch" -S nothing -r good.pcap
expect 2 '--check nowhere: No such file or directory; expected ' "$epwatch" --check nowhere
expect 2 '--fail-on severe: expected high, medium or low' "$epwatch" -r good.pcap --fail-on severe
expect 2 '--write-flows some: expected all or labelled' "$epwatch" -r good.pcap --write-flows some
long=$(printf '%064d' 0 | tr 0 a).example.com # a label of 64 characters: one too many
for value in 0 65536 x sctp/80 tcp/ 80/tcp '' . .. 10.0.0.5 example..com .example.com '*.example.com' \
    'ex ample.com' tcp/update.example.com http://update.example.com/ "$long" \
    10.0.0.7:1-10.0.0.5 10.0.0.7-10.0.0.5 10.0.0.7:1-10.0.0.5:65536 10.0.0.7:-10.0.0.5:2 \
    10.0.0.7:1-10.0.0.5:2x 10.0.0:1-10.0.0.5:2 ::1:1-::2:2 '[::1]1-[::2]2' '[10.0.0.7]:1-10.0.0.5:2' \
    '[::1]:1-[::2' :1-:2 - 10.0.0.7:1-10.0.0.5:2-10.0.0.5:3; do
    expect 2 '--explain .*: not a port, a name or a flow; expected ' \
        "$epwatch" -S "$sigs" --explain "$value" -r good.pcap
done
expect 2 '--explain .*: no capture given; expected -r FILE' \
    "$epwatch" -S "$sigs" --explain 10.0.0.7:51000-10.0.0.5:8014
expect 2 '--explain prints text; expected no -o' \
    "$epwatch" -S "$sigs" --explain 10.0.0.7:51000-10.0.0.5:8014 -r good.pcap -o eve
expect 2 '.*expected only one of them' "$epwatch" --check x --explain 80
expect 2 '-i: option after the filter' "$epwatch" -r good.pcap port 53 -i lo
expect 2 '.*read no capture' "$epwatch" --list-signatures -r good.pcap

expect 0 '' "$epwatch" --version
grep -Eq '^epwatch [0-9]+\.[0-9]+' out || fail 'no version'
expect 0 '' "$epwatch" -h
cp out help
for words in '--version --help' '--help --version' '-h --check x' '-h -r good.pcap port 53'; do
    # shellcheck disable=SC2086
    expect 0 '' "$epwatch" $words
    cmp -s out help || fail "$words: not the help"
done
awk 'length > 80 { print FILENAME ": wider than 80 columns: " $0; bad = 1 } END { exit bad }' help || bad=1

# Every option works together
cp good.pcap second.pcap
expect 0 '' "$epwatch" -S "$sigs" -r good.pcap -r second.pcap -c 3 --wait 0 --max-flows 10 \
    --timeouts tcp=10,udp=20,closed=1,unanswered=5,active=60 --write-flows labelled --ignore-vlan --dedup \
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
has out 'suppose nothing is known of a flow but that it goes to tcp/2222: ambiguous'
! grep -q handshake out || fail 'a made-up flow has a handshake that was seen'
printf 'type,product,key,value,note\nport,eset-protect,agent-replication,tcp/2345,\n' >moved.csv
expect 0 '' "$epwatch" -S "$sigs" --site moved.csv --explain tcp/2345
has out 'moved here by the site file'
has out 'goes to tcp/2345: possible,'
expect 0 '' "$epwatch" -S "$sigs" --site moved.csv --explain tcp/2222
grep -q 'eset-agent-replication' out && fail 'a moved function is still at its documented port'
expect 2 'good.pcap:1: header.*' "$epwatch" -S "$sigs" --site good.pcap --explain tcp/2222
expect 0 '' "$epwatch" -S "$sigs" --explain 1
has out 'tcp/1: no signature has this port'
has out 'udp/1: no signature has this port'

expect 0 '' "$epwatch" -S "$sigs" --explain UPDATE.Kaspersky.Example.
has out 'update.kaspersky.example: no signature has a mask that this name matches'
for name in $(cut -d , -f 12 "$sigs/eset.csv" | tr ' ' '\n' | grep -E '^[a-z]+[.]eset[.]com$'); do
    expect 0 '' "$epwatch" -S "$sigs" --explain "$name"
    has out "mask: $name"
    has out 'step by step'
done

# A flow, from either side, with or without its transport
for flow in 10.0.0.7:51000-10.0.0.5:8014 tcp/10.0.0.5:8014-10.0.0.7:51000 \
    'tcp/10.0.0.7:51000 -> 10.0.0.5:8014'; do
    expect 0 '' "$epwatch" -S "$sigs" --explain "$flow" -r good.pcap
    has out 'tcp/10.0.0.7:51000 -> 10.0.0.5:8014'
    has out 'also: 2 SYNs'
    has out 'what would decide it'
    awk 'length > 80 { bad = 1 } END { exit bad }' out || fail "--explain $flow: wider than 80 columns"
done
expect 2 '--explain udp/.*: no such flow among the 1 that were read; flows between these hosts are' \
    "$epwatch" -S "$sigs" --explain udp/10.0.0.7:51000-10.0.0.5:8014 -r good.pcap
[ "$(cat out)" = tcp/10.0.0.7:51000-10.0.0.5:8014 ] || fail 'the flow between the hosts is not listed'
expect 2 '--explain .*: no such flow .*; flows of one of these hosts are listed' \
    "$epwatch" -S "$sigs" --explain 10.0.0.7:51000-10.0.0.6:8014 -r good.pcap
expect 2 '--explain .*: no such flow .*; none is of these hosts' \
    "$epwatch" -S "$sigs" --explain '[::1]:1-[::2]:2' -r good.pcap
[ ! -s out ] || fail 'flows of other hosts are listed'
expect 2 '--explain .*: no such flow among the 0' \
    "$epwatch" -S "$sigs" --explain 10.0.0.7:51000-10.0.0.5:8014 -r good.pcap udp
expect 2 'missing.pcap: ' "$epwatch" -S "$sigs" --explain 10.0.0.7:1-10.0.0.5:2 -r missing.pcap

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
    complete epwatch --site go
    [ "$(cat out)" = good.pcap ] || fail "--site go completes to $(cat out)"
    complete epwatch -o eve : ev
    [ "$(cat out)" = eve.json ] || fail "-o eve:ev completes to $(cat out)"
fi

exit $bad
