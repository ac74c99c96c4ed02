//! stepdeck: a terminal cockpit for very long plans kept as JSONL and Markdown in git.
//!
//! The tour, from the bytes up. Each module imports only those before it:
//!
//! 1. [`document`]: one file as bytes, with spans and splices
//! 2. [`plan`]: what the bytes mean, and everything derived from it
//! 3. [`change`]: edits as values: composed, applied, inverted, merged
//! 4. [`record`]: papers, and new plans
//! 5. [`git`]: git, run as a process
//! 6. [`history`]: the plan over time
//! 7. [`report`]: papers out of plan and history, and charts
//! 8. [`page`]: all of it as one HTML page
//! 9. [`store`]: the file system, and the thread that owns it
//! 10. [`app`]: state, commands, and what each key makes of them
//! 11. [`tui`]: the loop, the terminal, and what is drawn
//! 12. [`cli`]: arguments in, exit code out
//!
//! The plan screen, with the file behind each region; those of its panes are in
//! `tui/screens/plan/`:
//!
//! ```text
//! ┌─────────────────────────── tui/widgets/header.rs ────────────────────────────┐
//! │ stepdeck › B37 Data model › 3742      3412/10000 34%  saved 14:02  ● live    │
//! ├──────────────────────────── tui/widgets/tabs.rs ─────────────────────────────┤
//! │ 0 Today 1 Plan 2 Gates 3 Weekly review 4 Standup 5 Problems 6 Since 7 Outlook│
//! ├─────────── strip.rs, or unfolded blocks.rs with grid.rs ─────────────────────┤
//! │ ✓✓✓✓✓✓✓✓✓✓ ✓✓✓✓✓99887 7665555443 3110000!00 0000000000  B37 Data model 42%   │
//! ├────────────────────────────────── steps.rs ──────────────────────────────────┤
//! │   3740 ✓ complete    Draft schema                                       ops  │
//! │ ▌ 3742 ◐ in progress Gate check: indexes                                ops  │
//! ├────────── detail.rs ──────────┬────────────────── chain.rs ──────────────────┤
//! │ Title    Gate check: indexes  │ 3701 ✓ Pick engine ─▶ 3742 ─▶ 3743 ✗ Load    │
//! │ Status   ◐ in progress        │ blocks 2 directly, 41 in all                 │
//! ├───────────────────────────────┴──────────────────────────────────────────────┤
//! │ ✓ 3741 → complete · 2 steps became ready                               u undo│
//! │ e edit  s status  x complete  / filter  ? help  q quit                       │
//! └────────────────── tui/widgets/footer.rs, from the commands ──────────────────┘
//! ```
//!
//! The other screens are beside it, each under its name: `today`, `gates` with a `gate_review` on
//! it, `review`, `standup`, `problems`, `since`, `outlook`; `tui/overlays/` is drawn over them. Each has its state and commands under the same name in
//! `app/`. `ARCHITECTURE.md` has the invariants, and a worked example for each kind of change.

#![forbid(unsafe_code)]

pub mod document;
pub mod plan;
pub mod change;
pub mod record;
pub mod git;
pub mod history;
pub mod report;
pub mod page;
pub mod store;
pub mod app;
pub mod tui;
pub mod cli;
