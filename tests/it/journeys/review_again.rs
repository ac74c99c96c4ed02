//! A weekly review that was finished and goes on, and what it changed itself.

use crate::support::desk::Desk;
use crate::support::review::{LAST, LAST_PAPER, LOG, PAPER, log};
use crate::support::run::Folder;
use crate::support::schema::valid;

/// Within the week that follows on the one of the desk.
const NEXT_WEEK: &str = "2026-11-27T09:30:00Z";

fn desk() -> Desk {
    Desk::sized(&[(LOG, &log()), (LAST_PAPER, LAST)], 80, 24)
}

/// The proposals of the review of the week after, with whether each is decided about.
fn next_week(desk: &Desk) -> Vec<String> {
    let files = [LOG, LAST_PAPER, PAPER].map(|path| (path, desk.file(path)));
    let files = files.each_ref().map(|(path, text)| (*path, &**text));
    let folder = Folder::new(&files);
    let run = folder.run_in(folder.path(), NEXT_WEEK, &["review", "--json"], None);
    let review = valid("review", &run.ok());
    let proposals = review["proposals"].as_array().unwrap().iter();
    let ids = proposals.map(|proposal| proposal["step_id"].as_str().unwrap().to_owned());
    ids.collect()
}

#[test]
fn a_decision_after_the_end_is_counted() {
    let mut desk = desk();
    desk.keys("3F");
    let undecided = |desk: &Desk| {
        let paper = desk.file(PAPER);
        let line = paper.lines().find(|line| line.contains("Undecided"));
        let (_, open) = paper.split_once("## Not discussed\n").unwrap();
        let (open, _) = open.split_once("\n## ").unwrap();
        let open = open
            .lines()
            .filter(|line| line.starts_with("- **") && !line.contains("→"));
        (line.unwrap_or("-").to_owned(), open.count())
    };
    let counted = |words: &str, open: usize| (format!("- **Undecided:** {words}"), open);
    assert_eq!(undecided(&desk), counted("3 proposals", 3));
    desk.keys("gg+");
    assert_eq!(undecided(&desk), counted("2 proposals", 2));
    // Two at once.
    desk.keys("-");
    assert_eq!(undecided(&desk), counted("1 proposal", 1));
    desk.keys("u");
    assert_eq!(undecided(&desk), counted("2 proposals", 2));
    desk.keys("Urno time<Enter>");
    assert_eq!(undecided(&desk), ("-".to_owned(), 0));
    let by_keys = desk.file(PAPER);
    // Finished again, it says the same.
    desk.keys("F");
    assert_eq!(by_keys, desk.file(PAPER));
    assert!(
        next_week(&desk).iter().all(|id| id == "0004"),
        "{:?}",
        next_week(&desk)
    );
}

#[test]
fn what_a_review_fixes_is_no_proposal_of_it_nor_of_the_next() {
    let mut desk = desk();
    desk.keys("3+++");
    assert!(desk.screen().contains("Proposals 3/3"), "{}", desk.screen());
    // 0003 was decided about; 0006 nobody touched since the last review.
    desk.keys("<Tab>fdfd");
    let log = desk.file(LOG);
    assert!(!log.contains("\"0005\"]") && !log.contains("0090"), "{log}");
    assert!(desk.screen().contains("Proposals 3/3"), "{}", desk.screen());
    desk.keys("F");
    assert!(
        !desk.file(PAPER).contains("Undecided"),
        "{}",
        desk.file(PAPER)
    );
    assert_eq!(next_week(&desk), [""; 0]);
}

#[test]
fn what_is_undecided_when_it_is_fixed_stays_undecided() {
    let mut desk = desk();
    desk.keys("3<Tab>fd");
    assert!(!desk.file(LOG).contains("0090"));
    assert!(desk.screen().contains("Proposals 0/3"), "{}", desk.screen());
    desk.keys("F");
    assert!(
        desk.file(PAPER).contains("- **0003 not discussed:**"),
        "{}",
        desk.file(PAPER)
    );
    assert_eq!(next_week(&desk), ["0003", "0004", "0007"]);
}

/// Whoever goes on with a review without a bookmark of their own begins at what is open.
#[test]
fn a_review_that_somebody_else_began_opens_at_what_is_open() {
    let mut desk = desk();
    desk.keys("3+-");
    let mut other = desk.beside("Bo", 80, 24);
    other.keys("3").settle();
    let screen = other.screen();
    assert!(screen.contains("Proposals 2/3"), "{screen}");
    assert!(screen.contains("▌ 0007"), "{screen}");
}
