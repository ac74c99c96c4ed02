//! State and commands: what is on the screens, and what each key makes of it.
//!
//! Messages come in, the model changes, effects go out as values; only the loop in `tui`
//! performs them. No ratatui, no I/O, no clock: time and size come in as messages.

pub mod core;
pub mod overlays;
pub mod own;
pub mod screens;
pub mod sync;

pub use self::core::message::{DiskEvent, Effect, Message};
pub use self::core::model::Model;
pub use self::core::update::update;
