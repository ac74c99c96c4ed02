#!/usr/bin/env bash
# Inotify watches exhausted → starts, says "polling", still shows edits.
#
# The limits of a user namespace are lowered, never the machine's: the tests are those of
# tests/it/journeys/watching.rs that wait for such surroundings.
set -uo pipefail

limits=/proc/sys/user
inside() { unshare --user --map-root-user sh -c "$1"; }

if ! command -v unshare >/dev/null; then
    echo "skip: exhausted inotify (no unshare)"
    exit 0
fi
if ! inside "echo 0 > $limits/max_inotify_instances" 2>/dev/null; then
    echo "skip: exhausted inotify (no user namespace whose limits can be lowered)"
    exit 0
fi
if ! cargo test --locked --quiet --test it journeys::watching --no-run; then
    echo "fail: the tests cannot be built"
    exit 1
fi

status=0
try() {
    local what=$1 limit=$2 test=$3 output
    if output=$(inside "echo $limit && exec cargo test --locked --quiet --test it journeys::watching \
        -- --ignored --exact journeys::watching::$test" 2>&1) && grep -q '1 passed' <<<"$output"; then
        echo "pass: $what"
    else
        printf '%s\n' "$output"
        echo "fail: $what"
        status=1
    fi
}
try "no inotify instance: polling, and edits are shown" \
    "0 > $limits/max_inotify_instances" where_inotify_is_exhausted_it_polls
try "inotify watches that run out halfway: polling, and edits are shown" \
    "2 > $limits/max_inotify_watches" where_inotify_is_exhausted_it_polls
exit $status
