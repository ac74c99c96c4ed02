//! Papers that are made out of a plan and its history, such as the change log of a week: what
//! stands in each, as Markdown, as JSON, and as charts beside it. Pure.
//!
//! - `table`: which reports there are
//! - `desk`: what they are made of
//! - `paper`: what every such paper is, how it is written, and written again around what people
//!   wrote into it
//! - `words`: what papers say of steps, people and days
//! - `slack`: Markdown as a chat has it
//! - `chart`: figures as SVG
//! - `budget`: effort and cost, added up by unit
//! - `stage`, `roadmap`: what papers say of stages, and write about them elsewhere
//! - a module a paper: `changes`, `demo`, `milestone`, `scorecard`, `checkpoint`, `quarter`, `retro`
//!
//! Reading papers back is for `record::shelf`, so that everything below knows what was held.

pub(crate) mod budget;
pub(crate) mod changes;
pub mod chart;
pub(crate) mod checkpoint;
pub(crate) mod demo;
pub(crate) mod desk;
pub(crate) mod last_quarter;
pub(crate) mod milestone;
pub(crate) mod paper;
pub(crate) mod quarter;
pub(crate) mod retro;
mod roadmap;
pub(crate) mod scorecard;
pub(crate) mod slack;
pub(crate) mod stage;
pub(crate) mod table;
pub(crate) mod words;
