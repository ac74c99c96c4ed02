//! The review of a stage gate, in the place of the panes of screen 2.

pub mod commands;
pub mod view;
