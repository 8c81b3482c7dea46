# Part of engines.sh: taking a cluster, or one node, down.
# shellcheck shell=bash disable=SC2154

vanished() { ! [ -e "/proc/$1/ns/pid" ]; }

# crash DIR I: the kernel ends all of a node with its first process. Frozen groups are thawed
# first, as their processes would not die.
crash() {
    local init
    thaw_groups "$1" "node-$2"
    init=$(recall "$1/node-$2/init") || return 0
    kill -KILL "$init" 2>/dev/null || true
    await 30 vanished "$init" || say "node-$2 does not end (process $init)"
    rm -f "$1/node-$2/init"
}

thaw_groups() {
    local file
    while read -r file; do
        echo THAWED >"$file" 2>/dev/null || true
    done < <(find "/sys/fs/cgroup/freezer/$(group_of "$1")/$2" -name freezer.state 2>/dev/null)
}

remove_groups() {
    local group=$1 root
    for root in /sys/fs/cgroup /sys/fs/cgroup/*; do
        [ -d "$root/$group" ] || continue
        find "$root/$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done
    [ -z "$(find /sys/fs/cgroup -maxdepth 2 -name "$group" 2>/dev/null)" ]
}

# down DIR [keep]: with keep the files stay, for a look at the logs.
down() {
    local dir=$1 node hub pid
    for node in "$dir"/node-*/; do
        [ -d "$node" ] || continue
        node=${node%/}
        crash "$dir" "${node##*/node-}"
    done
    if hub=$(recall "$dir/hub"); then
        for pid in $(members net "$hub"); do kill -KILL "$pid" 2>/dev/null || true; done
        await 10 vanished "$hub" || say "the hub does not end (process $hub)"
    fi
    await 10 remove_groups "$(group_of "$dir")" || say "cgroup $(group_of "$dir") stays"
    [ "${2:-}" != keep ] || return 0
    [ ! -e "$dir/made-etc-docker" ] || rmdir /etc/docker 2>/dev/null || true
    for node in "$dir"/node-*; do
        # Data kept elsewhere goes too; its directory was there before us or is empty now.
        [ ! -L "$node/data" ] || find "$node/data/" -mindepth 1 -delete
    done
    rm -rf --one-file-system "$dir"
}
