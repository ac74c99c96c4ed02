//! Where the plan is: the configuration, the files that it or their content names, and the plan
//! that they make when they are opened together.

mod absent;
pub mod config;
pub mod discover;
pub(crate) mod glob;
pub mod inspect;
pub mod listed;
mod moved;
pub mod open;
pub(crate) mod paths;
mod unmatched;
