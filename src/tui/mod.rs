//! The terminal side: what is drawn, and how keys and frames travel.
//!
//! Nothing here decides what a plan means, and nothing reads or writes plan files.

pub mod cockpit;
pub(crate) mod detached;
pub mod draw;
pub(crate) mod editing;
pub(crate) mod editor;
pub(crate) mod keys;
mod mouse;
pub mod overlays;
mod running;
pub(crate) mod screens;
pub mod terminal;
pub mod terminal_host;
pub mod theme;
pub mod widgets;
