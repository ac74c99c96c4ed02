//! The thread that owns the files while the cockpit runs: its [`protocol`], its cache of what the
//! files hold, its queue of changes, and the [handle](disk) that others have of it.

pub mod protocol;
mod cache;
mod thread;
pub mod disk;
