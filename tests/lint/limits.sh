#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# docs/limits.md and the code agree: each named constant that may be a cap (1,024 or more, in the rooms that
# remember) stands in limits.tsv with its row, which has its number; each counter of a table has a row,
# and each row is a constant's or an option's.
cd "${EPW_SRCDIR:-.}" || exit 99
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
bad=0
fail() {
    echo "FAIL: $*"
    bad=1
}
page=docs/limits.md list=tests/lint/limits.tsv
rooms='src/analyst/analyst.c src/analyst/waiting.c src/analyst/audit src/analyst/knowledge src/analyst/verdict
    src/meter/flow src/output src/road'

# constants PATH...: name and value of those that are plain numbers, or such shifted.
constants() {
    grep -rhoE --include='*.[ch]' '^#define +[A-Z][A-Z0-9_]* +\(?[0-9]+[uUlL]*( << [0-9]+\)?)?' "$@" |
        sed -E 's/^#define +//; s/([0-9])[uUlL]+/\1/g; s/[()]//g' | while read -r name value; do
            # shellcheck disable=SC2004 # an expression
            echo "$name $(($value))"
        done | sort -u
}
# shown NUMBER: as the page may write it.
shown() {
    plain=$(echo "$1" | sed -E ':a; s/([0-9])([0-9]{3})($|,)/\1,\2\3/; ta')
    [ $(($1 % 1024)) -ne 0 ] || plain="$plain|$(($1 / 1024)) KiB"
    [ $(($1 % 1048576)) -ne 0 ] || plain="$plain|$(($1 / 1048576)) MiB"
    echo "(^|[^0-9,])($plain)([^0-9,]|,[^0-9]|\$)"
}

constants src >"$work/all"
# shellcheck disable=SC2086
constants $rooms | grep -Ev '^(EPW_F_|[A-Z_]*(_NS|_LEN|_SEED|_S) )|^FULL ' | while read -r name value; do
    [ "$value" -lt 1024 ] || cut -f1 $list | grep -qx "$name" || echo "$name ($value)"
done >"$work/missing"
[ ! -s "$work/missing" ] || fail "in $list these are missing: $(tr '\n' ' ' <"$work/missing")"

tail -n +2 $list | while IFS="$(printf '\t')" read -r name row why; do
    value=$(sed -n "s/^$name //p" "$work/all" | head -n 1)
    [ -n "$value" ] || { echo "$name is no constant"; continue; }
    if [ "$row" = - ]; then
        [ -n "$why" ] || echo "$name: no row, and no reason"
        continue
    fi
    grep -F "| $row |" $page >"$work/row" || { echo "$name: $page has no row '$row'"; continue; }
    cut -d'|' -f2-4 "$work/row" | grep -Eq "$(shown "$value")" || echo "$name: the row '$row' does not say $value"
done >"$work/wrong"
[ ! -s "$work/wrong" ] || fail "$(cat "$work/wrong")"

# Rows without a constant of their own: of an option, reckoned from several, or another table's.
sed -n '/^| what /,/^$/s/^| \([^|]*\) |.*/\1/p' $page | grep -vxE 'what|flows|.*ports are remembered|.*and not merged|MACs' |
    while read -r row; do
        cut -f2 $list | grep -Fqx "$row" || echo "$row"
    done >"$work/alone"
[ ! -s "$work/alone" ] || fail "no constant in $list has the rows: $(cat "$work/alone")"

sed -nE 's/^ *X\([A-Z_]+, "([a-z_]+)"\).*/limits.\1/p' src/base/stats.h | sort >"$work/counted"
grep -oE 'limits\.[a-z_]+' $page | grep -vx limits.md | sort -u >"$work/told"
[ -s "$work/counted" ] || fail 'no counters were found in src/base/stats.h'
diff "$work/counted" "$work/told" >"$work/diff" || fail "counters of limits (< code, > $page): $(cat "$work/diff")"
exit $bad
