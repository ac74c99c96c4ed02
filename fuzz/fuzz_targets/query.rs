//! Any text as a filter, run over a small plan.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stepdeck::plan::Plan;
use stepdeck_fuzz::exercise::load;
use stepdeck_fuzz::fixture::{CANON, DOCUMENT, LINES, LOG};
use stepdeck_fuzz::typed::assert_filter;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let plan = Plan::read(load(&[
        (LOG, LINES.as_bytes()),
        (CANON, DOCUMENT.as_bytes()),
    ]));
    for line in text.lines() {
        assert_filter(&plan, line);
    }
});
