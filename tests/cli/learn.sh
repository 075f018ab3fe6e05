#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --learn: the file is new, whole or absent, says what each line rests on, and a run with it finds
# nothing but what traffic itself shows.
. "${EPW_SRCDIR:-.}/tests/cli/lib.sh"

run() {
    "$epwatch" -S "$sigs" "$@"
}
# ./out holds no findings but those about the traffic itself
only_traffic() {
    for kind in $(sed 1d out | cut -d'"' -f4 | sort -u); do
        case $kind in
        blocked | cleartext | external-exposure | local-only-exposed | name-mismatch) ;;
        obsolete-function | protocol-mismatch | undocumented-port | wrong-direction) ;;
        *) fail "$1: with what was learned, $kind is still found" ;;
        esac
    done
}
office=$here/captures/office.pcap

expect 0 '' run -r "$office" --learn learned.csv
has out 'packets'
has learned.csv 'internal,,,10.0.0.0/8'
has learned.csv 'deployed,eset-protect,,'
has learned.csv 'host,eset-protect,server,10.1.0.20'
has learned.csv '# protect.corp.example: '
grep -q '^host,.*,203\.0\.113\|^host,.*,198\.51\.100' learned.csv && fail "a cloud is declared ours"
awk -F, '/^(host|deployed|internal)/ && before !~ /^(#|host)/ { print; bad = 1 } { before = $0 }
    END { exit bad }' learned.csv || fail "a line without a comment before it"
[ "$(ls | grep -c '^learned')" -eq 1 ] || fail "something is left beside the file"

expect 0 '' run -r "$office" --site learned.csv -o findings
only_traffic office

# A stranger who tries a declared server in vain does not become its agent
near=$here/captures/findings/external-exposure-near.pcap
expect 0 '' run -r "$near" --learn near.csv
expect 0 '' run -r "$near" --site near.csv -o findings
only_traffic near
expect 0 '' run -r "$near" --site near.csv -o inventory
! grep '^"203\.0\.113\.66"' out | grep -q eset-protect || fail "a stranger is listed as an agent"

# So it is with every capture
for pcap in "$here"/captures/*.pcap "$here"/captures/*/*.pcap*; do
    rm -f each.csv
    run -r "$pcap" --learn each.csv >out 2>&1 || continue # some are damaged on purpose
    expect 0 '' run -r "$pcap" --site each.csv -o findings
    only_traffic "$pcap"
done

# Who was opened the wrong way round is no server
cat >wrong.scn <<'END'
host server 10.1.0.20
host pc-1 10.1.2.11
host pc-2 10.1.2.12
for pc-1 pc-2 : {} -> server:2222 tls cert server.corp.example app 2
server -> pc-1:2222 tls cert pc.corp.example app 2
END
"${EPW_BUILDDIR:-$here/build}/tests/scenario/epw-scenario" wrong.scn wrong.pcap
expect 0 '' run -r wrong.pcap --learn wrong.csv
grep -q '^host,eset-protect,server,10\.1\.0\.20$' wrong.csv || fail "the server is not learned"
grep -q '^host,eset-protect,server,10\.1\.2\.11$' wrong.csv && fail "an agent became a server"
has wrong.csv '# host,eset-protect,server,10.1.2.11'
expect 0 '' run -r wrong.pcap --site wrong.csv -o findings
only_traffic wrong
has out '"wrong-direction"'

# Nothing is overwritten, and nothing written of a run that never was
cp learned.csv before.csv
expect 2 'learned\.csv: exists; --learn writes a new file only' run -r "$office" --learn learned.csv
cmp -s learned.csv before.csv || fail "the file that was there is changed"
expect 2 'missing\.pcap: ' run -r missing.pcap --learn new.csv
[ ! -e new.csv ] || fail "learned from nothing"
expect 2 'nowhere/new\.csv: cannot be written: .*--learn' run -r "$office" --learn nowhere/new.csv
expect 2 'new\.csv: is the output of both -o csv and --learn' run -r "$office" -o csv:new.csv \
    --learn new.csv
[ ! -e new.csv ] || fail "refused, but written"
expect 2 '--learn: expected one path' run -r "$office" --learn -

# Of a capture that ends too soon
head -c 100000 "$office" >cut.pcap
expect 2 'cut\.pcap: ' run -r cut.pcap --learn cut.csv
has cut.csv 'a part could not be read'
exit $bad
