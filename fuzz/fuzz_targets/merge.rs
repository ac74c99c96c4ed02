//! Any bytes as three versions of a log, separated by a byte that no text has.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stepdeck::change::three_way::{Markers, Versions, merge};

/// Parts the versions: no UTF-8 has it.
const BETWEEN: u8 = 0xfe;

fn merged(base: &[u8], ours: &[u8], theirs: &[u8]) -> (Vec<u8>, usize) {
    let versions = Versions { base, ours, theirs };
    let markers = Markers {
        ours: "ours",
        theirs: "theirs",
        size: 7,
    };
    let merged = merge(versions, markers);
    (merged.bytes, merged.conflicts.len())
}

fuzz_target!(|data: &[u8]| {
    let mut parts = data.split(|byte| *byte == BETWEEN);
    let mut next = || parts.next().unwrap_or_default();
    let (base, ours, theirs) = (next(), next(), next());
    // A side that did not change leaves the other as it is; equal sides are what they are.
    assert_eq!(merged(base, base, theirs), (theirs.to_vec(), 0));
    assert_eq!(merged(base, ours, base), (ours.to_vec(), 0));
    assert_eq!(merged(base, ours, ours), (ours.to_vec(), 0));
    // Sides may change places: as many conflicts, and as much text.
    let (one, other) = (merged(base, ours, theirs), merged(base, theirs, ours));
    assert_eq!(one.1, other.1);
});
