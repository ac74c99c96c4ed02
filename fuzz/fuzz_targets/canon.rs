//! Any bytes as a canon document, beside a log, and as a roadmap.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stepdeck_fuzz::exercise::exercise;
use stepdeck_fuzz::fixture::{CANON, DOCUMENT, LINES, LOG};

fuzz_target!(|data: &[u8]| {
    exercise("canon", &[(LOG, LINES.as_bytes()), (CANON, data)]);
    exercise(
        "roadmap",
        &[(CANON, DOCUMENT.as_bytes()), ("docs/ROADMAP.md", data)],
    );
});
