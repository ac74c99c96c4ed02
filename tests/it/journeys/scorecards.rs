//! The scorecard and the checkpoint in a terminal: from opening the plan to the files, with what
//! people write into them in between.

use crate::support::fixture::folder_of;
use crate::support::pty::{Launch, Pty};

const FILES: [(&str, &str); 2] = [
    (
        "data/plans/plan.jsonl",
        "{\"step_id\":\"0001\",\"title\":\"Pick the engine\",\"status\":\"complete\",\"effort\":{\"planned\":2,\"actual\":3},\"updated_at\":\"2020-01-01T00:00:00Z\"}\n",
    ),
    (
        "docs/plan.md",
        "# Plan\n\n## Blocks\n\n| Block | Step Range | Theme | Status |\n| --- | --- | --- | --- |\n| B10 | 0001–1000 | All | Draft |\n\n\
         ## Indicators\n\n| Indicator | Target | Red |\n| --- | --- | --- |\n| Uptime | ≥ 99 % | 95 |\n",
    ),
];

/// The row of a kind, so many below the first.
fn go_to(pty: &Pty, down: usize, kind: &str) {
    pty.type_keys("g");
    pty.type_keys(&"j".repeat(down));
    pty.wait_for(&format!("› {kind}"));
}

fn write(pty: &Pty, said: &str) {
    pty.type_keys("F");
    pty.wait_for("One u undoes it all.");
    pty.type_keys("y");
    pty.wait_for(said);
}

#[test]
fn from_opening_to_the_files_and_around_what_people_write() {
    for (columns, rows) in [(80, 24), (160, 48)] {
        let folder = folder_of(&FILES);
        let state = folder.path().join("state").display().to_string();
        let launch = Launch::stepdeck(&["--as", "Ada"]).in_folder(folder.path());
        let launch = launch.size(columns, rows).env("XDG_STATE_HOME", &state);
        let pty = launch.start();
        pty.wait_for("Plan");
        pty.type_keys("9");
        pty.wait_for("Scorecards");
        // Decisions, risks, reviews, standups and gate reviews are before checkpoints and demos.
        go_to(&pty, 7, "Scorecards");
        write(&pty, "written: Scorecard");
        let only = |kind: &str| {
            let found = std::fs::read_dir(folder.path().join("docs").join(kind)).unwrap();
            let mut found = found.map(|entry| entry.unwrap().path());
            found
                .find(|path| path.extension().is_some_and(|end| end == "md"))
                .unwrap()
        };
        let path = only("scorecards");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("| Uptime | – |"), "{text}");
        let typed = text.replace(
            "- **Uptime:**\n",
            "- **Uptime:** 94 %\n  - **Note:** a storm\n",
        );
        assert_ne!(typed, text);
        std::fs::write(&path, typed).unwrap();
        // The paper with what was typed is read in, and written again.
        pty.type_keys("j<Enter>");
        pty.type_keys(&"j".repeat(60));
        pty.wait_for("a storm");
        pty.type_keys("<Esc>");
        go_to(&pty, 7, "Scorecards");
        write(&pty, "written: Scorecard");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.contains("| Uptime | 94 % |  | ≥ 99 % | ■ red |  | a storm |"),
            "{text}"
        );
        assert!(path.with_extension("").join("uptime.svg").exists());

        // Nothing moved for years: there is no checkpoint, and that is said.
        go_to(&pty, 5, "Checkpoints");
        pty.type_keys("F");
        pty.wait_for("no step moved since");
        let log = folder.path().join(FILES[0].0);
        let now = chrono::Utc::now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
        std::fs::write(&log, FILES[0].1.replace("2020-01-01T00:00:00Z", &now)).unwrap();
        pty.type_keys("1");
        pty.wait_for("Pick the engine");
        pty.type_keys("9");
        go_to(&pty, 5, "Checkpoints");
        write(&pty, "written: Checkpoint CP01");
        let text = std::fs::read_to_string(only("checkpoints")).unwrap();
        assert!(
            text.contains("| Effort, complete steps with both | 2 | 3 | 150% | 1 of 1 |"),
            "{text}"
        );
        let canon = std::fs::read_to_string(folder.path().join(FILES[1].0)).unwrap();
        assert!(
            canon.contains("| Draft · [CP01](checkpoints/CP01.md) |"),
            "{canon}"
        );
        pty.type_keys("q");
        assert!(pty.wait_exit().success());
    }
}
