//! Every screen with its panes in windows of all heights: none of them panics.

use std::path::Path;

use tempfile::TempDir;

use crate::history::repo::{LOG, git_in, has_git};
use crate::support::desk::{Desk, all_files, rest};
use crate::support::screen::{dark, draw};

const AT: &str = "2026-11-20T08:00:00Z";

/// Either side of each width where a screen parts in another way, and some between.
const WIDTHS: [u16; 8] = [20, 40, 60, 80, 100, 119, 120, 170];

/// The bundled plan in a checkout of which a good many things are not committed, so that no screen is
/// empty.
fn checkout() -> Option<TempDir> {
    let folder = has_git().then(|| TempDir::new().unwrap())?;
    let at = folder.path();
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let put = |path: &Path, bytes: &[u8]| {
        let path = at.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        rest(&path);
    };
    for (path, bytes) in all_files(&repository.join("data")) {
        put(&Path::new("data").join(path), &bytes);
    }
    let config = std::fs::read(repository.join("stepdeck.toml")).unwrap();
    put(Path::new("stepdeck.toml"), &config);
    git_in(at, AT, &["init", "-q", "-b", "main"]);
    git_in(at, AT, &["add", "-A"]);
    git_in(at, AT, &["commit", "-q", "-m", "Begin"]);
    let log = std::fs::read_to_string(at.join(LOG)).unwrap();
    put(
        Path::new(LOG),
        log.replace("\"idea\"", "\"draft\"").as_bytes(),
    );
    Some(folder)
}

#[test]
fn no_screen_panics_at_any_size() {
    let Some(folder) = checkout() else { return };
    let mut desk = Desk::on(folder, 80, 24);
    for screen in '0'..='9' {
        desk.keys(&screen.to_string());
        for _pane in 0..2 {
            for width in WIDTHS {
                for height in 3..=50 {
                    draw(&desk.cockpit.model, &dark(), width, height);
                }
            }
            desk.keys("<Tab>");
        }
    }
    desk.keys("8");
    assert!(desk.screen().contains("draft"), "{}", desk.screen());
}
