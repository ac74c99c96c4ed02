//! What every screen stands on: the model, the messages, and the commands with their keys.

pub mod as_of;
pub mod command;
pub(crate) mod command_line;
pub mod groups;
pub mod job;
pub mod key;
pub mod keymap;
pub mod message;
pub mod model;
pub(crate) mod navigate;
pub mod pointer;
pub mod registry;
pub mod screen;
pub mod session;
pub(crate) mod steward;
pub mod update;
pub(crate) mod view;
