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
