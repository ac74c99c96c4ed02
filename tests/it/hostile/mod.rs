//! Content that means harm, or that merely came through many hands: nothing panics, nothing
//! is lost, and what can be edited beside it is edited alone.
//!
//! The corpus is in `tests/it/hostile/`: `files/` holds whole logs, documents and configurations,
//! `json.txt` and `markdown.txt` hold pieces. What is too large to be kept is made by the tests.
//! The fuzz targets under `fuzz/` start from the same files.

mod corpus;
mod exercise;
mod files;
mod json;
mod markdown;
mod properties;
mod screen;
mod size;
mod stories;
mod typed;
mod untidy;
