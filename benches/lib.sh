# What the side-by-side scripts share; sourced by them.
# shellcheck shell=bash

benches=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$benches")
out=$benches/out
rounds=${ROUNDS:-3}
scale=${SCALE:-1}
started=()

# Builds the program and the driver as users would get them.
build() {
    (cd "$root" && cargo build --release --locked --quiet --package sockeye)
    cargo build --release --locked --quiet --manifest-path "$benches/driver/Cargo.toml" \
        --target-dir "$root/target/benches"
    sockeye=$root/target/release/sockeye
    driver=$root/target/benches/release/driver
}

# start NAME PORT COMMAND...: runs a server until the script ends; its process id is in $pid.
start() { start_until accepts "$@"; }

# start_udp NAME PORT COMMAND...: the same for a server of UDP.
start_udp() { start_until is_bound "$@"; }

start_until() {
    local ready=$1 name=$2 port=$3
    shift 3
    # In a process group of its own, so that all that it forks ends with it.
    set -m
    "$@" >"$out/$name.log" 2>&1 </dev/null &
    pid=$!
    set +m
    started+=("$pid")
    until "$ready" "$port"; do
        kill -0 "$pid" 2>/dev/null || { cat "$out/$name.log" >&2; return 1; }
        sleep 0.05
    done
}

accepts() { (: >"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Nothing answers for a UDP port; the kernel's table says who has it.
is_bound() { grep -q ":$(printf %04X "$1") 00000000:0000 07" /proc/net/udp; }

stop_all() {
    [[ ${#started[@]} -eq 0 ]] || kill -- "${started[@]/#/-}" 2>/dev/null || true
    wait
}

# What has to be known to read the figures.
describe() {
    printf '%s\n' "$(uname -sr), $(nproc) cores: load, backend and server share them" \
        "$(date -u +%F), commit $(git -C "$root" describe --always --dirty), $rounds rounds, scale $scale" \
        'median (least to most); ratios are taken round by round' ''
}

prepare() {
    mkdir -p "$out"
    ulimit -n "$(ulimit -Hn)"
    trap stop_all EXIT
}
