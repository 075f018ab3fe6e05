#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The site file on the command line: the example of docs/site.md loads, errors end the run before
# anything is read, a line given twice does not, and no output overwrites the file.
. "${EPW_SRCDIR:-.}/tests/cli/lib.sh"

{ pcap_header 1; syn; syn; } >good.pcap
run() {
    "$epwatch" -S "$sigs" -r good.pcap "$@"
}

sed -n '/^```csv/,/^```/p' "$here/docs/site.md" | sed '/^```/d' >example.csv
[ "$(wc -l <example.csv)" -gt 10 ] || fail "docs/site.md has no example"
expect 0 '' run --site example.csv

# The declared server makes the attempt the product's
expect 0 '' run -o csv
! grep -q sep-client-management out || fail "an attempt alone names a product"
printf 'type,product,key,value\nhost,symantec-endpoint-protection,manager,10.0.0.5\n' >site.csv
expect 0 '' run -o csv --site site.csv
has out '"confirmed"'
has out 'symantec-endpoint-protection'
expect 2 'site\.csv: is read by this run' run -o csv:site.csv --site site.csv
has site.csv 'host,symantec-endpoint-protection'

expect 2 '--site missing\.csv: No such file.*; expected a site file' run --site missing.csv
[ ! -s out ] || fail "something was run without the site file"
expect 2 '--site \.: is a folder; expected a site file' run --site .
echo 'hots,,,10.0.0.5' >>site.csv
expect 2 "site\.csv:3: column type: got 'hots', expected a type: internal, " run --site site.csv
[ ! -s out ] || fail "something was run with half a site file"
expect 2 '--site: expected one site file' run --site a.csv --site b.csv

printf 'type,product,key,value\nproxy,,,10.0.0.80\nproxy,,,10.0.0.80\n' >twice.csv
expect 0 'warning: twice\.csv:3: row: the same as line 2, counted once' run --site twice.csv
printf 'type,product,key,value\nproxy,,,10.0.0.80\nscanner,,,10.0.0.80\n' >both.csv
expect 2 "both\.csv:3: column type: got 'scanner', .*line 2 says that 10\.0\.0\.80 is a proxy" \
    run --site both.csv
[ ! -s out ] || fail "something was run with a file that contradicts itself"
printf 'type,product,key,value\ninternal,,,10.1.0.0/16\nproxy,,,10.0.0.80\n' >outside.csv
expect 0 'warning: outside\.csv:3: column value: 10\.0\.0\.80 is private, .*expected an internal' \
    run --site outside.csv
# Cut inside an address that is one still
printf 'type,product,key,value\nproxy,,,10.0.0.8' >cut.csv
expect 2 'cut\.csv:2: line: got the end of the file, expected a line break' run --site cut.csv
[ ! -s out ] || fail "something was run with a file that was cut"
# Checked without a run
expect 2 'cut\.csv:2: line: got the end of the file' "$epwatch" -S "$sigs" --check cut.csv
expect 2 "site\.csv:3: column type: got 'hots'" "$epwatch" -S "$sigs" --check site.csv
expect 0 'warning: twice\.csv:3: row: the same' "$epwatch" -S "$sigs" --check twice.csv
has out 'twice.csv: OK, a site file'
{ printf '\357\273\277# ours\r\n\r\n'; sed 's/$/\r/' example.csv; } >windows.csv
expect 0 '' "$epwatch" -S "$sigs" --check windows.csv
has out 'windows.csv: OK, a site file'
expect 2 '-S nowhere: No such file' "$epwatch" -S nowhere --check example.csv
head -c -1 "$sigs/eset.csv" >cut.csv
expect 2 'cut\.csv:[0-9]+: line: got the end of the file' "$epwatch" --check cut.csv
exit $bad
