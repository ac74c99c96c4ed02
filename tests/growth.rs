//! How work grows with the plan, by counting and never by time.
//!
//! The allocations of one thread stand for its work: what passes over all steps passes through
//! the memory it makes for them. A pass that allocates nothing is not seen here; the table in
//! `docs/performance.md` is. Counts are the same on every machine and every run.

#[path = "it/support/demo.rs"]
mod demo;

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

/// Sets the status of one step as the cockpit does, and counts that.
fn set_one_status(plan: &mut Plan) -> Count {
    let step = open_step(plan);
    let (count, ()) = counted(|| {
        let composer = Composer {
            plan,
            now: NOW.parse().expect("an instant"),
        };
        let change = composer.set(step, Field::Status, Status::Complete.word());
        let change = change.expect("a status can be set");
        let scope = change.scope().expect("one value, of one step");
        plan.amend(&scope.steps, scope.markdown, |files| {
            apply::change(&change, files)
        })
        .expect("nothing stands in its way");
    });
    assert_eq!(plan.step(step).status(), Some(Status::Complete));
    count
}

#[test]
fn reading_and_amending_a_plan_grow_with_its_steps_and_no_faster() {
    let mut amended = Vec::new();
    let read = at_each_size(|files| read_and_amend(files, &mut amended));
    assert_linear(&read, &amended);
}

/// The canon of an untidy plan does not grow with its log, so the smallest is left out.
#[test]
fn so_they_do_where_people_wrote_the_plan() {
    let mut amended = Vec::new();
    let mut of_size = |steps: &usize| read_and_amend(Kind::Untidy.files(*steps), &mut amended);
    let read: Vec<Count> = [5_000, 50_000].iter().map(&mut of_size).collect();
    assert_linear(&read, &amended);
}

fn read_and_amend(files: Vec<SourceFile>, amended: &mut Vec<Count>) -> Count {
    let (count, mut plan) = counted(|| Plan::read(files));
    amended.push(set_one_status(&mut plan));
    count
}

fn assert_linear(read: &[Count], amended: &[Count]) {
    grows_at_most("reading", LINEAR, read);
    grows_at_most("setting a status", LINEAR, amended);
    for (read, amended) in read.iter().zip(amended) {
        let less = amended.calls < read.calls / 10;
        assert!(
            less,
            "an edit is no second reading: {amended:?} of {read:?}"
        );
    }
}

/// A plan that people wrote has nearly as many problems as steps. To find them is one pass, they
/// are kept in few bytes each, and only those on the screen are worded.
#[test]
fn what_is_wrong_is_found_in_one_pass_and_kept_in_few_bytes() {
    let (mut found, mut worded) = (Vec::new(), Vec::new());
    for steps in [5_000, 50_000] {
        let plan = Plan::read(Kind::Untidy.files(steps));
        let context = Context::at(NOW.parse().expect("an instant"));
        let (count, findings) = counted(|| checks::find(&plan, &context));
        found.push(count);
        assert!(findings.len() > steps / 2, "{}", findings.len());
        let (kept, _) = counted(|| findings.clone());
        let each = kept.bytes as usize / findings.len();
        assert!(each <= 36, "{each} bytes for a problem");
        let middle = findings.len() / 2;
        let page = || {
            findings
                .problems(middle..middle + 400, &plan)
                .collect::<Vec<_>>()
        };
        worded.push(counted(page).0);
    }
    grows_at_most("checking", LINEAR, &found);
    grows_at_most("wording", CONSTANT, &worded);
}

/// Opens a plan, presses keys to get somewhere, and counts what the keys `measured` cost then,
/// their frames included.
fn count_keys(files: Vec<SourceFile>, before: &str, measured: &str) -> Count {
    let now = NOW.parse().expect("an instant");
    let mut model = Model::new(files, SessionContext::default(), Keymap::default(), now);
    let theme = Theme::new(ColorDepth::TrueColor, Background::Dark, false);
    let mut sight = ScrollState::default();
    let mut screen = Terminal::new(TestBackend::new(160, 48)).expect("a screen");
    let mut press = |model: &mut Model, letter: char| {
        let code = match letter {
            '\t' => Code::Tab,
            letter => Code::Char(letter),
        };
        update(model, Message::Key(Key::plain(code)));
        let drawn = screen.draw(|frame| draw(frame, model, &theme, &mut sight, None));
        drawn.expect("a screen in memory can be drawn on");
    };
    before.chars().for_each(|key| press(&mut model, key));
    let frame = |model: &Model| (model.selected(), model.view.link, model.view.tree);
    let from = frame(&model);
    let (mut count, ()) = counted(|| {
        for key in measured.chars() {
            press(&mut model, key);
            assert_ne!(frame(&model), from, "{key} moves the cursor");
            press(&mut model, opposite(key));
            assert_eq!(frame(&model), from, "and back");
        }
    });
    // Which steps have been counted is noted in a bit for each step of the plan; only those of
    // the steps that are met are touched.
    count.bytes -= 2 * measured.len() as u64 * (model.plan.len() as u64).div_ceil(64) * 8;
    count
}

/// What keys and their frames cost on a plan, when what they ask for on all steps has been left
/// for beside the keys. Letters are typed where a field is open.
fn count_asking(files: Vec<SourceFile>, before: &str, measured: &str) -> (Count, usize) {
    let now = NOW.parse().expect("an instant");
    let mut model = Model::new(files, SessionContext::default(), Keymap::default(), now);
    model.jobs.short = 0;
    model.view.kept_filters.push("zzzz".to_owned());
    let theme = Theme::new(ColorDepth::TrueColor, Background::Dark, false);
    let mut sight = ScrollState::default();
    let mut screen = Terminal::new(TestBackend::new(160, 48)).expect("a screen");
    let mut press = |model: &mut Model, letter: char| {
        let input = model.overlays.last().and_then(|overlay| overlay.input());
        let message = match input {
            Some(input) => Message::Typed(format!("{}{letter}", input.text)),
            None => Message::Key(Key::plain(Code::Char(letter))),
        };
        update(model, message);
        let drawn = screen.draw(|frame| draw(frame, model, &theme, &mut sight, None));
        drawn.expect("a screen in memory can be drawn on");
    };
    // The first frame reads what is read once.
    "jk".chars().for_each(|key| press(&mut model, key));
    before.chars().for_each(|key| press(&mut model, key));
    let (count, ()) = counted(|| measured.chars().for_each(|key| press(&mut model, key)));
    (count, model.plan.len())
}

#[track_caller]
fn calls_grow_at_most(what: &str, most: f64, counts: &[Count]) {
    let only_calls = |count: &Count| Count { bytes: 0, ..*count };
    let counts: Vec<Count> = counts.iter().map(only_calls).collect();
    grows_at_most(what, most, &counts);
}

/// A key may copy the list or take the names of all steps in it, into one piece of memory. It
/// never goes through the steps themselves.
#[test]
fn a_key_that_asks_about_all_steps_costs_the_same_at_every_size() {
    const BYTES: usize = 64;
    for kind in [Kind::Tidy, Kind::Untidy] {
        let plans = [2_000, 20_000].map(|steps| kind.files(steps));
        for (before, measured) in [
            ("", "n"),
            ("", "N"),
            ("", "*"),
            ("*", "s"),
            ("*s", "c"),
            ("", "Sd"),
            ("", "So"),
            ("", "b"),
            ("b", "q"),
            ("", "B"),
            ("", "o"),
            ("o", "x"),
            ("", "3"),
        ] {
            let count = |files: &Vec<SourceFile>| {
                let (count, steps) = count_asking(files.clone(), before, measured);
                let most = (BYTES * steps) as u64 + 2_000_000;
                assert!(count.bytes < most, "{kind:?} {before}{measured}: {count:?}");
                count
            };
            let counts: Vec<Count> = plans.iter().map(count).collect();
            let what = format!("{kind:?}: {measured} after “{before}”");
            calls_grow_at_most(&what, CONSTANT, &counts);
        }
    }
}

#[test]
fn a_key_costs_the_same_however_many_papers_there_are() {
    let with = |papers: usize| {
        let mut files = Kind::Tidy.files(1_000);
        for at in 0..papers {
            let text = format!(
                "# Note {at}\n\nSteps 9000 to {}, and 0001 as well.\n",
                9_000 + at
            );
            for role in [
                Role::Decision,
                Role::Standup,
                Role::Review,
                Role::GateReview,
            ] {
                let path = format!("docs/{role:?}/{at}.md");
                files.push(SourceFile::load(path, role, text.as_bytes()));
            }
        }
        files
    };
    for (before, measured) in [("jj", "j"), ("jj", "sc"), ("G", "k")] {
        let count = |papers: &usize| count_asking(with(*papers), before, measured).0;
        let counts: Vec<Count> = [30, 1_000].iter().map(count).collect();
        calls_grow_at_most(measured, CONSTANT, &counts);
    }
}

#[test]
fn a_frame_costs_the_same_however_many_steps_one_waits_for() {
    let line = |number: usize, up: &str| {
        format!(
            r#"{{"step_id":"{number:04}","title":"One","status":"draft","dependencies":[{up}]}}"#
        )
    };
    let hub = |steps: usize| {
        let up: Vec<String> = (2..=steps).map(|up| format!("\"{up:04}\"")).collect();
        let mut lines = vec![line(1, &up.join(","))];
        lines.extend((2..=steps).map(|number| line(number, "")));
        lines
    };
    let ring = |steps: usize| {
        let up = |number: usize| format!("\"{:04}\"", number % steps + 1);
        (1..=steps)
            .map(|number| line(number, &up(number)))
            .collect()
    };
    type Shape<'a> = &'a dyn Fn(usize) -> Vec<String>;
    for (what, shape) in [("a hub", &hub as Shape<'_>), ("a ring", &ring)] {
        let count = |steps: &usize| {
            let log = shape(*steps).join("\n").into_bytes();
            let file = SourceFile::load("data/plans/plan.jsonl", Role::Log, log);
            count_asking(vec![file], "j", "k").0
        };
        let counts: Vec<Count> = [3_000, 30_000].iter().map(count).collect();
        calls_grow_at_most(what, CONSTANT, &counts);
    }
}

fn opposite(key: char) -> char {
    match key {
        'j' => 'k',
        'k' => 'j',
        'T' => 'T',
        key => panic!("{key} has no opposite"),
    }
}

/// What follows from an edit of one value is derived in as many allocations, and as large ones,
/// on a long plan as on a short one; the edit itself is the documents'.
#[test]
fn an_edit_of_one_value_concerns_one_step_however_many_there_are() {
    for (field, words) in [
        (Field::Status, Status::Complete.word()),
        (Field::Title, "Hold"),
    ] {
        let counts = at_each_size(|files| {
            let mut plan = Plan::read(files);
            let step = open_step(&plan);
            let composer = Composer {
                plan: &plan,
                now: NOW.parse().expect("an instant"),
            };
            let change = composer.set(step, field, words).expect("it can be set");
            let scope = change.scope().expect("one value, of one step");
            let mut edit = Count::default();
            let (mut all, ()) = counted(|| {
                plan.amend(&scope.steps, scope.markdown, |files| {
                    let (count, done) = counted(|| apply::change(&change, files));
                    edit = count;
                    done
                })
                .expect("nothing stands in its way");
            });
            assert_eq!(plan.step(step).text(field), words);
            all.calls -= edit.calls;
            all.bytes -= edit.bytes;
            assert!(all.calls < 20 && all.bytes < 2_000, "{all:?}");
            all
        });
        grows_at_most("deriving what one value concerns", CONSTANT, &counts);
    }
}

#[test]
fn a_key_costs_the_same_on_a_long_plan_as_on_a_short_one() {
    // Near the end few steps wait for the selected one.
    let counts = at_each_size(|files| count_keys(files, "Gkkkkkkkkkkk", &"j".repeat(PRESSES)));
    grows_at_most("the key j", CONSTANT, &counts);
}

#[test]
fn a_key_costs_the_same_however_many_steps_wait_for_the_selected_one() {
    for (what, before, measured) in [
        ("leaving and reaching the hub of a star", "g", "jj"),
        ("the tree of the hub", "g", "TT"),
        ("walking the chain of the hub", "g\t\tljjj", "kkjj"),
        ("walking the tree of the hub", "g\t\tTj", "jk"),
    ] {
        let counts: Vec<Count> = HUBS
            .iter()
            .map(|steps| count_keys(star(*steps), before, measured))
            .collect();
        grows_at_most(what, CONSTANT, &counts);
    }
}

/// A plan in which every step waits for the first one.
fn star(steps: usize) -> Vec<SourceFile> {
    let line = |number: usize| {
        let upstream = if number == 1 { "" } else { r#""0001""# };
        let block = number.div_ceil(100);
        format!(
            r#"{{"step_id":"{number:04}","block":"B{block:02}","title":"One of many","status":"draft","dependencies":[{upstream}]}}"#
        )
    };
    let log: Vec<String> = (1..=steps).map(line).collect();
    let log = log.join("\n").into_bytes();
    let path = Path::new("data/plans/star.jsonl");
    vec![SourceFile::load(path, Role::Log, log)]
}

#[test]
fn a_letter_of_the_filter_costs_as_much_as_it_looks_at() {
    let whole = |pace: Option<Pace>| {
        at_each_size(|files| {
            let now = NOW.parse().expect("an instant");
            let mut model = Model::new(files, SessionContext::default(), Keymap::default(), now);
            if let Some(pace) = pace {
                model.view.search.pace = pace;
            }
            update(&mut model, Message::Key(Key::plain(Code::Char('/'))));
            update(&mut model, Message::Typed("q".to_owned()));
            let (mut count, ()) = counted(|| {
                for typed in ["qj", "qjx", "qjxz", "qjx"] {
                    update(&mut model, Message::Typed(typed.to_owned()));
                }
            });
            assert!(model.view.list.is_empty());
            let more = model.view.is_looking();
            assert_eq!(more, model.view.search.pace.first < model.plan.len());
            // One stretch, or all of them.
            let (rest, ()) = counted(|| {
                while model.view.is_looking() {
                    update(&mut model, Message::Idle);
                    if pace.is_some() {
                        break;
                    }
                }
            });
            count.calls += rest.calls;
            count.bytes += rest.bytes;
            // It notes which blocks it met in one byte each.
            count.bytes -= 4 * model.plan.blocks().len() as u64;
            count
        })
    };
    grows_at_most("letters", LINEAR, &whole(None));
    let (first, next) = (500, 100);
    let bounded = whole(Some(Pace { first, next }));
    grows_at_most("letters that look at so many steps", CONSTANT, &bounded);
}

#[test]
fn a_file_in_which_one_line_changed_is_read_again_in_that_line_only() {
    let counts: Vec<Count> = SIZES
        .iter()
        .map(|steps| {
            let log = Kind::Tidy.log(*steps);
            let (changed, line) = demo::with_one_line_changed(&log);
            let loaded = LogDocument::load(log);
            let (count, (reloaded, range)) = counted(|| {
                let reloaded = loaded.reload(changed);
                let range = reloaded.changed_since(&loaded);
                (reloaded, range)
            });
            assert_eq!(range, line..line + 1);
            assert_eq!(reloaded.line_count(), loaded.line_count());
            count
        })
        .collect();
    grows_at_most("reading a line again", LINEAR, &counts);
}

#[test]
fn lines_that_look_like_others_are_recognised_without_memory_of_their_own() {
    for steps in SIZES {
        let bytes = Kind::Tidy.log(steps);
        let (Count { calls, .. }, log) = counted(|| LogDocument::load(bytes));
        // The first line of each kind is read.
        let most = log.line_count() as u64 / 4 + 300;
        assert!(calls < most, "{calls} allocations for {steps} lines");
    }
}

/// What some lines cost that differ between versions of a log, the rest of it being the same.
#[test]
fn what_versions_of_a_log_have_in_common_costs_them_next_to_nothing() {
    const CHANGES: usize = 50;
    let changed = |log: &[u8], nth: usize| {
        let mut lines: Vec<Vec<u8>> = log.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
        let apart = lines.len() / (CHANGES + 1);
        for at in 1..=CHANGES {
            let text = String::from_utf8(lines[at * apart + nth].clone()).expect("a line of text");
            lines[at * apart + nth] = text.replace("\"title\": \"", "\"title\": \"New: ").into();
        }
        lines.join(&b'\n')
    };
    let (mut compared, mut merged) = (Vec::new(), Vec::new());
    for steps in SIZES {
        let base = Kind::Tidy.log(steps);
        let [ours, theirs, base] = [changed(&base, 0), changed(&base, 2), base].map(Rope::from);
        let (count, found) = counted(|| differences(&base, &ours));
        assert_eq!(found.len(), CHANGES);
        compared.push(count);
        let versions = Versions {
            base: &base,
            ours: &ours,
            theirs: &theirs,
        };
        let (ours, theirs, size) = ("ours", "theirs", 7);
        let (count, both) = counted(|| merge(versions, Markers { ours, theirs, size }));
        assert!(both.conflicts.is_empty());
        assert_eq!(differences(&base, &both.bytes.into()).len(), 2 * CHANGES);
        merged.push(count);
    }
    for (what, counts) in [("comparing", &compared), ("merging", &merged)] {
        grows_at_most(what, LINEAR, counts);
        let calls = |at: usize| counts[at].calls as f64;
        let growth = calls(SIZES.len() - 1) / calls(0);
        assert!(growth <= CONSTANT, "{what}: {growth:.2}× in {counts:?}");
    }
}

/// It is read elsewhere; of that nothing is left to be done between two keys.
#[test]
fn a_log_that_others_rewrote_is_taken_in_at_the_same_cost_however_long_it_is() {
    let counts = at_each_size(|files| {
        let log = files.iter().find(|file| file.role == Role::Log);
        let SourceFile { path, document, .. } = log.expect("a log").clone();
        let rewritten = String::from_utf8(document.to_bytes()).expect("text");
        let rewritten = rewritten.replace(r#""title": ""#, r#""title": "Re"#);
        let changed = Changed {
            document: Some(SourceFile::load(&path, Role::Log, rewritten.into_bytes()).document),
            path,
            role: Role::Log,
            again: false,
        };
        let now = NOW.parse().expect("an instant");
        let mut model = Model::new(files, SessionContext::default(), Keymap::default(), now);
        let disk = DiskEvent::Changed(vec![changed]);
        let (mut count, _) = counted(|| update(&mut model, Message::Disk(disk)));
        let reread = Box::new(model.next_batch().expect("a log to read").read());
        let former = model.plan.clone();
        let (taken, _) = counted(|| update(&mut model, Message::Reread(reread)));
        assert!((0..model.plan.len()).all(|step| model.is_lit(model.plan.step(step).id())));
        assert!(!Arc::ptr_eq(&model.plan, &former));
        count.calls += taken.calls;
        count.bytes += taken.bytes;
        count
    });
    grows_at_most("taking in a log rewritten by others", CONSTANT, &counts);
}

/// Documents with words, tables and lists of their own, and one with a ladder of so many stages.
fn documents(count: usize, stages: usize) -> Vec<SourceFile> {
    let part = "## Ropes\n\nTwist, lay and splice.\n\n| Stage | Output |\n| --- | --- |\n\
                | Bait | List |\n\n- [ ] a\n- [ ] b\n\n";
    let foreign = part.repeat(20);
    let mut canon = "# Plan\n\n| Stage | Stage-Gate Review |\n| --- | --- |\n".to_owned();
    let mut lists = "\n## Stage checklists\n".to_owned();
    for at in 0..stages {
        canon += &format!("| Berth{at} | Review |\n");
        lists += &format!("\n### Berth{at}\n\n- Bollard {at}\n- Fender {at}\n");
    }
    let load = |path: String, text: &str| SourceFile::load(path, Role::Canon, text.as_bytes());
    let mut files = vec![load("docs/plan.md".to_owned(), &(canon + &lists))];
    files.extend((0..count).map(|at| load(format!("docs/a{at}.md"), &foreign)));
    files
}

#[test]
fn documents_without_a_structure_are_searched_and_stages_grow_with_their_number() {
    let count = |documents_: usize, stages: usize| {
        let (count, plan) = counted(|| {
            let files = documents(documents_, stages);
            let is_canon = |file: &SourceFile| file.markdown().is_some_and(canon::is_canon);
            let own = files.iter().filter(|file| is_canon(file)).count();
            (own, Plan::read(files))
        });
        assert_eq!((plan.0, plan.1.stages().len()), (1, stages));
        count
    };
    let few = count(0, 3);
    let each = (count(500, 3).calls - few.calls) / 500;
    let one = documents(1, 3).remove(1);
    let (parse, ()) = counted(|| one.markdown().map_or((), |document| document.parse()));
    let least = parse.calls / 4;
    assert!(
        each <= least,
        "{each} allocations for a document without a structure, not {least}"
    );
    let (small, large) = (count(0, 100), count(0, 1_000));
    grows_at_most("stages", LINEAR, &[small, large]);
}

/// A log with a canon of so many documents, each with the sections of ten of its steps.
fn big_canon(steps: usize, documents: usize) -> Vec<SourceFile> {
    let line = |number: usize| {
        format!(
            "{{\"step_id\":\"{number:04}\",\"title\":\"Splice\",\"owner\":\"Ada\",\"status\":\"draft\"}}\n"
        )
    };
    let section = |number: usize| {
        format!("\n### Step {number:04} — Splice\n\n- **Owner:** Ada\n- **Status:** draft\n")
    };
    let log: String = (1..=steps).map(line).collect();
    let document = |at: usize| {
        let sections = (10 * at + 1..10 * at + 11).map(section);
        let text = sections.fold(format!("# Part {at}\n"), |text, section| text + &section);
        SourceFile::load(format!("docs/{at:04}.md"), Role::Canon, text.into_bytes())
    };
    let mut files = vec![SourceFile::load("l.jsonl", Role::Log, log.into_bytes())];
    files.extend((0..documents).map(document));
    files
}

/// Its own document is read again, and no other.
#[test]
fn an_edit_of_a_step_with_a_section_costs_the_same_however_large_the_canon_is() {
    let edit = |documents: usize| {
        let mut plan = Plan::read(big_canon(1_600, documents));
        let step = 10 * documents - 5;
        let composer = Composer {
            plan: &plan,
            now: NOW.parse().expect("an instant"),
        };
        let (composed, change) = counted(|| composer.set(step, Field::Owner, "Bo"));
        let change = change.expect("it can be set");
        let scope = change.scope().expect("one value, of one step");
        assert!(scope.markdown);
        let (mut all, ()) = counted(|| {
            let edit = |files: &mut Vec<SourceFile>| apply::change(&change, files);
            let done = plan.amend(&scope.steps, scope.markdown, edit);
            done.expect("nothing stands in its way");
        });
        assert_eq!(plan.step(step).text(Field::Owner), "Bo");
        assert!(plan.step(step).drift().is_empty());
        all.calls += composed.calls;
        all.bytes += composed.bytes;
        // Of every file is noted which document it was, and twice where its lines begin.
        all.bytes -= 16 * plan.files().len() as u64;
        all
    };
    grows_at_most("an edit", CONSTANT, &[edit(16), edit(160)]);
}

#[test]
fn opening_grows_with_the_canon_and_no_faster() {
    // From 16 documents on as many cores share them as there are.
    let read = |documents: usize| counted(|| Plan::read(big_canon(10 * documents, documents))).0;
    grows_at_most("reading", LINEAR, &[read(32), read(320)]);
}

/// What no first frame shows is not parsed before it.
#[test]
fn a_paper_costs_little_before_the_first_frame() {
    let text = "# Standup 2026-11-20 — ada\n\n## Base\n\n- **Done:** 0041\n- **Next:** 0042\n";
    for role in [Role::Standup, Role::Decision, Role::Review] {
        let count = |papers: usize| {
            let mut files = big_canon(10, 1);
            let (count, plan) = counted(|| {
                let paper = |at: usize| SourceFile::load(format!("{at}.md"), role, text.as_bytes());
                files.extend((0..papers).map(paper));
                Plan::read(files)
            });
            drop(plan);
            count.calls
        };
        let each = (count(1_000) - count(0)) / 1_000;
        assert!(each <= 8, "{role:?}: {each} allocations");
    }
}

#[test]
fn a_chain_and_a_star_of_a_million_steps_need_no_deep_stack() {
    let node = |upstream: Option<u32>| Node {
        upstream: upstream.into_iter().collect(),
        ..Node::default()
    };
    let last = MANY as usize - 1;
    on_a_small_stack(move || {
        let chain = Graph::build((0..MANY).map(|step| node(step.checked_sub(1))));
        assert_eq!(chain.longest_chain(last).len(), MANY as usize);
        assert_eq!(chain.ancestors(last).len(), last);
        assert!(chain.cycles().is_empty());
    });
    on_a_small_stack(move || {
        let star = Graph::build((0..MANY).map(|step| node((step > 0).then_some(0))));
        assert_eq!(star.dependants(0).len(), last);
        assert_eq!(star.longest_chain(0).len(), 2);
        assert_eq!(star.unmet(last), 1);
    });
    on_a_small_stack(move || {
        let ring =
            Graph::build((0..MANY).map(|step| node(Some(step.checked_sub(1).unwrap_or(MANY - 1)))));
        assert_eq!(ring.cycles().len(), 1);
        assert_eq!(ring.cycle(0).map(<[u32]>::len), Some(MANY as usize));
    });
}

fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(SMALL_STACK);
    let thread = thread.spawn(work).expect("a thread");
    thread.join().expect("the work is done");
}
