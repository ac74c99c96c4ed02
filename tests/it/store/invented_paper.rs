//! A paper that the table does not have, met everywhere: a row is all that a new paper needs for
//! its place to be found, configured, opened, watched and written to.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;

use crate::support::LIMIT;
use crate::support::fixture::{CANON, DOCUMENT, LINES, LOG};
use crate::support::run::Folder;
use stepdeck::app::core::model::SessionContext;
use stepdeck::change::history::Event;
use stepdeck::change::places::LineHints;
use stepdeck::change::{Change, Edit, Target};
use stepdeck::plan::paper::{Kept, PAPERS, PaperSpec};
use stepdeck::plan::source::Role;
use stepdeck::store::locate::config::entries;
use stepdeck::store::locate::discover::{Layout, Overrides, discover};
use stepdeck::store::locate::open::{Opening, open, open_plan};
use stepdeck::store::worker::disk::Disk;
use stepdeck::store::worker::protocol::{DiskEvent, SaveJob, WorkerOptions};
use tempfile::TempDir;

const OLD: &str = "docs/inventions/wheel.md";

/// A file is an invention by its first words.
const INVENTION: PaperSpec = PaperSpec {
    role: Role::Checkpoint,
    key: "inventions",
    name: "inventions",
    default: &["docs/inventions"],
    kept: Kept::Folder,
    extension: "md",
    opened: true,
    recognises: |file| file.document.to_bytes().starts_with(b"# Invention"),
    names: "<what>.md",
    written: "inventions",
    charts: false,
};

/// The table with the invented row in the place of one that the plan does not open.
fn with_inventions() -> Overrides {
    let others = PAPERS.iter().filter(|paper| paper.role != INVENTION.role);
    let papers: Vec<PaperSpec> = others.copied().chain([INVENTION]).collect();
    Overrides {
        papers: papers.leak(),
        ..Overrides::default()
    }
}

fn folder() -> Folder {
    Folder::new(&[
        (LOG, LINES),
        (CANON, DOCUMENT),
        (OLD, "# Invention of the wheel\n\n- Step 0001\n"),
        ("docs/inventions/notes.md", "# Notes, no invention\n"),
        ("docs/inventions/.#wheel.md", "# Invention being typed\n"),
    ])
}

fn found(layout: &Layout) -> Vec<PathBuf> {
    let files = layout.files_of(INVENTION.role);
    files.map(|path| layout.below(path)).collect()
}

#[test]
fn an_invented_paper_has_a_default_and_a_key() {
    let folder = folder();
    let overrides = with_inventions();
    let layout = discover(folder.path(), &overrides);
    let (wheel, notes) = (Path::new(OLD), Path::new("docs/inventions/notes.md"));
    assert_eq!(found(&layout), [notes, wheel]);
    let canon: Vec<PathBuf> = layout
        .files_of(Role::Canon)
        .map(|p| layout.below(p))
        .collect();
    assert_eq!(canon, [Path::new(CANON)], "papers are no canon");
    assert!(entries::all(overrides.papers).any(|entry| entry.name == INVENTION.key));

    folder.write("elsewhere/fire.md", "# Invention of fire\n");
    folder.write(
        "stepdeck.toml",
        "[paths]\ninventions = \"elsewhere\"\ncheckpoints = \"x\"\n",
    );
    let layout = discover(folder.path(), &overrides);
    assert_eq!(found(&layout), [Path::new("elsewhere/fire.md")]);
    assert!(layout.watch.deep.contains(&layout.root.join("elsewhere")));
    let [problem] = &layout.config_problems[..] else {
        panic!("{:?}", layout.config_problems)
    };
    assert!(
        problem.message.ends_with(", inventions"),
        "{}",
        problem.message
    );
    // What a session knows of papers comes with it.
    let session = SessionContext {
        papers: layout.papers.clone(),
        ..SessionContext::default()
    };
    assert_eq!(
        session.papers.folder_of(INVENTION.role),
        Path::new("elsewhere")
    );
}

#[test]
fn an_invented_paper_is_opened_by_what_it_says() {
    let folder = folder();
    let opening = Opening::default();
    let (_, plan) = open_plan(folder.path(), &with_inventions(), &opening).unwrap();
    let files = plan
        .files()
        .iter()
        .filter(|file| file.role == INVENTION.role);
    let files: Vec<&Path> = files.map(|file| file.path.as_path()).collect();
    assert_eq!(files, [Path::new(OLD)]);
    // The table as it is knows nothing of it.
    let plain = open(folder.path(), &Overrides::default());
    assert!(plain.files.iter().all(|file| file.role != INVENTION.role));
}

#[test]
fn an_invented_paper_is_watched_and_written_to() {
    let folder = folder();
    let overrides = with_inventions();
    let opened = open(folder.path(), &overrides);
    let state = TempDir::new().unwrap();
    let (sender, events) = channel();
    let options = WorkerOptions {
        start: folder.path().to_owned(),
        overrides,
        state: state.path().to_owned(),
        read_only: false,
    };
    let papers = opened.layout.papers.clone();
    let disk = Disk::start(options, opened, move |event| {
        let _ = sender.send(event);
    });
    let new = papers.folder_of(INVENTION.role).join("fire.md");
    let change = Change {
        label: "fire".to_owned(),
        edits: vec![Edit {
            path: new.clone(),
            target: Target::File {
                role: INVENTION.role,
            },
            before: None,
            after: Some(b"# Invention of fire\n".to_vec()),
        }],
    };
    disk.save(SaveJob {
        ticket: 1,
        change: change.clone(),
        hints: LineHints::default(),
        event: Event::Made(change),
    });
    loop {
        match events.recv_timeout(LIMIT).unwrap() {
            DiskEvent::Saved { ticket: 1, .. } => break,
            DiskEvent::Failed { reason, .. } => panic!("{reason}"),
            _ => {}
        }
    }
    assert_eq!(
        folder.read("docs/inventions/fire.md"),
        "# Invention of fire\n"
    );
    // What somebody else writes there is told with its role.
    fs::write(
        folder.path().join("docs/inventions/boat.md"),
        "# Invention of the boat\n",
    )
    .unwrap();
    loop {
        let DiskEvent::Changed(changed) = events.recv_timeout(LIMIT).unwrap() else {
            continue;
        };
        let boat = Path::new("docs/inventions/boat.md");
        if let Some(changed) = changed.iter().find(|changed| changed.path == boat) {
            assert_eq!(changed.role, INVENTION.role);
            break;
        }
    }
}
