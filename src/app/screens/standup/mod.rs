//! Screen 4: the async standup.

pub mod card;
pub mod commands;
pub mod view;
