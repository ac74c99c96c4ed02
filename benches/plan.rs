//! The parts of the pure core with a stopwatch: load, derive, rank, filter, splice, frame.
//!
//! `cargo bench --bench plan` runs all of them, `cargo bench --bench plan -- rank` one, and with
//! `STEPDECK_PLAN=untidy` before it either on the plan as people write it. What a person waits
//! for is measured by the bench `cockpit`; this one tells which part it was.

#[path = "../tests/it/support/demo.rs"]
mod demo;

use std::convert::Infallible;

use chrono::{DateTime, Utc};
use demo::Kind;
use divan::{Bencher, black_box};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use stepdeck::app::Model;
use stepdeck::app::core::keymap::Keymap;
use stepdeck::app::core::model::SessionContext;
use stepdeck::change::compose::Composer;
use stepdeck::change::places::LineHints;
use stepdeck::change::{Change, apply};
use stepdeck::document::log::LogDocument;
use stepdeck::plan::Plan;
use stepdeck::plan::field::Field;
use stepdeck::plan::query::Query;
use stepdeck::plan::ranking::term::Weights;
use stepdeck::plan::ranking::{Inputs, rank};
use stepdeck::tui::draw::draw;
use stepdeck::tui::theme::{Background, ColorDepth, Theme};
use stepdeck::tui::widgets::scroll::ScrollState;

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

fn main() {
    divan::main();
}

fn now() -> DateTime<Utc> {
    "2026-11-21T09:30:00Z".parse().expect("an instant")
}

fn plan(steps: usize) -> Plan {
    Plan::read(kind().files(steps))
}

/// Which plan is measured. The bench's arguments are divan's, so the environment says it.
fn kind() -> Kind {
    match std::env::var("STEPDECK_PLAN").as_deref() {
        Err(_) | Ok("tidy") => Kind::Tidy,
        Ok("untidy") => Kind::Untidy,
        Ok(other) => panic!("STEPDECK_PLAN is tidy or untidy, not {other}"),
    }
}

/// Bytes to a log.
#[divan::bench(args = SIZES, max_time = 2)]
fn load(bencher: Bencher, steps: usize) {
    let log = kind().log(steps);
    let bytes = divan::counter::BytesCount::new(log.len());
    let bencher = bencher.counter(bytes).with_inputs(|| log.clone());
    bencher.bench_values(LogDocument::load);
}

/// Bytes of which one line differs from what is loaded already, as the file thread reads them.
#[divan::bench(args = SIZES, max_time = 2)]
fn reload_one_line(bencher: Bencher, steps: usize) {
    let log = kind().log(steps);
    let (changed, _) = demo::with_one_line_changed(&log);
    let loaded = LogDocument::load(log);
    let changed = loaded.reload(changed).rope();
    let bencher = bencher.with_inputs(|| changed.clone());
    bencher.bench_values(|bytes| loaded.reload(bytes));
}

/// Files to a plan with everything derived.
#[divan::bench(args = SIZES, max_time = 2)]
fn derive(bencher: Bencher, steps: usize) {
    let files = kind().files(steps);
    let bencher = bencher.with_inputs(|| files.clone());
    bencher.bench_values(Plan::read);
}

/// What follows again from one status that changed, the edit itself aside.
#[divan::bench(args = SIZES, max_time = 2)]
fn derive_after_one_status(bencher: Bencher, steps: usize) {
    let mut plan = plan(steps);
    let (there, back) = status_change(&plan);
    let concerned = there.scope().expect("one value, of one step").steps;
    let seen = LineHints::of(&plan, &there);
    let mut changes = [&there, &back].into_iter().cycle();
    bencher.bench_local(|| {
        let change = changes.next().expect("there is always a next one");
        let edit = |files: &mut Vec<_>| apply::change_seen(change, &seen, files);
        plan.amend(&concerned, false, edit)
            .expect("nothing stands in its way");
    });
}

/// The same, without any edit.
#[divan::bench(args = SIZES, max_time = 2)]
fn derive_after_nothing(bencher: Bencher, steps: usize) {
    let mut plan = plan(steps);
    let last = plan.step(plan.len() - 1).id();
    bencher.bench_local(|| plan.amend(&[last], false, |_| Ok::<(), Infallible>(())));
}

/// The ten steps to do next.
#[divan::bench(args = SIZES, max_time = 2)]
fn rank_ten(bencher: Bencher, steps: usize) {
    let plan = plan(steps);
    let weights = Weights::default();
    let inputs = Inputs {
        now: now(),
        carried: &[],
        weights: &weights,
        changes: None,
    };
    bencher.bench(|| rank(black_box(&plan), &inputs, 10));
}

/// The steps that pass a filter, as it is typed.
#[divan::bench(
    args = ["r", "rev", "review", "owner:ops", "is:ready", "zzz"],
    consts = [10_000, 100_000],
    max_time = 2
)]
fn filter<const STEPS: usize>(bencher: Bencher, text: &str) {
    let plan = plan(STEPS);
    let query = Query::parse(text).expect("a filter");
    let marks = stepdeck::plan::marks::Marks::default();
    bencher.bench(|| query.prepare(black_box(&plan), now(), &marks).all());
}

/// One field of one step: the change composed and applied to the files.
#[divan::bench(args = SIZES, max_time = 2)]
fn splice(bencher: Bencher, steps: usize) {
    let plan = plan(steps);
    let files = plan.files().to_vec();
    let bencher = bencher.with_inputs(|| files.clone());
    bencher.bench_values(|mut files| {
        let (change, _) = status_change(&plan);
        let seen = LineHints::of(&plan, &change);
        apply::change_seen(&change, &seen, &mut files).expect("nothing stands in its way");
        files
    });
}

/// The plan screen at 160×48, drawn into memory.
#[divan::bench(args = SIZES, max_time = 2)]
fn frame(bencher: Bencher, steps: usize) {
    let files = kind().files(steps);
    let model = Model::new(files, SessionContext::default(), Keymap::default(), now());
    let theme = Theme::new(ColorDepth::TrueColor, Background::Dark, false);
    let mut sight = ScrollState::default();
    let mut screen = Terminal::new(TestBackend::new(160, 48)).expect("a screen");
    bencher.bench_local(|| {
        let drawn = screen.draw(|frame| draw(frame, &model, &theme, &mut sight, None));
        drawn.expect("a screen in memory can be drawn on");
    });
}

/// The last step's status set, and that undone.
fn status_change(plan: &Plan) -> (Change, Change) {
    let composer = Composer::new(plan, now());
    let change = composer.set(plan.len() - 1, Field::Status, "complete");
    let change = change.expect("a status can be set");
    let back = change.inverse();
    (change, back)
}
