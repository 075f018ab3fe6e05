#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The examples of the man page and of README.md work: each runs, says something, and ends with
# status 0. What README shows of the table is what the table says.
. "${EPW_SRCDIR:-.}/tests/cli/lib.sh"

# What the examples call by name. The installed signatures are those of the source here.
mkdir bin
printf '#!/bin/sh\nexec "%s" -S "%s" "$@"\n' "$epwatch" "$sigs" >bin/epwatch
chmod +x bin/epwatch
{ pcap_header 1; syn; syn; } >office.pcap
[ ! -f "$here/captures/office.pcap" ] || cp "$here/captures/office.pcap" office.pcap
cp office.pcap rx.pcap
cp office.pcap tx.pcap
gzip -c office.pcap >office.pcap.gz

# They are called in a folder beside the signatures.
mkdir captures
mv office.pcap rx.pcap tx.pcap office.pcap.gz captures
ln -s "$here/signatures" signatures
cd captures || exit 99
[ ! -f "$here/captures/office.site.csv" ] || cp "$here/captures/office.site.csv" office.site.csv

# try FILE: runs every line of it.
try() {
    while IFS= read -r line; do
        case $line in *jq*) command -v jq >/dev/null 2>&1 || continue ;; esac
        status=0
        PATH=$work/bin:$PATH sh -c "$line" >out 2>err </dev/null || status=$?
        expect_result 0 '' "$line"
        [ -s out ] || fail "$line: no output"
    done <"$1"
}

# Between a line ``` and KIND and the next ```.
block() {
    sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/p" "$here/README.md" | grep -v '^```'
}

sed -n '/^\.EX/,/^\.EE/p' "$here/docs/epwatch.1" | grep -v '^\.E[XE]' | sed 's/\\//g' >of_man
[ "$(wc -l <of_man)" -ge 5 ] || fail 'the man page has lost its examples'
[ "$(awk 'length > 66' of_man | wc -l)" -eq 0 ] || fail 'an example of the man page is wider than 80 columns'
try of_man
block sh | grep -v '^#' >of_readme
[ "$(wc -l <of_readme)" -ge 9 ] || fail 'README.md has lost its examples'
try of_readme

grep -o '](\([^)#:]*\))' "$here/README.md" | sed 's/^](//; s/)$//' >links
[ -s links ] || fail 'README.md has lost its links'
while IFS= read -r link; do
    [ -e "$here/$link" ] || fail "README.md links to $link, which is not there"
done <links

if [ -f "$here/captures/office.pcap" ]; then
    (cd "$here" && "$epwatch" -S signatures -r captures/office.pcap) >table 2>err
    block text | grep -vx -e '\.\.\.' -e '' >shown
    [ "$(wc -l <shown)" -ge 9 ] || fail 'README.md shows no table'
    grep -Fxv -f table shown >unlike && { cat unlike; fail 'README.md shows lines that are not in the table'; }
fi

exit $bad
