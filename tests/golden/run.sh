#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Golden tests: what epwatch says of a capture, byte by byte. Table: TESTLIST beside this script.
# run.sh [NAME...]: only these. With GOLDEN_UPDATE=1 the expected files are rewritten.
EPW_SRCDIR=${EPW_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
EPW_BUILDDIR=${EPW_BUILDDIR:-$EPW_SRCDIR/build}
golden=$EPW_SRCDIR/tests/golden
TZ=UTC LC_ALL=C.UTF-8
export TZ LC_ALL
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$EPW_SRCDIR/captures" || exit 99

trim() {
    printf %s "$1" | sed 's/^ *//; s/ *$//'
}

wanted() { # NAME NAMES...: no names want all
    name=$1
    shift
    [ $# -eq 0 ] && return 0
    for one in "$@"; do [ "$one" = "$name" ] && return 0; done
    return 1
}

# All that a test shows: standard output, messages, and the exit status where it is not 0.
show() { # CAPTURES OPTIONS THREADS
    files=
    [ "$1" = - ] || for file in $1; do files="$files -r $file"; done
    status=0
    # shellcheck disable=SC2086
    "$EPW_BUILDDIR/epwatch" -S "$EPW_SRCDIR/signatures" --threads "$3" $files $2 \
        2>"$work/err" || status=$?
    # A kernel that cannot confine a run says so in each.
    sed -i '/^epwatch: sandbox: this kernel has no /d' "$work/err"
    [ ! -s "$work/err" ] || { echo '-- standard error'; cat "$work/err"; }
    [ "$status" -eq 0 ] || echo "-- exit status $status"
}

ran=0 bad=0
while IFS='|' read -r name captures options file; do
    name=$(trim "$name")
    case $name in '' | '#'*) continue ;; esac
    wanted "$name" "$@" || continue
    expected=$golden/expected/$(trim "$file")
    show "$(trim "$captures")" "$(trim "$options")" 1 >"$work/out"
    ran=$((ran + 1))
    if [ "${GOLDEN_UPDATE:-0}" = 1 ]; then
        cmp -s "$work/out" "$expected" || { cp "$work/out" "$expected"; echo "rewritten: $name"; }
    elif ! diff -u "$expected" "$work/out"; then
        echo "FAIL: $name (./dev golden $name rewrites it)"
        bad=$((bad + 1))
    fi
    show "$(trim "$captures")" "$(trim "$options")" 4 >"$work/many"
    if ! diff -u "$work/out" "$work/many"; then
        echo "FAIL: $name: with four threads it is not what it is with one"
        bad=$((bad + 1))
    fi
done <"$golden/TESTLIST"
echo "$ran golden tests, $bad failed"
[ "$ran" -gt 0 ] && [ "$bad" -eq 0 ]
