//! The weekly review where the plan is in git: the next one starts by content from the commit that
//! the last one saw, and what became of the ten is what landed.

use std::path::Path;

use stepdeck::plan::id::StepId;
use stepdeck::record::review::Word;
use tempfile::TempDir;

use crate::history::repo::{LOG, git_in, has_git, line, log_of};
use crate::support::desk::{Desk, rest};
use crate::support::run::{Folder, Run};
use crate::support::schema::valid;

const LAST: &str = "docs/reviews/2026-W46.md";
const THIS: &str = "docs/reviews/2026-W47.md";
/// When the last review was finished.
const HELD: &str = "2026-11-13T09:30:00Z";

/// What the last review decided: 1 and 5 were accepted, 3 and 4 are to be done.
const DECIDED: &str = "\
# Weekly review 2026-W46

- **Date:** 2026-11-13
- **Steward:** Ada
- **Since:** 2026-11-06T09:30:00Z

## Proposals

- **0001 accepted as draft:** Ask the auditors
- **0005 accepted, still a draft:** Order the hardware

## Next ten

1. **0003 committed:** Rehearse
2. **0004 committed:** Measure
";

/// A checkout in which reviews are held.
struct Reviewed {
    folder: Folder,
}

impl Reviewed {
    /// Five steps, two of them proposals; nothing is newer than August by its stamp.
    fn new() -> Option<Self> {
        let plan = Self {
            folder: has_git().then(|| Folder::new(&[]))?,
        };
        plan.git(1, &["init", "-q", "-b", "main"]);
        plan.write(
            LOG,
            &log_of(&[
                &line("0001", "Ask the auditors", "idea"),
                &line("0002", "Nobody asks", "idea"),
                &line("0003", "Rehearse", "in progress"),
                &line("0004", "Measure", "in progress"),
                &line("0005", "Order the hardware", "draft"),
            ]),
        );
        plan.commit(2);
        Some(plan)
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn git(&self, day: u32, arguments: &[&str]) -> String {
        let at = format!("2026-11-{day:02}T08:00:00Z");
        let output = git_in(self.path(), &at, arguments);
        String::from_utf8(output).unwrap().trim().to_owned()
    }

    fn write(&self, path: &str, text: &str) {
        self.folder.write(path, text);
    }

    fn edit(&self, from: &str, to: &str) {
        let log = self.folder.read(LOG);
        assert!(log.contains(from), "{log}");
        self.write(LOG, &log.replacen(from, to, 1));
    }

    fn commit(&self, day: u32) -> String {
        self.git(day, &["add", "-A"]);
        self.git(day, &["commit", "-q", "-m", "work"]);
        self.git(day, &["rev-parse", "HEAD"])
    }

    /// Adds a step to the log, which was edited last in August as it says.
    fn add(&self, number: &str, title: &str) {
        let log = self.folder.read(LOG);
        self.write(LOG, &(log + &log_of(&[&line(number, title, "idea")])));
    }

    /// Holds the last review: accepts an idea, finishes, and commits it all. Answers the commit
    /// that was checked out.
    fn hold(&self) -> String {
        let seen = self.git(13, &["rev-parse", "HEAD"]);
        self.edit("\"idea\"", "\"draft\"");
        self.write(LAST, DECIDED);
        self.run_at(HELD, &["review", "--write"]).ok();
        let line = format!("- **Held:** {HELD}\n- **Seen:** {seen}\n");
        let record = self.folder.read(LAST);
        assert!(record.contains(&line), "{record}");
        self.commit(14);
        seen
    }

    fn run_at(&self, now: &str, arguments: &[&str]) -> Run {
        self.folder.run_in(self.path(), now, arguments, None)
    }

    /// The proposals of this week's review, as the subcommand and screen 3 list them.
    fn proposals(&self) -> Vec<String> {
        let review = valid("review", &self.folder.run(&["review", "--json"]).ok());
        let proposals = review["proposals"].as_array().unwrap();
        let told: Vec<String> = (proposals.iter())
            .map(|proposal| proposal["step_id"].as_str().unwrap().to_owned())
            .collect();
        let copy = TempDir::new().unwrap();
        let to = copy.path().display().to_string();
        git_in(self.path(), "", &["clone", "-q", ".", &to]);
        let files = std::fs::read_to_string(self.path().join(LOG)).unwrap();
        std::fs::write(copy.path().join(LOG), files).unwrap();
        rest(&copy.path().join(LOG));
        let mut desk = Desk::on(copy, 120, 40);
        desk.keys("3");
        let shown = desk.cockpit.model.review.proposals.iter();
        let shown: Vec<String> = shown.map(|proposal| proposal.id.to_string()).collect();
        assert_eq!(shown, told);
        told
    }
}

#[test]
fn a_proposal_whose_branch_lands_after_the_review_is_in_the_next_one() {
    let Some(plan) = Reviewed::new() else { return };
    // Written before the review by every stamp there is.
    plan.git(3, &["switch", "-q", "-c", "late"]);
    plan.add("0006", "Train the first team");
    plan.commit(4);
    plan.git(5, &["switch", "-q", "main"]);
    let seen = plan.hold();
    assert_eq!(plan.proposals(), Vec::<String>::new());
    plan.git(16, &["merge", "-q", "--no-ff", "-m", "merge", "late"]);
    assert_eq!(plan.proposals(), ["0006"]);
    // Who compares with the last review meets it, too.
    let since = valid("since", &plan.folder.run(&["since", "--json"]).ok());
    assert_eq!(since["baseline"]["commit"], seen.as_str());
    assert_eq!(since["added"], serde_json::json!(["0006"]));
    let text = plan.folder.run(&["review"]).ok();
    let start = format!("since {HELD} ({})", &seen[..8]);
    assert!(text.contains(&start), "{text}");
}

#[test]
fn a_revert_and_a_change_under_an_old_stamp_are_in_the_next_review() {
    let Some(plan) = Reviewed::new() else { return };
    plan.edit("Order the hardware", "Order all hardware");
    let wish = plan.commit(3);
    plan.hold();
    assert_eq!(plan.proposals(), Vec::<String>::new());
    // Back to the words of before, with the stamp of before.
    plan.git(15, &["revert", "--no-edit", &wish]);
    assert_eq!(plan.proposals(), ["0005"]);
    plan.edit("Nobody asks", "Somebody asks");
    plan.commit(16);
    assert_eq!(plan.proposals(), ["0002", "0005"]);
}

const BLOCKS: &str = "# Plan\n\n| Block | Step Range | Working Theme |\n| --- | --- | --- |\n\
    | B01 | 0001–0100 | Base |\n";

#[test]
fn another_theme_of_a_block_makes_no_proposals_of_its_steps() {
    let Some(plan) = Reviewed::new() else { return };
    plan.write("docs/plan.md", BLOCKS);
    let log = plan.folder.read(LOG);
    plan.write(
        LOG,
        &log.replace("\"title\"", "\"theme\":\"Base\",\"title\""),
    );
    plan.commit(3);
    plan.hold();
    let before = plan.folder.read(LOG);
    plan.write("docs/plan.md", &BLOCKS.replace("Base", "Ground"));
    plan.folder.run(&["check", "--fix"]);
    let after = plan.folder.read(LOG);
    // Every line says what the row says, with the stamp that it had.
    assert_eq!(after, before.replace("\"Base\"", "\"Ground\""));
    plan.commit(16);
    assert_eq!(plan.proposals(), Vec::<String>::new());
}

#[test]
fn a_branch_that_is_fast_forwarded_after_the_review_counts_from_the_commit_seen() {
    let Some(plan) = Reviewed::new() else { return };
    // Committed on 4 November, and so before the review by the commit's own time.
    plan.git(3, &["switch", "-q", "-c", "late"]);
    plan.add("0006", "Train the first team");
    plan.commit(4);
    plan.git(5, &["switch", "-q", "main"]);
    plan.edit("\"idea\"", "\"draft\"");
    plan.write(LAST, DECIDED);
    plan.run_at(HELD, &["review", "--write"]).ok();
    plan.git(14, &["stash", "-q", "-u"]);
    plan.git(14, &["merge", "-q", "--ff-only", "late"]);
    plan.git(14, &["stash", "pop", "-q"]);
    plan.commit(14);
    assert_eq!(plan.proposals(), ["0006"]);
}

#[test]
fn what_a_review_decided_comes_back_only_if_it_changes_after_its_record_landed() {
    let Some(plan) = Reviewed::new() else { return };
    plan.git(3, &["switch", "-q", "-c", "late"]);
    plan.edit("Order the hardware", "Rent the hardware");
    plan.commit(4);
    plan.git(5, &["switch", "-q", "main"]);
    plan.hold();
    plan.git(16, &["merge", "-q", "--no-ff", "-m", "merge", "late"]);
    assert_eq!(plan.proposals(), ["0005"]);
    // A stamp alone is no change, and what was changed back is none either.
    plan.edit("2026-08-31", "2026-11-20");
    assert_eq!(plan.proposals(), ["0005"]);
    plan.edit("Nobody asks", "Somebody asks");
    plan.commit(17);
    assert_eq!(plan.proposals(), ["0002", "0005"]);
    plan.edit("Somebody asks", "Nobody asks");
    assert_eq!(plan.proposals(), ["0005"]);
}

/// Its stamp and its content say that a step changed, and the record why.
#[test]
fn a_dependency_that_a_review_dropped_is_no_news_by_content_either() {
    let Some(plan) = Reviewed::new() else { return };
    plan.add("0006", "Waits for what is gone");
    let whole =
        "\"Waits for what is gone\", \"owner\": \"ops\", \"status\": \"idea\", \"dependencies\": [";
    plan.edit(&format!("{whole}]"), &format!("{whole}\"0099\"]"));
    plan.commit(3);
    plan.hold();
    assert_eq!(plan.proposals(), [""; 0]);
    let record = |why: &str| {
        format!(
            "# Weekly review 2026-W47\n\n- **Date:** 2026-11-20\n- **Since:** {HELD}\n\n## Decided\n\n\
             - **0006 → 0099 fixed:** 0099 is not in the plan\n  - **Why:** {why}\n"
        )
    };
    plan.edit(&format!("{whole}\"0099\"]"), &format!("{whole}]"));
    // Somebody else did it: it is asked about.
    plan.write(THIS, &record("somebody did it"));
    plan.commit(17);
    assert_eq!(plan.proposals(), ["0006"]);
    plan.write(THIS, &record("0006 no longer depends on 0099"));
    plan.commit(18);
    assert_eq!(plan.proposals(), [""; 0]);
}

#[test]
fn where_the_commit_seen_is_squashed_away_the_review_starts_from_what_is_left_of_it() {
    let Some(plan) = Reviewed::new() else { return };
    let base = plan.git(2, &["rev-parse", "HEAD"]);
    // The review was held on a branch of two commits, which became one.
    plan.git(3, &["switch", "-q", "-c", "review"]);
    plan.edit("Rehearse", "Rehearse twice");
    plan.commit(4);
    let seen = plan.hold();
    plan.git(15, &["switch", "-q", "main"]);
    plan.git(15, &["merge", "-q", "--squash", "review"]);
    plan.commit(15);
    plan.add("0006", "Train the first team");
    plan.commit(16);
    let baseline = |plan: &Reviewed| {
        let since = valid("since", &plan.folder.run(&["since", "--json"]).ok());
        since["baseline"]["commit"].as_str().unwrap().to_owned()
    };
    assert_eq!(plan.proposals(), ["0006"]);
    assert_eq!(baseline(&plan), base);
    // Who never had the branch goes by the time at which it was finished.
    plan.git(17, &["branch", "-q", "-D", "review"]);
    plan.git(17, &["reflog", "expire", "--expire=now", "--all"]);
    plan.git(17, &["gc", "-q", "--prune=now"]);
    let gone = plan.folder.run(&["log", "--since", &format!("rev:{seen}")]);
    assert!(gone.err.contains("is not a date"), "{gone:?}");
    assert_eq!(plan.proposals(), ["0006"]);
    assert_eq!(baseline(&plan), base);
}

#[test]
fn what_became_of_the_ten_is_what_landed() {
    let Some(plan) = Reviewed::new() else { return };
    plan.hold();
    plan.edit(
        "\"Rehearse\", \"owner\": \"ops\", \"status\": \"in progress\"",
        "\"Rehearse\", \"owner\": \"ops\", \"status\": \"complete\"",
    );
    plan.commit(16);
    plan.edit(
        "\"Measure\", \"owner\": \"ops\", \"status\": \"in progress\"",
        "\"Measure\", \"owner\": \"ops\", \"status\": \"complete\"",
    );
    let fates = |plan: &Reviewed| {
        let review = valid("review", &plan.folder.run(&["review", "--json"]).ok());
        let fates = review["last_ten"].as_array().unwrap().iter();
        let fates = fates.map(|fate| fate["fate"].as_str().unwrap().to_owned());
        fates.collect::<Vec<_>>()
    };
    assert_eq!(fates(&plan), ["complete", "in progress"]);
    plan.commit(17);
    assert_eq!(fates(&plan), ["complete", "complete"]);
}

#[test]
fn the_cockpit_writes_what_it_saw_and_waits_until_it_knows() {
    let Some(plan) = Reviewed::new() else { return };
    let head = plan.hold();
    let copy = TempDir::new().unwrap();
    let to = copy.path().display().to_string();
    git_in(plan.path(), "", &["clone", "-q", ".", &to]);
    let mut desk = Desk::on(copy, 80, 24);
    // Nothing is to be decided but the ten.
    desk.keys("3F");
    let record = desk.file(THIS);
    let head_now = plan.git(20, &["rev-parse", "HEAD"]);
    assert_ne!(head, head_now);
    assert!(
        record.contains(&format!("- **Seen:** {head_now}\n")),
        "{record}"
    );
    // A step of the ten that the review itself completes lands with its record.
    let ten = &desk.cockpit.model.review.ten;
    let at = ten.iter().position(|row| row.id == StepId::new(3)).unwrap();
    desk.keys(&"j".repeat(at)).keys("x");
    let fates = &desk.cockpit.model.review.fates;
    let told: Vec<Word> = fates.iter().map(|fate| fate.word).collect();
    assert_eq!(
        told,
        [Word::Complete, Word::InProgress],
        "{}",
        desk.screen()
    );
}

#[test]
fn without_git_stamps_tell_and_nothing_is_said_to_be_seen() {
    let log = log_of(&[
        &line("0001", "One", "idea").replace("2026-08-31", "2026-11-14"),
        &line("0002", "Two", "idea"),
    ]);
    let seen =
        "- **Held:** 2026-11-13T09:30:00Z\n- **Seen:** 0123456789abcdef0123456789abcdef01234567\n";
    let last = DECIDED.replace("\n## Proposals", &format!("{seen}\n## Proposals"));
    let last = last.replace("accepted", "postponed");
    let folder = Folder::new(&[(LOG, &log), (LAST, &last)]);
    let review = valid("review", &folder.run(&["review", "--json"]).ok());
    assert_eq!(review["proposals"][0]["step_id"], "0001");
    assert_eq!(review["proposals"].as_array().unwrap().len(), 1);
    assert_eq!(review["since_commit"], serde_json::Value::Null);
    folder.run(&["review", "--write"]).ok();
    assert!(!folder.read(THIS).contains("Seen"), "{}", folder.read(THIS));
}

/// Two people go on with one review on branches: git joins what they wrote into different entries.
#[test]
fn two_people_write_into_one_record_and_git_merges_it() {
    let Some(plan) = Reviewed::new() else { return };
    for number in 6..20 {
        plan.add(&format!("{number:04}"), &format!("Idea {number}"));
    }
    plan.commit(15);
    // Decides about proposals as somebody, on a branch of its own, and commits it there.
    let decide = |who: &str, from: &str, branch: &str, keys: &str| {
        plan.git(15, &["checkout", "-q", "-B", branch, from]);
        let copy = TempDir::new().unwrap();
        let to = copy.path().display().to_string();
        git_in(plan.path(), "", &["clone", "-q", "-b", branch, ".", &to]);
        let robin = Desk::on(copy, 80, 24);
        let mut desk = robin.beside(who, 80, 24);
        desk.keys("3").keys(keys);
        plan.write(THIS, &desk.file(THIS));
        plan.write(LOG, &desk.file(LOG));
        plan.commit(16);
    };
    // A first review, of every idea and draft: 0001, 0002, 0005, 0006, …, 0019.
    decide(
        "Ada",
        "main",
        "main",
        "+/0010<Enter>+<Esc>/0015<Enter>-<Esc>/0018<Enter>-<Esc>",
    );
    decide("Bo", "main", "bo", "/0005<Enter>+<Esc>/0016<Enter>-<Esc>");
    decide("Cy", "main", "cy", "/0012<Enter>rtoo dear<Enter><Esc>");
    plan.git(17, &["merge", "-q", "-m", "both", "bo"]);
    let record = plan.folder.read(THIS);
    for said in [
        "- **Steward:** Ada\n",
        "- **0001 accepted as draft:** Ask the auditors\n\n- **0005 accepted, still a draft:** Order \
         the hardware\n  - **By:** Bo\n\n- **0010 accepted as draft:** Idea 10\n\n- **0012 \
         rejected:** Idea 12\n  - **Why:** too dear\n  - **By:** Cy\n\n## Skipped",
        "- **0015 deferred:** Idea 15\n\n- **0016 deferred:** Idea 16\n  - **By:** Bo\n\n- **0018",
    ] {
        assert!(record.contains(said), "{said}\n{record}");
    }
    let review = valid("review", &plan.folder.run(&["review", "--json"]).ok());
    let decided = (review["proposals"].as_array().unwrap().iter())
        .filter(|proposal| !proposal["verdict"].is_null());
    assert_eq!(decided.count(), 7);
}
