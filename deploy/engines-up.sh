# Part of engines.sh: bringing a cluster up.
# shellcheck shell=bash disable=SC2154

# up N DIR OPTION...
up() {
    local count=${1:-} dir=${2:-} i
    [[ $count =~ ^[1-9][0-9]*$ && -n $dir ]] || die "usage: engines.sh up N DIR [OPTION...]"
    [ "$count" -le 250 ] || die "at most 250 nodes"
    shift 2
    check
    mkdir -p "$dir"
    dir=$(cd "$dir" && pwd)
    if recall "$dir/hub" >/dev/null; then die "a cluster runs in $dir already"; fi
    [ -d /etc/docker ] || { mkdir -p /etc/docker; touch "$dir/made-etc-docker"; }
    for ((i = 1; i <= count; i++)); do mkdir -p "$dir/node-$i"/{data,etc}; done
    options "$dir" "$@"
    share_cgroups
    start_hub "$dir"
    for ((i = 1; i <= count; i++)); do
        configure "$dir" "$i"
        start_node "$dir" "$i"
        launch "$dir" "$i"
    done
    for ((i = 1; i <= count; i++)); do (ready "$dir" "$i") || { down "$dir" keep; exit 1; }; done
    [ -e "$dir/bare" ] || load_busybox "$dir" "$count"
}

options() {
    local dir=$1 i
    shift
    while [ $# -gt 0 ]; do
        i=${2:-}; i=${i%%:*}
        case $1 in
            --label) echo "${2#*:}" >>"$dir/node-$i/labels" ;;
            --listen) echo "${2#*:}" >"$dir/node-$i/listen" ;;
            --data) mkdir -p "${2#*:}"; rmdir "$dir/node-$i/data"; ln -s "$(cd "${2#*:}" && pwd)" "$dir/node-$i/data" ;;
            --tls) (cd "$2" && pwd) >"$dir/tls" ;;
            --bare) touch "$dir/bare"; shift; continue ;;
            *) die "unknown option: $1" ;;
        esac
        shift 2
    done
}

group_of() { echo "swarm-$(printf %s "$1" | cksum | cut -d' ' -f1)"; }

# configure DIR I: daemon.json. No OOM score below ours: not every root may set one.
configure() {
    local node=$1/node-$2 labels storage=disk
    [ "$2" != 1 ] || storage=ssd
    labels=$( (echo "storage=$storage"; cat "$node/labels" 2>/dev/null || true) | sed 's/.*/"&"/' | paste -sd,)
    cat >"$node/daemon.json" <<JSON
{
  "data-root": "$node/data",
  "exec-root": "/run/docker",
  "pidfile": "/run/docker.pid",
  "labels": [$labels],
  "cgroup-parent": "/$(group_of "$1")/node-$2",
  "exec-opts": ["native.cgroupdriver=cgroupfs"],
  "oom-score-adjust": 0,
  "default-address-pools": [{"base": "172.16.0.0/12", "size": 24}],
  "registry-mirrors": [],
  "insecure-registries": ["10.77.0.0/16"],
  "max-concurrent-downloads": 3,
  "shutdown-timeout": 5
}
JSON
}

# On a unified hierarchy the controllers have to be handed down to the containers' groups; in
# a container of its own the group must first be emptied of processes.
share_cgroups() {
    local root=/sys/fs/cgroup controllers pid
    [ -e $root/cgroup.controllers ] || return 0
    controllers=$(sed 's/[^ ]*/+&/g' $root/cgroup.controllers)
    echo "$controllers" >$root/cgroup.subtree_control 2>/dev/null && return 0
    mkdir -p $root/init
    while read -r pid; do echo "$pid" >$root/init/cgroup.procs 2>/dev/null || true; done <$root/cgroup.procs
    echo "$controllers" >$root/cgroup.subtree_control 2>/dev/null || true
}

# load_busybox DIR COUNT: one image, made here, with the same id on every node.
load_busybox() {
    local dir=$1 count=$2 i root=$1/busybox pids=() pid
    static_busybox || die "no static busybox is installed"
    mkdir -p "$root"/{bin,etc,root,tmp,var,home}
    chmod 1777 "$root/tmp"
    cp "$(command -v busybox)" "$root/bin/busybox"
    "$root/bin/busybox" --install -s "$root/bin" 2>/dev/null
    for i in "$root"/bin/*; do [ ! -L "$i" ] || ln -sf /bin/busybox "$i"; done
    echo root:x:0:0:root:/root:/bin/sh >"$root/etc/passwd"
    echo root:x:0: >"$root/etc/group"
    tar -C "$root" -c . | (docker_on "$dir" 1 import --change 'CMD ["sh"]' \
        --change 'ENV PATH=/bin' - busybox:latest) >/dev/null || die "cannot import busybox"
    rm -r "$root"
    (docker_on "$dir" 1 save -o "$dir/busybox.tar" busybox:latest)
    for ((i = 2; i <= count; i++)); do
        (docker_on "$dir" "$i" load -qi "$dir/busybox.tar") >/dev/null &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid" || die "cannot load busybox"; done
}

# revive DIR I: start the engine again, and the whole node if that is gone.
revive() {
    recall "$1/node-$2/init" >/dev/null || start_node "$1" "$2"
    launch "$1" "$2"
    ready "$1" "$2"
}
