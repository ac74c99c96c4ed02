//! Files as bytes: read with what they were when they were read, made, and put where a person
//! wants them. [`syscalls`] is the seam that tests break.

pub mod create;
pub mod fingerprint;
pub mod overwrite;
pub mod read;
pub mod read_error;
pub mod stamp;
pub mod syscalls;
