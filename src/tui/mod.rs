//! The terminal side: what is drawn, and how keys and frames travel.
//!
//! Nothing here decides what a plan means, and nothing reads or writes plan files.

pub mod editor;
pub mod field;
pub mod frame;
pub mod overlays;
pub mod panes;
pub mod sheet;
pub mod terminal;
pub mod theme;
pub mod window;
