//! Screen 3: the weekly review.

pub mod commands;
pub mod decide;
pub mod view;
