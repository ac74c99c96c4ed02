#!/usr/bin/env bash
# Disk full, EIO from fsync, read-only folder → said, file intact, and the same
# edit goes through once the disk is well again.
set -uo pipefail

if [ "${1-}" != inside ]; then
    cargo build --locked --quiet || { echo "fail: the program cannot be built"; exit 1; }
    program=${CARGO_TARGET_DIR:-target}/debug/stepdeck
    program=$(cd "$(dirname "$program")" && pwd)/stepdeck
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    if ! command -v unshare >/dev/null ||
        ! unshare --user --map-root-user --mount sh -c "mount -t tmpfs none '$work'" 2>/dev/null; then
        echo "skip: full and read-only disk (no namespace that may mount a tmpfs)"
        exit 0
    fi
    unshare --user --map-root-user --mount "$0" inside "$program" "$work"
    exit $?
fi

program=$2 work=$3 status=0
mount -t tmpfs -o size=256k none "$work"
mkdir -p "$work/plan/data/plans"
export XDG_STATE_HOME=$work/plan/state HOME=$work
log=$work/plan/data/plans/plan.jsonl
line='{"step_id": "0001", "title": "One", "status": "draft", "updated_at": "2026-01-01T00:00:00Z"}'
for _ in $(seq 600); do printf '{"note": "something to make the file larger than a page or two"}\n'; done >"$log"
printf '%s\n' "$line" >>"$log"
before=$(cksum <"$log")
edit() { "$@" "$program" -C "$work/plan" --as x set 0001 status=complete; }

refused() {
    local what=$1 word=$2 said=$3 code=$4
    if [ "$code" -ne 2 ]; then
        echo "fail: $what: exit code $code: $said"; status=1
    elif ! grep -qi "$word" <<<"$said"; then
        echo "fail: $what is not told: $said"; status=1
    elif [ "$(cksum <"$log")" != "$before" ]; then
        echo "fail: $what: the log is not as before"; status=1
    else
        echo "pass: $what: $(head -c 200 <<<"$said")"
    fi
}

head -c 1m /dev/zero >"$work/plan/filler" 2>/dev/null
said=$(edit env 2>&1)
refused "disk full" "free some space" "$said" $?
rm "$work/plan/filler"

if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
    said=$(edit strace -f -o /dev/null -e trace=fsync -e inject=fsync:error=EIO:when=1 2>&1)
    refused "EIO from fsync" "check the disk" "$said" $?
else
    echo "skip: EIO from fsync (no strace that may trace)"
fi

mount -o remount,ro none "$work"
said=$(edit env 2>&1)
refused "read-only disk" "read-only" "$said" $?
mount -o remount,rw none "$work"

if edit env >/dev/null 2>&1 && grep -q '"complete"' "$log"; then
    echo "pass: the same edit goes through afterwards"
else
    echo "fail: the edit does not go through afterwards"; status=1
fi
exit $status
