#!/usr/bin/env bash
# Other programs save while stepdeck does, in hundreds of rounds: every version they write is
# merged or kept beside and named, and no line is of two versions.
#
# First the races of tests/it/store/races.rs (in place, truncating, appending, renaming, exchanging),
# then real programs against the built one. STEPDECK_RACE_ROUNDS sets how many rounds.
set -uo pipefail

rounds=${STEPDECK_RACE_ROUNDS:-100}
status=0
if STEPDECK_RACE_ROUNDS=$rounds cargo test --locked --quiet --test it whoever_saves; then
    echo "pass: $rounds rounds of each race"
else
    echo "fail: a race lost something"
    status=1
fi

cargo build --locked --quiet || { echo "fail: the program cannot be built"; exit 1; }
program=${CARGO_TARGET_DIR:-target}/debug/stepdeck
program=$(cd "$(dirname "$program")" && pwd)/stepdeck
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
log=$work/plan/data/plans/plan.jsonl
export XDG_STATE_HOME=$work/state HOME=$work

# 3,500 steps, 1.1 MB, each of whose outcomes is of version $1.
steps() {
    awk -v version="$1" 'BEGIN {
        pad = sprintf("%150s", ""); gsub(" ", "o", pad)
        for (n = 1; n <= 3500; n++)
            printf "{\"step_id\":\"%04d\",\"title\":\"Step %d\",\"status\":\"draft\",\"outcome\":\"v%s %s\",\"updated_at\":\"2026-01-01T00:00:00Z\"}\n", n, n, version, pad
    }'
}
mkdir -p "$(dirname "$log")"
steps 1 >"$work/v1"
steps 2 >"$work/v2"

save() {
    case $1 in
        dd) dd if="$work/v2" of="$log" bs=64k conv=notrunc status=none ;;
        cat) cat "$work/v2" >"$log" ;;
        rsync) rsync --inplace --no-whole-file "$work/v2" "$log" ;;
        cp) cp "$work/v2" "$log" ;;
        python3) python3 - "$work/v2" "$log" <<'PYTHON' ;;
import random, sys, time
new = open(sys.argv[1], "rb").read()
with open(sys.argv[2], "r+b", buffering=0) as file:
    for at in range(0, len(new), 65536):
        file.write(new[at:at + 65536])
        time.sleep(random.random() * 0.01)
    file.truncate(len(new))
PYTHON
    esac
}

for tool in dd cat cp rsync python3; do
    if ! command -v "$tool" >/dev/null; then
        echo "skip: $tool saves meanwhile (no $tool)"
        continue
    fi
    lost=0
    for ((round = 0; round < rounds; round++)); do
        cp "$work/v1" "$log.new"
        touch -d '1 hour ago' "$log.new"
        mv "$log.new" "$log"
        rm -f "$log".theirs*
        save "$tool" &
        sleep "0.0$((round * 37 % 100))"
        "$program" -C "$work/plan" --as x set 0007 'title=Stop 7' >/dev/null 2>"$work/said" ||
            { echo "fail: an edit while $tool saves: $(cat "$work/said")"; status=1; }
        wait
        # Theirs but for our edit, where they have not saved over that. It is as long as what it
        # replaces: some of them leave the file as long as it was.
        sed -E 's/"Stop 7"/"Step 7"/; s/"updated_at":"[^"]*"/"updated_at":"2026-01-01T00:00:00Z"/' "$log" >"$work/now"
        cmp -s "$work/now" "$work/v2" || cmp -s "$log.theirs" "$work/v2" || lost=$((lost + 1))
    done
    if [ "$lost" -eq 0 ]; then
        echo "pass: $rounds saves by $tool at the moment of an edit"
    else
        echo "fail: $lost of $rounds saves by $tool are lost or mixed"
        status=1
    fi
done
exit $status
