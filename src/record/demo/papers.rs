//! The papers around the demo plan: configuration, roadmap, decisions, risks, demos, artifacts,
//! checkpoints, a scorecard, milestone reviews, a quarter plan and a retrospective.
//!
//! A paper is written only if the steps that it names are in the plan.

use std::fmt::Write as _;

use super::canon::Milestones;
use super::content::Content;
use super::walk::{Layout, Ledger};
use crate::plan::status::Status;

pub(super) const CONFIGURATION: &str = include_str!("../../../assets/demo/stepdeck.toml");
const ROADMAP: &str = include_str!("../../../assets/demo/roadmap.md");

/// A paper with fixed words: the steps that it needs, its name and its text.
struct Paper {
    needs: &'static [usize],
    name: &'static str,
    text: &'static str,
}

macro_rules! paper {
    ($folder:literal, $name:literal, $needs:expr) => {
        Paper {
            needs: &$needs,
            name: $name,
            text: include_str!(concat!("../../../assets/demo/", $folder, "/", $name)),
        }
    };
}

/// One of which nothing is needed but that its figures are right.
macro_rules! figure {
    ($folder:literal, $name:literal) => {
        Paper {
            needs: &[],
            name: concat!($folder, "/", $name),
            text: include_str!(concat!("../../../assets/demo/", $folder, "/", $name)),
        }
    };
}

const ARTIFACTS: [Paper; 6] = [
    paper!("artifacts", "programme-charter.md", [1]),
    paper!("artifacts", "weekly-review.md", [4]),
    paper!("artifacts", "decision-template.md", [7]),
    paper!("artifacts", "access-review.md", [105]),
    paper!("artifacts", "event-dictionary.md", [203]),
    paper!("artifacts", "rollback-runbook.md", [506]),
];

const DECISIONS: [Paper; 4] = [
    paper!(
        "decisions",
        "0001-mask-photographs-before-analysts-see-them.md",
        [120, 121, 214]
    ),
    paper!(
        "decisions",
        "0002-no-funnel-on-counts-that-disagree.md",
        [216, 219, 226]
    ),
    paper!("decisions", "0003-release-money-by-gate.md", [438, 439]),
    paper!(
        "decisions",
        "2026-11-17-ask-the-board-for-two-stages-at-a-time.md",
        [438, 439]
    ),
];

const RISKS: [Paper; 3] = [
    paper!(
        "risks",
        "2026-09-22-payment-provider-changes-its-statements.md",
        [515]
    ),
    paper!(
        "risks",
        "2026-10-13-shops-refuse-to-ask-for-consent.md",
        [603]
    ),
    paper!(
        "risks",
        "2026-10-27-two-booking-counts-keep-differing.md",
        [216, 219]
    ),
];

const DEMOS: [Paper; 1] = [paper!(
    "demos",
    "2026-07-03.md",
    [328, 335, 410, 411, 419, 420, 501, 502, 508]
)];

/// A change log, a scorecard, a checkpoint, milestone reviews, a quarter plan and a retrospective, with
/// their charts.
/// They tell figures of the plan, which are those of the bundled one.
const FIGURES: [Paper; 25] = [
    figure!("changes", "2026-W47.md"),
    figure!("scorecards", "2026-W47.md"),
    figure!("scorecards", "2026-W47/blocked-over-a-week.svg"),
    figure!("scorecards", "2026-W47/bookings-that-end-in-a-repair.svg"),
    figure!("scorecards", "2026-W47/checks-ticked-groundwork.svg"),
    figure!(
        "scorecards",
        "2026-W47/complaints-unanswered-after-a-day.svg"
    ),
    figure!("scorecards", "2026-W47/money-in-reserve.svg"),
    figure!("scorecards", "2026-W47/payouts-on-time.svg"),
    figure!("scorecards", "2026-W47/quotes-that-hold.svg"),
    figure!("scorecards", "2026-W47/shops-open-for-bookings.svg"),
    figure!("scorecards", "2026-W47/steps-completed.svg"),
    figure!("checkpoints", "CP01.md"),
    figure!("checkpoints", "CP01/burn-up.svg"),
    figure!(
        "milestone-reviews/groundwork/20261120",
        "finance-pricing-burndown.svg"
    ),
    figure!(
        "milestone-reviews/groundwork/20261120",
        "finance-pricing.md"
    ),
    figure!(
        "milestone-reviews/groundwork/20261120",
        "product-booking-burndown.svg"
    ),
    figure!(
        "milestone-reviews/groundwork/20261120",
        "product-booking.md"
    ),
    figure!(
        "milestone-reviews/groundwork/20261120",
        "research-evidence-burndown.svg"
    ),
    figure!(
        "milestone-reviews/groundwork/20261120",
        "research-evidence.md"
    ),
    figure!(
        "milestone-reviews/groundwork/20261120",
        "risk-governance-burndown.svg"
    ),
    figure!(
        "milestone-reviews/groundwork/20261120",
        "risk-governance.md"
    ),
    figure!(
        "milestone-reviews/groundwork/20261120",
        "shops-operations-burndown.svg"
    ),
    figure!(
        "milestone-reviews/groundwork/20261120",
        "shops-operations.md"
    ),
    figure!("planning", "2026-Q4.md"),
    figure!("retrospectives", "groundwork-2026-11-20.md"),
];

/// Where the roadmap links the plan of the quarter.
const QUARTER: &str = "{{quarter}}";

/// How many steps of the bundled plan are complete, and how many there are.
const BUNDLED: (usize, usize) = (130, 480);

/// The roadmap with an evidence link for each ticked check, in the check's own words.
///
/// The stage that a quarter plan is about links it.
pub(super) fn roadmap(milestones: &Milestones, ledger: &Ledger) -> String {
    let mut out = String::new();
    for line in ROADMAP.lines() {
        if line == QUARTER {
            if has_figures(ledger) {
                out.push_str("- **Quarter:** [2026-Q4](planning/2026-Q4.md)\n\n");
            }
            continue;
        }
        let stage = line
            .strip_prefix("{{evidence:")
            .and_then(|rest| rest.strip_suffix("}}"));
        match stage {
            None => out.push_str(line),
            Some(stage) => out.push_str(evidence(milestones, stage).trim_end()),
        }
        out.push('\n');
    }
    out
}

fn evidence(milestones: &Milestones, stage: &str) -> String {
    let slug = stage.to_lowercase().replace(' ', "-");
    let mut out = String::new();
    for (at, check) in milestones
        .checks()
        .filter(|check| check.stage == stage)
        .enumerate()
    {
        if check.ticked {
            // Writing to a string cannot fail.
            let _ = writeln!(
                out,
                "- {} [evidence](https://evidence.example.org/mendwell/gates/{slug}/{})",
                check.text,
                at + 1
            );
        }
    }
    if out.is_empty() {
        "Nothing to show yet.".to_owned()
    } else {
        out
    }
}

/// The files that steps link to.
pub(super) fn artifacts(ledger: &Ledger, add: &mut impl FnMut(String, String)) {
    write(&ARTIFACTS, "data/artifacts", ledger, add);
}

/// The decision notes.
pub(super) fn decisions(ledger: &Ledger, add: &mut impl FnMut(String, String)) {
    write(&DECISIONS, "data/decisions", ledger, add);
}

/// The register of risks.
pub(super) fn risks(ledger: &Ledger, add: &mut impl FnMut(String, String)) {
    write(&RISKS, "data/risks", ledger, add);
}

/// What was shown at demos: steps that are complete.
pub(super) fn demos(ledger: &Ledger, add: &mut impl FnMut(String, String)) {
    let is_complete = |number: &usize| ledger.complete(*number);
    for paper in DEMOS
        .iter()
        .filter(|paper| paper.needs.iter().all(is_complete))
    {
        add(format!("data/demos/{}", paper.name), paper.text.to_owned());
    }
}

/// Whether the plan has the figures of the bundled one.
pub(super) fn has_figures(ledger: &Ledger) -> bool {
    let complete = ledger
        .tallies
        .iter()
        .map(|tally| tally[Status::Complete as usize]);
    let all = ledger.tallies.iter().flatten();
    (complete.sum::<usize>(), all.sum::<usize>()) == BUNDLED
}

/// The papers that tell figures of the plan, with their charts.
pub(super) fn figures(ledger: &Ledger, add: &mut impl FnMut(String, String)) {
    if has_figures(ledger) {
        for paper in &FIGURES {
            add(format!("data/{}", paper.name), paper.text.to_owned());
        }
    }
}

fn write(papers: &[Paper], folder: &str, ledger: &Ledger, add: &mut impl FnMut(String, String)) {
    for paper in papers {
        if paper
            .needs
            .iter()
            .all(|number| ledger.status(*number).is_some())
        {
            add(format!("{folder}/{}", paper.name), paper.text.to_owned());
        }
    }
}

/// One summary for each thousand steps that is complete.
pub(super) fn checkpoints(
    content: &Content,
    layout: Layout,
    ledger: &Ledger,
    add: &mut impl FnMut(String, String),
) {
    for thousand in 1..=layout.thousands_done {
        let text = checkpoint(content, ledger, thousand);
        add(format!("data/checkpoints/CP{thousand:02}.md"), text);
    }
}

fn checkpoint(content: &Content, ledger: &Ledger, thousand: usize) -> String {
    let (first, last) = ((thousand - 1) * 1000 + 1, thousand * 1000);
    let mut out = format!(
        "# CP{thousand:02}: steps {first:04}–{last:04}\n\n## Objectives\n\n\
         All thousand steps are complete; nothing is outstanding.\n\n"
    );
    for block in (thousand - 1) * 10 + 1..=thousand * 10 {
        let theme = &content.themes[(block - 1) % content.themes.len()];
        let done = ledger.tallies[block - 1][Status::Complete as usize];
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "- **B{block:02} {}**, {done} steps: {}.",
            theme.name, theme.signal
        );
    }
    let (planned, spent) = (3_900 + thousand * 37 % 200, 3_860 + thousand * 53 % 240);
    let _ = write!(
        out,
        "\n## Figures\n\n\
         - Repairs booked a month: {} when the thousand began, {} when it was done.\n\
         - Quotes that hold: {} in a hundred.\n\
         - Payouts on time: {} in a hundred.\n\
         \n## Risks\n\n\
         - Found: two stewards carried three blocks each. Answer: deputies were named.\n\
         - Found: an outside condition was met a month late. Answer: it is asked for earlier.\n\
         \n## Budget and time\n\n\
         - Planned {planned} days, spent {spent}.\n",
        thousand * 240 + 60,
        thousand * 240 + 300,
        84 + thousand % 8,
        91 + thousand % 7,
    );
    out
}
