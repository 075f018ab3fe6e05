# SPDX-License-Identifier: Apache-2.0
# The lab's network, read by record.sh: one bridge, one namespace a host. Addresses are private
# or for documentation, but for the manager's: that service is known by its networks.
HOSTS='dns:10.20.0.2 proxy:10.20.0.3 sepm:10.20.0.10 eset:10.20.0.20 escan:10.20.0.30
dp:10.20.0.40 office:10.20.0.60 pc1:10.20.0.101 pc2:10.20.0.102 pc3:10.20.0.103 pc4:10.20.0.104
cloud:198.51.100.50 push:198.51.100.70 manager:3.69.198.70'
CLOUD='198.51.100.51 198.51.100.52 198.51.100.53 198.51.100.54 198.51.100.55 198.51.100.60'
failed=0

say() { printf '== %s\n' "$*" >&2; }

# on HOST COMMAND...: runs it there.
on() {
    host=$1
    shift
    ip netns exec "$host" "$@"
}

quiet() { # HOST: no IPv6 and no segmentation offload, so that packets look as on a cable
    on "$1" sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6'
    on "$1" ip link set lo up
}

add_host() { # NAME ADDRESS NUMBER
    ip netns add "$1"
    quiet "$1"
    ip link add "to-$1" netns lan type veth peer name eth0 netns "$1" \
        address "02:00:00:00:00:$(printf %02x "$3")"
    on lan ip link set "to-$1" master br0 up
    on "$1" ip link set eth0 up
    on "$1" ip addr add "$2/32" dev eth0
    on "$1" ip route add 0.0.0.0/0 dev eth0 src "$2"
    on "$1" ethtool -K eth0 tx off tso off gso off gro off >/dev/null
}

build_network() {
    hostname lab
    mount -t tmpfs lab /run
    mkdir -p /run/netns /run/sshd /run/samba /run/lock
    echo "nameserver 10.20.0.2" >"$work/resolv.conf"
    mount --bind "$work/resolv.conf" /etc/resolv.conf
    ip netns add lan
    quiet lan
    on lan ip link add br0 type bridge
    on lan ip link set br0 up
    number=0
    for one in $HOSTS; do
        number=$((number + 1))
        add_host "${one%%:*}" "${one#*:}" "$number"
    done
    for address in $CLOUD; do
        on cloud ip addr add "$address/32" dev eth0
    done
    on push ip addr add 198.51.100.71/32 dev eth0
    for name in pc1 office; do # NetBIOS broadcasts
        on "$name" ip addr add "$(address_of "$name")/24" brd + dev eth0
        on "$name" ip addr del "$(address_of "$name")/32" dev eth0
        on "$name" ip route replace 0.0.0.0/0 dev eth0
    done
}

address_of() {
    for one in $HOSTS; do
        [ "${one%%:*}" != "$1" ] || echo "${one#*:}"
    done
}

# listening HOST PROTOCOL PORT: waits, without a packet, until somebody does (10 s at most).
listening() {
    tries=0
    while [ -z "$(on "$1" ss -Hln "--$2" "sport = :$3")" ]; do
        tries=$((tries + 1))
        [ "$tries" -lt 100 ] || { say "nobody listens on $1 $2/$3"; failed=1; return 0; }
        sleep 0.1
    done
}

# act HOST COMMAND...: what a user or an agent does; at most 20 s, and a failure is reported.
act() {
    host=$1
    shift
    echo "-- $host: $*" >>"$work/act.log"
    timeout -k 1 20 ip netns exec "$host" "$@" >>"$work/act.log" 2>&1 </dev/null || {
        say "failed ($?) on $host: $*"
        tail -5 "$work/act.log" >&2
        failed=1
    }
}

# record SUBJECT: its servers up, then the capture on, then its scene.
record() {
    subject=$1 name=$(printf %s "$1" | tr - _)
    "servers_$name"
    rm -f "$work/tcpdump.log"
    on lan tcpdump -i br0 -n -s 0 -U -Z root -w "$work/$subject.pcap" \
        'ip and not igmp' >"$work/tcpdump.log" 2>&1 &
    tcpdump=$!
    tries=0
    until grep -qs listening "$work/tcpdump.log" || [ "$tries" -ge 50 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    "scene_$name"
    sleep 1
    kill -INT "$(pgrep -x tcpdump | head -1)"
    wait "$tcpdump" || failed=1
    stop_servers
    cp "$work/$subject.pcap" "$out/$subject.pcap"
    say "$subject: $(wc -c <"$out/$subject.pcap") bytes"
}
