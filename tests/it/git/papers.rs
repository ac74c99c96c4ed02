//! Canon and papers, edited on two branches: what merges with the driver, and what any host merges.

use super::{Repo, repo, set_up};

const PLAN: &str = "docs/plan.md";
const ROADMAP: &str = "docs/ROADMAP.md";

const CANON: &str = "\
# Plan

| Block | Step Range | Theme | Status |
| --- | --- | --- | --- |
| B01 | 0001–0100 | Foundation | Draft |
| B02 | 0101–0200 | Access | Draft |
| B03 | 0201–0300 | Growth | Draft |

## Milestones

| Stage | Stage-Gate Review |
| --- | --- |
| Base | All checks |

### Stage Readiness Checklists

#### Base

- Runbooks are read
- Pagers ring
- Backups come back

## Steps

### Step 0101 — Choose the engine

- **Outcome:** Engine chosen
- **Owner:** grc
- **Status:** Draft

### Step 0102 — Move

- **Outcome:** Moved
";

/// A plan with canon and roadmap, and the drivers unless `plain`.
fn team(plain: bool) -> Option<Repo> {
    let repo = repo()?;
    repo.write(PLAN, CANON);
    repo.write(ROADMAP, "# Roadmap\n\n## Base\n\nSoon.\n");
    if !plain {
        repo.stepdeck(&["git-setup"]).ok();
    }
    repo.commit("start");
    Some(repo)
}

fn change(repo: &Repo, path: &str, from: &str, to: &str) {
    let text = repo.read(path);
    assert_eq!(text.matches(from).count(), 1, "{from}");
    repo.write(path, &text.replace(from, to));
}

#[test]
fn neighbouring_rows_and_two_sections_of_one_file_merge() {
    let Some(repo) = team(false) else { return };
    let new = |id: &str, title: &str| {
        format!("### Step {id} — {title}\n\n- **Outcome:** {title}\n\n### Step 0102")
    };
    repo.diverge(
        |repo| {
            change(
                repo,
                PLAN,
                "| B01 | 0001–0100 | Foundation |",
                "| B01 | 0001–0100 | Base |",
            );
            change(repo, PLAN, "** grc", "** sre");
            change(repo, PLAN, "### Step 0102", &new("0101.A", "Ask ours"));
        },
        |repo| {
            change(repo, PLAN, "Access | Draft", "Access | Complete");
            change(repo, PLAN, "Engine chosen", "Engine agreed");
            change(repo, PLAN, "- Pagers", "- [x] Pagers");
            change(repo, PLAN, "### Step 0102", &new("0101.A", "Ask theirs"));
        },
    );
    repo.git(&["merge", "-q", "side"]).ok();
    let expected = CANON
        .replace("Foundation", "Base")
        .replace("Access | Draft", "Access | Complete")
        .replace("** grc", "** sre")
        .replace("Engine chosen", "Engine agreed")
        .replace("- Pagers", "- [x] Pagers")
        .replace("### Step 0102", &new("0101.A", "Ask theirs"))
        .replacen(
            "### Step 0101.A",
            &new("0101.A", "Ask ours").replace("### Step 0102", "### Step 0101.A"),
            1,
        );
    assert_eq!(repo.read(PLAN), expected);
    assert_eq!(repo.git(&["status", "--porcelain"]).ok(), "");
}

#[test]
fn one_cell_changed_twice_is_a_conflict_of_its_row() {
    let Some(repo) = team(false) else { return };
    repo.diverge(
        |repo| {
            change(repo, PLAN, "Access", "Identity");
            change(repo, PLAN, "Growth", "Grow");
        },
        |repo| {
            change(repo, PLAN, "Access | Draft", "Entry | Complete");
            change(repo, PLAN, "- Pagers", "- [x] Pagers");
        },
    );
    let run = repo.git(&["merge", "side"]);
    assert_eq!(run.code, Some(1));
    let conflict = "<<<<<<< HEAD\n| B02 | 0101–0200 | Identity | Complete |\n=======\n\
                    | B02 | 0101–0200 | Entry | Complete |\n>>>>>>> side\n";
    let expected = CANON
        .replace("| B02 | 0101–0200 | Access | Draft |\n", conflict)
        .replace("Growth", "Grow")
        .replace("- Pagers", "- [x] Pagers");
    assert_eq!(repo.read(PLAN), expected);
    let named = format!("stepdeck: {PLAN}:6: B02 theme: both sides changed it\n");
    assert!(run.err.contains(&named), "{}", run.err);
}

/// Ticks a check of Base with evidence.
fn tick(repo: &Repo, words: &str, link: &str) {
    repo.stepdeck(&["tick", "Base", words, "--evidence", link, "--as", "Robin"])
        .ok();
}

#[test]
fn two_checks_of_a_stage_are_ticked_with_evidence() {
    let Some(repo) = team(false) else { return };
    repo.diverge(
        |repo| tick(repo, "Runbooks", "https://example.org/run"),
        |repo| tick(repo, "Pagers", "https://example.org/ring"),
    );
    repo.git(&["merge", "-q", "side"]).ok();
    let roadmap = repo.read(ROADMAP);
    for proof in [
        "\n\n- Runbooks are read — <https://example.org/run> (",
        "\n\n- Pagers ring — <https://example.org/ring> (",
        "\n\n- Backups come back\n",
    ] {
        assert_eq!(roadmap.matches(proof).count(), 1, "{roadmap}");
    }
    let canon = repo.read(PLAN);
    assert!(
        canon.contains("- [x] Runbooks are read\n- [x] Pagers ring\n- Backups"),
        "{canon}"
    );
}

#[test]
fn evidence_for_two_checks_never_meets_even_without_the_driver() {
    let Some(repo) = team(true) else { return };
    // The first evidence of a stage makes the places.
    tick(&repo, "Backups", "https://example.org/back");
    repo.commit("places");
    let roadmap = repo.read(ROADMAP);
    repo.diverge(
        |repo| tick(repo, "Runbooks", "https://example.org/run"),
        |repo| {
            let both = [
                ("Pagers", "https://example.org/ring"),
                ("Backups", "https://example.org/2"),
            ];
            both.iter().for_each(|(words, link)| {
                let canon = repo.read(PLAN);
                let attach = ["tick", "Base", words, "--evidence", link, "--as", "Robin"];
                repo.stepdeck(&attach);
                // A host merges the canon's neighbouring lines no better than before.
                repo.write(PLAN, &canon);
            });
        },
    );
    repo.git(&["merge", "-q", "side"]).ok();
    let merged = repo.read(ROADMAP);
    assert!(
        merged.contains("- Runbooks are read — <https://example.org/run> ("),
        "{merged}"
    );
    assert!(
        merged.contains("- Pagers ring — <https://example.org/ring> ("),
        "{merged}"
    );
    assert!(merged.len() > roadmap.len());
}

#[test]
fn two_review_records_of_one_week_merge_entry_by_entry() {
    let Some(repo) = team(false) else { return };
    let path = "docs/reviews/2026-W47.md";
    let record = |entry: &str, ten: &str| {
        format!("# Weekly review 2026-W47\n\n## Proposals\n\n{entry}\n\n## Next ten\n\n{ten}")
    };
    repo.diverge(
        |repo| {
            repo.write(
                path,
                &record(
                    "- [x] 0002 Schema — accepted (2026-11-21, Ana)",
                    "- 0002 Schema\n",
                ),
            )
        },
        |repo| {
            repo.write(
                path,
                &record(
                    "- [x] 0101 Engine — accepted (2026-11-21, Ben)",
                    "- 0002 Schema\n",
                ),
            )
        },
    );
    repo.git(&["merge", "-q", "side"]).ok();
    assert_eq!(
        repo.read(path),
        record(
            "- [x] 0002 Schema — accepted (2026-11-21, Ana)\n- [x] 0101 Engine — accepted (2026-11-21, Ben)",
            "- 0002 Schema\n"
        )
    );
}

#[test]
fn prose_is_what_git_makes_of_it() {
    let Some(repo) = team(false) else { return };
    let path = "docs/notes.md";
    let base = "# Notes\n\nOne line.\nTwo lines.\nThree lines.\n";
    repo.write(path, base);
    repo.write("plain/notes.txt", base);
    repo.commit("notes");
    let both = |from: &str, to: &str| {
        for path in [path, "plain/notes.txt"] {
            change(&repo, path, from, to);
        }
    };
    repo.diverge(|_| both("Two", "2"), |_| both("Two", "Twice"));
    assert_eq!(repo.git(&["merge", "side"]).code, Some(1));
    assert_eq!(repo.read(path), repo.read("plain/notes.txt"));
}

/// Whatever two people do to a page, the driver never stops where git's own merge would not.
#[test]
fn the_driver_is_never_worse_than_the_text() {
    let Some(repo) = team(false) else { return };
    let lines: Vec<&str> = CANON.split_inclusive('\n').collect();
    let edited = |seed: usize, tag: &str| -> String {
        let mut text: Vec<String> = lines.iter().map(ToString::to_string).collect();
        for round in 0..3 {
            let at = (seed * 31 + round * 17 + seed * seed) % text.len();
            match (seed + round) % 4 {
                0 => text.insert(at, format!("- {tag} {seed} {round}\n")),
                1 => text[at] = text[at].replace(' ', &format!(" {tag} ")),
                2 => drop(text.remove(at)),
                _ => text.insert(at, format!("\n{tag} writes {seed} {round}.\n\n")),
            }
        }
        text.concat()
    };
    repo.write("base.md", CANON);
    for seed in 1..40 {
        for (name, tag, seed) in [("a.md", "ours", seed), ("b.md", "theirs", seed * 7 + 3)] {
            repo.write(name, &edited(seed, tag));
        }
        let text = repo.git(&["merge-file", "-p", "-q", "a.md", "base.md", "b.md"]);
        let ours = repo.read("a.md");
        let run = repo.stepdeck(&["merge", "--path=docs/x.md", "base.md", "a.md", "b.md"]);
        assert!(matches!(run.code, Some(0 | 1)), "{}", run.err);
        if text.code == Some(0) {
            let is_twice = run.err.contains("both sides added");
            assert!(run.code == Some(0) || is_twice, "{seed}: {}", run.err);
        }
        let merged = repo.read("a.md");
        let theirs = repo.read("b.md");
        let is_new = |line: &&str| {
            ["- ours ", "- theirs ", "ours writes ", "theirs writes "]
                .iter()
                .any(|start| line.starts_with(start))
        };
        for line in ours.lines().chain(theirs.lines()).filter(is_new) {
            assert!(merged.contains(line), "{line} is lost in\n{merged}");
        }
    }
}

#[test]
fn two_decisions_of_one_day_are_two_files_on_any_host() {
    let Some(repo) = set_up() else { return };
    let decide = |title: &str| {
        let arguments = ["decide", title, "--steps", "0001", "--why", "It is time."];
        repo.stepdeck(&arguments).ok();
    };
    repo.diverge(|_| decide("Keep the engine"), |_| decide("Buy an engine"));
    let path = repo.without_stepdeck();
    let merge = ["merge", "-q", "--no-edit", "side"];
    let run = repo.run("git", &merge, &path);
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    let names = repo.git(&["ls-files", "docs/decisions"]).ok();
    let names: Vec<&str> = names
        .lines()
        .map(|path| path.rsplit('/').next().unwrap())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
    for (name, words) in names.iter().zip(["buy-an-engine", "keep-the-engine"]) {
        // A date and words, never the next number.
        let (date, rest) = name.split_at(10);
        assert!(
            date.split('-').count() == 3 && rest == format!("-{words}.md"),
            "{name}"
        );
    }
    let found = repo.stepdeck(&["check"]).out;
    assert!(!found.contains("decisions/"), "{found}");
}

/// What the documentation says of evidence: without the driver three things conflict, with it none.
#[test]
fn evidence_that_a_host_cannot_merge_is_merged_by_the_driver() {
    type Edit = fn(&Repo);
    let first: [Edit; 2] = [
        |repo| tick(repo, "Runbooks", "https://example.org/run"),
        |repo| tick(repo, "Backups", "https://example.org/back"),
    ];
    let same: [Edit; 2] = [
        |repo| tick(repo, "Pagers", "https://example.org/one"),
        |repo| tick(repo, "Pagers", "https://example.org/two"),
    ];
    let neighbours: [Edit; 2] = [
        |repo| change(repo, PLAN, "- Runbooks", "- [x] Runbooks"),
        |repo| change(repo, PLAN, "- Pagers", "- [x] Pagers"),
    ];
    for (has_places, [ours, theirs]) in [(false, first), (true, same), (true, neighbours)] {
        for plain in [true, false] {
            let Some(repo) = team(plain) else { return };
            if has_places {
                // For a check that nobody else is about.
                tick(&repo, "Backups", "https://example.org/back");
                repo.commit("places");
            }
            repo.diverge(ours, theirs);
            let run = repo.git(&["merge", "-q", "side"]);
            assert_eq!(run.code, Some(i32::from(plain)), "{}{}", run.out, run.err);
        }
    }
}
