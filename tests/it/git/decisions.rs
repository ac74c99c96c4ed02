//! What people decide about what two of them decided: the decision of a gate with the checks that
//! follow from it, and what a review said of a step.

use super::{Repo, repo};

const CANON: &str = "docs/plan.md";
const PACKET: &str = "docs/milestone-reviews/base/20261121/review.md";

/// The canon with these further checks of the stage after Base.
fn canon(checks: &str) -> String {
    format!(
        "# Plan\n\n| Stage | Stage-Gate Review |\n| --- | --- |\n| Base | Review |\n| Top | Review |\n\n\
         ## Readiness Checklists\n\n### Base\n\n- [x] Runbooks\n\n### Top\n\n- [ ] Flag\n{checks}\n\
         ## End\n\nWords.\n"
    )
}

fn packet(decision: &str, rest: &str) -> String {
    format!(
        "# Gate review: Base\n\n- **Stage:** Base\n- **Date:** 2026-11-21\n- **Held by:** Robin\n\n\
         ## Decision\n\n- **Decision:** {decision}\n{rest}\n## Readiness\n\n- **Ticked:** 1 of 1 (100%)\n"
    )
}

fn passed(conditions: &str, who: &str) -> String {
    packet(
        "go with conditions",
        &format!("- **Decided:** 2026-11-21, {who}\n- **Conditions:** {conditions}\n"),
    )
}

fn check(words: &str) -> String {
    format!("- [ ] {words} (condition of Base, 2026-11-21)\n")
}

/// A merge of two decisions about the gate of Base, with the checks that each put into the canon.
fn decided(is_plain: bool, [ours, theirs]: [(&str, &str); 2]) -> Option<Repo> {
    let repo = repo()?;
    if !is_plain {
        repo.stepdeck(&["git-setup"]).ok();
    }
    repo.write(CANON, &canon(""));
    repo.write(PACKET, &packet("undecided", ""));
    repo.commit("start");
    let write = |repo: &Repo, (packet, checks): (&str, &str)| {
        repo.write(PACKET, packet);
        repo.write(CANON, &canon(checks));
    };
    repo.diverge(|repo| write(repo, ours), |repo| write(repo, theirs));
    assert_eq!(repo.git(&["merge", "-q", "side"]).code, Some(1));
    Some(repo)
}

#[test]
fn the_checks_of_the_next_gate_follow_the_decision_that_is_kept() {
    let (rota, budget) = (check("Rota covered"), check("Budget signed"));
    let ours = passed("Rota covered", "Robin");
    let no_go = packet("no-go", "- **Decided:** 2026-11-21, Ana\n");
    let other = passed("Budget signed", "Ana");
    for is_plain in [false, true] {
        for (theirs, their_checks) in [(&no_go, ""), (&other, &*budget)] {
            for (side, checks) in [("--ours", &*rota), ("--theirs", their_checks)] {
                let sides = [(&*ours, &*rota), (&**theirs, their_checks)];
                let Some(repo) = decided(is_plain, sides) else {
                    return;
                };
                let run = repo.stepdeck(&["resolve", side]);
                assert_eq!(run.code, Some(0), "{}", run.err);
                let kept = if side == "--ours" { &ours } else { theirs };
                let decision = kept.lines().find(|line| line.contains("**Decision:**"));
                assert!(repo.read(PACKET).contains(decision.unwrap()), "{side}");
                assert_eq!(repo.read(CANON), canon(checks), "{side} {is_plain}");
                assert_eq!(repo.stepdeck(&["resolve"]).code, Some(0));
            }
        }
    }
}

#[test]
fn the_checks_follow_once_the_last_conflict_of_a_decision_is_resolved() {
    let (rota, budget) = (check("Rota covered"), check("Budget signed"));
    let (ours, theirs) = (
        passed("Rota covered", "Robin"),
        passed("Budget signed", "Ana"),
    );
    for is_plain in [false, true] {
        // The packet first, or the canon first where it is in conflict, too.
        for papers in [[PACKET, CANON], [CANON, PACKET]] {
            let sides = [(&*ours, &*rota), (&*theirs, &*budget)];
            let Some(repo) = decided(is_plain, sides) else {
                return;
            };
            for paper in papers {
                while repo.read(paper).contains("<<<<<<<") {
                    let at = repo.read(paper);
                    let line = at.lines().position(|line| line.starts_with("<<<<<<<"));
                    let place = format!("{paper}:{}", line.unwrap() + 1);
                    repo.stepdeck(&["resolve", &place, "--theirs"]).ok();
                }
            }
            assert_eq!(repo.read(PACKET), theirs);
            assert_eq!(repo.read(CANON), canon(&budget), "{papers:?}");
        }
    }
}

#[test]
fn a_ticked_condition_and_those_of_another_gate_stay() {
    let ours = passed("Rota covered", "Robin");
    let theirs = packet("no-go", "- **Decided:** 2026-11-21, Ana\n");
    let ticked = check("Rota covered").replace("[ ]", "[x]");
    let other = check("Bell tested").replace("Base", "Below");
    let checks = format!("{ticked}{other}");
    let Some(repo) = decided(false, [(&ours, &checks), (&theirs, "")]) else {
        return;
    };
    repo.stepdeck(&["resolve", "--theirs"]).ok();
    assert!(repo.read(PACKET).contains("no-go"));
    assert_eq!(repo.read(CANON), canon(&checks));
}

#[test]
fn a_decision_that_a_later_one_overruled_changes_no_checks() {
    let ours = passed("Rota covered", "Robin");
    let theirs = packet("no-go", "- **Decided:** 2026-11-21, Ana\n");
    let rota = check("Rota covered");
    let Some(repo) = decided(false, [(&ours, &rota), (&theirs, "")]) else {
        return;
    };
    let later = ours.replace("2026-11-21", "2026-11-28");
    repo.write(&PACKET.replace("20261121", "20261128"), &later);
    repo.stepdeck(&["resolve", "--theirs"]).ok();
    assert_eq!(repo.read(CANON), canon(&rota));
}

const RECORD: &str = "docs/reviews/2026-W47.md";

fn record(decided: &str, skipped: &str) -> String {
    format!(
        "# Weekly review 2026-W47\n\n- **Date:** 2026-11-20\n- **Steward:** Robin\n\n## Next ten\n\nNone.\n\n\
         ## Decided\n\n{decided}\n## Skipped\n\n{skipped}\n## Not discussed\n\nNone.\n"
    )
}

#[test]
fn what_two_people_decided_otherwise_about_one_step_is_asked() {
    let (yes, no, later) = (
        "- **0002 accepted as draft:** Two\n",
        "- **0002 rejected:** Two\n",
        "- **0002 deferred:** Two\n",
    );
    let one = "- **0001 rejected:** One\n";
    let both = |other: &str| format!("{one}\n{other}");
    let cases = [
        (record(&both(yes), ""), record(&both(no), "")),
        (record(&both(yes), ""), record(one, later)),
        (record(one, later), record(&both(no), "")),
    ];
    for (ours, theirs) in cases {
        let Some(repo) = repo() else { return };
        repo.stepdeck(&["git-setup"]).ok();
        repo.write(RECORD, &record(one, ""));
        repo.commit("start");
        repo.diverge(
            |repo| repo.write(RECORD, &ours),
            |repo| repo.write(RECORD, &theirs),
        );
        assert_eq!(
            repo.git(&["merge", "-q", "side"]).code,
            Some(1),
            "{}",
            repo.read(RECORD)
        );
        let text = repo.read(RECORD);
        assert_eq!(text.matches("<<<<<<<").count(), 1, "{text}");
        repo.stepdeck(&["resolve", "--theirs"]).ok();
        let text = repo.read(RECORD);
        assert_eq!(text.matches("**0002 ").count(), 1, "{text}");
        let kept = theirs.lines().find(|line| line.contains("0002")).unwrap();
        assert!(text.contains(kept) && text.contains(one), "{text}");
    }
    // A ready step that is not for this week may be accepted all the same.
    let aside = "- **0002 not this week:** Two\n";
    let Some(repo) = repo() else { return };
    repo.stepdeck(&["git-setup"]).ok();
    repo.write(RECORD, &record(one, ""));
    repo.commit("start");
    repo.diverge(
        |repo| repo.write(RECORD, &record(&both(yes), "")),
        |repo| repo.write(RECORD, &record(one, aside)),
    );
    repo.git(&["merge", "-q", "side"]).ok();
    assert_eq!(repo.read(RECORD), record(&both(yes), aside));
}
