#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A run that is started again with the same words costs nothing that the one before it wrote:
# what happened is added to, how things stand is replaced once it is known anew.
. "${EPW_SRCDIR:-.}/tests/live/lib.sh"
link v0 v1
sample=$captures/office.pcap

once() {
    watch_on 1 -i v1 -o eve:eve.json -o csv:flows.csv -o findings:found.csv -o table:table.txt \
        -o inventory:hosts.csv -o firewall-csv:rules.csv -o firewall-nftables:rules.nft
}
# titles FILE COLUMN: how many of its rows are a header.
titles() {
    grep -c "^\"$2\"," "$1"
}

once
send v0 "$sample"
finish
expect_result 0 '' 'the first run'
mkdir first
cp eve.json flows.csv found.csv table.txt hosts.csv rules.csv rules.nft first
for file in first/*; do
    [ -s "$file" ] || fail "$file: empty"
done

# What a crash may leave
printf '{"event_type":"fl' >>eve.json
printf '"2026-' >>flows.csv
once
for file in hosts.csv rules.csv rules.nft; do
    cmp -s "$file" "first/$file" || fail "$file: the old one is gone before the new one is there"
done
send v0 "$sample"
sleep 1 # longer than lines wait to be sent out
for file in hosts.csv rules.csv rules.nft; do
    cmp -s "$file" "first/$file" || fail "$file: the old one is gone before the new one is there"
done
finish
expect_result 0 '' 'the second run'

for file in eve.json flows.csv found.csv table.txt; do
    head -c "$(wc -c <"first/$file")" "$file" | cmp -s - "first/$file" ||
        fail "$file: what was in it is no more"
    [ "$(wc -l <"$file")" -gt "$(($(wc -l <"first/$file") + 5))" ] || fail "$file: nothing was added"
done
[ "$(grep -vc '^{.*}$' eve.json)" -eq 1 ] || fail 'the cut line is not alone'
grep '^{.*}$' eve.json | jq -e . >/dev/null || fail 'eve.json: not JSON'
[ "$(titles flows.csv start)" -eq 1 ] || fail 'flows.csv has not one header'
[ "$(titles found.csv severity)" -eq 1 ] || fail 'found.csv has not one header'
[ "$(grep -c '^epwatch 0' table.txt)" -eq 2 ] || fail 'table.txt has not two heads'
[ "$(titles hosts.csv host)" -eq 1 ] || fail 'hosts.csv has not one header'
[ "$(titles rules.csv status)" -eq 1 ] || fail 'rules.csv has not one header'
[ "$(grep -c '^table inet filter' rules.nft)" -eq "$(grep -c '^table inet filter' first/rules.nft)" ] ||
    fail 'rules.nft is not of one run'

# A run that sees nothing takes nothing away
cp hosts.csv rules.csv rules.nft first
once
finish
for file in hosts.csv rules.csv rules.nft; do
    cmp -s "$file" "first/$file" || fail "$file: replaced by what a run over nothing knows"
done

# Captures are read anew, and so are their results
"$epwatch" -S "$sigs" -r "$sample" -o csv:flows.csv
[ "$(head -n 1 flows.csv)" = "$(head -n 1 first/flows.csv)" ] || fail 'flows.csv: no header'
! grep -q '^"2026-$' flows.csv || fail 'a run over files adds to what is there'

# Root writes to no file that the user it becomes may have led its output to
[ $real_root = yes ] || exit $bad
echo kept >secret
for make in 'ln -s' 'ln'; do
    for output in eve:link.json inventory:link.csv; do
        path=${output#*:}
        rm -f link.*
        $make secret "$path"
        expect 2 "$path: is a link or has a second name, .*; give the path of the file itself to -o ${output%:*}" \
            timeout 20 "$epwatch" -S "$sigs" -i v1 -o "$output"
        [ "$(cat secret)" = kept ] || fail "$make: the other file was written to"
    done
done
exit $bad
