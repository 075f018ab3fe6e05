#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Real captures made by others, when they are at hand (EPW_SHARED, else ../shared beside the
# checkout): packet counts, names of flows, and no false labels. Skips when they are not.
#
# Counted out: what is inside of encapsulations that epwatch does not decode, and the lines of
# truth-known.txt, each with its reason.
srcdir=${EPW_SRCDIR:-.} builddir=${EPW_BUILDDIR:-.}
shared=${EPW_SHARED:-$srcdir/../shared}/captures
[ -r "$shared/TRUTH.tsv" ] || { echo "no shared captures at hand"; exit 77; }
command -v jq >/dev/null || { echo "jq is not installed"; exit 77; }
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
bad=0
grep '^[^#]' "$srcdir/tests/shared/truth-known.txt" >"$work/known"

# All results in one stream, each file's behind a line that names it; read in one pass.
cut -f1 "$shared/INDEX.tsv" | tail -n +2 | while read -r file; do
    printf '{"file":"%s"}\n' "$file"
    "$builddir/epwatch" -S "$srcdir/signatures" -r "$shared/$file" -o eve 2>"$work/err"
    status=$?
    [ $status -le 2 ] || echo "$file: exit status $status" >>"$work/crashed"
    grep -q "Sanitizer\|runtime error" "$work/err" && sed "s|^|$file: |" "$work/err" >>"$work/crashed"
done >"$work/eve"
jq -r 'if .file then ["F", .file] elif .event_type == "stats" then
        ["P", .stats.packets, .stats.bytes]
    else . as $e | ["L", .epwatch.confidence, .epwatch.product // "-", .epwatch.function // "-",
            .src_ip, .dest_ip, .proto, .dest_port // 0, ((.epwatch.names // []) | join(" "))],
        (((.epwatch.names // []) + [""])[] | ["N", $e.src_ip, $e.src_port // 0, $e.dest_ip,
            $e.dest_port // 0, ($e.proto | ascii_downcase), .]) end | @tsv' "$work/eve" |
    awk -F'\t' -v OFS='\t' '
        $1 == "F" { file = $2; next }
        { kind = $1; $1 = file }
        kind == "P" { print > (work "/packets") }
        kind == "N" { print > (work "/names") }
        kind == "L" && $3 != "-" { print > (work "/labels") }' work="$work"
touch "$work/labels" "$work/names"

if [ -s "$work/crashed" ]; then
    cat "$work/crashed"
    bad=1
fi

# Packets: as many as tshark counts, for every file that it and we can read to the end.
awk -F'\t' 'NR == FNR { seen[$1] = $2; next }
    FNR > 1 && $13 == "" && seen[$1] != $4 { print "packets: " $1 ": " seen[$1] ", expected " $4 }' \
    "$work/packets" "$shared/INDEX.tsv" >"$work/wrong-packets"
grep -Fvf "$work/known" "$work/wrong-packets" && bad=1

# Names: every conversation that tshark names carries that name. epwatch keeps the port apart from
# the name, writes an IPv6 name without brackets, the root as ".", and ::ffff:1.2.3.4 as 1.2.3.4.
awk -F'\t' 'NR == FNR {
        n = tolower($7)
        to = $1 FS $2 FS $3 FS $4 FS $5 FS $6
        back = $1 FS $4 FS $5 FS $2 FS $3 FS $6
        have[to FS n] = have[back FS n] = 1
        next
    }
    FNR > 1 && $7 != "port" && $8 != "" && $12 !~ /gtp|arcnet|nflog|pktap|wlan/ {
        n = tolower($8)
        if (n == "<root>") n = "."
        if (n != ".") sub(/\.$/, "", n)
        if ($7 ~ /^(http|quic|sni)/ && n !~ /^\[.*\]$/) sub(/:[0-9]*$/, "", n)
        gsub(/[][]/, "", n)
        from = $2; to = $4
        sub(/^::ffff:/, "", from); sub(/^::ffff:/, "", to)
        flow = $1 FS from FS $3 FS to FS $5 FS $6
        total[$7]++
        if (flow FS n in have) next
        missed[$7]++
        print "name: " $1 " " $2 ":" $3 " " $4 ":" $5 " " $6 " " $7 " " $8 > wrong
    }
    END { for (kind in total)
        printf "%s: %d of %d named\n", kind, total[kind] - missed[kind], total[kind] }' \
    wrong="$work/wrong-names" "$work/names" "$shared/TRUTH.tsv"
touch "$work/wrong-names"
grep -Fvf "$work/known" "$work/wrong-names" >"$work/unknown"
if [ -s "$work/unknown" ]; then
    head -100 "$work/unknown"
    bad=1
fi

# Labels: nothing here is management traffic of the products, but for the names that say so.
flows=$(cut -f1-6 "$work/names" | sort -u | wc -l)
echo "$flows flows, labels: $(cut -f2 "$work/labels" | sort | uniq -c | tr '\n' ' ')"
awk -F'\t' '$2 == "likely"' "$work/labels" >"$work/likely"
grep -Fvf "$work/known" "$work/likely" >"$work/unknown"
if [ -s "$work/unknown" ]; then
    echo "labels at likely that no name or role explains:"
    head -40 "$work/unknown"
    bad=1
fi
possible=$(grep -c "possible" "$work/labels")
[ $((possible * 1000)) -lt "$flows" ] || { echo "possible: $possible of $flows"; bad=1; }
[ -n "$TRUTH_KEEP" ] && cp "$work"/* "$TRUTH_KEEP"/
exit $bad
