//! What the fuzz targets share: the laws and the fixture of the tests in `tests/it/hostile/`.
//!
//! Owns nothing of its own, so that a law is written down once and holds in both places.

#[path = "../../tests/it/hostile/exercise.rs"]
pub mod exercise;
#[path = "../../tests/it/support/fixture.rs"]
pub mod fixture;
#[path = "../../tests/it/hostile/typed.rs"]
pub mod typed;
