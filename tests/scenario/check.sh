#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The committed captures are what their scenarios say, byte by byte. `check.sh update` writes
# them anew (then look at them with another program before they are committed).
src=${EPW_SRCDIR:-.}
compiler=${EPW_BUILDDIR:-.}/tests/scenario/epw-scenario
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
bad=0 seen=0
complain() { echo "$*"; bad=1; }

# The capture's kind is its scenario's: "format pcapng" or one of the pcap formats.
capture_of() {
    if grep -q '^format pcapng' "$1"; then
        echo "${1%.scn}.pcapng"
    else
        echo "${1%.scn}.pcap"
    fi
}

for scenario in $(find "$src/captures" -name '*.scn' | sort); do
    seen=$((seen + 1))
    capture=$(capture_of "$scenario")
    if [ "${1:-}" = update ]; then
        "$compiler" "$scenario" "$capture" || complain "$scenario: does not compile"
        continue
    fi
    "$compiler" "$scenario" "$tmp/out" || { complain "$scenario: does not compile"; continue; }
    cmp "$tmp/out" "$capture" || complain "$capture: is not what its scenario says"
done
[ "$seen" -gt 0 ] || complain "$src/captures: no scenario"
for capture in $(find "$src/captures" \( -name '*.pcap' -o -name '*.pcapng' \) -not -path '*/lab/*' | sort); do
    [ -f "${capture%.*}.scn" ] || complain "$capture: has no scenario"
done
exit $bad
