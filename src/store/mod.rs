//! The only code that touches the file system: it knows paths and bytes, never steps.
//!
//! In reading order: where the plan is ([`config`], [`discover`], with [`glob`] and [`walk`]),
//! what a file holds ([`read`]), how it changes ([`save`], over the seam [`syscalls`], with
//! [`in_place`] and [`leftovers`] for the awkward cases), who may change it now ([`lock`]),
//! how somebody else's change is noticed ([`watch`], with [`survey`]) and when it is believed
//! ([`settle`]), and what is private to one person ([`state`]).

pub mod config;
pub mod discover;
pub mod fingerprint;
pub mod glob;
pub mod in_place;
pub mod leftovers;
pub mod lock;
pub mod read;
pub mod save;
pub mod save_error;
pub mod settle;
pub mod state;
pub mod survey;
pub mod syscalls;
pub mod walk;
pub mod watch;
