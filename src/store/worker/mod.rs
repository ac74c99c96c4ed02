//! The file thread: its [`protocol`](disk), its queue, and what it keeps of the files between
//! two jobs.

mod cache;
pub mod disk;
mod thread;
