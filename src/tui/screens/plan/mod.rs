//! Screen 1: blocks, steps, detail and chain.

pub mod blocks;
pub mod chain;
pub mod detail;
pub mod grid;
pub mod layout;
pub mod steps;
