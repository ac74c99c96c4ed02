//! Screen 2: stages and their checklists.

pub mod checklists;
pub mod commands;
