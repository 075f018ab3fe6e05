#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Measures epwatch beside an empty libpcap loop and other flow programs, on the same files, in
# turn: run.sh BUILD-FOLDER [--quick] [--only WORKLOAD,...] [--rounds N] [--no-peers]
# [--no-growth]. ./dev bench builds what it needs. What the figures mean: docs/benchmarks.md.
# A whole run (not quick, nothing left out) writes them there.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
shift
here=$root/tests/bench bench=$build/tests/bench
shared=${EPW_SHARED:-$root/../shared}

all="small uniform imix evidence mirrored short captures"
only=$all scale=1 rounds=5 peers=yes growth=yes
peer_rounds=3       # the others take their time
peer_workloads="small evidence"
# So that the whole ends in a quarter of an hour, whatever one program does: for one command, and
# for the rounds of one workload (a round begun is ended).
limit_s=60
workload_s=75
tshark_packets=200000 # it keeps all it saw; a small file says as much

whole=yes
while [ $# -gt 0 ]; do
    case $1 in
    --quick) scale=10 rounds=3 peer_rounds=1 whole=no ;;
    --only) only=$(echo "$2" | tr , ' ') whole=no; shift ;;
    --rounds) rounds=$2; shift ;;
    --no-peers) peers=no whole=no ;;
    --no-growth) growth=no whole=no ;;
    *) echo "run.sh: unknown word '$1'" >&2; exit 2 ;;
    esac
    shift
done

# What the files of one workload and the others' outputs take at most.
room_mib=$((5120 / scale))

# The folder to work in. In memory where there is room, and as much again for the programs: a file
# on a disk may leave the page cache between two rounds, and the disk would be measured.
work_folder() {
    if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] &&
        [ "$(stat -f -c %T /dev/shm)" = tmpfs ] &&
        [ "$(df -Pk /dev/shm | awk 'END { print int($4 / 1024) }')" -ge "$room_mib" ] &&
        [ "$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)" -ge $((2 * room_mib)) ]; then
        echo /dev/shm
    else
        echo "${TMPDIR:-/tmp}"
    fi
}

work=$(mktemp -d "$(work_folder)/epwatch-bench.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
results=$work/results.tsv
say() { printf '%s\n' "== $*" >&2; }

# One thread by name where the program has that option; then all cores are measured as well.
one=''
! "$build/epwatch" --help | grep -q -- --threads || one='--threads 1'

# packets_of WORKLOAD, flows_of WORKLOAD: words for epw-generate; less of both when quick, so
# that a flow has as many packets as ever.
words_of() {
    case $1 in
    uniform) echo "packets $((10000000 / scale)) flows $((1000000 / scale))" ;;
    small) echo "packets $((10000000 / scale)) flows $((100000 / scale))" ;;
    imix) echo "packets $((5000000 / scale)) flows $((100000 / scale))" ;;
    short) echo "packets $((10000000 / scale)) flows $((10000 / scale))" ;;
    *) echo "packets $((5000000 / scale)) flows $((10000 / scale))" ;;
    esac
}

# The longest of the captures made by others, again and again; fails where they are not at hand.
make_captures() {
    longest=$(awk -F '\t' '$3 == "pcap" && $13 == "" && $4 > most { most = $4; file = $1 }
        END { print file }' "$shared/captures/INDEX.tsv" 2>/dev/null) || return 1
    [ -n "$longest" ] || return 1
    "$bench/epw-repeat" "$shared/captures/$longest" "$1" $((2000000 / scale)) || return 1
    echo "packets $((2000000 / scale)) flows 0 evidence 0"
}

# make_file WORKLOAD: $work/WORKLOAD.pcap, and $packets in it.
make_file() {
    if [ "$1" = captures ]; then
        made=$(make_captures "$work/$1.pcap") || return 1
    else
        # shellcheck disable=SC2046
        made=$("$bench/epw-generate" "$1" "$work/$1.pcap" $(words_of "$1"))
    fi
    packets=$(echo "$made" | cut -d' ' -f2)
    printf 'made\t%s\t%s\n' "$1" "$made" >>"$results"
}

# measure WORKLOAD PROGRAM ROUND COMMAND...: one line of results. What ran out of time once is
# not tried again.
measure() {
    load=$1 program=$2 round=$3
    shift 3
    grep -q "^run	$load	$program	.*	124\$" "$results" && return 0
    took=$("$bench/epw-timed" "$limit_s" "$@")
    printf 'run\t%s\t%s\t%s\t%s\t%s\n' "$load" "$program" "$packets" "$round" \
        "$(echo "$took" | tr ' ' '\t')" >>"$results"
}

# own WORKLOAD ROUND
own() {
    file=$work/$1.pcap sigs=$root/signatures
    measure "$1" empty "$2" "$bench/epw-empty" "$file"
    # shellcheck disable=SC2086
    measure "$1" table-1 "$2" "$build/epwatch" $one -S "$sigs" -r "$file" -o table
    [ -z "$one" ] || measure "$1" table-all "$2" "$build/epwatch" -S "$sigs" -r "$file" -o table
    # shellcheck disable=SC2086
    measure "$1" eve-1 "$2" "$build/epwatch" $one -S "$sigs" -r "$file" -o eve:/dev/null
}

# have PROGRAM: softflowd and argus are where a user's PATH may not look.
have() { command -v "$1" >/dev/null 2>&1; }
PATH=$PATH:/usr/sbin:/sbin

# others WORKLOAD ROUND: each writes its flows where it can, as epwatch does.
others() {
    file=$work/$1.pcap
    ! have ndpiReader || measure "$1" ndpiReader "$2" ndpiReader -q -i "$file"
    ! have nfpcapd || measure "$1" nfpcapd "$2" nfpcapd -r "$file" -w "$work/nfpcapd"
    ! have argus || measure "$1" argus "$2" argus -r "$file" -w "$work/argus.out"
    rm -f "$work/argus.out" # it appends
    ! have softflowd || measure "$1" softflowd "$2" softflowd -d -m 2000000 -c none \
        -p "$work/softflowd.pid" -r "$file"
    have tshark || return 0
    packets=$tshark_packets
    [ "$scale" -eq 1 ] || packets=$((tshark_packets / scale))
    measure "$1" tshark "$2" tshark -q -z conv,tcp -c "$packets" -r "$file"
    packets=$all_packets
}

one_workload() {
    make_file "$1" || { say "$1: no such captures here, left out"; return 0; }
    all_packets=$packets round=1
    mkdir -p "$work/nfpcapd"
    end=$(($(date +%s) + workload_s))
    while [ "$round" -le "$rounds" ]; do
        [ "$round" -eq 1 ] || [ "$(date +%s)" -lt "$end" ] || {
            say "$1: no time for more rounds"
            break
        }
        say "$1, round $round of $rounds"
        own "$1" "$round"
        case " $peer_workloads " in *" $1 "*)
            [ "$peers" = no ] || [ "$round" -gt "$peer_rounds" ] || others "$1" "$round" ;;
        esac
        round=$((round + 1))
    done
    rm -rf "$work/$1.pcap" "$work/nfpcapd"
}

# From the start to the first packet done: a capture of one packet.
starting() {
    "$bench/epw-generate" small "$work/one.pcap" packets 1 flows 1 >/dev/null
    packets=1
    for round in 1 2 3 4 5 6 7 8 9 10 11; do
        # shellcheck disable=SC2086
        measure start table-1 "$round" "$build/epwatch" $one -S "$root/signatures" \
            -r "$work/one.pcap" -o table
    done
}

growing() {
    say "growth: tables of 100,000 and more flows, 100,000 signatures and masks"
    sh "$here/growth.sh" "$build" "$work" "$scale" >>"$results"
}

machine() {
    cpu=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo 2>/dev/null | head -1)
    compiler=$(sed -n "s/^CC = *//p" "$build/Makefile" | head -1)
    # shellcheck disable=SC2086
    {
        printf 'machine\tprocessor\t%s, %s cores\n' "${cpu:-$(uname -m)}" "$(nproc)"
        printf 'machine\tmemory\t%s MiB\n' \
            "$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)"
        printf 'machine\tsystem\t%s %s\n' "$(uname -s)" "$(uname -r)"
        printf 'machine\tcompiler\t%s, %s\n' "$($compiler --version | head -1)" \
            "$(sed -n 's/^CFLAGS = *//p' "$build/Makefile" | head -1)"
        printf 'machine\tlibpcap\t%s\n' "$(pkg-config --modversion libpcap 2>/dev/null)"
        printf 'machine\tfiles\tin %s (%s)\n' "${work%/*}" "$(stat -f -c %T "$work")"
        printf 'machine\tload\t%s when it began\n' "$(cut -d' ' -f1 /proc/loadavg)"
        printf 'machine\tdate\t%s\n' "$(date -u +%Y-%m-%d)"
        printf 'machine\trounds\t%s at most, of the other programs %s; median of each\n' "$rounds" "$peer_rounds"
    } >>"$results"
}

: >"$results"
machine
starting
for load in $only; do
    case " $all " in *" $load "*) one_workload "$load" ;;
    *) echo "run.sh: no workload '$load'; there are: $all" >&2; exit 2 ;;
    esac
done
[ "$growth" = no ] || growing

awk -f "$here/report.awk" "$results" >"$work/report.md"
[ -z "${EPW_BENCH_KEEP:-}" ] || cp "$results" "$EPW_BENCH_KEEP"
cat "$work/report.md"
if [ "$whole" = yes ]; then
    page=$root/docs/benchmarks.md
    awk -v report="$work/report.md" '
        /^<!-- measured: end -->/ { inside = 0 }
        !inside { print }
        /^<!-- measured: begin -->/ {
            inside = 1
            while ((getline line < report) > 0)
                print line
        }' "$page" >"$work/page.md"
    cp "$work/page.md" "$page"
    say "written to docs/benchmarks.md"
fi
