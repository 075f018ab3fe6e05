# SPDX-License-Identifier: Apache-2.0
# For the scripts beside this one: they run again in a network namespace of their own, in which
# all their interfaces and packets stay; without the right to make one they are skipped.
skip() {
    echo "SKIP: $*"
    exit 77
}

if [ -z "${EPW_IN_NAMESPACE:-}" ]; then
    for tool in ip unshare tcpreplay tcpdump jq; do
        command -v "$tool" >/dev/null 2>&1 || skip "there is no $tool"
    done
    how=-n
    unshare $how true 2>/dev/null || how=-rn
    unshare $how true 2>/dev/null || skip 'network namespaces cannot be made'
    EPW_IN_NAMESPACE=yes exec unshare $how sh "$0" "$@"
fi

# A script that hangs is told from one that waits: nothing here takes long.
wait_s=20
. "${EPW_SRCDIR:-.}/tests/cli/lib.sh"
captures=$here/captures
chmod 777 "$work" # started as root, epwatch makes its later files as nobody
real_root=yes
if [ "$(awk '{ n += $3 } END { print n }' /proc/self/uid_map)" -le 1 ]; then
    real_root=no # root of a namespace that has no other user
    printf '#!/bin/sh\nexec "%s" -Z root "$@"\n' "$epwatch" >"$work/epwatch"
    chmod +x "$work/epwatch"
    epwatch=$work/epwatch
fi
pids=
stop_all() {
    for pid in $pids; do kill -9 "$pid" 2>/dev/null; done
    [ -n "${EPW_KEEP:-}" ] && cp -r "$work" "$EPW_KEEP"; rm -rf "$work"
}
trap stop_all EXIT

# link A B: two ends of a cable, which carry nothing but what is sent here.
link() {
    ip link add "$1" type veth peer name "$2" || skip 'interfaces cannot be made'
    for end in "$1" "$2"; do
        [ ! -e "/proc/sys/net/ipv6/conf/$end" ] ||
            echo 1 >"/proc/sys/net/ipv6/conf/$end/disable_ipv6" 2>/dev/null || true
        ip link set "$end" up mtu 9000
    done
}

# until WHAT COMMAND...: waits for COMMAND to succeed.
until_true() {
    what=$1
    shift
    tries=$((wait_s * 20))
    while ! "$@" >/dev/null 2>&1; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || { fail "waited in vain until $what"; return 1; }
        sleep 0.05
    done
}

# Sockets that capture here: one a line of /proc/net/packet, with ETH_P_ALL and running.
capturing() {
    [ "$(awk 'NR > 1 && $4 == "0003" && $6 == 1' /proc/self/net/packet | wc -l)" -eq "$1" ]
}

# watch SOCKETS WORDS...: starts epwatch, waits until it captures. Leaves $pid, ./out, ./err.
# Files of a run before are taken away: it would add to them.
watch() {
    for word; do
        case $word in *:*) [ ! -f "${word#*:}" ] || rm -f "${word#*:}" ;; esac
    done
    watch_on "$@"
}

# The same with files as they are.
watch_on() {
    sockets=$1
    shift
    "$epwatch" -S "$sigs" "$@" >out 2>err </dev/null &
    pid=$!
    pids="$pids $pid"
    until_true "epwatch captures" capturing "$sockets"
    # Then it opens its outputs and closes the sandbox: a folder moved before is another case.
    until_true "epwatch watches" grep -q "^epwatch: ${stamp}watching" err
}

# finish [SIGNAL]: ends it; leaves $status.
finish() {
    kill "-${1:-INT}" "$pid"
    status=0
    wait "$pid" || status=$?
}

# send IFACE FILE WORDS...: replays it, at top speed unless WORDS say otherwise.
send() {
    iface=$1 file=$2
    shift 2
    [ $# -ne 0 ] || set -- --topspeed
    tcpreplay -q "$@" -i "$iface" "$file" >replay.out 2>&1 || { cat replay.out; fail "tcpreplay $file"; }
}

# flows FILE: the flow records of an EVE file without what another run over the same packets
# has otherwise: stamps and what is made of them, the interface; sorted.
flows() {
    jq -cS 'select(.event_type == "flow") |
        del(.timestamp, .flow.start, .flow.end, .flow_id, .in_iface)' "$1" | sort
}

# counter FILE PATH: of the last line of counters.
counter() {
    grep '"event_type":"stats"' "$1" | tail -n 1 | jq -r ".stats.$2"
}
