//! Screen 4: the async standup.

mod card;
pub mod commands;
pub mod view;
