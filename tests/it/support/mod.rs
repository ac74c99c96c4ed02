//! What the journeys through the built binary share.

#[allow(dead_code, reason = "the benchmarks and tests/growth use the rest")]
pub mod demo;
pub mod axe;
pub mod chromium;
pub mod crew;
pub mod desk;
pub mod fixture;
pub mod hostile;
pub mod keys;
pub mod programme;
pub mod pty;
pub mod review;
pub mod run;
pub mod schema;
pub mod screen;
pub mod svg;

/// After so long, what a test waits for counts as never coming: far more than anything takes on a busy
/// machine, and never how fast something has to be.
pub const LIMIT: std::time::Duration = std::time::Duration::from_secs(120);
