#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --state: a capture in two parts gives what it gives in one; a file that is damaged, of another
# version or not to be written is told, and never lost.
. "${EPW_SRCDIR:-.}/tests/cli/lib.sh"
command -v jq >/dev/null 2>&1 || { echo 'SKIP: there is no jq'; exit 77; }
sample=$here/captures/office.pcap

run() {
    "$epwatch" -S "$sigs" -r "$sample" -o eve:eve.json "$@"
}
named() {
    jq -r 'select(.event_type == "flow" and .epwatch.product) | .epwatch.confidence' eve.json |
        sort | uniq -c
}

# What only the first half of the day teaches (names, roles) counts in the second
run -c 1800 --state known.json || fail 'the first part'
has known.json '{"epwatch_state":1}'
tail -n 1 known.json | jq -e '.end > 100' >/dev/null || fail 'the state has no end'
cp known.json first.json
run 'tcp port 2222 and tcp[tcpflags] & (tcp-syn|tcp-ack) != 0'
named >without
run --state known.json 'tcp port 2222 and tcp[tcpflags] & (tcp-syn|tcp-ack) != 0'
named >with
cmp -s with without && fail 'the state makes no difference'
grep -q likely with || fail 'no verdict rests on the state'

# The inventory goes on: first seen is when it was first seen
run -o inventory:both.csv --state first.json
"$epwatch" -S "$sigs" -r "$sample" -o inventory:once.csv
cut -d, -f1,11 once.csv >a; cut -d, -f1,11 both.csv >b
diff a b >first.diff || fail "first seen differs: $(head -3 first.diff)"

# Damaged: kept for a person, and the run goes on without it
head -c 1000 known.json >cut.json
expect 0 'cut\.json: line [0-9]+: .*; kept as cut\.json\.damaged, the run begins without' run --state cut.json
[ "$(wc -c <cut.json.damaged)" -eq 1000 ] || fail 'the damaged file is not kept as it was'
tail -n 1 cut.json | grep -q '"end"' || fail 'no new state was written'
echo '{"epwatch_state":99}' >newer.json
expect 0 'newer\.json: line 1: a state of version 99, version 1 is expected; kept as' run --state newer.json
echo 'flow_id,timestamp' >table.csv
expect 0 'table\.csv: line 1: a saved state of epwatch was expected' run --state table.csv

# What is about other signatures is counted, not taken for damage
mkdir one && cp "$sigs"/eset*.csv one/
expect 0 'known\.json: [0-9]+ of [0-9]+ facts are about signatures that are not loaded' \
    "$epwatch" -S one -r "$sample" -o eve:eve.json --state known.json

# Not to be used: the run does not begin
mkdir folder
expect 2 'folder: line 1: Is a directory; a file that an earlier run wrote was expected' run --state folder
expect 2 'none/known\.json: the state cannot be written: No such file' run --state none/known.json
expect 2 '--state: expected one path' run --state -

# Something else stands where the lock is to be: it stays as it was, and nothing is waited for
other='other\.json\.lock: is not the lock of a run, .*; remove it, or give --state another path'
for make in 'touch mine; ln mine' 'echo text >mine; mv mine' 'ln -s mine' 'mkfifo'; do
    rm -f other.json.lock mine
    sh -c "$make other.json.lock"
    before=$(stat -c '%F %u %h %s' other.json.lock)
    expect 2 "$other" timeout 20 "$epwatch" -S "$sigs" -r "$sample" -o eve:eve.json --state other.json
    [ "$(stat -c '%F %u %h %s' other.json.lock)" = "$before" ] || fail "$make: the lock is another now"
    [ ! -e other.json ] || fail "$make: the run began"
done
rm -f other.json.lock
mkfifo pipe.json
expect 0 'pipe\.json: line 1: the file ends before its last line; kept as' \
    timeout 20 "$epwatch" -S "$sigs" -r "$sample" -o eve:eve.json --state pipe.json
exit $bad
