//! The screens: the state of each, and its commands.

pub mod gate_review;
pub mod gates;
pub mod plan;
pub mod problems;
pub mod review;
pub mod standup;
pub mod welcome;
