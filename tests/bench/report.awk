# SPDX-License-Identifier: Apache-2.0
# The table of ./dev bench, from its lines of results. Markdown, of at most 80 columns.
#
# Every figure is a median over the rounds. A program's time is the smaller one of elapsed and
# user+sys: for one thread that is what it takes on an idle machine even when others run beside
# it, for several threads it is what one waits.
BEGIN {
    FS = "\t"
    title["empty"] = "empty libpcap loop"
    title["table-1"] = "epwatch, 1 thread"
    title["table-all"] = "epwatch, all cores"
    title["eve-1"] = "same, 1 thread, eve"
}

function median(list, n,    part, i, j, t) {
    n = split(list, part, " ")
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && part[j - 1] + 0 > part[j] + 0; j--) {
            t = part[j]; part[j] = part[j - 1]; part[j - 1] = t
        }
    return n % 2 ? part[(n + 1) / 2] + 0 : (part[n / 2] + part[n / 2 + 1]) / 2
}

function time_of(key,    e, c) {
    e = median(elapsed[key]); c = median(cpu[key])
    return e < c || c == 0 ? e : c
}

function rate(load, program) { # packets a second; 0: not measured
    key = load SUBSEP program
    return (key in elapsed) && !(key in bad) && time_of(key) > 0 ? packets[key] / time_of(key) : 0
}

function ratio(load, program, base,    b) {
    b = rate(load, base)
    return b > 0 ? rate(load, program) / b : 0
}

$1 == "machine" { machine[++machines] = sprintf("| %-9s | %s |", $2, $3) }
$1 == "made" { if (!($2 in words)) load[++loads] = $2; words[$2] = $3 }
$1 == "fact" && $2 == "detail" { detail[++details] = $3 }
$1 == "fact" && $2 != "detail" { fact[$2] = $3 }
$1 == "run" {
    key = $2 SUBSEP $3
    if (!(key in elapsed)) order[$2] = order[$2] " " $3
    packets[key] = $4
    elapsed[key] = elapsed[key] " " $6
    cpu[key] = cpu[key] " " ($7 + $8)
    rss[key] = rss[key] " " $9
    if ($5 > rounds[$2]) rounds[$2] = $5
    if ($10 != 0) bad[key] = $10
}

function row(name, program,    key, label) {
    key = name SUBSEP program
    label = program in title ? title[program] : program
    if (key in bad) {
        printf "| %-19s | %-54s |\n", label,
            bad[key] == 124 ? "more than " int(median(elapsed[key])) " s" : "status " bad[key]
        return
    }
    printf "| %-19s | %11.2f | %8.2f | %7.2f | %7.3f | %7.0f |\n", label,
        rate(name, program) / 1e6, median(cpu[key]), median(elapsed[key]),
        ratio(name, program, "empty"), median(rss[key]) / 1024
}

function load_table(name,    part, n, i) {
    split(words[name], part, " ")
    printf "\n`%s`: %d packets", name, part[2]
    if (part[4] > 0) printf ", %d flows", part[4]
    printf "; %d rounds\n\n", rounds[name]
    print "| program             | M packets/s | user+sys | elapsed | x empty |     MiB |"
    print "|---------------------|------------:|---------:|--------:|--------:|--------:|"
    n = split(order[name], part, " ")
    for (i = 1; i <= n; i++)
        row(name, part[i])
}

# target WHAT VALUE NEED atmost UNIT: a line of the targets' table; no value, no line.
function target(what, value, need, atmost, unit,    met) {
    if (value == "" || value == 0) return
    met = atmost ? value <= need : value >= need
    printf "| %-45s | %7s | %9s | %-6s |\n", what, shown(value) unit,
        (atmost ? "<= " : ">= ") need unit, met ? "met" : "missed"
}

function shown(value) { return value < 10 ? sprintf("%.2f", value) : sprintf("%.0f", value) }

function targets(    name) {
    print "\n| target                                        |  figure |    wanted |        |"
    print "|-----------------------------------------------|--------:|----------:|--------|"
    target("small: 1 thread to the empty loop", ratio("small", "table-1", "empty"), 0.7)
    target("imix: 1 thread to the empty loop", ratio("imix", "table-1", "empty"), 0.7)
    target("uniform: 1 thread to the empty loop", ratio("uniform", "table-1", "empty"), 0.5)
    target("evidence: 1 thread to the empty loop", ratio("evidence", "table-1", "empty"), 0.5)
    target("mirrored: 1 thread to the empty loop", ratio("mirrored", "table-1", "empty"), 0.5)
    target("small: all cores to the empty loop", ratio("small", "table-all", "empty"), 1.2)
    target("imix: all cores to the empty loop", ratio("imix", "table-all", "empty"), 1.2)
    target("small: 1 thread to nfpcapd", ratio("small", "table-1", "nfpcapd"), 6)
    target("small: 1 thread to ndpiReader", ratio("small", "table-1", "ndpiReader"), 12)
    target("short: eve to table", ratio("short", "eve-1", "table-1"), 0.5)
    if (("uniform" SUBSEP "table-1") in rss)
        target("uniform: peak memory, all told", median(rss["uniform", "table-1"]) / 1024, 300, 1, " MiB")
    target("meter: memory of a flow", fact["flow_bytes"], 256, 1, " B")
    target("start to first packet, all signatures", time_of("start" SUBSEP "table-1") * 1000, 20, 1, " ms")
    target("longest pause while tables grow", fact["pause_ms"], 5, 1, " ms")
    target("a packet: " fact["big_flows"] " flows to 100,000", fact["growth"], 2, 1)
    target("a flow: 100,000 signatures to the shipped", fact["signatures"], 2, 1)
    target("a flow: 100,000 name masks to the shipped", fact["masks"], 2, 1)
}

END {
    print "\n| machine   |     |\n|-----------|-----|"
    for (i = 1; i <= machines; i++) print machine[i]
    for (i = 1; i <= loads; i++) load_table(load[i])
    targets()
    if (details > 0) print "\nThe rooms by themselves (`epw-growth`; times in processor time):\n"
    for (i = 1; i <= details; i++) print "    " detail[i]
    print ""
}
