//! What can lie over a screen.

pub mod chooser;
pub mod list;
pub mod overlay;
pub mod prompt;
