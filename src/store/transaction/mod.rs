//! Several files change together: under the plan's [`lock`], by a [`journal`] that a later run
//! finishes or undoes ([`recovery`]). [`one_shot`] is the same for a program that ends with its
//! change; [`forward_appends`] writes what arrived in a replaced file.

pub mod commit;
pub(crate) mod forward_appends;
pub(crate) mod journal;
pub mod lock;
pub mod one_shot;
mod recovery;
