#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Writes the registry of a plug-in kind from its file names.
# usage: registry.sh STRUCT PREFIX path/PREFIXname.c...
# Each PREFIXname.c must define `const struct STRUCT STRUCT_name`.
set -eu
struct=$1 prefix=$2
shift 2
echo "/* Made by build-aux/registry.sh from file names; do not edit. */"
names=
for path in "$@"; do
    name=${path##*/"$prefix"}
    name=${name%.c}
    names="$names $name"
    echo "extern const struct $struct ${struct}_$name;"
done
echo "#define EPW_REGISTRY_$struct \\"
for name in $names; do
    echo "    &${struct}_$name, \\"
done
echo "    NULL"
