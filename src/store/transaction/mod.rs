//! Several files change together: under the plan's [`lock`], by a [`journal`] that a later run
//! finishes or undoes ([`recovery`]). [`one_shot`] is the same for who does not stay.

pub mod commit;
pub mod journal;
pub mod lock;
pub mod one_shot;
mod recovery;
