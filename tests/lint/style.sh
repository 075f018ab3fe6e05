#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a formatter or a reader would object to: layout (clang-format, where it is installed),
# trailing blanks, missing licence line, files over 400 lines, casts onto packet bytes.
cd "${EPW_SRCDIR:-.}" || exit 99
bad=0
complain() { echo "$*"; bad=1; }
files=$(find src tests -name '*.[ch]' ! -name '*.gen.h' | sort)
for file in $files; do
    head -1 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' ||
        complain "$file: first line is not the SPDX licence line"
    grep -nE '[[:blank:]]+$' "$file" && complain "$file: trailing blanks"
    lines=$(wc -l <"$file")
    [ "$lines" -le 420 ] || complain "$file: $lines lines; a file is one room of about 400 at most"
done
grep -rnE '\(const struct (ip|tcphdr|udphdr|ether_header|iphdr|ip6_hdr)' src &&
    complain "src: wire structs are not cast onto packet bytes; read through base/cursor.h"
if command -v clang-format >/dev/null 2>&1; then
    clang-format --dry-run -Werror $files || complain "clang-format: run ./dev format"
fi
exit $bad
