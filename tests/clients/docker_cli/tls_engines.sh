#!/usr/bin/env bash
# tls_engines.sh SWARM CERTS: a manager with --tlsverify in front of two engines with --tlsverify,
# in the hub of their cluster. Prints what a container said and how many nodes are healthy.
set -euo pipefail

swarm=$1 certs=$2
"$swarm" --debug manage -H tcp://127.0.0.1:3376 --tlsverify --tlscacert "$certs/ca.pem" \
    --tlscert "$certs/manager.pem" --tlskey "$certs/manager-key.pem" \
    10.77.1.1:2376,10.77.1.2:2376 >"$certs/manager.log" 2>&1 &
manager=$!
trap 'kill $manager 2>/dev/null; wait $manager || true' EXIT

endpoint() {
    env -u DOCKER_HOST docker -H tcp://127.0.0.1:3376 --tlsverify --tlscacert "$certs/ca.pem" \
        --tlscert "$certs/cert.pem" --tlskey "$certs/key.pem" "$@"
}

healthy() { endpoint info --format '{{json .SystemStatus}}' 2>/dev/null | grep -o '"Healthy"' | wc -l; }

for _ in $(seq 100); do
    [ "$(healthy)" != 2 ] || break
    sleep 0.2
done
echo over-tls | endpoint run --rm -i busybox cat || { tail -n 20 "$certs/manager.log" >&2; exit 1; }
healthy
