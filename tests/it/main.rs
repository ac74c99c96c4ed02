//! Every test that needs the program or its files, in one binary: one link, and one place for
//! what they share.
//!
//! `cli/` runs subcommands, `reading/` holds what people write to what is understood and kept,
//! `screens/` draws, `journeys/` presses keys in the real loop or in a pseudo-terminal, `store/`
//! and `git/` write files, `laws/` and `hostile/` hold properties over generated and broken input,
//! `project/` keeps the repository in order. What counts allocations needs a process of its own and
//! is in `tests/growth/`. `history/` reads what git keeps.

mod support;

mod cli;
mod git;
mod history;
mod hostile;
mod journeys;
mod laws;
mod project;
mod reading;
mod screens;
mod store;
