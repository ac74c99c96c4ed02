//! Files as bytes, each with its stamp when it was read, new files, and the lists of folders.
//! [`syscalls`] is the seam that tests break.

pub(crate) mod create;
pub(crate) mod fingerprint;
pub(crate) mod inside;
pub mod read;
pub mod read_error;
pub mod stamp;
pub mod syscalls;
pub(crate) mod walk;
