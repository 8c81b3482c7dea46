#!/usr/bin/env bash
# Installs what the tests need and runs them all.
#
#   tests/run.sh [--long] [--only STEP]...
#
# On Debian or Ubuntu with a Rust toolchain; the suites on real engines need root. --long runs
# the full counts (many fail-overs, soaks); --only runs the named steps alone (their names are
# in the progress lines). One line a step; what each step printed is in target/test-logs.
set -uo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
LOGS=$ROOT/target/test-logs
PATH=$PATH:$HOME/.cargo/bin:/usr/sbin:/sbin
passed=0 failed=0 skipped=0 step=0 steps=0
only=() notes=()

while [ $# -gt 0 ]; do
    case $1 in
        --long) export SWARM_TESTS_LONG=1 ;;
        --only) only+=("${2:-}"); shift ;;
        -h | --help) sed -n '2,/^set /{s/^# \{0,1\}//;/^set /d;p}' "$0"; exit 0 ;;
        *) echo "run.sh: unknown option: $1" >&2; exit 2 ;;
    esac
    shift
done

cd "$ROOT" || exit 1
mkdir -p "$LOGS"
export CARGO_TERM_COLOR=never

# --- Counting -----------------------------------------------------------------------------

# count LOG: adds up what a step's log says; nothing found counts nothing.
count() {
    local p f s
    read -r p f s < <(awk '
        /^test result: / {
            for (i = 1; i < NF; i++) {
                if ($(i + 1) ~ /^passed/) p += $i
                if ($(i + 1) ~ /^failed/) f += $i
                if ($(i + 1) ~ /^ignored/) s += $i
            }
        }
        /^([a-z_]+: )?[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ {
            sub(/^[a-z_]+: /, ""); p += $1; f += $3; s += $5
        }
        END { print p + 0, f + 0, s + 0 }' "$1")
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    counted=$((p + f + s)) counted_failed=$f
}

wanted() {
    local name
    [ ${#only[@]} -gt 0 ] || return 0
    for name in "${only[@]}"; do [ "$name" != "$1" ] || return 0; done
    return 1
}

# run NAME CMD...: one step. Exit code 3 of a command means that it cannot run here. A step
# that counts nothing of its own counts as one.
run() {
    local name=$1 log=$LOGS/$1.log began=$SECONDS code word
    shift
    wanted "$name" || return 0
    step=$((step + 1))
    printf '[%2d/%d] %-12s ' "$step" "$steps" "$name"
    "$@" >"$log" 2>&1 </dev/null
    code=$?
    count "$log"
    case $code in
        0) word=ok; [ "$counted" -gt 0 ] || passed=$((passed + 1)) ;;
        3) word=SKIPPED; cannot_run "$name" "$log" ;;
        *) word=FAILED; [ "$counted_failed" -gt 0 ] || failed=$((failed + 1)) ;;
    esac
    printf '%s (%d s)\n' "$word" "$((SECONDS - began))"
    [ "$word" != FAILED ] || { tail -n 60 "$log" | sed 's/^/        /'; echo "        the whole log: $log"; }
    [ "$word" != FAILED ]
}

cannot_run() {
    notes+=("$1 DID NOT RUN: $(grep -m1 'can run here' "$2" | sed 's/.*engines: //')")
    if [ "${CI:-}" = true ]; then failed=$((failed + 1)); fi
    [ "$counted" -gt 0 ] || skipped=$((skipped + 1))
}

# --- Steps --------------------------------------------------------------------------------

tools() {
    cargo --version || { echo "no Rust toolchain: see https://rustup.rs"; return 1; }
    cargo fmt --version || rustup component add rustfmt || return 1
    cargo clippy --version || rustup component add clippy || return 1
    if [ "$(id -u)" = 0 ]; then
        command -v openssl >/dev/null || apt_get openssl || return 1
        command -v cc >/dev/null || apt_get gcc || return 1
        command -v python3 >/dev/null || apt_get python3 || return 1
        deploy/engines.sh install || return 1
    fi
    cargo fetch --locked
}

apt_get() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -qq -y --no-install-recommends "$1" ||
        { apt-get update -qq && apt-get install -qq -y --no-install-recommends "$1"; }
}

scripts() {
    local file
    while read -r file; do bash -n "$file" || return 1; done < <(git ls-files '*.sh' .ci/run)
    git ls-files -z '*.py' | xargs -0 python3 -c '
import ast, sys
for path in sys.argv[1:]:
    ast.parse(open(path).read(), path)' || return 1
    if command -v shellcheck >/dev/null; then git ls-files -z '*.sh' | xargs -0 shellcheck -x; fi
}

docs() { RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet; }

suites=()
for suite in tests/clients/*/run.py; do suites+=("$suite"); done

STEPS=(tools format scripts clippy build audit tests docs)
for suite in "${suites[@]}"; do STEPS+=("$(basename "$(dirname "$suite")")"); done
for name in "${STEPS[@]}"; do ! wanted "$name" || steps=$((steps + 1)); done

run tools tools || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
run format cargo fmt --all -- --check
run scripts scripts
run audit python3 deploy/audit.py
run clippy cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
if run build cargo build --workspace --bins --locked --quiet; then
    run tests cargo test --workspace --locked --no-fail-fast --quiet
    for suite in "${suites[@]}"; do
        run "$(basename "$(dirname "$suite")")" python3 "$suite"
    done
fi
run docs docs

for note in "${notes[@]+"${notes[@]}"}"; do printf '\n%s\n' "$note"; done
[ ${#notes[@]} -eq 0 ] || echo "REAL ENGINES COULD NOT RUN HERE; ALL ELSE WAS TESTED."
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
