//! The screens, drawn: one folder each, under the name that its state has in `app`.
//!
//! A pane reads the model and writes cells. It never changes the model, never looks at
//! rows that are out of sight, and never lets a letter from a file through unsafe.

pub mod gate_review;
pub mod gates;
pub mod plan;
pub mod problems;
pub mod review;
pub mod standup;
pub mod welcome;
