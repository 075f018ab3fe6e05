#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# SIGHUP: signatures and site file are read again without losing a packet or a flow; wrong ones
# keep those in use. --state is written while it runs, and outlives kill -9.
. "${EPW_SRCDIR:-.}/tests/live/lib.sh"
link v0 v1
sample=$captures/office.pcap

mkdir sigs site
chmod 755 sigs site
cp "$sigs"/*.csv sigs/
sigs=$work/sigs
printf 'type,product,key,value\ninternal,,,10.0.0.0/8\n' >site/site.csv
said() {
    [ "$(grep -c "$1" err)" -ge "$2" ]
}

watch 1 -i v1 -o eve:eve.json -o firewall-csv:allow.csv --site site/site.csv --wait 0 --stats 1 \
    --state known.json --timeouts closed=1,udp=1,unanswered=1
send v0 "$sample" --multiplier=1000
until_true 'a flow is named' grep -q '"product":"escan"' eve.json
kill -HUP "$pid"
until_true 'the signatures are read again' said 'SIGHUP: .* signatures and the site file in use' 1

# A wrong line, a missing file: the old ones stay
echo 'hots,,,10.0.0.5' >>site/site.csv
kill -HUP "$pid"
until_true 'the error is told' said 'site.csv:3: column type' 1
until_true 'the old ones stay' said 'of before stay in use' 1
echo 'broken' >sigs/new.csv
kill -HUP "$pid"
until_true 'the old ones stay again' said 'of before stay in use' 2

# A site file that replaces the other, as editors do; a product that is gone
rm sigs/new.csv sigs/escan*.csv
printf 'type,product,key,value\ninternal,,,10.0.0.0/8\nhost,eset-protect,server,10.1.0.10\n' >site/new
mv site/new site/site.csv
kill -HUP "$pid"
until_true 'new ones are in use' said 'SIGHUP: .* signatures and the site file in use' 2
send v0 "$sample" --multiplier=1000
until_true 'the state is written' grep -q '"end"' known.json
finish
[ "$status" -eq 0 ] || fail "exit status $status"
[ "$(counter eve.json packets)" -eq 7434 ] || fail "$(counter eve.json packets) packets, not 7434"
[ "$(counter eve.json drops.kernel)" -eq 0 ] || fail 'packets were dropped'
packets=$(jq -s 'map(select(.event_type == "flow") | .flow.pkts_toserver + .flow.pkts_toclient) | add' eve.json)
want=$("$epwatch" -S "$sigs" -r "$sample" -o eve |
    jq -s 'map(select(.event_type == "flow") | .flow.pkts_toserver + .flow.pkts_toclient) | add * 2')
[ "$packets" -eq "$want" ] || fail "the flows hold $packets packets, not $want"
named=$(grep -c '"product":"escan","function"' eve.json)
[ "$named" -gt 0 ] || fail 'nothing was named by the old signatures'

# What was learned outlives a run that is killed
watch 1 -i v1 -o eve:eve2.json --wait 0 --stats 1 --state killed.json
send v0 "$sample" --multiplier=1000
until_true 'the state is written' grep -q '"role"' killed.json
expect 2 'killed.json: another epwatch keeps its state there; give each run a file of its own' \
    "$epwatch" -S "$sigs" -r "$sample" --state killed.json
finish KILL
watch 1 -i v1 -o eve:eve3.json --state killed.json
finish
[ "$status" -eq 0 ] || fail "after kill -9: exit status $status"
[ ! -e killed.json.damaged ] || fail 'kill -9 damaged the state'
[ ! -e killed.json.lock ] || fail 'the lock is left'
exit $bad
