//! How somebody else's change is noticed ([`watcher`], or [`poll`] where nothing reports), when it
//! is believed ([`motion`], [`debounce`]), and what arrives in a file that was just replaced
//! ([`stragglers`]). [`repository`] notices what git does.

pub mod debounce;
pub(crate) mod motion;
pub(crate) mod poll;
pub(crate) mod repository;
pub mod stragglers;
pub(crate) mod watcher;
