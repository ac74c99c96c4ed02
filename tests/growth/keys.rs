//! Keys, their frames, and what they ask for.

use super::*;

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
            ("", ":"),
            (":", "re"),
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
