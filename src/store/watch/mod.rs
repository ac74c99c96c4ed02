//! How somebody else's change is noticed ([`watcher`], or [`poll`] where nothing reports), when it
//! is believed ([`debounce`]), and what becomes of bytes that arrive in a file that was just
//! replaced ([`stragglers`], [`forward_appends`]).

pub mod debounce;
pub mod forward_appends;
pub mod poll;
pub mod replaced_file;
pub mod stragglers;
pub mod watcher;
