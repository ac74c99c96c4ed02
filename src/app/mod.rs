//! State and commands: what is on the screens, and what each key makes of it.
//!
//! Messages come in, the model changes, effects go out as values; only the loop in `tui`
//! performs them. No ratatui, no I/O, no clock: time and size come in as messages.

pub mod absent;
pub mod chain;
pub mod checklists;
pub mod chooser;
pub mod command;
pub mod commands;
mod conflict;
pub mod draft;
pub mod draft_log;
pub mod gate_review_view;
pub mod key;
pub mod keymap;
pub mod live;
pub mod message;
pub mod model;
mod news;
pub mod overlay;
pub mod plan_view;
pub mod prompt;
pub mod reread;
pub mod review;
pub mod review_view;
pub mod search;
pub mod session;
mod standup_card;
pub mod standup_view;
pub mod step_text;
pub mod update;
pub mod why;
pub mod work;

pub use message::{DiskEvent, Effect, Message};
pub use model::Model;
pub use update::update;
