//! The terminal side: what is drawn, and how keys and frames travel.
//!
//! Nothing here decides what a plan means, and nothing reads or writes plan files.

pub mod cockpit;
pub mod detached;
pub mod draw;
pub mod editing;
pub mod editor;
pub mod keys;
mod mouse;
pub mod overlays;
pub mod screens;
pub mod terminal;
pub mod terminal_host;
pub mod theme;
pub mod widgets;
