#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# signatures/rows.tsv against an independent list of the same documents' rows, where there is one:
# ids, transports and ports must be the same.
theirs=${EPW_SHARED:-${EPW_SRCDIR:-.}/../shared}/facts/seed-rows.tsv
ours=${EPW_SRCDIR:-.}/signatures/rows.tsv
[ -r "$theirs" ] || { echo "no $theirs: skipped"; exit 77; }
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

# columns FILE: id, transport, ports, found by the header's words; rows without a transport have no port.
columns() {
    awk -F '\t' -v OFS='\t' '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i
                  ports = ("ports" in at) ? at["ports"] : at["port_spec"]
                  if (!("id" in at) || !("transport" in at) || !ports) exit 1
                  next }
        { print $at["id"], $at["transport"], $at["transport"] == "n-a" ? "-" : $ports }' "$1"
}
columns "$ours" | sort >"$work/ours" && columns "$theirs" | sort >"$work/theirs" &&
    [ -s "$work/ours" ] || { echo "a list without its columns"; exit 1; }
diff "$work/theirs" "$work/ours" || { echo "signatures/rows.tsv differs (< theirs, > ours)"; exit 1; }
