//! An unfinished merge: its conflicts, and the frames of screen 8.

use std::process::Command;

use stepdeck::change::compose::Resolution;
use stepdeck::plan::disputes::disputes;
use stepdeck::store::changes::{Base, Changes};
use stepdeck::store::locate::discover::{Overrides, discover};

use super::*;

/// A conflict for every so many lines.
const APART: usize = 10;
const LINES: [usize; 2] = [2_000, 20_000];

/// A log of which every tenth line has two versions.
fn log(lines: usize) -> Vec<u8> {
    let line = |at: usize, status: &str| {
        format!("{{\"step_id\":\"{at:05}\",\"title\":\"One of many\",\"status\":\"{status}\"}}\n")
    };
    let lines = (1..=lines).map(|at| match at % APART {
        0 => format!(
            "<<<<<<< ours\n{}=======\n{}>>>>>>> theirs\n",
            line(at, "complete"),
            line(at, "blocked")
        ),
        _ => line(at, "draft"),
    });
    lines.collect::<String>().into_bytes()
}

#[test]
fn conflicts_are_found_and_resolved_in_one_pass() {
    let counts: Vec<Count> = LINES
        .iter()
        .map(|lines| {
            let file = SourceFile::load("data/plans/plan.jsonl", Role::Log, log(*lines));
            let plan = Plan::read(vec![file]);
            let mut files = plan.files().to_vec();
            let (count, left) = counted(|| {
                let found = disputes(&plan);
                assert_eq!(found.len(), lines / APART);
                let composer = Composer::new(&plan, NOW.parse().expect("an instant"));
                let change = composer.resolve(&found, &Resolution::Theirs);
                apply::change(&change.expect("a version of each"), &mut files)
                    .expect("each is where it was");
                files[0].log().map_or(0, LogDocument::line_count)
            });
            assert_eq!(left, *lines);
            count
        })
        .collect();
    grows_at_most("resolving every conflict of a log", LINEAR, &counts);
}

#[test]
fn what_conflicts_in_a_page_are_about_is_found_in_one_pass() {
    let counts: Vec<Count> = LINES
        .iter()
        .map(|lines| {
            let section = |at: usize| {
                format!(
                    "### Step {at:04} — One of many\n\n<<<<<<< ours\n- **Owner:** ops\n=======\n\
                     - **Owner:** grc\n>>>>>>> theirs\n\n"
                )
            };
            let text: String = (1..=lines / APART).map(section).collect();
            let file = SourceFile::load("docs/plan.md", Role::Canon, text.into_bytes());
            let plan = Plan::read(vec![file]);
            let (count, found) = counted(|| disputes(&plan));
            assert_eq!(found.len(), lines / APART);
            assert!(
                found[1].about.starts_with("Step 0002"),
                "{}",
                found[1].about
            );
            count
        })
        .collect();
    grows_at_most("the conflicts of a page", LINEAR, &counts);
}

/// Frames of screen 8 on a real merge, with the cursor on the first heading, marks of everything, and
/// what the keys that the footer names cannot do.
#[test]
fn a_frame_of_screen_8_costs_the_same_however_much_is_different() {
    if Command::new("git").arg("--version").output().is_err() {
        return;
    }
    for marked in [false, true] {
        let counts: Vec<Count> = LINES.iter().map(|lines| frames(*lines, marked)).collect();
        let what = format!("a frame of screen 8, marked: {marked}");
        grows_at_most(&what, CONSTANT, &counts);
    }
}

fn frames(lines: usize, marked: bool) -> Count {
    let folder = tempfile::TempDir::new().expect("a folder");
    let at = folder.path();
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=R", "-c", "user.email=r@example.org"];
        let mut git = Command::new("git");
        git.args(who).args(arguments).current_dir(at);
        git.env("GIT_CONFIG_GLOBAL", "/dev/null");
        git.output().expect("git runs")
    };
    let path = at.join("data/plans/plan.jsonl");
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    let marks = log(lines);
    let both = String::from_utf8(marks).expect("text");
    let side = |is_in: &dyn Fn(&str) -> bool| {
        let text: Vec<&str> = both.split_inclusive('\n').filter(|l| is_in(l)).collect();
        text.concat()
    };
    let commit = |text: String, name: &str| {
        std::fs::write(&path, text).expect("a file");
        git(&["add", "-A"]);
        git(&["commit", "-q", "-m", name]);
    };
    let is_line = |line: &str| line.starts_with('{');
    let ours = side(&|line| is_line(line) && !line.contains("blocked"));
    let theirs = side(&|line| is_line(line) && !line.contains("complete"));
    git(&["init", "-q", "-b", "main"]);
    commit(ours.replace("complete", "draft"), "Begin");
    git(&["switch", "-q", "-c", "side"]);
    commit(theirs, "Theirs");
    git(&["switch", "-q", "main"]);
    commit(ours, "Ours");
    git(&["merge", "-q", "side"]);
    let bytes = std::fs::read(&path).expect("a file");
    let files = vec![SourceFile::load("data/plans/plan.jsonl", Role::Log, bytes)];
    let plan = Plan::read(files.clone());
    let layout = discover(at, &Overrides::default());
    let changes = Changes::read(&layout, &plan, &Base::Head).expect("git answers");
    let conflicts = changes.lines.iter().filter(|line| line.is_conflict());
    assert_eq!(conflicts.count(), lines / APART);
    let now = NOW.parse().expect("an instant");
    let mut model = Model::new(files, SessionContext::default(), Keymap::default(), now);
    update(&mut model, Message::Key(Key::plain(Code::Char('8'))));
    let (base, answer) = (Base::Head, Ok(Arc::new(changes)));
    update(&mut model, Message::ChangesRead { base, answer });
    if marked {
        update(&mut model, Message::Key(Key::plain(Code::Char('*'))));
    }
    let theme = Theme::new(ColorDepth::TrueColor, Background::Dark, false);
    let mut sight = ScrollState::default();
    let mut screen = Terminal::new(TestBackend::new(160, 48)).expect("a screen");
    let (count, ()) = counted(|| {
        for _ in 0..PRESSES {
            let drawn = screen.draw(|frame| draw(frame, &model, &theme, &mut sight, None));
            drawn.expect("a screen in memory can be drawn on");
        }
    });
    count
}
