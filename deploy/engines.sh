#!/usr/bin/env bash
# Starts real Docker Engines on this one machine, each a node of its own.
#
#   engines.sh check                 exit 0 if engines can run here; else say why, exit 3
#   engines.sh install               install what is missing (Debian, Ubuntu)
#   engines.sh up N DIR [OPTION...]  start N engines; everything they own lives in DIR
#       --label I:KEY=VALUE          another label for node I (all start with storage=ssd for
#                                    node-1 and storage=disk for the others)
#       --listen I:ADDR:PORT         node I also listens there in the ordinary namespace
#       --data I:PATH                keep node I's images and containers in PATH
#       --tls CERTDIR                TLS with client certificates on port 2376 in place of
#                                    2375; CERTDIR has ca.pem, node-I.pem, node-I-key.pem and
#                                    a client's cert.pem, key.pem
#       --bare                       load no busybox image
#   engines.sh addr DIR I            HOST:PORT of node I, as seen from the hub
#   engines.sh status DIR            one line a node: name, address, state
#   engines.sh kill DIR I            SIGKILL node I's dockerd and containerd
#   engines.sh crash DIR I           SIGKILL everything on node I, its containers too
#   engines.sh freeze|thaw DIR I     SIGSTOP / SIGCONT node I's dockerd and containerd
#   engines.sh stop DIR I            stop node I's engine as an administrator would
#   engines.sh restart DIR I         stop it unless it is dead already, then start it
#   engines.sh reload DIR I          SIGHUP: dockerd reads DIR/node-I/daemon.json again
#   engines.sh exec DIR CMD...       run CMD in the hub's network, where managers and clients live
#   engines.sh node DIR I CMD...     run CMD inside node I
#   engines.sh down DIR              end it all: no process, mount, link or file stays
#
# Node I has its own network, mount, PID and UTS namespaces, host name node-I and address
# 10.77.1.I; the hub is 10.77.0.1. Clusters do not see each other, nor the machine's network.
# Several may run at once, each with a DIR of its own.
set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SELF=$HERE/engines.sh
PATH=$PATH:/usr/sbin:/sbin

say() { printf 'engines: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# --- Can engines run here? ---------------------------------------------------------------

cannot() { say "no engine can run here: $*"; exit 3; }

check() {
    local tool
    [ "$(id -u)" = 0 ] || cannot "not root"
    for tool in dockerd containerd runc docker ip nsenter unshare; do
        command -v "$tool" >/dev/null || cannot "$tool is not installed"
    done
    unshare --net --mount --uts --pid --fork true 2>/dev/null ||
        cannot "the kernel gives no namespaces to us"
    unshare --net ip link add probe0 type bridge 2>/dev/null ||
        cannot "the kernel has no network bridges"
    unshare --net ip link add probe0 type veth peer name probe1 2>/dev/null ||
        cannot "the kernel has no veth links"
    grep -qs cgroup /proc/self/mountinfo || cannot "no cgroup file system is mounted"
}

# The image has no libraries in it.
static_busybox() { command -v busybox >/dev/null && ! ldd "$(command -v busybox)" >/dev/null 2>&1; }

install_missing() {
    local want=()
    command -v dockerd >/dev/null || want+=(docker.io)
    command -v docker >/dev/null || [ "${want[*]-}" ] || want+=(docker.io)
    command -v iptables >/dev/null || want+=(iptables)
    command -v ip >/dev/null || want+=(iproute2)
    static_busybox || want+=(busybox-static)
    command -v docker-registry >/dev/null || want+=(docker-registry)
    [ ${#want[@]} -gt 0 ] || return 0
    [ "$(id -u)" = 0 ] || die "not root: cannot install ${want[*]}"
    command -v apt-get >/dev/null || die "no apt-get: install ${want[*]} by hand"
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -qq -y --no-install-recommends "${want[@]}" >/dev/null 2>&1 && return 0
    apt-get update -qq >/dev/null 2>&1 || true
    apt-get install -qq -y --no-install-recommends "${want[@]}" >/dev/null 2>&1 ||
        die "apt-get could not install ${want[*]}"
}

# --- Processes, known by id and start time -----------------------------------------------

started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# remember PID FILE: writes down which process this is, so that a reused id is never mistaken.
remember() { echo "$1 $(started_at "$1")" >"$2"; }

# recall FILE: the process id if that very process still lives.
recall() {
    local pid start
    read -r pid start 2>/dev/null <"$1" || return 1
    [ -n "$start" ] && [ "$(started_at "$pid")" = "$start" ] && echo "$pid"
}

# members KIND PID: ids of all processes in the namespace of that kind that PID is in.
members() {
    local ns
    ns=$(readlink "/proc/$2/ns/$1") || return 0
    find /proc/[0-9]*/ns/"$1" -maxdepth 0 -lname "${ns//[\[\]]/?}" 2>/dev/null |
        cut -d/ -f3
}

# engine_pids DIR I: dockerd and containerd of node I (not the shims, not the containers).
engine_pids() {
    local init pid
    init=$(recall "$1/node-$2/init") || return 0
    for pid in $(members pid "$init"); do
        case $(cat "/proc/$pid/comm" 2>/dev/null) in dockerd | containerd) echo "$pid" ;; esac
    done
}

# await SECONDS CMD...: until CMD succeeds.
await() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $deadline ] || return 1
        sleep 0.1
    done
}

# --- The hub -----------------------------------------------------------------------------

hub() { recall "$1/hub" || die "no cluster runs in $1"; }

hub_exec() {
    local pid
    pid=$(hub "$1")
    shift
    exec nsenter --net="/proc/$pid/ns/net" -- "$@"
}

start_hub() {
    setsid unshare --net sleep infinity </dev/null >/dev/null 2>&1 &
    local pid=$!
    await 5 differs net "$pid" || die "the hub's network namespace does not come up"
    remember "$pid" "$1/hub"
    (hub_exec "$1" sh -ec '
        ip link set lo up
        ip link add hub type bridge
        ip address add 10.77.0.1/16 dev hub
        ip link set hub up') || die "cannot set up the hub's network"
}

differs() {
    local theirs
    theirs=$(readlink "/proc/$2/ns/$1") && [ "$theirs" != "$(readlink "/proc/self/ns/$1")" ]
}

# --- A node ------------------------------------------------------------------------------

first_child() { cut -d' ' -f1 "/proc/$1/task/$1/children" | grep .; }

# start_node DIR I: the node's namespaces, held by a first process that reaps orphans.
start_node() {
    local dir=$1 i=$2 node=$1/node-$2 outer init hub
    hub=$(hub "$dir")
    setsid unshare --net --mount --uts --pid --fork --mount-proc \
        bash -c 'trap : CHLD; while :; do sleep infinity & wait; done' \
        </dev/null >/dev/null 2>&1 &
    outer=$!
    await 5 first_child "$outer" || die "node-$i: no namespaces"
    init=$(first_child "$outer")
    await 5 sh -c "tr '\0' ' ' </proc/$init/cmdline | grep -q ^bash" || die "node-$i: no first process"
    remember "$init" "$node/init"
    ip link add eth0 netns "$init" type veth peer name "node-$i" netns "$hub"
    nsenter --net="/proc/$hub/ns/net" -- ip link set "node-$i" master hub up
    nsenter --target "$init" --net --mount --uts --pid -- sh -ec "
        hostname node-$i
        ip link set lo up
        ip address add 10.77.1.$i/16 dev eth0
        ip link set eth0 up
        ip route add default via 10.77.0.1
        mount -t tmpfs -o mode=755 tmpfs /run
        mount --bind '$node/etc' /etc/docker"
}

# launch DIR I: dockerd in the node; an outside listener goes in as descriptor 3.
launch() {
    local node=$1/node-$2 init listen=() hosts=(-H unix:///run/docker.sock)
    init=$(recall "$node/init") || die "node-$2 is gone"
    if [ -e "$1/tls" ]; then
        hosts+=(-H tcp://0.0.0.0:2376 --tlsverify --tlscacert="$(cat "$1/tls")/ca.pem"
            --tlscert="$(cat "$1/tls")/node-$2.pem" --tlskey="$(cat "$1/tls")/node-$2-key.pem")
    else
        hosts+=(-H tcp://0.0.0.0:2375 --tls=false)
    fi
    if [ -s "$node/listen" ]; then
        hosts+=(-H fd://)
        listen=(python3 "$HERE/listen.py" "$(cat "$node/listen")")
    fi
    # dockerd is left to the node's first process: nothing outside waits for it.
    # shellcheck disable=SC2016
    "${listen[@]}" nsenter --target "$init" --net --mount --uts --pid -- bash -c '
        rm -f /run/docker.pid
        setsid bash -c '\''[ "$1" = 0 ] || export LISTEN_FDS=1 LISTEN_PID=$$
            shift
            exec dockerd "$@"'\'' "$0" "$@" &' \
        dockerd "${#listen[@]}" --config-file "$node/daemon.json" "${hosts[@]}" \
        </dev/null >>"$node/dockerd.log" 2>&1
}

answers() { (docker_on "$1" "$2" version); }

ready() {
    await 60 answers "$1" "$2" && return 0
    tail -n 5 "$1/node-$2/dockerd.log" >&2
    die "node-$2's engine does not answer; its log: $1/node-$2/dockerd.log"
}

address() { if [ -e "$1/tls" ]; then echo "10.77.1.$2:2376"; else echo "10.77.1.$2:2375"; fi; }

# docker_on DIR I ARG...: the docker CLI straight at node I; replaces this shell.
docker_on() {
    local tls=() host
    host=tcp://$(address "$1" "$2")
    [ ! -e "$1/tls" ] || tls=(--tlsverify --tlscacert "$(cat "$1/tls")/ca.pem"
        --tlscert "$(cat "$1/tls")/cert.pem" --tlskey "$(cat "$1/tls")/key.pem")
    local dir=$1
    shift 2
    unset DOCKER_HOST DOCKER_TLS_VERIFY DOCKER_CERT_PATH DOCKER_CONTEXT
    hub_exec "$dir" docker "${tls[@]}" -H "$host" "$@"
}

# shellcheck source=deploy/engines-up.sh
. "$HERE/engines-up.sh"
# shellcheck source=deploy/engines-down.sh
. "$HERE/engines-down.sh"

signal_dockerd() {
    local pid
    for pid in $(engine_pids "$2" "$3"); do
        [ "$(cat "/proc/$pid/comm")" != dockerd ] || kill "-$1" "$pid"
    done
}

signal_engine() {
    local pids
    pids=$(engine_pids "$2" "$3")
    [ -n "$pids" ] || die "node-$3 runs no engine"
    # shellcheck disable=SC2086
    kill "-$1" $pids
}

kill_engine() {
    signal_engine KILL "$1" "$2"
    await 10 engine_gone "$1" "$2"
}

engine_gone() { [ -z "$(engine_pids "$1" "$2")" ]; }

stop_engine() {
    signal_dockerd TERM "$1" "$2"
    # A paused container can keep it from ending.
    await 15 engine_gone "$1" "$2" || kill_engine "$1" "$2"
}

status() {
    local node i pids state
    hub "$1" >/dev/null
    for node in "$1"/node-*/; do
        i=$(basename "$node"); i=${i#node-}
        pids=$(engine_pids "$1" "$i")
        if [ -z "$pids" ]; then state=dead
        elif grep -q '^State:.T' "/proc/${pids%%$'\n'*}/status" 2>/dev/null; then state=frozen
        elif answers "$1" "$i" >/dev/null 2>&1; then state=running
        else state=silent; fi
        echo "node-$i $(address "$1" "$i") $state"
    done
}

main() {
    local command=${1:-help} dir=${2:-}
    case $command in
        check) check; return ;;
        install) install_missing; return ;;
        up) up "${@:2}"; return ;;
        help | -h | --help) sed -n '2,/^set /{s/^# \{0,1\}//;/^set /d;p}' "$SELF"; return ;;
    esac
    [ -n "$dir" ] || die "$command needs the cluster's directory"
    [ "$command" = down ] && [ ! -e "$dir" ] && return 0
    dir=$(cd "$dir" && pwd) || die "$2 is no directory"
    case $command in
        addr) address "$dir" "$3" ;;
        status) status "$dir" ;;
        kill) kill_engine "$dir" "$3" ;;
        crash) crash "$dir" "$3" ;;
        freeze) signal_engine STOP "$dir" "$3" ;;
        thaw) signal_engine CONT "$dir" "$3" ;;
        stop) stop_engine "$dir" "$3" ;;
        restart) stop_engine "$dir" "$3"; revive "$dir" "$3" ;;
        reload) signal_dockerd HUP "$dir" "$3" ;;
        exec) hub_exec "$dir" "${@:3}" ;;
        node) exec nsenter --target "$(recall "$dir/node-$3/init")" --net --mount --uts --pid -- "${@:4}" ;;
        down) down "$dir" ;;
        *) die "no such command: $command (try: engines.sh help)" ;;
    esac
}

main "$@"
