mod commit;
mod discover;
mod disk;
pub mod faults;
mod motion;
mod save;
