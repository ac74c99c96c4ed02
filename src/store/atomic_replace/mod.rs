//! One file changes: exchanged for a new one ([`save`]), or written in place where it cannot be
//! exchanged, never while somebody else writes it ([`motion`]), with what a crash left behind
//! cleared away.

pub mod in_place;
pub mod leftovers;
pub mod motion;
pub mod save;
pub mod save_error;
