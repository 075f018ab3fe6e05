#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every signature occurs in captures/office.scn, on a line that says so ("sig:ID") and whose
# statement has a port, transport and name of that signature; every row of the documents that has
# a port occurs in captures/rows.scn ("row:ID"). Nothing is marked that does not exist.
cd "${EPW_SRCDIR:-.}" || exit 99

# verb NAME PROTO PORT, then sig ID PROTO PORTS NAMES, then the scenario's lines.
{
    sed -nE 's/^ *\{ "([a-z0-9-]+)", (6|17), ([0-9]+),.*/verb,\1,\2,\3/p' tests/scenario/verbs.c
    for file in signatures/*.csv; do
        grep -v '^#' "$file" | sed 1d | awk -F, '{ print "sig," $1 "," $7 "," $8 "," $12 }'
    done
    sed -n 's/^/line /p' captures/office.scn
} | awk '
function fits_port(ports, port,    n, i, range, list) {
    if (ports == "") return 1
    n = split(ports, list, " ")
    for (i = 1; i <= n; i++) {
        split(list[i], range, "-")
        if (range[2] == "") range[2] = range[1]
        if (port + 0 >= range[1] + 0 && port + 0 <= range[2] + 0) return 1
    }
    return 0
}
function fits_name(names, text,    n, i, mask, list) {
    if (names == "") return 1
    n = split(names, list, " ")
    for (i = 1; i <= n; i++) {
        mask = list[i]
        gsub(/\./, "\\.", mask); gsub(/\*/, "[a-z0-9.-]*", mask); gsub(/\?/, "[a-z0-9]", mask)
        if (text ~ ("(^|[ :])" mask "($|[ :])")) return 1
    }
    return 0
}
# Does one of the statements of the line carry this signature?
function fits(id, text,    n, w, i, at, port, proto) {
    if (!fits_name(names[id], text)) return 0
    n = split(text, w, " ")
    for (i = 1; i < n; i++) {
        if (w[i] != "->") continue
        port = 0
        if (match(w[i + 1], /:[0-9]+$/)) port = substr(w[i + 1], RSTART + 1)
        at = i + 2
        while (w[at] == "midstream" || w[at] == "left-open" || w[at] == "reset") at++
        if (port == 0) port = verb_port[w[at]]
        proto = verb_proto[w[at]] == 17 ? "udp" : "tcp"
        if (proto == transport[id] && fits_port(ports[id], port)) return 1
        if (w[at] == "ftp" && match(text, / port [0-9]+/) &&
            fits_port(ports[id], substr(text, RSTART + 6))) return 1
    }
    return 0
}
{ split($0, f, ",") }
f[1] == "verb" { verb_proto[f[2]] = f[3]; verb_port[f[2]] = f[4]; next }
f[1] == "sig" { transport[f[2]] = f[3]; ports[f[2]] = f[4]; names[f[2]] = f[5]; next }
/^line / {
    line++
    rest = substr($0, 6)
    while (match(rest, /# sig:[a-z0-9-]+| sig:[a-z0-9-]+/)) {
        id = substr(rest, RSTART, RLENGTH); sub(/.*sig:/, "", id)
        rest = substr(rest, RSTART + RLENGTH)
        text = substr($0, 6); sub(/#.*/, "", text)
        if (!(id in transport)) { print "office.scn:" line ": no signature " id; bad = 1 }
        else if (!fits(id, text)) {
            print "office.scn:" line ": nothing on this line has the port and name of " id; bad = 1
        }
        seen[id] = 1
    }
}
END {
    for (id in transport) if (!(id in seen)) { print "office.scn: signature " id " does not occur"; bad = 1 }
    if (line == 0 || length(transport) == 0) { print "nothing to compare"; bad = 1 }
    exit bad
}' || exit 1

awk -F'\t' '
NR == FNR { if ($4 == "tcp" || $4 == "udp") want[$1] = 1; next }
{ while (match($0, /row:[A-Z]+-[0-9]+[a-z]?/)) {
      seen[substr($0, RSTART + 4, RLENGTH - 4)] = 1; $0 = substr($0, RSTART + RLENGTH) } }
END {
    for (id in want) if (!(id in seen)) { print "rows.scn: row " id " does not occur"; bad = 1 }
    for (id in seen) if (!(id in want)) { print "rows.scn: there is no row " id; bad = 1 }
    exit bad
}' signatures/rows.tsv captures/rows.scn
