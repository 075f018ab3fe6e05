#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Results while it runs: lines as flows end, counters, the table on SIGUSR1, rotated files that
# stay whole whatever happens, and the end by a signal.
. "${EPW_SRCDIR:-.}/tests/live/lib.sh"
link v0 v1
sample=$captures/office.pcap

lines() {
    [ "$(cat "$1" 2>/dev/null | wc -l)" -ge "$2" ]
}
# whole FILE...: every line is JSON, the last one ends.
whole() {
    for file in "$@"; do
        jq -e . "$file" >/dev/null 2>&1 || fail "$file: not JSON to its end"
        [ "$(tail -c 1 "$file" | od -An -tx1)" = ' 0a' ] || fail "$file: ends within a line"
    done
}

# Flows appear when they end, on a link that is quiet by then; counters in between
watch 1 -i v1 -o eve:eve.json --wait 0 --timeouts closed=1,udp=1,unanswered=1 --stats 1
send v0 "$sample"
until_true 'flows are written' lines eve.json 400
until_true 'findings are told' grep -q '"event_type":"alert".*"state":"open"' eve.json
sleep 3 # until all have ended that will
kill -USR1 "$pid"
until_true 'the table is shown' grep -q '^capture' err
until_true 'counters are written' grep -q '"event_type":"stats"' eve.json
kill -USR1 "$pid"
until_true 'the table is shown again' sh -c '[ "$(grep -c "^capture" err)" -eq 2 ]'
finish TERM
[ "$status" -eq 0 ] || fail "SIGTERM: exit status $status"
whole eve.json
# What was told as it is at the end is not told again
jq -c 'select(.event_type == "alert") | [.epwatch.finding_id, .epwatch.count, .epwatch.host_total]' eve.json |
    sort | uniq -d >twice
[ ! -s twice ] || { cat twice; fail 'alerts are told again though nothing changed'; }
grep -q '^eset-protect' err || fail 'the table has no product'
grep -q '  agent  ' err || fail 'the table has no roles'
grep -q '^findings:' err || fail 'the table has no findings'
[ ! -s out ] || fail 'standard output is not empty'
awk '/^epwatch 0/ { n++ } { print > ("table" n) }' err
cmp -s table1 table2 || { diff table1 table2 | head -5; fail 'the second table differs, and nothing came between'; }

# The table on standard output comes at the end only
watch 1 -i v1
send v0 "$sample"
kill -USR1 "$pid"
until_true 'the table is shown' grep -q '^capture' err
[ ! -s out ] || fail 'the table is written before the end'
finish
[ "$status" -eq 0 ] || fail "SIGINT: exit status $status"
has out '3,717 packets'

# Rotated files: whole under their name, readable under .part, never overwritten
year=$(date +%Y)
printf 'mine\n' >taken-$year.json
printf 'mine\n' >taken-$year.json.1.part
watch 1 -i v1 -o 'eve:flows-%H%M%S.json' -o 'csv:flows-%H%M%S.csv' -o 'findings:found-%S.csv' \
    -o 'table:table-%S' -o 'eve:taken-%Y.json' -G 1 --wait 0 --timeouts closed=1,udp=1,unanswered=1
for round in 1 2 3 4; do
    send v0 "$sample" --multiplier=2000
done
until_true 'three files are whole' sh -c '[ $(ls flows-*.json | wc -l) -ge 3 ]'
send v0 "$sample"
until_true 'the current file has lines' sh -c 'cat flows-*.json.part | grep -q event_type'
ls flows-*.json | sort >before
# shellcheck disable=SC2046
cat $(cat before) | cksum >sum
finish KILL
ls flows-*.json | grep -Fxf before | sort | cmp -s - before || fail 'a whole file is gone'
# shellcheck disable=SC2046
cat $(cat before) | cksum | cmp -s - sum || fail 'a whole file was changed'
whole flows-*.json
# The system may cut a write in two when the writer is killed in it, and with it the last line
for file in flows-*.json.part; do
    [ ! -e "$file" ] || head -n "$(wc -l <"$file")" "$file" | jq . >/dev/null 2>&1 ||
        fail "$file: not readable up to its last line"
done
for file in flows-*.json; do
    tail -n 1 "$file" | jq -e '.event_type == "stats"' >/dev/null || fail "$file: no counters at its end"
done
for file in flows-*.csv; do
    [ "$(head -1 "$file" | tr , '\n' | wc -l)" -eq 29 ] || fail "$file: no header"
done
cat flows-*.json | jq -c 'select(.event_type == "flow") | .flow_id' | sort | uniq -d >twice
[ ! -s twice ] || fail "$(wc -l <twice) flows are in two files"
grep -q '^eset-protect' table-?? || fail 'no rotated table has a product'
grep -q high found-??.csv || fail 'no rotated file has a finding'

# A name that is taken stays as it is
[ "$(cat taken-$year.json)" = mine ] || fail 'a file that was there is overwritten'
[ "$(cat taken-$year.json.1.part)" = mine ] || fail 'a file that a crash left is overwritten'
[ -s taken-$year.json.2 ] && [ -s taken-$year.json.3 ] || fail 'no numbered names'
whole taken-$year.json.2 taken-$year.json.3

# A folder that goes: told once, the other output goes on; when it is back, so does this one
mkdir -m 777 folder
watch 1 -i v1 -o 'eve:folder/a-%H%M%S.json' -o 'eve:b-%H%M%S.json' -G 1 --wait 0
until_true 'it is begun' sh -c 'ls folder/*.part b-*.part'
mv folder away
until_true 'it is told' grep -q 'a-%H%M%S.json: eve output failed: No such file' err
ls b-*.json >before
until_true 'the other goes on' sh -c '[ $(ls b-*.json | wc -l) -ge $(($(wc -l <before) + 3)) ]'
[ "$(grep -cv "^epwatch: ${stamp}watching " err)" -eq 1 ] || { cat err; fail 'a failed output is told twice'; }
ls away >before
mv away folder
until_true 'it is written again' sh -c 'ls folder/*.json | sed "s/.*\///" | grep -vFxf before'
finish
[ "$status" -eq 2 ] || fail "lines are lost, and the exit status is $status"
has err 'a-%H%M%S.json: eve output goes on in a new file'
whole folder/*.json b-*.json

exit $bad
