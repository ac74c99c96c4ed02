//! The key of screen 9 that writes the paper that is due: every report, shown first, one change.

use rustix::process::Signal;
use stepdeck::app::overlays::Overlay;

use crate::support::desk::{Desk, all_files};
use crate::support::fixture::folder_of;
use crate::support::programme::FILES;
use crate::support::pty::{Launch, Pty};
use crate::support::run::Folder;

const CHART: &str = "docs/checkpoints/CP01/burn-up.svg";

/// The kinds that a report makes papers of, with what it writes today.
const WRITTEN: [(&str, &str); 7] = [
    (
        "Gate reviews",
        "docs/milestone-reviews/pilot/20261121/operations.md",
    ),
    ("Checkpoints", "docs/checkpoints/CP01.md"),
    ("Demos", "docs/demos/2026-11-21.md"),
    ("Scorecards", "docs/scorecards/2026-W47.md"),
    ("Quarter plans", "docs/planning/2026-Q4.md"),
    ("Retrospectives", "docs/retrospectives/pilot-2026-11-21.md"),
    ("Change logs", "docs/changes/2026-W47.md"),
];

/// The programme, in which a step was touched the day before.
fn files() -> Vec<(&'static str, String)> {
    let mut files: Vec<(&str, String)> = (FILES.iter())
        .map(|(path, text)| (*path, (*text).to_owned()))
        .collect();
    files[0].1 = files[0].1.replace("2026-05-20T09", "2026-11-20T09");
    files
}

fn borrowed<'f>(files: &'f [(&'static str, String)]) -> Vec<(&'static str, &'f str)> {
    files.iter().map(|(path, text)| (*path, &**text)).collect()
}

/// Steps down to the row of a kind.
fn go_to(desk: &mut Desk, kind: &str) {
    desk.keys("g").settle();
    for _ in 0..40 {
        let first = desk.screen().lines().next().unwrap_or_default().to_owned();
        if first.contains(&format!("› {kind}")) {
            return;
        }
        desk.keys("j").settle();
    }
    panic!("no {kind}\n{}", desk.screen());
}

#[test]
fn every_due_paper_is_written_by_one_key_and_undone_by_another() {
    for (columns, rows) in [(80, 24), (160, 48)] {
        let mut desk = Desk::sized(&borrowed(&files()), columns, rows);
        desk.keys("9").settle();
        desk.wait_for("Change logs");
        for (kind, path) in WRITTEN {
            go_to(&mut desk, kind);
            desk.keys("F");
            desk.wait_for("One u undoes it all.");
            assert!(!desk.folder().join(path).exists(), "{kind} is shown first");
            desk.keys("n").settle();
            assert_eq!(desk.diff(), "", "{kind}");
            desk.keys("F");
            desk.wait_for("One u undoes it all.");
            desk.keys("y");
            desk.run_until(kind, |desk| desk.folder().join(path).exists());
            desk.settle();
            // A chart beside it is no paper.
            assert!(!desk.screen().contains(".svg"), "{}", desk.screen());
            desk.keys("u");
            desk.run_until("it is undone", |desk| desk.diff().is_empty());
            desk.settle();
        }
    }
}

/// The same function makes them: what the key writes is what the command writes.
#[test]
fn the_key_writes_what_the_command_writes() {
    let mut desk = Desk::sized(&borrowed(&files()), 80, 24);
    desk.keys("9").settle();
    desk.wait_for("Change logs");
    for (report, (kind, path)) in [
        ("milestone", WRITTEN[0]),
        ("quarter", WRITTEN[4]),
        ("demo", WRITTEN[2]),
    ] {
        go_to(&mut desk, kind);
        desk.keys("F");
        desk.wait_for("One u undoes it all.");
        desk.keys("y");
        desk.run_until(kind, |desk| desk.folder().join(path).exists());
        desk.settle();
        let folder = Folder::new(&borrowed(&files()));
        folder
            .run_in(
                folder.path(),
                "2026-11-21T09:30:00Z",
                &["report", report, "--write"],
                None,
            )
            .ok();
        assert_eq!(desk.file(path), folder.read(path), "{report}");
        desk.keys("F").settle();
        desk.wait_for("is up to date");
    }
}

/// A plan of a quarter goes with the roadmap: both are shown, line by line.
#[test]
fn every_file_that_a_report_changes_is_shown_before_it_is_written() {
    let mut desk = Desk::sized(&borrowed(&files()), 80, 24);
    desk.keys("9").settle();
    desk.wait_for("Change logs");
    go_to(&mut desk, "Quarter plans");
    desk.keys("F");
    desk.wait_for("Write Plan of 2026-Q4: 2 files?");
    let Some(Overlay::Confirm(asked)) = desk.cockpit.model.overlays.last() else {
        panic!("{}", desk.screen());
    };
    let lines: Vec<&str> = asked.consequence.lines().collect();
    assert!(
        lines.contains(&"new file docs/planning/2026-Q4.md"),
        "{lines:?}"
    );
    let roadmap = lines.iter().position(|line| *line == "docs/ROADMAP.md");
    assert_eq!(
        lines[roadmap.unwrap() + 1..],
        ["+- **Quarter:** [2026-Q4](planning/2026-Q4.md)", "+"]
    );
}

/// Has the paper of a checkpoint written, and its chart; answers both.
fn write_checkpoint(desk: &mut Desk) -> [String; 2] {
    let (kind, path) = WRITTEN[1];
    desk.keys("9");
    desk.wait_for("stepdeck › Papers");
    go_to(desk, kind);
    desk.keys("F");
    desk.wait_for("One u undoes it all.");
    desk.keys("y");
    desk.wait_for("✓ Checkpoint CP01 written");
    desk.settle();
    assert!(!desk.screen().contains("not written"), "{}", desk.screen());
    [path, CHART].map(|path| desk.file(path))
}

/// A chart is a file beside the paper that nobody opens: it is written again, and undone, in a cockpit
/// that never saw it, unless somebody else changed it.
#[test]
fn a_chart_of_an_earlier_run_is_written_again_and_undone() {
    let (_, path) = WRITTEN[1];
    let mut desk = Desk::sized(&borrowed(&files()), 80, 24);
    let before = all_files(desk.folder());
    let first = write_checkpoint(&mut desk);
    let log = desk.file("data/plans/programme.jsonl");
    let mut desk = desk.reopen();
    desk.write_outside(
        "data/plans/programme.jsonl",
        &log.replace("In_Progress", "complete"),
    );
    desk.wait_for("2/3");
    assert_ne!(write_checkpoint(&mut desk), first);
    let mut desk = desk.reopen();
    desk.keys("u");
    desk.run_until("it is undone", |desk| desk.file(CHART) == first[1]);
    assert_eq!(desk.file(path), first[0]);
    // Undone twice, nothing is left.
    desk.settle();
    desk.write_outside("data/plans/programme.jsonl", &log);
    desk.keys("u");
    desk.run_until("it is gone", |desk| all_files(desk.folder()) == before);
    desk.settle();
    // No folder is left of it, for the charts or for the papers.
    assert!(!desk.folder().join("docs/checkpoints").exists());
    // What somebody else drew in the meantime is theirs.
    desk.keys("U");
    desk.run_until("it is there", |desk| desk.folder().join(CHART).is_file());
    desk.settle();
    desk.write_outside(CHART, "<svg/>");
    let mut desk = desk.reopen();
    desk.keys("u");
    desk.settle();
    assert_eq!(desk.file(CHART), "<svg/>");
}

/// One session writes a paper of an earlier run again and again, and takes all of it back.
#[test]
fn a_paper_with_a_chart_is_written_several_times_in_a_session() {
    let (_, path) = WRITTEN[1];
    let log = "data/plans/programme.jsonl";
    let mut desk = Desk::sized(&borrowed(&files()), 80, 24);
    let mut versions = vec![write_checkpoint(&mut desk)];
    let first = desk.file(log);
    let mut desk = desk.reopen();
    let texts = [
        first.replace("In_Progress", "complete"),
        first.replace("\"draft\"", "\"complete\""),
        first
            .replace("In_Progress", "complete")
            .replace("\"draft\"", "\"complete\""),
        // Drawn as it was in the beginning.
        first.clone(),
    ];
    for text in &texts {
        desk.write_outside(log, text);
        let is_read = |desk: &Desk| {
            let files = desk.cockpit.model.plan.files().iter();
            let log = files.filter_map(|file| file.log());
            log.map(|log| log.rope().contiguous().into_owned())
                .any(|bytes| bytes == text.as_bytes())
        };
        desk.run_until("the log is read", is_read);
        desk.settle();
        versions.push(write_checkpoint(&mut desk));
        let count = versions.len();
        assert_ne!(versions[count - 1], versions[count - 2]);
    }
    assert_eq!(versions.last().unwrap()[1], versions[0][1]);
    for version in versions.iter().rev().skip(1) {
        desk.keys("u");
        desk.settle();
        assert_eq!([path, CHART].map(|path| desk.file(path)), *version);
    }
    for version in versions.iter().skip(1) {
        desk.keys("U");
        desk.settle();
        assert_eq!([path, CHART].map(|path| desk.file(path)), *version);
    }
}

#[test]
fn other_kinds_say_where_they_are_written_and_actions_become_steps() {
    let path = "docs/retrospectives/pilot-2026-11-20.md";
    let paper = "# Retrospective: Pilot\n\n- **Stage:** Pilot\n- **Date:** 2026-11-20\n\n## Actions\n\n- Buy a bell\n\n- Sell it (Step 0003)\n";
    let files = [&FILES[..], &[(path, paper)]].concat();
    let mut desk = Desk::sized(&files, 80, 24);
    desk.keys("9").settle();
    desk.wait_for("Retrospectives");
    go_to(&mut desk, "Weekly reviews");
    desk.keys("F").settle();
    assert!(
        desk.screen().contains("has a screen of its own"),
        "{}",
        desk.screen()
    );
    go_to(&mut desk, "Retrospectives");
    desk.keys("jF");
    desk.wait_for("Propose 1 action as steps?");
    desk.keys("y");
    desk.run_until("it is named", |desk| {
        desk.file(path).contains("- Buy a bell (Step 0004)\n")
    });
    assert!(
        desk.file("data/plans/programme.jsonl")
            .contains("\"title\":\"Buy a bell\""),
        "{}",
        desk.file("data/plans/programme.jsonl")
    );
    desk.settle();
    assert!(desk.screen().contains("Papers"), "{}", desk.screen());
    desk.keys("u");
    desk.run_until("it is undone", |desk| desk.diff().is_empty());
}

/// In a terminal: shown and interrupted by a kill, begun again, written, and seen by another person.
#[test]
fn in_a_terminal_interrupted_and_seen_by_another() {
    for (columns, rows) in [(80, 24), (160, 48)] {
        let folder = folder_of(&FILES);
        let state = folder.path().join("state").display().to_string();
        let start = |who: &str| {
            let launch = Launch::stepdeck(&["--as", who]).in_folder(folder.path());
            launch
                .size(columns, rows)
                .env("XDG_STATE_HOME", &state)
                .start()
        };
        let papers = || -> Vec<_> {
            let all = all_files(&folder.path().join("docs")).into_iter();
            all.filter(|(path, _)| path.starts_with("changes"))
                .collect()
        };
        let ask = |pty: &Pty| {
            pty.type_keys("G");
            pty.wait_for("› Change logs");
            pty.type_keys("F");
            pty.wait_for("One u undoes it all.");
        };
        let first = start("Ada");
        first.wait_for("Plan");
        first.type_keys("9");
        first.wait_for("Change logs");
        ask(&first);
        first.kill(Signal::KILL);
        first.wait_process_end();
        assert!(papers().is_empty());
        let (again, other) = (start("Ada"), start("Bo"));
        other.wait_for("Plan");
        other.type_keys("9G");
        other.wait_for("› Change logs");
        again.wait_for("Plan");
        again.type_keys("9");
        again.wait_for("Change logs");
        ask(&again);
        again.type_keys("y");
        again.wait_for(" written ");
        other.wait_for("Changes 20");
        assert_eq!(papers().len(), 1);
        for pty in [again, other] {
            pty.type_keys("q");
            assert!(pty.wait_exit().success());
        }
    }
}

#[test]
fn without_a_stage_a_report_says_why_there_is_none() {
    let files = [("data/plans/programme.jsonl", FILES[0].1)];
    let mut desk = Desk::sized(&files, 80, 24);
    desk.keys("9").settle();
    desk.wait_for("Change logs");
    go_to(&mut desk, "Gate reviews");
    desk.keys("F");
    desk.wait_for("the plan has no stages");
    assert_eq!(desk.diff(), "");
}
