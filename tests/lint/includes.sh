#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Dependencies point one way (docs/architecture.md): a room includes base/, its own headers and
# the data headers of earlier rooms; never a later room, never a sibling plug-in. No vendor's
# name stands in src/.
cd "${EPW_SRCDIR:-.}" || exit 99
data='capture/frame.h|meter/packet.h|meter/flow_record.h|meter/evidence.h|meter/sighting.h|analyst/catalogue/signature.h|analyst/verdict/verdict.h|analyst/audit/finding.h|analyst/audit/inventory_host.h'
bad=0
complain() { echo "$1:$2"; bad=1; }

for file in $(find src -name '*.[ch]' | sort); do
    case $file in *.gen.h) ;; *)
        grep -qF "$file" src/*/Makefile.inc src/*/*/Makefile.inc Makefile.am ||
            complain "$file" " is in no Makefile: a release would lack it" ;;
    esac
    room=${file#src/}; room=${room%%/*}
    case $room in
    base) own='base/' earlier='' ;;
    capture) own='base/|capture/' earlier='' ;;
    meter) own='base/|meter/' earlier="$data" ;;
    analyst) own='base/|analyst/' earlier="$data" ;;
    output) own='base/|output/' earlier="$data" ;;
    road) own='base/|capture/|meter/|road/' earlier='analyst/record_copy.h' ;;
    cli) own='base/|capture/|meter/|analyst/|output/|road/|privilege/|cli/' earlier="$data" ;;
    lib) own='base/|capture/|meter/|analyst/|output/|road/|lib/' earlier="$data" ;;
    privilege) own='base/|privilege/' earlier='' ;;
    *) complain "$file" " is in no known room"; continue ;;
    esac
    # A data header of a later room is as wrong as any other of its headers.
    case $room in
    meter) earlier='capture/frame.h' ;;
    analyst) earlier='meter/flow_record.h|meter/evidence.h|meter/sighting.h' ;;
    esac
    for inc in $(sed -n 's/^#include "\(.*\)"$/\1/p' "$file"); do
        echo "$inc" | grep -Eq "^($own)" && continue
        [ -n "$earlier" ] && echo "$inc" | grep -Eq "^($earlier)\$" && continue
        [ "$inc" = config.h ] && continue
        complain "$file" " includes $inc, which its room may not"
    done
    case ${file##*/} in layer_*.c | ev_*.c | out_*.c | find_*.c)
        if grep -Eq '^#include ".*/(layer|ev|out|find)_[a-z0-9_]*\.h"' "$file"; then
            complain "$file" " includes a sibling plug-in"
        fi ;;
    esac
done
if grep -rniE 'symantec|eset[^t]|kaspersky|escan|trend ?micro' src --include='*.[ch]' |
    grep -viE 'ruleset|reset|prescan|rescan|preset|offset|descan'; then
    complain src " names a vendor: knowledge belongs in signatures/*.csv"
fi
exit $bad
