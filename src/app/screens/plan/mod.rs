//! Screen 1: blocks, steps, detail and chain.

pub mod chain;
pub mod edit;
pub mod edit_field;
pub mod find;
pub mod search;
pub mod view;
pub mod why;
