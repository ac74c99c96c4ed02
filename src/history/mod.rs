//! The plan over time: what happened to its steps between two versions of its logs, what that
//! adds up to, and which moment a person means.
//!
//! Pure: versions come in as bytes, times as values; running git, reading files and the clock are
//! for others. A step is followed by its `uid`, otherwise by its number, and content counts, not a
//! stamp.

pub mod canon;
pub mod events;
pub mod follow;
pub mod landing;
pub(crate) mod lines;
pub mod net;
pub mod series;
pub(crate) mod value;
pub mod when;
