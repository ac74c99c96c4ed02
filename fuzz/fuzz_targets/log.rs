//! Any bytes as a log, beside a canon that describes some of its steps.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stepdeck_fuzz::exercise::exercise;
use stepdeck_fuzz::fixture::{CANON, DOCUMENT, LOG};

fuzz_target!(|data: &[u8]| {
    exercise("log", &[(LOG, data), (CANON, DOCUMENT.as_bytes())]);
});
