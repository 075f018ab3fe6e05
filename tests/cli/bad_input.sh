#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Bad input: one clear line on standard error that names the file and the place, the documented
# exit status, and what was read up to then still reported.
. "${EPW_SRCDIR:-.}/tests/cli/lib.sh"

run() {
    "$epwatch" -S "$sigs" "$@"
}

{ pcap_header 1; syn; syn; } >good.pcap
expect 0 '' run -r good.pcap
has out '2 packets, 108 B on the wire'

# What is no capture at all
expect 2 'missing\.pcap: .*No such file' run -r missing.pcap
mkdir folder
expect 2 'folder: .*folder' run -r folder
: >empty.pcap
expect 2 'empty\.pcap: .*empty' run -r empty.pcap
echo 'this is no capture, only text' >text.pcap
expect 2 'text\.pcap: .*not a capture.*expected' run -r text.pcap
hex d4c3b2a1 >header.pcap
expect 2 'header\.pcap: ' run -r header.pcap
if [ "$(id -u)" -ne 0 ]; then
    cp good.pcap secret.pcap
    chmod 0 secret.pcap
    expect 2 'secret\.pcap: .*Permission denied' run -r secret.pcap
fi
expect 2 'standard input: is empty' run -r -

# A bad file beside a good one: the good one is read
expect 2 'missing\.pcap: ' run -r missing.pcap -r good.pcap
has out 'INCOMPLETE'
has out '2 packets'

# Cut in the middle of a packet, and of a packet's header
{ pcap_header 1; syn; syn; } | head -c 140 >cut.pcap
expect 2 'cut\.pcap: .*packet 2' run -r cut.pcap
has out 'INCOMPLETE'
has out '1 packet, 54 B on the wire'
expect 2 'cut\.pcap: .*packet 2' run -r cut.pcap -o eve
has out '"partial":true'
has out '"packets":1'
{ pcap_header 1; syn; syn; } | head -c 100 >cut2.pcap
expect 2 'cut2\.pcap: .*packet 2' run -r cut2.pcap
has out '1 packet'
gzip -c good.pcap | head -c 80 >cut.pcap.gz
expect 2 'cut\.pcap\.gz: ' run -r cut.pcap.gz

# A packet that claims 4 GB
{ pcap_header 1; syn; hex "8043a569 00000000 ffffffff ffffffff"; } >giant.pcap
expect 2 'giant\.pcap: .*packet 2' run -r giant.pcap
has out '1 packet'

# A link type that is not decoded: told once a file, counted, the rest is read
{ pcap_header 147; syn; syn; } >user0.pcap
expect 2 'user0\.pcap: link type 147 \(USER0\) is not decoded, 2 packets .*expected one of .*EN10MB' \
    run -r user0.pcap
has out '2 of a kind that is not decoded'

# Signature files: every error, nothing is read
{ head -1 "$sigs/eset.csv"; echo 'only,three,cells'; } >bad.csv
expect 2 'bad\.csv:2: ' run -S bad.csv -r good.pcap
[ ! -s out ] || fail 'output although the signatures have an error'
expect 2 'bad\.csv:2: ' "$epwatch" --check bad.csv
expect 2 '--check missing\.csv: ' "$epwatch" --check missing.csv
: >empty.csv
expect 2 'empty\.csv' "$epwatch" --check empty.csv
for file in "$sigs"/*.csv; do
    expect 0 '' "$epwatch" --check "$file"
    has out ': OK, '
done

# The installed signatures are not there: told what to do
if [ ! -d /usr/local/share/epwatch ]; then
    status=0
    "$epwatch" -r good.pcap >out 2>err || status=$?
    case $(cat err) in
    *"No such file"*) expect_result 2 '.*No such file.*name others with -S PATH' 'not installed' ;;
    esac
fi

# Names of files that a terminal must not see as they are
odd=$(printf 'new\nline\033[31m.pcap')
cp good.pcap "$odd"
expect 0 '' run -r "$odd"
has out 'new\x0aline\x1b[31m.pcap'
expect 2 'no\?such\?\[31m\.pcap: ' run -r "$(printf 'no\nsuch\033[31m.pcap')"

# Standard input is a terminal: it would wait for ever
if command -v script >/dev/null 2>&1; then
    script -qec "'$epwatch' -S '$sigs' -r - 2>err; echo \$? >status" typescript </dev/null >/dev/null
    status=$(cat status)
    rm status
    expect_result 2 'standard input: is a terminal, a capture was expected' '-r - at a terminal'
fi

# Filters
expect 2 ".*filter 'host'" run -r good.pcap host
expect 2 '-o: option after the filter .*before' run -r good.pcap tcp -o eve
expect 0 '' run -r good.pcap udp port 53
has out '0 packets'
has out 'no packet passes the'

# Outputs that cannot be written, or would destroy something
for format in table eve csv; do
    if [ -c /dev/full ]; then
        expect 2 "/dev/full: $format output failed: No space left" run -r good.pcap -o "$format:/dev/full"
        expect 2 "/dev/full: $format output failed" run -r good.pcap -o "$format:/dev/full" -o csv:also.csv
        [ "$format" = csv ] || has also.csv '"8014"'
    fi
    # The reader is gone before the first byte is written.
    (sleep 0.3; status=0; run -r good.pcap -o "$format" 2>err || status=$?; echo "$status" >status) | :
    while [ ! -s status ]; do sleep 0.1; done
    status=$(cat status)
    expect_result 2 "standard output: $format output failed: Broken pipe" "-o $format to a closed pipe"
    rm status
done
expect 2 'nowhere/out: cannot be written: No such file' run -r good.pcap -o eve:nowhere/out
expect 2 'folder: cannot be written: Is a directory' run -r good.pcap -o eve:folder
expect 2 'standard output: is the output of both -o eve and -o csv' run -r good.pcap -o eve -o csv
expect 2 'twice: is the output of both -o eve and -o csv' run -r good.pcap -o eve:twice -o csv:twice
expect 2 '\./twice2: is the output of both -o eve and -o csv' \
    run -r good.pcap -o eve:twice2 -o csv:./twice2
status=0
run -r good.pcap -o table -o eve:led.json >led.json 2>err </dev/null || status=$?
expect_result 2 'led.json: is the output of both -o table and -o eve' 'standard output led into -o eve'
mkdir sigs2
cp "$sigs/eset.csv" sigs2
expect 2 'sigs2/eset.csv: is read by this run' \
    "$epwatch" -S sigs2 -r good.pcap -o csv:sigs2/eset.csv
cmp "$sigs/eset.csv" sigs2/eset.csv || fail 'a signature file was overwritten'
cp good.pcap kept.pcap
ln -s good.pcap link.pcap
expect 2 'good\.pcap: is read by this run' run -r good.pcap -o eve:good.pcap
expect 2 'link\.pcap: is read by this run' run -r good.pcap -o eve:link.pcap
expect 2 '\./good\.pcap: is read by this run' run -r link.pcap -o table -o csv:./good.pcap
cmp good.pcap kept.pcap || fail 'an input was overwritten'

# Interrupted: what was read is reported
mkfifo pipe
{ cat good.pcap; sleep 5; } >pipe &
writer=$!
"$epwatch" -S "$sigs" -r pipe >out 2>err &
reader=$!
sleep 1
kill -INT "$reader"
status=0
wait "$reader" || status=$?
kill "$writer" 2>/dev/null
[ "$status" -eq 2 ] || fail "interrupted: exit status $status, expected 2"
grep -q '^epwatch: interrupted' err || fail 'interrupted: no message'
has out 'INCOMPLETE'
has out '2 packets'

exit $bad
