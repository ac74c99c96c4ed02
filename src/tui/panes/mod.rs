//! What each part of a screen looks like, one file a pane.

pub mod checks;
pub mod excerpt;
pub mod gates;
pub mod ladder;
pub mod owners;
pub mod problems;
pub mod status;
pub mod welcome;
