//! Nothing in a plan is executed: shown with the built binary.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use super::terminal_safety::leave;
use crate::support::fixture::LOG;
use crate::support::pty::Launch;
use tempfile::TempDir;

/// A program in a folder of its own that writes its arguments down, one a line, and stays in
/// the `PATH` before all others.
fn witness(folder: &Path, name: &str) -> (String, std::path::PathBuf) {
    let (bin, seen) = (folder.join("bin"), folder.join(format!("{name}-saw")));
    fs::create_dir_all(&bin).unwrap();
    let script = bin.join(name);
    let text = "#!/bin/sh\n{ printf '%s' \"$#\"; printf ' <%s>' \"$@\"; echo; } >> SEEN.new\nmv SEEN.new SEEN\n";
    fs::write(
        &script,
        text.replace("SEEN", &format!("'{}'", seen.display())),
    )
    .unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    (path, seen)
}

/// A log of one step for each artifact.
fn with_artifacts(artifacts: &[&str]) -> String {
    let line = |(n, artifact): (usize, &&str)| {
        let artifact = serde_json::to_string(artifact).unwrap();
        format!(
            "{{\"step_id\": \"{:04}\", \"title\": \"Links\", \"status\": \"draft\", \"artifacts\": [{artifact}], \"updated_at\": \"2026-11-01T00:00:00Z\"}}\n",
            n + 1
        )
    };
    artifacts.iter().enumerate().map(line).collect()
}

/// `EDITOR="code --wait"` and a file named `$(touch x).md` or `-c.md` → one
/// argument, nothing executed; nor in the name of the folder or of the log.
#[test]
fn a_file_name_is_one_argument_of_the_editor_and_never_executed() {
    let names = [
        "$(touch x).md",
        "-c.md",
        "`touch x`; touch x &.md",
        "a b 'c' \"d\".md",
    ];
    let outer = TempDir::new().unwrap();
    let root = outer
        .path()
        .canonicalize()
        .unwrap()
        .join("$(touch x) ; touch x");
    fs::create_dir_all(root.join("data/plans")).unwrap();
    fs::write(root.join(LOG), with_artifacts(&names)).unwrap();
    for name in names {
        fs::write(root.join(name), "# A note\n").unwrap();
    }
    let (path, seen) = witness(outer.path(), "code");
    let cockpit = Launch::stepdeck(&[])
        .in_folder(&root)
        .env("EDITOR", "code --wait")
        .env("PATH", &path)
        .start();
    cockpit.wait_for("quit");
    for (at, name) in names.iter().enumerate() {
        cockpit.type_keys(&format!(":{}<Enter>", at + 1));
        cockpit.wait_for(&format!("› {:04}", at + 1));
        cockpit.type_keys("i");
        let expected = format!("2 <--wait> <{}>\n", root.join(name).display());
        cockpit.wait_until(|screen| {
            screen.alternate_screen() && fs::read_to_string(&seen).is_ok_and(|saw| saw == expected)
        });
        fs::remove_file(&seen).unwrap();
    }
    // The step itself, in a file of our own making.
    cockpit.type_keys("E");
    cockpit.wait_for("the editor returned at once");
    let saw = fs::read_to_string(&seen).unwrap();
    assert!(
        saw.starts_with("2 <--wait> </") && saw.ends_with(".toml>\n"),
        "{saw}"
    );
    leave(&cockpit);
    for folder in [outer.path(), &root, &cockpit.home()] {
        assert!(!folder.join("x").exists());
    }
}

/// A link `../../etc/passwd`, a symlink out of the root, a FIFO, `file://`,
/// `javascript:` → refused with the reason; http, https, mailto and regular files inside the
/// root open.
#[test]
fn links_out_of_the_plan_are_refused_and_others_open() {
    let cases: [(&str, Result<&str, &str>); 13] = [
        ("../../etc/passwd", Err("outside the plan")),
        ("/etc/passwd", Err("outside the plan")),
        ("docs/leak.md", Err("outside the plan")),
        ("docs/up/secret", Err("outside the plan")),
        ("docs/pipe", Err("not a regular file")),
        ("docs", Err("not a regular file")),
        ("file:///etc/passwd", Err("file: are not opened")),
        ("javascript:alert(1)", Err("javascript: are not opened")),
        ("http://example.org/a?b=$(touch${IFS}x)&c", Ok("browser")),
        ("https://example.org/`touch${IFS}x`", Ok("browser")),
        ("mailto:ops@example.org", Ok("browser")),
        ("docs/note.md", Ok("editor")),
        ("docs/note.md#goal", Ok("editor")),
    ];
    let links: Vec<&str> = cases.iter().map(|(link, _)| *link).collect();
    let outer = TempDir::new().unwrap();
    let root = outer.path().canonicalize().unwrap().join("a/b/plan");
    fs::create_dir_all(root.join("data/plans")).unwrap();
    fs::create_dir(root.join("docs")).unwrap();
    fs::write(root.join(LOG), with_artifacts(&links)).unwrap();
    fs::write(root.join("docs/note.md"), "# A note\n").unwrap();
    fs::write(outer.path().join("secret"), "secret").unwrap();
    fs::create_dir(outer.path().join("a/etc")).unwrap();
    fs::write(outer.path().join("a/etc/passwd"), "secret").unwrap();
    std::os::unix::fs::symlink(outer.path().join("secret"), root.join("docs/leak.md")).unwrap();
    std::os::unix::fs::symlink(outer.path(), root.join("docs/up")).unwrap();
    let fifo = Command::new("mkfifo").arg(root.join("docs/pipe")).status();
    assert!(fifo.unwrap().success());
    let (path, by_editor) = witness(outer.path(), "editor");
    let (_, by_browser) = witness(outer.path(), "browser");
    let cockpit = Launch::stepdeck(&[])
        .in_folder(&root)
        .size(120, 24)
        .env("EDITOR", "editor")
        .env("BROWSER", "browser")
        .env("PATH", &path)
        .start();
    cockpit.wait_for("quit");
    for (at, (link, expected)) in cases.iter().enumerate() {
        cockpit.type_keys(&format!(":{}<Enter>", at + 1));
        cockpit.wait_for(&format!("› {:04}", at + 1));
        cockpit.type_keys("i");
        match expected {
            Err(reason) => cockpit.wait_for(reason),
            Ok(by) => {
                let (seen, operand) = match *by {
                    "browser" => (&by_browser, (*link).to_owned()),
                    _ => (&by_editor, root.join("docs/note.md").display().to_string()),
                };
                let expected = format!("1 <{operand}>\n");
                let begun = Instant::now();
                while !fs::read_to_string(seen).is_ok_and(|saw| saw == expected) {
                    assert!(
                        begun.elapsed() < crate::support::LIMIT,
                        "{link} was not opened"
                    );
                    std::thread::yield_now();
                }
                fs::remove_file(seen).unwrap();
                // Back from the editor, the cockpit answers.
                cockpit.type_keys("n");
                cockpit.wait_for("nothing has been filtered yet");
                cockpit.type_keys("1");
                cockpit.wait_gone("nothing has been filtered yet");
            }
        }
        for seen in [&by_editor, &by_browser] {
            assert!(!seen.exists(), "{link} was given to a program");
        }
    }
    leave(&cockpit);
    assert!(!root.join("x").exists() && !cockpit.home().join("x").exists());
}
