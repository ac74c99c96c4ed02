//! stepdeck: a terminal cockpit for very long plans.

pub mod document;
pub mod plan;
pub mod change;
pub mod record;
pub mod store;
pub mod app;
pub mod tui;
pub mod cli;
