//! Content that means harm, or that merely came through many hands: nothing panics, nothing
//! is lost, and what can be edited beside it is edited alone.
//!
//! The corpus stands in `tests/hostile/`: `files/` holds whole logs, documents and
//! configurations, `json.txt` and `markdown.txt` hold pieces. What is too large to be kept is
//! made by the tests. The fuzz targets under `fuzz/` start from the same files.

mod support;

#[path = "hostile/corpus.rs"]
mod corpus;
#[path = "hostile/exercise.rs"]
mod exercise;
#[path = "hostile/files.rs"]
mod files;
#[path = "hostile/json.rs"]
mod json;
#[path = "hostile/markdown.rs"]
mod markdown;
#[path = "hostile/properties.rs"]
mod properties;
#[path = "hostile/screen.rs"]
mod screen;
#[path = "hostile/size.rs"]
mod size;
#[path = "hostile/stories.rs"]
mod stories;
#[path = "hostile/typed.rs"]
mod typed;
#[path = "hostile/untidy.rs"]
mod untidy;
