#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Records captures/lab/: real programs of Debian talk to each other on the vendors' ports, in
# network namespaces that no cable leaves. Everything runs in a mount, PID and network namespace of
# its own, so that programs, mounts, links and keys are gone when the script is, however it ends.
set -eu

usage() {
    cat <<'END'
usage: record.sh [-o FOLDER] [-n] [SUBJECT...]

Records one capture a subject into FOLDER (captures/lab beside this script). Needs root, and
installs with apt what is missing of the programs it runs.
  -o FOLDER   write there
  -n          install nothing: stop when a program is missing
Subjects, all without any named:
END
    sed -n 's/^scene_\([a-z0-9_]*\)() { *# /  \1\t/p' "$here/scenes.sh" | tr _ - | expand -t 22
}

here=$(cd "$(dirname "$0")" && pwd)
PACKAGES="curl dnsmasq-base ethtool iproute2 ldap-utils libnginx-mod-stream mariadb-client
mariadb-server mosquitto mosquitto-clients nginx-light openssh-client openssh-server openssl rsyslog
rsyslog-gnutls samba slapd smbclient socat tcpdump tinyproxy-bin vsftpd"
LIMIT_S=300 # a whole recording takes less than one minute
die() { printf 'record.sh: %s\n' "$*" >&2; exit 2; }

# Runs in the namespaces: $1 is the work folder, $2 where the captures go, then the subjects.
inside() {
    work=$1 out=$2
    shift 2
    # shellcheck source=tests/lab/hosts.sh
    . "$here/hosts.sh"
    # shellcheck source=tests/lab/servers.sh
    . "$here/servers.sh"
    # shellcheck source=tests/lab/scenes.sh
    . "$here/scenes.sh"
    build_network
    make_keys
    # shellcheck disable=SC2046
    [ $# -gt 0 ] || set -- $(sed -n 's/^scene_\([a-z0-9_]*\)() .*/\1/p' "$here/scenes.sh" | tr _ -)
    for subject in "$@"; do
        record "$subject"
    done
    exit "$failed"
}

missing_packages() {
    for package in $PACKAGES; do
        state=$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null || true)
        case $state in ii*) ;; *) printf '%s ' "$package" ;; esac
    done
}

# Services that a package would start on the machine itself stay off.
install_packages() {
    policy=/usr/sbin/policy-rc.d
    [ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' >"$policy"; chmod 755 "$policy"; made=$policy; }
    apt-get update -qq || true
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $1 >&2 ||
        die "apt-get could not install: $1"
}

if [ "${1:-}" = --inside ]; then
    shift
    inside "$@"
fi

out=$here/../../captures/lab install=yes
while getopts o:nh option; do
    case $option in
    o) out=$OPTARG ;;
    n) install=no ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
done
shift $((OPTIND - 1))
for subject in "$@"; do
    grep -q "^scene_$(printf %s "$subject" | tr - _)() " "$here/scenes.sh" ||
        die "no subject '$subject'; record.sh -h lists them"
done
[ "$(id -u)" -eq 0 ] || die "needs root, for network namespaces; the recordings are committed"

made='' child='' work=$(mktemp -d)
trap '[ -z "$child" ] || { kill "$child" && wait "$child"; } || true; rm -rf "$work"; [ -z "$made" ] || rm -f "$made"' EXIT
trap 'exit 130' INT TERM HUP
missing=$(missing_packages)
if [ -n "$missing" ]; then
    [ "$install" = yes ] || die "not installed: $missing"
    install_packages "$missing"
fi
chmod 755 "$work"
mkdir -p "$out"
out=$(cd "$out" && pwd)
timeout -k 5 "$LIMIT_S" unshare --mount --uts --net --pid --fork --kill-child --mount-proc \
    sh "$here/record.sh" --inside "$work" "$out" "$@" &
child=$!
status=0
wait "$child" || status=$?
child=
exit "$status"
