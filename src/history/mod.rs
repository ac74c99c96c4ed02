//! The plan over time: what happened to its steps between two versions of its logs, what that
//! adds up to, and which moment a person means.
//!
//! Pure: versions come in as bytes, times as values; running git, reading files and the clock are
//! for others. A step is followed by its `uid`, otherwise by its number, and content counts, not a
//! stamp.

pub(crate) mod canon;
pub(crate) mod events;
pub(crate) mod facts;
pub(crate) mod float;
pub(crate) mod follow;
pub(crate) mod forecast;
pub(crate) mod gate;
pub(crate) mod gone;
pub(crate) mod landing;
pub(crate) mod lines;
pub(crate) mod net;
pub(crate) mod outlook;
pub(crate) mod pull_request;
pub(crate) mod series;
pub(crate) mod since;
pub(crate) mod stamps;
pub(crate) mod target;
pub(crate) mod value;
pub(crate) mod weeks;
pub(crate) mod when;
pub(crate) mod words;
