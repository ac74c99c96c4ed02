//! `stepdeck demo --history`: a repository with the same commits for everybody.

use std::path::Path;
use std::process::{Command, Output};

/// Runs a program under a person's git configuration.
fn run(program: &str, folder: &Path, home: &Path, arguments: &[&str]) -> Output {
    Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("HOME", home)
        .env_remove("GIT_CONFIG_GLOBAL")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env("XDG_CONFIG_HOME", home)
        .output()
        .unwrap()
}

#[test]
fn everybody_gets_the_same_commits_and_a_clean_checkout() {
    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("skipped: there is no git");
        return;
    }
    let configurations = [
        "",
        "[core]\n\tautocrlf = true\n\tfsmonitor = touch seen\n[commit]\n\tgpgsign = true\n\
         [init]\n\tdefaultBranch = trunk\n\tdefaultObjectFormat = sha256\n\
         [user]\n\tname = Robin\n[fetch]\n\tfsckObjects = true\n[core]\n\thooksPath = /tmp\n",
    ];
    let heads = configurations.map(|configuration| {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join(".gitconfig"), configuration).unwrap();
        let folder = home.path().join("plan");
        let arguments = ["demo", "plan", "--steps", "90", "--history", "--untidy"];
        let program = env!("CARGO_BIN_EXE_stepdeck");
        // As in a hook of another repository, which stays as it is.
        let other = home.path().join("other");
        let wrote = Command::new(program)
            .args(arguments)
            .current_dir(home.path())
            .env("HOME", home.path())
            .env_remove("GIT_CONFIG_GLOBAL")
            .env("XDG_CONFIG_HOME", home.path())
            .env("GIT_DIR", &other)
            .output()
            .unwrap();
        assert!(wrote.status.success(), "{wrote:?}");
        assert!(!other.exists());
        let git = |arguments: &[&str]| {
            let arguments = [&["-c", "core.fsmonitor=false"], arguments].concat();
            let output = run("git", &folder, home.path(), &arguments);
            assert!(output.status.success(), "{output:?}");
            String::from_utf8(output.stdout).unwrap()
        };
        assert!(!folder.join("seen").exists(), "a file monitor was started");
        assert_eq!(git(&["status", "--short"]), "");
        assert_eq!(git(&["fsck", "--strict"]), "");
        // Somebody's history is not overwritten.
        let again = run(program, home.path(), home.path(), &arguments);
        assert!(!again.status.success());
        git(&["rev-parse", "main"])
    });
    assert_eq!(heads[0], heads[1]);
}
