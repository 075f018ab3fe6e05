#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a run gives up before it reads packets; and that it still does its work without it. That
# each forbidden thing is refused: tests/unit/privilege/.
. "${EPW_SRCDIR:-.}/tests/cli/lib.sh"
lacking=${EPW_BUILDDIR:-$here/build}/tests/cli/lacking
{ pcap_header 1; syn; syn; } >good.pcap

# in_run OPTIONS...: a run that waits for its input; leaves its /proc status in ./status.
in_run() {
    rm -f slow
    mkfifo slow
    "$epwatch" -S "$sigs" -r slow "$@" >out 2>err &
    pid=$!
    exec 3>slow
    cat good.pcap >&3
    tries=0 # until it is through with confining itself: the last thing that it does is seccomp
    until grep -q '^Seccomp:.*2' "/proc/$pid/status" || [ $tries -ge 20 ]; do
        sleep 0.1
        tries=$((tries + 1))
        case " $* " in *' --no-sandbox '*) [ $tries -ge 5 ] && break ;; esac
    done
    cat "/proc/$pid/status" >status
    exec 3>&-
    wait "$pid" || fail "$*: exit status $?"
    has out '2 packets'
}

field() { # NAME VALUE
    [ "$(sed -n "s/^$1:[[:space:]]*//p" status | tr '\t' ' ')" = "$2" ] ||
        fail "$1 is '$(sed -n "s/^$1:[[:space:]]*//p" status)', expected '$2'"
}

nothing_left() {
    for set in CapInh CapPrm CapEff CapAmb; do field $set 0000000000000000; done
    field NoNewPrivs 1
}

in_run
nothing_left
grep -q 'no seccomp' err || field Seccomp 2
in_run --no-sandbox
nothing_left
field Seccomp "$(sed -n 's/^Seccomp:[[:space:]]*//p' /proc/self/status)"

expect 2 '-Z no-such-user-here: no such user' "$epwatch" -S "$sigs" -r good.pcap -Z no-such-user-here
mkdir closed open
chmod 555 closed
chmod 777 . open
if [ "$(id -u)" -eq 0 ]; then
    in_run -Z nobody
    nothing_left
    uid=$(id -u nobody) gid=$(id -g nobody)
    field Uid "$uid $uid $uid $uid"
    field Gid "$gid $gid $gid $gid"
    field Groups "$(id -G nobody) "
    field CapBnd 0000000000000000
    # All is opened as root; what gets its name in the end is that user's
    chmod 600 good.pcap
    chmod 1777 open
    for _ in 1 2; do
        rm -f open/site.csv
        expect 0 '' "$epwatch" -S "$sigs" -r good.pcap -Z nobody -o eve:closed/eve.json \
            -o prometheus:open/epwatch.prom --learn open/site.csv
        [ "$(stat -c %U open/epwatch.prom open/site.csv | sort -u)" = nobody ] ||
            fail 'what nobody wrote has another owner'
        has closed/eve.json '"event_type":"stats"'
    done
    rm closed/eve.json
    expect 2 'folder closed cannot be written by user nobody; ' \
        "$epwatch" -S "$sigs" -r good.pcap -Z nobody -o csv --learn closed/site.csv
    # Root that stays root opens its outputs with all its rights, but makes no more files with them
    mkdir shut
    chown nobody shut
    expect 0 '' "$epwatch" -S "$sigs" -r good.pcap -o eve:shut/eve.json
    expect 2 'folder closed cannot be written by user nobody; ' \
        "$epwatch" -S "$sigs" -r good.pcap -Z nobody -o prometheus:closed/epwatch.prom
    expect 2 'folder shut cannot be written without the rights that a run gives up' \
        "$epwatch" -S "$sigs" -r good.pcap --learn shut/site.csv
    [ -z "$(ls closed)$(ls shut | grep -v eve.json)" ] || fail "$(ls closed shut) was made"
    chmod 644 good.pcap
    chmod 755 "$work"
    expect 2 '-Z root: only root can become another user' setpriv --reuid nobody --clear-groups \
        "$epwatch" -Z root -S "$sigs" -r "$work/good.pcap"
else
    expect 2 '-Z root: only root can become another user' "$epwatch" -r good.pcap -Z root
fi
expect 0 '' "$epwatch" -S "$sigs" -r good.pcap -Z "$(id -un)"

# A kernel without: one line, and the run goes on
for what in landlock seccomp; do
    "$lacking" $what true || continue
    "$lacking" $what "$epwatch" -S "$sigs" -r good.pcap >out 2>err || fail "without $what: status $?"
    grep -q '^epwatch: sandbox: this kernel has no .*; running without it: .* not confined$' err ||
        fail "without $what: nothing is told"
    has out '2 packets'
    "$lacking" $what "$epwatch" -S "$sigs" -r good.pcap --no-sandbox >out 2>err ||
        fail "without $what, --no-sandbox: status $?"
    [ ! -s err ] || fail "without $what: --no-sandbox tells of it"
done

# All kinds of input and output work inside: refused calls would show in a status or a message
gzip -c good.pcap >good.pcap.gz
set -- -r good.pcap -r good.pcap.gz
if command -v zstd >/dev/null 2>&1; then
    zstd -q good.pcap
    set -- "$@" -r good.pcap.zst
fi
outputs=
for format in $("$epwatch" --help | sed -n '/^formats/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p'); do
    outputs="$outputs -o $format:out.$format"
done
# shellcheck disable=SC2086
expect 0 '' "$epwatch" -S "$sigs" "$@" $outputs --learn learned.csv tcp port 8014
for format in $outputs; do
    [ "$format" = -o ] || [ -s "${format#*:}" ] || fail "$format: nothing was written"
done
[ -s learned.csv ] || fail '--learn: nothing was written'
rm learned.csv
status=0
"$epwatch" -S "$sigs" -r - -o csv --learn learned.csv <good.pcap >out 2>err || status=$?
expect_result 0 '' 'standard input'
[ "$(wc -l <out)" -eq 2 ] || fail 'standard input: not one flow'
expect 0 '' "$epwatch" -S "$sigs" --site learned.csv -r good.pcap
expect 0 '' "$epwatch" -S "$sigs" --explain 10.0.0.7:51000-10.0.0.5:8014 -r good.pcap

exit $bad
