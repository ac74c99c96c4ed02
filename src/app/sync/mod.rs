//! Memory and disk kept together: edits in flight, what others write meanwhile, conflicts, and
//! text that is not in the plan yet.

pub mod absent;
mod conflict;
pub mod draft;
pub mod draft_log;
pub mod edits;
mod followed;
mod notices;
pub mod reread;
mod reveal;
pub mod step_text;
pub mod work;
