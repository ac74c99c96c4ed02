//! Any bytes as `stepdeck.toml`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stepdeck_fuzz::typed::assert_config;

fuzz_target!(|data: &[u8]| {
    assert_config("config", data);
});
