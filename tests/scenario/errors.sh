#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every mistake in a scenario is one line on stderr that says where, and status 2.
compiler=${EPW_BUILDDIR:-.}/tests/scenario/epw-scenario
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
bad=0

# wrong EXPECTED: the scenario on stdin must fail with just this line.
wrong() {
    cat >"$tmp/x.scn"
    (cd "$tmp" && "$compiler" x.scn x.pcap 2>err >out)
    status=$?
    if [ "$status" -ne 2 ] || [ "$(cat "$tmp/err")" != "$1" ]; then
        printf 'status %s, stderr "%s"\n  expected "%s"\n' "$status" "$(cat "$tmp/err")" "$1"
        bad=1
    fi
}

wrong "x.scn:1: unknown statement 'hello'" <<'X'
hello world
X
wrong "x.scn:2: unknown host 'b'; declare it with: host NAME ADDRESS" <<'X'
host a 10.0.0.1
a -> b:80 http
X
wrong "x.scn:1: a time such as 2026-03-02T08:00:00Z expected, not 'yesterday'" <<'X'
time yesterday
X
wrong "x.scn:1: a time such as 2026-03-02T08:00:00Z expected, not '2026-13-02T08:00:00Z'" <<'X'
time 2026-13-02T08:00:00Z
X
wrong "x.scn:1: a time of day such as 08:05:30.25 expected, not '8 o'clock'" <<'X'
at "8 o'clock"
X
wrong "x.scn:3: a span such as 1.5s, 20ms or 10m expected, not '7'" <<'X'
# comments and empty lines count as lines

wait 7
X
wrong "x.scn:1: '10.0.0.256' is no IP address" <<'X'
host a 10.0.0.256
X
wrong "x.scn:2: host 'a' is there already" <<'X'
host a 10.0.0.1
host a 10.0.0.2
X
wrong "x.scn:1: the quoted text has no end" <<'X'
> "GET
X
wrong "x.scn:1: unknown escape; \\r \\n \\t \\\\ \\\" and \\xNN are known" <<'X'
> "\q"
X
wrong "x.scn:1: a hexadecimal digit expected, not 'g'" <<'X'
> "\x0g"
X
wrong "x.scn:1: no conversation yet: tcp NAME A -> B:PORT comes first" <<'X'
open
X
wrong "x.scn:3: hex: needs an even number of digits" <<'X'
host a 10.0.0.1
tcp c a -> a:80
> hex:123
X
wrong "x.scn:3: unknown conversation 'd'" <<'X'
host a 10.0.0.1
tcp c a -> a:80
on d
X
wrong "x.scn:2: a number from 0 to 65535 expected, not '65536'" <<'X'
host a 10.0.0.1
a -> a:65536 refused
X
wrong "x.scn:2: unknown option 'snii'; known here: query: type: answer* ttl:" <<'X'
host a 10.0.0.1
a -> a dns snii x
X
wrong "x.scn:2: option 'sni' needs a value" <<'X'
host a 10.0.0.1
a -> a tls sni
X
wrong "x.scn:2: unknown exchange 'gopher'" <<'X'
host a 10.0.0.1
a -> a:70 gopher
X
wrong "x.scn:2: 'ntp' is for UDP" <<'X'
host a 10.0.0.1
a -> a tls then ntp
X
wrong "x.scn:3: a and b are not of the same IP version" <<'X'
host a 10.0.0.1
host b ::1
ping a -> b
X
wrong "x.scn:1: fragments are a multiple of 8 bytes" <<'X'
fragment 100
X
wrong "x.scn:4: only pcapng has several link types, 8 at most" <<'X'
host a 10.0.0.1
host b 10.0.0.2
ping a -> b
link raw
X
wrong "x.scn:5: this link type carries IP only: no tags around it" <<'X'
host a 10.0.0.1
host b 10.0.0.2
link raw
wrap vlan 5
ping a -> b
X
wrong "x.scn:2: 'for' needs ': STATEMENT' at its end" <<'X'
host a 10.0.0.1
for a a -> a ntp
X
wrong "x.scn:1: loops nest deeper than 4" <<'X'
for a : for b : for c : for d : for e : wait 1s
X
: >"$tmp/empty"
wrong "x.scn:1: the line is longer than 4096 bytes" <<X
> "$(head -c 5000 /dev/zero | tr '\0' 'x')"
X
(cd "$tmp" && "$compiler" missing.scn x.pcap) 2>"$tmp/err"
[ "$(cat "$tmp/err")" = "missing.scn: No such file or directory" ] || { cat "$tmp/err"; bad=1; }
(cd "$tmp" && "$compiler" empty no/such/x.pcap) 2>"$tmp/err"
[ "$(cat "$tmp/err")" = "no/such/x.pcap: No such file or directory" ] || { cat "$tmp/err"; bad=1; }
(cd "$tmp" && "$compiler") 2>"$tmp/err" && bad=1
grep -q '^usage:' "$tmp/err" || { cat "$tmp/err"; bad=1; }
exit $bad
