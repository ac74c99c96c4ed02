mod commit;
mod discover;
mod disk;
pub mod faults;
mod invented_paper;
mod motion;
mod races;
mod save;
mod unmatched;
