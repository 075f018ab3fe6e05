#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What grows with flows and signatures: growth.sh BUILD-FOLDER SCRATCH-FOLDER SCALE. Writes lines
# for report.awk.
set -eu
build=$1 work=$2 scale=$3
growth=$build/tests/bench/epw-growth
root=$(cd "$(dirname "$0")/../.." && pwd)

# word NAME PAIRS...: the figure after NAME.
word() {
    want=$1
    shift
    while [ $# -gt 1 ]; do
        [ "$1" != "$want" ] || { echo "$2"; return; }
        shift 2
    done
}
fact() { printf 'fact\t%s\t%s\n' "$1" "$2"; }
divide() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b }'; }
header() { sed -n '/^id,/{p;q;}' "$root/signatures/eset.csv"; }

# Both sets name some flows in a hundred, as the shipped one does: what is kept of a flow that has a
# name costs more than finding the name, and by as much whatever the number of signatures is.

# 100,000 signatures, each with a port of its own choice, which names a product by itself for one in
# six, as in the shipped set.
signatures() {
    header
    awk 'BEGIN {
        for (i = 0; i < 100000; i++)
            printf "by-port-%d,V,product-%d,neighbour,function-%d,management,tcp,%d,,,server,,,network,,current,,%s,,s,\n",
                i, i % 1000, i % 50, 1 + (i * 7919) % 65535, i % 6 == 0 ? "port" : "responder"
    }'
}

# 100,000 signatures with a name mask each, all on port 443; one mask in a thousand fits a name of
# the traffic.
masks() {
    header
    awk 'BEGIN {
        for (i = 0; i < 100000; i++)
            printf "by-name-%d,V,product-%d,neighbour,function-%d,management,tcp,443,tls,,cloud,%s,,network,,current,,name,,s,\n",
                i, i % 1000, i % 50,
                i < 100 ? "*.site-" i ".example" : "*.region-" i % 9 ".vendor-" i ".example"
    }'
}

few=100000 many=$((10000000 / scale))
small=$("$growth" table $few $few)
big=$("$growth" table $many $many)
# shellcheck disable=SC2086
{
    fact big_flows "$many"
    fact growth "$(divide "$(word packet_ns $big)" "$(word packet_ns $small)")"
    fact pause_ms "$(word pause_ms $big)"
    fact flow_bytes "$(echo "$small $big" | awk '{
        for (i = 1; i < NF; i++) { if ($i == "flows") flows[++n] = $(i + 1)
            if ($i == "flow_bytes") bytes[n] = flows[n] * $(i + 1) }
        printf "%.0f", (bytes[2] - bytes[1]) / (flows[2] - flows[1]) }')"
}
mkdir -p "$work/signatures" "$work/masks"
signatures >"$work/signatures/by-port.csv"
masks >"$work/masks/by-name.csv"
shipped=$("$growth" match 1000000 "$root/signatures")
by_port=$("$growth" match 1000000 "$root/signatures" "$work/signatures")
by_name=$("$growth" match 1000000 "$root/signatures" "$work/masks")
# shellcheck disable=SC2086
{
    fact signatures "$(divide "$(word flow_ns $by_port)" "$(word flow_ns $shipped)")"
    fact masks "$(divide "$(word flow_ns $by_name)" "$(word flow_ns $shipped)")"
}
for meter in "$small" "$big"; do
    # shellcheck disable=SC2086
    {
        fact detail "meter, $(word flows $meter) flows: $(word packet_ns $meter) ns a packet, $(
            word fill_ns $meter) while filling"
        fact detail "  longest pause $(word pause_ms $meter) ms with $(
            word pause_faults $meter) page faults; then $(word later_pause_ms $meter) ms"
    }
done
for analyst in "$shipped" "$by_port" "$by_name"; do
    # shellcheck disable=SC2086
    fact detail "analyst, $(word signatures $analyst) signatures: $(
        word flow_ns $analyst) ns a flow; loaded in $(word load_ms $analyst) ms"
done
