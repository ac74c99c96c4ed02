//! One file changes: exchanged for a new one ([`save`]), or written [`in_place`] where it cannot
//! be exchanged. The [`replaced_file`] stays open for whoever still writes to it, and what a crash
//! left behind is cleared away ([`leftovers`]). Results for others go to a file ([`overwrite`]) or a
//! [`folder`] of a person's choice.

pub(crate) mod folder;
pub mod in_place;
pub mod leftovers;
pub(crate) mod overwrite;
pub mod replaced_file;
pub mod save;
pub mod save_error;
