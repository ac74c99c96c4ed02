#!/usr/bin/env bash
# Runs every fault test beside it ([0-9]*.sh, executable), each of which needs something that
# `cargo test` cannot count on: a namespace, strace, a small tmpfs, root.
#
# A test prints one line a case, "pass: …", "skip: … (what is missing)" or "fail: …", and
# exits 0 where nothing failed. This driver fails only where a test fails, never where a tool
# is missing; it says what was skipped. With arguments, only those tests are run.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."

passed=0 skipped=0 failed=0
tests=("$@")
[ ${#tests[@]} -gt 0 ] || tests=("$here"/[0-9]*.sh)
for test in "${tests[@]}"; do
    [ -x "$test" ] || continue
    name=$(basename "$test" .sh)
    output=$("$test" 2>&1)
    code=$?
    while IFS= read -r line; do
        case $line in
            pass:*) passed=$((passed + 1)); printf '%s: %s\n' "$name" "$line" ;;
            skip:*) skipped=$((skipped + 1)); printf '%s: %s\n' "$name" "$line" ;;
            fail:*) failed=$((failed + 1)); printf '%s: %s\n' "$name" "$line" ;;
        esac
    done <<<"$output"
    if [ "$code" -ne 0 ]; then
        # A test that died before it could say so has failed all the same.
        grep -q '^fail:' <<<"$output" || { failed=$((failed + 1)); printf '%s: fail: exit code %s\n' "$name" "$code"; }
        printf '%s\n' "$output" | sed 's/^/    /'
    elif ! grep -qE '^(pass|skip):' <<<"$output"; then
        failed=$((failed + 1))
        printf '%s: fail: it says nothing about what it did\n' "$name"
    fi
done
printf 'faults: %d passed, %d skipped, %d failed\n' "$passed" "$skipped" "$failed"
[ "$failed" -eq 0 ]
