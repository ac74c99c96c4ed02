//! Screen 5: what the checks found.

pub mod commands;
