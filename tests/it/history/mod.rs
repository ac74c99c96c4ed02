//! The plan over time, with real git in temporary repositories whose every date is fixed: what
//! `log`, `since`, `burn` and `forecast` say against an independent count, in clones that lack something, without git, and in a
//! checkout that means harm.

mod ages;
mod archive;
mod at;
mod burn;
mod cache;
mod canon;
mod checkpoints;
pub mod clones;
mod cockpit;
mod count;
mod filters;
mod forecast;
mod imported;
mod log;
mod moved_evidence;
mod naive;
pub mod repo;
mod reports;
mod scorecards;
mod shared;
mod stage_reports;
mod since;
mod sparse;
mod standups;
