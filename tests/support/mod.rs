//! What the journeys through the built binary share.
//!
//! Each test crate compiles this folder for itself and uses a part of it.
#![allow(dead_code, reason = "every test crate uses another part")]

pub mod demo;
pub mod desk;
pub mod fixture;
pub mod hostile;
pub mod keys;
pub mod programme;
pub mod pty;
pub mod review;
pub mod run;
pub mod schema;
pub mod screen;
pub mod svg;
