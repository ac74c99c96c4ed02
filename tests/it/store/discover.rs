//! Finding the plan: which root, which files, from where.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use stepdeck::plan::source::Role;
use stepdeck::store::locate::discover::{Found, Layout, Overrides, discover};
use tempfile::TempDir;

/// A checkout with these files, all empty unless `name = content`.
fn checkout(files: &[&str]) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().canonicalize().unwrap();
    std::fs::create_dir(root.join(".git")).unwrap();
    for file in files {
        let (name, content) = file.split_once(" = ").unwrap_or((file, ""));
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    (dir, root)
}

fn find(start: &Path) -> Layout {
    discover(start, &Overrides::default())
}

fn below<'p>(root: &Path, paths: impl IntoIterator<Item = &'p PathBuf>) -> Vec<String> {
    let name = |path: &PathBuf| path.strip_prefix(root).unwrap().display().to_string();
    paths.into_iter().map(name).collect()
}

fn files_of(layout: &Layout, role: Role) -> Vec<PathBuf> {
    layout.files_of(role).cloned().collect()
}

#[test]
fn a_log_above_marks_the_root_and_papers_are_no_canon() {
    let (_dir, root) = checkout(&[
        "data/plans/10000_step_plan.jsonl",
        "data/plans/second.jsonl",
        "data/plans/.#draft.jsonl",
        "data/plan/blocks.md",
        "docs/milestones.md",
        "docs/deep/er/notes.MD",
        "docs/ROADMAP.md",
        "docs/decisions/0001.md",
        "docs/reviews/2030-W01.md",
        "docs/standups/2030-01-02/ada.md",
        "docs/milestone-reviews/pilot/20300102/review.md",
        "docs/checkpoints/CP01.md",
        "docs/.obsidian/x.md",
        "docs/target/x.md",
        "README.md",
        "src/deep/main.rs",
    ]);
    let layout = find(&root.join("src/deep"));
    assert_eq!((layout.found, &layout.root), (Found::Log, &root));
    assert_eq!(
        below(&root, layout.files_of(Role::Log)),
        [
            "data/plans/10000_step_plan.jsonl",
            "data/plans/second.jsonl"
        ]
    );
    assert_eq!(
        below(&root, layout.files_of(Role::Canon)),
        [
            "data/plan/blocks.md",
            "docs/deep/er/notes.MD",
            "docs/milestones.md"
        ]
    );
    let place = |role| layout.papers.folder_of(role);
    assert_eq!(place(Role::Roadmap), Path::new("docs/ROADMAP.md"));
    assert_eq!(place(Role::GateReview), Path::new("docs/milestone-reviews"));
    assert_eq!(below(&root, &layout.watch.deep), ["data", "docs"]);
    assert_eq!(layout.watch.flat, [root]);
}

#[test]
fn the_nearest_of_configuration_and_log_wins() {
    let (_dir, root) = checkout(&["stepdeck.toml", "sub/data/plans/a.jsonl", "sub/x/y"]);
    assert_eq!(find(&root.join("sub/x")).root, root.join("sub"));
    assert_eq!(find(&root).found, Found::Config);

    let (_dir, root) = checkout(&["data/plans/a.jsonl", "sub/stepdeck.toml", "sub/x/y"]);
    let layout = find(&root.join("sub/x"));
    assert_eq!(
        (layout.found, layout.root),
        (Found::Config, root.join("sub"))
    );
}

#[test]
fn mere_markdown_gives_way_to_a_log_further_up() {
    let (_dir, root) = checkout(&["data/plans/a.jsonl", "tool/docs/guide.md"]);
    assert_eq!(find(&root.join("tool")).root, root);
    let (_dir, root) = checkout(&["tool/docs/in/guide.md", "docs/other.md"]);
    let layout = find(&root.join("tool"));
    assert_eq!(
        (layout.found, layout.root),
        (Found::Markdown, root.join("tool"))
    );
}

#[test]
fn the_search_ends_at_the_checkout() {
    let (_dir, root) = checkout(&["stepdeck.toml", "inner/.git/HEAD", "inner/src/main.rs"]);
    let layout = find(&root.join("inner/src"));
    assert_eq!(
        (layout.found, &layout.root),
        (Found::Nothing, &root.join("inner/src"))
    );
    assert!(
        layout
            .files_of(Role::Log)
            .chain(layout.files_of(Role::Canon))
            .count()
            == 0
    );
}

#[test]
fn the_configuration_moves_every_path() {
    let (_dir, root) = checkout(&[
        "stepdeck.toml = [paths]\nlog = ['plan/*.jsonl', 'extra.jsonl']\ncanon = ['canon/**/*.md', 'one.md']\nroadmap = 'R.md'\nreviews = 'canon/weekly'\n",
        "plan/a.jsonl",
        "extra.jsonl",
        "canon/b.md",
        "canon/sub/c.md",
        "canon/weekly/2030-W01.md",
        "one.md",
        "docs/not.md",
        "R.md",
    ]);
    let layout = find(&root);
    assert_eq!(layout.config_problems, []);
    assert_eq!(
        below(&root, layout.files_of(Role::Log)),
        ["extra.jsonl", "plan/a.jsonl"]
    );
    assert_eq!(
        below(&root, layout.files_of(Role::Canon)),
        ["canon/b.md", "canon/sub/c.md", "one.md"]
    );
    assert_eq!(layout.papers.folder_of(Role::Roadmap), Path::new("R.md"));
    assert!(layout.watch.deep.contains(&root.join("canon")));
    assert!(layout.watch.flat.contains(&root.join("plan")));
}

#[test]
fn a_broken_configuration_is_a_problem_and_the_defaults_hold() {
    let (_dir, root) = checkout(&["stepdeck.toml = [paths\n", "data/plans/a.jsonl"]);
    let layout = find(&root);
    assert_eq!(layout.files_of(Role::Log).count(), 1);
    assert_eq!(layout.config_problems.len(), 1);
    assert_eq!(
        layout.config_problems[0].place.path,
        Path::new("stepdeck.toml")
    );

    let (_dir, root) = checkout(&["stepdeck.toml/x"]);
    let problem = find(&root).config_problems[0].message.clone();
    assert!(
        problem.contains("is a folder, not a regular file"),
        "{problem}"
    );
}

#[test]
fn given_files_and_folders_replace_the_configured_ones() {
    let (_dir, root) = checkout(&[
        "data/plans/a.jsonl",
        "docs/a.md",
        "other/b.jsonl",
        "other/deep/c.md",
        "docs/reviews/2030-W01.md",
    ]);
    let given = Overrides {
        logs: vec!["other".into(), "../new.jsonl".into()],
        canon: vec!["other".into(), root.join("docs/reviews/2030-W01.md")],
        ..Overrides::default()
    };
    let layout = discover(&root, &given);
    assert_eq!(layout.found, Found::Log);
    assert_eq!(
        files_of(&layout, Role::Log),
        [
            root.join("other/b.jsonl"),
            root.parent().unwrap().join("new.jsonl")
        ]
    );
    assert_eq!(
        below(&root, layout.files_of(Role::Canon)),
        ["docs/reviews/2030-W01.md", "other/deep/c.md"]
    );
}

#[test]
fn a_log_given_outside_any_plan_makes_the_start_its_root() {
    let (_dir, root) = checkout(&["x.jsonl"]);
    let logs = vec!["x.jsonl".into()];
    let given = Overrides {
        logs,
        ..Overrides::default()
    };
    let layout = discover(&root, &given);
    assert_eq!((layout.found, &layout.root), (Found::Given, &root));
    assert_eq!(files_of(&layout, Role::Log), [root.join("x.jsonl")]);
}

#[test]
fn one_file_under_two_names_is_one_candidate_and_no_link_leads_out() {
    let (_dir, root) = checkout(&["data/plans/a.jsonl", "docs/a.md"]);
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("b.md"), "").unwrap();
    symlink(outside.path(), root.join("docs/out")).unwrap();
    symlink("a.md", root.join("docs/0.md")).unwrap();
    symlink("..", root.join("docs/circle")).unwrap();
    assert_eq!(
        below(&root, find(&root).files_of(Role::Canon)),
        ["docs/a.md"]
    );
}
