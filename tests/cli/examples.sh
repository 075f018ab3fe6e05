#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The examples of the man page work: each runs, says something, and ends with status 0.
. "${EPW_SRCDIR:-.}/tests/cli/lib.sh"

# What the examples call by name. The installed signatures are those of the source here.
mkdir bin
printf '#!/bin/sh\nexec "%s" -S "%s" "$@"\n' "$epwatch" "$sigs" >bin/epwatch
chmod +x bin/epwatch
{ pcap_header 1; syn; syn; } >office.pcap
[ ! -f "$here/captures/office.pcap" ] || cp "$here/captures/office.pcap" office.pcap
cp office.pcap rx.pcap
cp office.pcap tx.pcap
gzip -c office.pcap >office.pcap.gz

sed -n '/^\.EX/,/^\.EE/p' "$here/docs/epwatch.1" | grep -v '^\.E[XE]' | sed 's/\\//g' >examples
[ "$(wc -l <examples)" -ge 5 ] || fail 'the man page has lost its examples'
while IFS= read -r line; do
    status=0
    PATH=$work/bin:$PATH sh -c "$line" >out 2>err </dev/null || status=$?
    expect_result 0 '' "$line"
    [ -s out ] || fail "$line: no output"
done <examples

exit $bad
