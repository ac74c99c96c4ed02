#!/usr/bin/env bash
# KILL at each write, fsync, rename, link and unlink of a save → each file is
# wholly old or wholly new; the next start cleans up and makes both new or leaves both old.
#
# strace kills `stepdeck set` as it enters the n-th call of each kind, for every n. The step
# stands in the log and in the canon, so that the change spans two files.
set -uo pipefail

if ! command -v strace >/dev/null || ! strace -o /dev/null true 2>/dev/null; then
    echo "skip: KILL at each system call (no strace that may trace)"
    exit 0
fi
cargo build --locked --quiet || { echo "fail: the program cannot be built"; exit 1; }
program=${CARGO_TARGET_DIR:-target}/debug/stepdeck
program=$(cd "$(dirname "$program")" && pwd)/stepdeck

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
log=data/plans/plan.jsonl canon=docs/plan.md
export XDG_STATE_HOME=$work/state HOME=$work

fresh() {
    rm -rf "$work/plan" "$work/state"
    mkdir -p "$work/plan/data/plans" "$work/plan/docs"
    printf '%s\n' '{"step_id": "0001", "title": "One", "status": "draft", "updated_at": "2026-01-01T00:00:00Z"}' \
        '{"step_id": "0002", "title": "Two", "status": "draft", "updated_at": "2026-01-01T00:00:00Z"}' >"$work/plan/$log"
    printf '%s\n' '#### Step 0001 — One' '- **Outcome:** done' '- **Status:** draft' >"$work/plan/$canon"
    [ -z "$in_place" ] || ln "$work/plan/$log" "$work/plan/other-name"
}
# The time of an edit is the real one: it is compared as a word.
masked() { sed -E 's/"updated_at": "[^"]*"/"updated_at": "…"/g' "$work/plan/$1"; }
edit() { "$@" "$program" -C "$work/plan" --as x set 0001 status=complete; }

# A log with another name is written in place: what a death leaves there is made whole again
# by the next start, from the backup.
in_place=
fresh
old_log=$(masked $log) old_canon=$(masked $canon)
edit env >/dev/null 2>&1 || { echo "fail: an edit without faults"; exit 1; }
new_log=$(masked $log) new_canon=$(masked $canon)

status=0 deaths=0
one() {
    local call=$1 n=$2 here_log here_canon
    fresh
    edit strace -f -o /dev/null -e trace="$call" -e inject="$call:signal=KILL:when=$n" >/dev/null 2>&1
    [ $? -eq 137 ] || return 1
    deaths=$((deaths + 1))
    here_log=$(masked $log) here_canon=$(masked $canon)
    if [ -z "$in_place" ] && [ "$here_log" != "$old_log" ] && [ "$here_log" != "$new_log" ]; then
        echo "fail: KILL at $call $n${in_place:+ in place} leaves a log that is neither old nor new"; status=1
    fi
    if [ "$here_canon" != "$old_canon" ] && [ "$here_canon" != "$new_canon" ]; then
        echo "fail: KILL at $call $n${in_place:+ in place} leaves a canon that is neither old nor new"; status=1
    fi
    # The next start, for another edit, puts things right.
    "$program" -C "$work/plan" --as x set 0002 status=idea >/dev/null 2>&1 ||
        { echo "fail: the edit after KILL at $call $n"; status=1; }
    here_log=$(masked $log | head -1) here_canon=$(masked $canon)
    case "$here_log|$here_canon" in
        "$(head -1 <<<"$old_log")|$old_canon" | "$(head -1 <<<"$new_log")|$new_canon") ;;
        *) echo "fail: after KILL at $call $n${in_place:+ in place} the files differ: $here_log / $here_canon"; status=1 ;;
    esac
    if [ -n "$(find "$work/plan" "$work/state" -name '.stepdeck-*' -o -name journal.json)" ]; then
        echo "fail: KILL at $call $n${in_place:+ in place} leaves something behind"; status=1
    fi
    return 0
}
for in_place in "" yes; do
    for call in write pwrite64 fsync fdatasync rename renameat renameat2 link linkat unlink unlinkat ftruncate fchmod; do
        n=1
        while one $call $n; do n=$((n + 1)); done
    done
done
if [ "$deaths" -lt 10 ]; then
    echo "fail: only $deaths deaths were arranged"
    status=1
fi
[ $status -ne 0 ] || echo "pass: $deaths deaths, each file whole, both mended"
exit $status
