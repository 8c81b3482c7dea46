#!/usr/bin/env bash
# One Docker endpoint over three engines, on this machine, in one command.
#
#   deploy/quickstart.sh                 build swarm, start three Docker Engines and the endpoint
#   deploy/quickstart.sh HOST:PORT...    the endpoint over Docker hosts that you have
#   deploy/quickstart.sh down            end it all and remove what it made
#
# For Debian and Ubuntu, as root or through sudo; needs a Rust toolchain. What it starts keeps
# its files in one directory: SWARM_QUICKSTART_DIR, by default /var/lib/swarm-quickstart for
# root and ~/.local/share/swarm-quickstart for others. Running it again does no harm. With
# SWARM_BIN=PATH nothing is built: that binary is used, and simulated-engines beside it.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(dirname "$HERE")
PATH=$PATH:/usr/sbin:/sbin
BIN=${SWARM_BIN:-$ROOT/target/release/swarm}
ENDPOINT=127.0.0.1:3375
OURS=127.0.0.1:5001,127.0.0.1:5002,127.0.0.1:5003
if [ "$(id -u)" = 0 ]; then STATE=/var/lib/swarm-quickstart; else STATE=$HOME/.local/share/swarm-quickstart; fi
STATE=${SWARM_QUICKSTART_DIR:-$STATE}

say() { printf '\n== %s\n' "$*"; }
die() { printf 'quickstart: %s\n' "$*" >&2; exit 1; }

# as_root CMD...: through sudo unless we are root; fails where there is neither.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; return; fi
    command -v sudo >/dev/null || return 3
    sudo -n true 2>/dev/null || [ -t 0 ] || return 3
    sudo env "PATH=$PATH" "$@"
}

# as_user CMD...: who called sudo, so that the build's files are theirs.
as_user() {
    if [ "$(id -u)" = 0 ] && [ -n "${SUDO_USER:-}" ] && [ "$SUDO_USER" != root ]; then
        sudo -H -u "$SUDO_USER" env "PATH=$PATH" "$@"
    else
        "$@"
    fi
}

find_toolchain() {
    local home
    [ -z "${SWARM_BIN:-}" ] || return 0
    for home in "$HOME" "$(getent passwd "${SUDO_USER:-root}" | cut -d: -f6)"; do
        PATH=$PATH:$home/.cargo/bin
    done
    as_user cargo --version >/dev/null 2>&1 || die "no Rust toolchain found. Get one in a minute, then run this again:
    curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh
or, on Debian 13 and Ubuntu 24.04 or newer: apt-get install rustup && rustup default stable"
    command -v cc >/dev/null || die "no C linker found: apt-get install gcc"
}

build() {
    [ -z "${SWARM_BIN:-}" ] || return 0
    (cd "$ROOT" && as_user cargo build --release --locked "$@")
}

# --- Processes of ours, by id and start time ----------------------------------------------

started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

running() {
    local pid start
    read -r pid start 2>/dev/null <"$STATE/$1.pid" || return 1
    [ -n "$start" ] && [ "$(started_at "$pid")" = "$start" ] && echo "$pid"
}

# start NAME CMD...: in the background, its output in NAME.log.
start() {
    local name=$1
    shift
    setsid "$@" </dev/null >"$STATE/$name.log" 2>&1 &
    echo "$! $(started_at $!)" >"$STATE/$name.pid"
}

end() {
    local pid
    pid=$(running "$1") || return 0
    kill -TERM "$pid"
    for _ in $(seq 300); do
        running "$1" >/dev/null || return 0
        sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
}

# --- Engines ------------------------------------------------------------------------------

start_engines() {
    as_root "$HERE/engines.sh" status "$STATE/engines" >/dev/null 2>&1 && return 0
    command -v dockerd >/dev/null || say "Installing Docker Engine from the distribution"
    as_root "$HERE/engines.sh" install && as_root "$HERE/engines.sh" check || return 1
    say "Starting three Docker Engines; their data is in $STATE/engines"
    as_root "$HERE/engines.sh" up 3 "$STATE/engines" --listen 1:127.0.0.1:5001 \
        --listen 2:127.0.0.1:5002 --listen 3:127.0.0.1:5003
}

simulate_engines() {
    say "NO DOCKER ENGINE CAN RUN HERE: three simulated ones from the test kit take their place"
    running simulated >/dev/null && return 0
    build -p testkit --bin simulated-engines
    start simulated "$(dirname "$BIN")/simulated-engines" --listen 127.0.0.1:5001 \
        --listen 127.0.0.1:5002 --listen 127.0.0.1:5003
}

# --- The endpoint -------------------------------------------------------------------------

fetch() { python3 -c 'import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=10).read().decode())' "http://$ENDPOINT$1"; }

healthy() { fetch /info 2>/dev/null | grep -o '"Healthy"' | wc -l; }

start_endpoint() {
    local hosts=$1 want
    want=$(($(tr -dc , <<<"$hosts" | wc -c) + 1))
    if running manage >/dev/null && [ "$(cat "$STATE/hosts")" != "$hosts" ]; then end manage; fi
    if ! running manage >/dev/null; then
        say "swarm manage -H tcp://$ENDPOINT $hosts"
        echo "$hosts" >"$STATE/hosts"
        start manage "$BIN" manage -H "tcp://$ENDPOINT" "$hosts"
    fi
    for _ in $(seq 100); do
        running manage >/dev/null || die "swarm manage ended: $(tail -n 5 "$STATE/manage.log")"
        [ "$(healthy)" -lt "$want" ] || return 0
        sleep 0.2
    done
    echo "Of $want nodes, $(healthy) are healthy so far; the log is $STATE/manage.log"
}

endpoint() { env -u DOCKER_CONTEXT -u DOCKER_TLS_VERIFY DOCKER_HOST="tcp://$ENDPOINT" docker "$@"; }

show() {
    say "docker info"
    endpoint info
    if [ "$1" = ours ]; then
        say "Three containers"
        for i in 1 2 3; do
            if endpoint inspect "hello-$i" >/dev/null 2>&1; then
                endpoint start "hello-$i"
            else
                endpoint run -d --name "hello-$i" busybox top
            fi
        done
    fi
    say "docker ps"
    endpoint ps --no-trunc
}

next() {
    cat <<TEXT

== What to type next
    export DOCKER_HOST=tcp://$ENDPOINT
    docker run --rm -it busybox sh
    docker run -d -e constraint:storage==ssd --name fast busybox top
    docker inspect -f '{{.Node.Name}}' fast
    docker logs hello-1; docker exec hello-1 hostname; docker rm -f hello-1
    $0 down
TEXT
    [ ! -d "$STATE/engines" ] || cat <<TEXT
The engines have networks of their own, without internet. A published port is reached so:
    $HERE/engines.sh exec $STATE/engines curl http://10.77.1.1:PORT
TEXT
}

down() {
    if [ ! -d "$STATE" ]; then echo "quickstart: nothing is left in $STATE"; return; fi
    end manage
    end simulated
    [ ! -d "$STATE/engines" ] || as_root "$HERE/engines.sh" down "$STATE/engines" ||
        die "the engines in $STATE/engines are still there: try again as root"
    rm -rf "$STATE"
    echo "quickstart: all ended and removed. Packages that were installed stay installed."
}

main() {
    case ${1:-} in
        down) down; return ;;
        -h | --help | help) sed -n '2,/^set /{s/^# \{0,1\}//;/^set /d;p}' "$0"; return ;;
    esac
    find_toolchain
    [ -n "${SWARM_BIN:-}" ] || say "Building swarm (some minutes at the first time)"
    build
    mkdir -p "$STATE"
    if [ $# -gt 0 ]; then
        start_endpoint "$(IFS=,; echo "$*")"
    else
        start_engines || simulate_engines
        start_endpoint "$OURS"
    fi
    if command -v docker >/dev/null; then
        if [ $# -gt 0 ]; then show theirs; else show ours; fi
    else
        say "No docker client is installed; the endpoint's own words on /info"
        fetch /info
    fi
    next
}

main "$@"
