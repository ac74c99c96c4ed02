//! The only code that touches the file system: it knows paths and bytes, never steps.
//!
//! In reading order: where the plan is ([`config`], [`discover`], with [`glob`] and [`walk`]),
//! what a file holds ([`read`], and by its [`stamp`] whether it may have changed), how it changes
//! ([`save`], over the seam [`syscalls`], with [`in_place`] and [`leftovers`] for the awkward
//! cases), who may change it now ([`lock`]),
//! how somebody else's change is noticed ([`watch`], with [`survey`]) and when it is believed
//! ([`motion`], [`settle`]). [`open`] puts reading together, [`commit`] writing (with [`journal`] and `mend`
//! for what spans files, [`passing`] for who does not stay, and [`stragglers`], [`replaced_file`]
//! and [`forward`] for what comes to a file that was just replaced), [`create`] makes new files,
//! [`overwrite`] puts a result where a person wants it, [`disk`] is the thread that does all of it
//! while the cockpit runs (with `worker` and `known`), and [`scratch`] is
//! what an editor works on. What is private to one person is in [`state`].

pub mod commit;
pub mod config;
pub mod create;
pub mod discover;
pub mod disk;
pub mod fingerprint;
pub mod forward;
pub mod glob;
pub mod in_place;
pub mod inspect;
pub mod journal;
mod known;
pub mod leftovers;
pub mod lock;
mod mend;
pub mod motion;
pub mod open;
pub mod overwrite;
pub mod passing;
pub mod read;
pub mod read_error;
pub mod replaced_file;
pub mod save;
pub mod save_error;
pub mod scratch;
pub mod settle;
pub mod stamp;
pub mod state;
pub mod stragglers;
pub mod survey;
pub mod syscalls;
pub mod walk;
pub mod watch;
mod worker;
