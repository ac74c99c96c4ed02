# `just` alone lists what there is.
_default:
    @just --list

# Everything the README's test command runs.
test *ARGS:
    cargo test --locked {{ARGS}}

# What must hold before a change lands: format, lints, tests, fault tests.
ci:
    .ci/run

# Accept new snapshots and rewrite the generated tables, pages and pictures; then read the diff.
bless:
    INSTA_UPDATE=always STEPDECK_BLESS=1 cargo test --locked
    git diff --stat

# Time the built cockpit in a pseudo-terminal; `just bench --huge` goes to a million steps.
bench *ARGS:
    cargo bench --bench cockpit -- {{ARGS}}

# Open the cockpit on the bundled plan.
run *ARGS:
    cargo run --release -- {{ARGS}}
