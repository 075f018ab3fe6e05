#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# nft takes the firewall rules made of every capture. Needs nft, and root for its check.
. "${EPW_SRCDIR:-.}/tests/cli/lib.sh"
command -v nft >/dev/null 2>&1 || exit 77
printf 'table inet filter {\n}\n' >probe
nft -c -f probe 2>/dev/null || exit 77

for capture in "$here"/captures/*.pcap "$here"/captures/*/*.pcap; do
    expect 0 '' "$epwatch" -S "$sigs" -r "$capture" -o firewall-nftables
    nft -c -f out 2>err || fail "nft refuses the rules of $capture"
done

# A host that was reached from outside gets no rule for it
expect 0 '' "$epwatch" -S "$sigs" -r "$here/captures/office.pcap" -o firewall-nftables
has out 'NOT allowed, from outside to 10.1.0.10 port 8446: 203.0.113.66'
! grep -E '^ *ip saddr .*203\.0\.113\.66' out || fail 'a stranger is let in'
exit $bad
