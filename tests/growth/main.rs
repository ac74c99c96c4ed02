//! How work grows with the plan, by counting and never by time.
//!
//! The allocations of one thread stand for its work: what passes over all steps passes through
//! the memory it makes for them. A pass that allocates nothing is not seen here; the table in
//! `docs/performance.md` is. Counts are the same on every machine and every run.

#[path = "../it/support/demo.rs"]
mod demo;
mod keys;
mod merging;
mod opening;
mod plan;
mod versions;

use demo::Kind;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use stepdeck::app::core::key::{Code, Key};
use stepdeck::app::core::keymap::Keymap;
use stepdeck::app::core::model::SessionContext;
use stepdeck::app::screens::plan::search::Pace;
use stepdeck::app::{DiskEvent, Message, Model, update};
use stepdeck::change::apply;
use stepdeck::change::compose::Composer;
use stepdeck::change::difference::differences;
use stepdeck::change::three_way::{Markers, Versions, merge};
use stepdeck::document::log::LogDocument;
use stepdeck::document::rope::Rope;
use stepdeck::plan::checks::{self, Context};
use stepdeck::plan::field::Field;
use stepdeck::plan::graph::{Graph, Node};
use stepdeck::plan::source::{Role, SourceFile};
use stepdeck::plan::status::Status;
use stepdeck::plan::{Plan, canon};
use stepdeck::store::worker::protocol::Changed;
use stepdeck::tui::draw::draw;
use stepdeck::tui::theme::{Background, ColorDepth, Theme};
use stepdeck::tui::widgets::scroll::ScrollState;

/// Steps in the plans that are compared, each ten times the one before.
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];
/// How much ten times the steps may cost where the work is one pass over them.
const LINEAR: f64 = 11.0;
/// How much ten times the steps may cost where the work is for one key.
const CONSTANT: f64 = 1.2;
/// How often a key is pressed, so that one step with long words does not count too much.
const PRESSES: usize = 10;
/// Steps in the stars whose keys are compared: more than are counted for a frame.
const HUBS: [usize; 2] = [12_000, 120_000];
/// Steps of the chain and the star.
const MANY: u32 = 1_000_000;
/// A stack that a recursion over [`MANY`] steps would overflow at once.
const SMALL_STACK: usize = 128 * 1024;
const NOW: &str = "2026-11-21T09:30:00Z";

/// The allocations of a thread.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    calls: u64,
    bytes: u64,
}

thread_local! {
    static COUNT: Cell<Count> = const { Cell::new(Count { calls: 0, bytes: 0 }) };
}

struct Counting;

impl Counting {
    fn note(bytes: usize) {
        // A thread that is ending is not counted any more.
        let _ = COUNT.try_with(|count| {
            let Count { calls, bytes: sum } = count.get();
            count.set(Count {
                calls: calls + 1,
                bytes: sum + bytes as u64,
            });
        });
    }
}

// SAFETY: every call is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::note(layout.size());
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Self::note(size.saturating_sub(layout.size()));
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn counted<T>(work: impl FnOnce() -> T) -> (Count, T) {
    let before = COUNT.get();
    let done = work();
    let after = COUNT.get();
    let count = Count {
        calls: after.calls - before.calls,
        bytes: after.bytes - before.bytes,
    };
    (count, done)
}

#[track_caller]
fn grows_at_most(what: &str, most: f64, counts: &[Count]) {
    for pair in counts.windows(2) {
        for (unit, small, large) in [
            ("allocations", pair[0].calls, pair[1].calls),
            ("bytes", pair[0].bytes, pair[1].bytes),
        ] {
            let growth = large as f64 / small.max(1) as f64;
            let all = format!("{what}, {unit}: {small} → {large}, {growth:.2}×; {counts:?}");
            assert!(growth <= most, "{all}");
        }
    }
}

/// One demo plan of each size, the smallest first, handed to `each` one by one.
fn at_each_size(mut each: impl FnMut(Vec<SourceFile>) -> Count) -> Vec<Count> {
    let count = |steps: &usize| each(Kind::Tidy.files(*steps));
    SIZES.iter().map(count).collect()
}

/// The last open step of the log. One of the canon is another matter: its document is read again.
fn open_step(plan: &Plan) -> usize {
    let open = |at: &usize| {
        let step = plan.step(*at);
        step.log_line().is_some()
            && step.section().is_none()
            && step.status() != Some(Status::Complete)
    };
    (0..plan.len()).rev().find(open).expect("an open step")
}
