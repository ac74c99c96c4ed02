//! One file as bytes: lines or Markdown blocks with spans, changed by splices.
//!
//! Nothing here knows what a step is, nothing touches the file system, and loading
//! never fails: what cannot be understood is kept and described.

pub mod json;
pub mod log;
pub mod markdown;
pub mod splice;
pub mod visible;
