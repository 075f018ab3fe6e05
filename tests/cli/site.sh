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

expect 2 'missing\.csv: No such file' run --site missing.csv
[ ! -s out ] || fail "something was run without the site file"
echo 'hots,,,10.0.0.5' >>site.csv
expect 2 "site\.csv:3: column type: got 'hots', expected a type: internal, " run --site site.csv
[ ! -s out ] || fail "something was run with half a site file"
expect 2 '--site: expected one site file' run --site a.csv --site b.csv

printf 'type,product,key,value\nproxy,,,10.0.0.80\nproxy,,,10.0.0.80\n' >twice.csv
expect 0 'warning: twice\.csv:3: row: the same as line 2, counted once' run --site twice.csv
exit $bad
