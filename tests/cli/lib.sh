# SPDX-License-Identifier: Apache-2.0
# For the scripts beside this one: running epwatch, expecting messages and statuses, and small
# captures written byte by byte.
here=${EPW_SRCDIR:-$(cd "$(dirname "$0")/../.." && pwd)}
epwatch=${EPW_BUILDDIR:-$here/build}/epwatch
sigs=$here/signatures
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
bad=0

fail() {
    echo "FAIL: $*"
    sed 's/^/  stderr: /' err 2>/dev/null | head -5
    bad=1
}

# expect STATUS REGEX COMMAND...: the command ends with STATUS and writes exactly one line to
# standard error, which REGEX matches; none when REGEX is empty. Leaves ./out and ./err.
expect() {
    want=$1 regex=$2
    shift 2
    status=0
    "$@" >out 2>err </dev/null || status=$?
    expect_result "$want" "$regex" "$*"
}

# Lines of a run that watches interfaces begin with the time: "epwatch: 2026-11-22T09:45:12Z v1: ...".
stamp='[0-9-]*T[0-9:]*Z '

# Where the kernel cannot confine a run, every run says so, and live ones that they have begun:
# that is not what is looked for here.
forgive() {
    sed -i '/^epwatch: sandbox: this kernel has no /d; /^epwatch: '"$stamp"'watching /d; /^epwatch: warning: .* kill -HUP /d' "$1"
}

# The same for a command that has run already: $status, ./err.
expect_result() {
    forgive err
    [ "$status" -eq "$1" ] || fail "$3: exit status $status, expected $1"
    if [ -z "$2" ]; then
        [ ! -s err ] || fail "$3: standard error is not empty"
    else
        [ "$(wc -l <err)" -eq 1 ] || fail "$3: not exactly one line on standard error"
        grep -Eq "^epwatch: ($stamp)?$2" err || fail "$3: no line '$2'"
    fi
}

# has FILE TEXT: FILE contains this text.
has() {
    grep -Fq -- "$2" "$1" || { fail "$1 lacks '$2'"; sed 's/^/  | /' "$1" | head -10; }
}

# hex DIGITS: the bytes.
hex() {
    env printf "$(printf %s "$1" | tr -d ' ' | sed 's/../\\x&/g')"
}

# A pcap header: little-endian, microseconds, version 2.4, snaplen 262144; link type below 256.
pcap_header() {
    hex "d4c3b2a1 0200 0400 00000000 00000000 00000400 $(env printf %02x "$1")000000"
}

# One TCP SYN of 54 bytes, 10.0.0.7:51000 -> 10.0.0.5:8014, at 2026-03-02 08:00:00 UTC.
syn() {
    hex "8043a569 00000000 36000000 36000000"                 # stamp, captured, on the wire
    hex "020000000005 020000000007 0800"                      # Ethernet, IPv4
    hex "45000028 00010000 40060000 0a000007 0a000005"        # 40 bytes, TTL 64, TCP
    hex "c7381f4e 00000001 00000000 5002ffff 00000000"        # SYN
}
