//! A step's heading or its bullets, written in a way that cannot be read.
//!
//! A heading that is followed by bullets such as Outcome, Owner and Status is meant to be a step, but
//! the plan does not have what it says, and an edit of the step leaves it as it is. A step's
//! heading is `Step`, its ID, a dash and its title, at any level. Within a block quote or a list
//! item it is none; a quote of a step that has its own section elsewhere is not reported.
//!
//! Lines that begin with `•`, `–` or a sign like it are no list in Markdown: neither bullets of a
//! step nor checks. Begin them with `- `.
//!
//! A paragraph that is wholly bold, or a heading in HTML, ends a section where it reads as the
//! heading of a step, and a list of checks where it is the name of another stage; `**Step 0007** —
//! Title` ends a section, too. What follows belongs to no step and to no stage until it is a heading.
//!
//! ## Caught
//!
//! ```markdown
//! #### Step 0006 — Book the room
//!
//! - **Owner:** ops
//! - **Status:** draft
//!
//! #### Task 0007: Hold the review
//!
//! - **Owner:** ops
//! - **Status:** draft
//!
//! > #### Step 0008 — Hold the audit
//! >
//! > - **Owner:** ops
//!
//! #### Step 0009 — Write it up
//!
//! • **Owner:** ops
//! • **Status:** draft
//! ```
//!
//! ## Left alone
//!
//! ```markdown
//! #### **Step 0007** — Hold the review
//!
//! - **Owner:** ops
//! - **Status:** draft
//!
//! #### Budget for 2027
//!
//! - **Owner:** ops
//! ```

use std::collections::HashSet;

use super::wording::quoted;
use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};
use crate::document::markdown::{Lookalike, MarkdownDocument, NestedHeading};
use crate::document::splice::Span;
use crate::plan::canon::names::Names;
use crate::plan::canon::{checklist, meant};
use crate::plan::id::StepId;
use crate::plan::source::Role;

/// The rule.
pub const RULE: Rule = Rule {
    code: "unreadable-section",
    severity: Severity::Warning,
    title: "a step's heading or its bullets cannot be read",
    help: Help::anywhere("write the heading as `Step 0007 — Title`"),
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    let stages = Names::new(plan.stages().iter().map(|stage| &*stage.name));
    let mut sections: Option<HashSet<StepId>> = None;
    for (file, source) in plan.files().iter().enumerate() {
        let (Role::Canon, Some(document)) = (source.role, source.markdown()) else {
            continue;
        };
        let mut read = vec![false; document.headings().len()];
        for section in plan.sections_of(file) {
            read[section.heading] = true;
        }
        for line in meant::lines(document) {
            let below = "above a step's bullets";
            problems.push(lookalike(plan, file, document, &line, below));
        }
        let lists = checklist::lists(document, file);
        for (line, _) in lists.iter().filter_map(|list| list.parting(&stages)) {
            let below = "above checks";
            problems.push(lookalike(plan, file, document, line, below));
        }
        for (id, heading) in meant::nested(document) {
            let known = sections.get_or_insert_with(|| plan.sections().map(|it| it.id).collect());
            if !known.contains(&id) {
                problems.push(nested(plan, file, &heading));
            }
        }
        for (section, sign, at) in meant::bullets(document, plan.sections_of(file)) {
            let lost = format!("what they say of {} is not read", section.id);
            problems.push(bullets(plan, file, sign, at, &lost));
        }
        for (sign, at) in meant::checks(document, &lists) {
            problems.push(bullets(plan, file, sign, at, "they are not read as checks"));
        }
        for index in meant::headings(document).filter(|index| !read[*index]) {
            let heading = &document.headings()[index];
            let message = format!(
                "the heading {} above a step's bullets cannot be read as a step",
                quoted(&heading.text)
            );
            let spot = Spot::in_markdown(plan, file, heading.content);
            problems.push(RULE.problem(plan, spot, message));
        }
    }
}

/// The problem of a step's heading in a quote or a list item.
fn nested(plan: &Plan, file: usize, heading: &NestedHeading) -> Problem {
    let around = match heading.quoted {
        true => "block quote",
        false => "list item",
    };
    let message = format!(
        "the heading {} is in a {around}, so it is not read as a step",
        quoted(&heading.text)
    );
    let help = "move the heading and its bullets to the beginning of their lines";
    let problem = RULE.problem(plan, Spot::in_markdown(plan, file, heading.span), message);
    problem.with_help(help, help)
}

/// The problem of lines that begin with a sign like a bullet.
fn bullets(plan: &Plan, file: usize, sign: &str, at: Span, lost: &str) -> Problem {
    let message = format!("lines that begin with “{sign}” are no list in Markdown: {lost}");
    let help = "begin each of these lines with `- `";
    let problem = RULE.problem(plan, Spot::in_markdown(plan, file, at), message);
    problem.with_help(help, help)
}

/// The problem of a line that looks like a heading and is none.
fn lookalike(
    plan: &Plan,
    file: usize,
    document: &MarkdownDocument,
    line: &Lookalike,
    below: &str,
) -> Problem {
    let what = if line.html {
        "HTML heading"
    } else {
        "bold line"
    };
    let message = format!("the {what} {} {below} is no heading", quoted(&line.text));
    let before = document.headings().iter().rev();
    let above = before.filter(|heading| heading.span.start < line.span.start);
    let level = above.map(|heading| heading.level).next().unwrap_or(3);
    let signs = "#".repeat(usize::from(level));
    let help = format!("make it a heading: `{signs} {}`", line.text);
    let problem = RULE.problem(plan, Spot::in_markdown(plan, file, line.span), message);
    problem.with_help(help.clone(), help)
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, found};
    use super::RULE;
    use crate::document::markdown::MarkdownDocument;
    use crate::plan::canon::is_canon;

    #[test]
    fn it_catches_headings_that_mean_a_step() {
        let canon = "# Plan\n\n### Task Step 0007 — a\n- **Owner:** ops\n\n### 0008: b\n- **Owner:** \
                     ops\n- Status: draft\n\n### Phase 1 — Step 0009 — c\n- **Outcome:** x\n";
        assert_eq!(
            found(&RULE, &[(CANON, canon)]),
            [
                "docs/plan.md:3:5 [Task Step 0007 — a] the heading “Task Step 0007 — a” above a \
                 step's bullets cannot be read as a step",
                "docs/plan.md:6:5 [0008: b] the heading “0008: b” above a step's bullets cannot \
                 be read as a step",
                "docs/plan.md:10:5 [Phase 1 — Step 0009 — c] the heading “Phase 1 — Step 0009 — c” above \
                 a step's bullets cannot be read as a step",
            ]
        );
    }

    #[test]
    fn it_catches_what_only_looks_like_a_heading() {
        let canon = "# Plan\n\n### Step 0001 — a\n- **Owner:** ops\n\n**Step 0002 — b**\n\n- \
                     **Owner:** ops\n\n<h3>Step 0003 — c</h3>\n\n- **Owner:** ops\n\n\
                     **Step 1 — call**\n\n- **Notes:** x\n\n**Step 0005 — no bullets**\n\n\
                     **Step 0006** — f\n\n- **Owner:** ops\n\n**Step 0007** comes first.\n\n\
                     - **Status:** draft\n";
        assert_eq!(
            found(&RULE, &[(CANON, canon)]),
            [
                "docs/plan.md:6 [**Step 0002 — b**] the bold line “Step 0002 — b” above a step's \
                 bullets is no heading",
                "docs/plan.md:10 [<h3>Step 0003 — c</h3>] the HTML heading “Step 0003 — c” above \
                 a step's bullets is no heading",
                "docs/plan.md:20 [**Step 0006** — f] the bold line “Step 0006 — f” above a step's \
                 bullets is no heading",
            ]
        );
        let ladder = "| Stage | Stage-Gate Review |\n| --- | --- |\n| Base | a |\n| Top | b |\n";
        let checks = "# Checklists\n\n## Base\n\n- a\n\n**Legal**\n\n- b\n\n**Top**\n\n- c\n";
        let found = found(&RULE, &[(CANON, &format!("{ladder}\n{checks}"))]);
        assert_eq!(
            found,
            ["docs/plan.md:16 [**Top**] the bold line “Top” above checks is no heading"]
        );
    }

    #[test]
    fn it_catches_headings_in_quotes_and_items() {
        let canon = "# Plan\n\n> ### Step 0002 — a\n>\n> - **Owner:** ops\n\n- ### Step 0003 — b\n\n  \
                     - **Status:** draft\n\n> ### Step 0004 — no bullets\n>\n> Text.\n\n\
                     1. Step 0005 — c\n   ---\n   - **Outcome:** x\n\n> - **Owner:** ops\n";
        let said = |title, around| {
            format!("the heading “Step {title}” is in a {around}, so it is not read as a step")
        };
        assert_eq!(
            found(&RULE, &[(CANON, canon)]),
            [
                format!(
                    "docs/plan.md:3:3 [### Step 0002 — a] {}",
                    said("0002 — a", "block quote")
                ),
                format!(
                    "docs/plan.md:7:3 [### Step 0003 — b] {}",
                    said("0003 — b", "list item")
                ),
                format!(
                    "docs/plan.md:15:4 [Step 0005 — c] {}",
                    said("0005 — c", "list item")
                ),
            ]
        );
        let elsewhere = format!("{canon}\n## Step 0002 — a\n\n## Step 0003\n\n## Step 0005\n");
        assert!(found(&RULE, &[(CANON, &elsewhere)]).is_empty());
    }

    #[test]
    fn it_catches_bullets_that_are_none() {
        let canon = "# Plan\n\n### Step 0002 — a\n\n• **Owner:** ops\n• **Status:** draft\n\n\
                     ### Step 0003 — b\n\n- **Owner:** ops\n\n◦ Status: draft\n\n\
                     ### Task 0004\n\n• words\n\n# Checklists\n\n## Base\n\n• [ ] one\n• two\n\n\
                     ```\n• three\n```\n\n- [ ] four • five\n";
        assert_eq!(
            found(&RULE, &[(CANON, canon)]),
            [
                "docs/plan.md:5 [•] lines that begin with “•” are no list in Markdown: what they \
                 say of 0002 is not read",
                "docs/plan.md:12 [◦] lines that begin with “◦” are no list in Markdown: what they \
                 say of 0003 is not read",
                "docs/plan.md:22 [•] lines that begin with “•” are no list in Markdown: they are \
                 not read as checks",
            ]
        );
    }

    /// A file may have no other heading that can be read.
    #[test]
    fn such_headings_alone_make_a_file_canon() {
        let below = "- **Owner:** ops\n- **Status:** draft\n";
        for heading in ["0008 — b", "Task Step 0007 — a", "00012: c"] {
            let canon = format!("# Plan\n\n## {heading}\n\n{below}");
            assert_eq!(found(&RULE, &[(CANON, &canon)]).len(), 1, "{heading}");
            assert!(
                is_canon(&MarkdownDocument::load(canon.into_bytes())),
                "{heading}"
            );
        }
        let other = format!("# Goals\n\n## Q3 2026\n\n{below}\n## Next steps\n\n{below}");
        assert!(!is_canon(&MarkdownDocument::load(other.into_bytes())));
    }

    #[test]
    fn it_leaves_steps_blocks_and_years_alone() {
        let canon = "# Step 0001 — a\n- **Owner:** ops\n\n## 0101–0200\n- **Owner:** ops\n\
                     - **Status:** draft\n\n## Budget 2027\n- **Owner:** ops\n\n\
                     ## 2026 goals\n- **Owner:** ops\n- **Status:** draft\n\n## Next step\n\
                     - **Owner:** ops\n\n## Step 0003 to be written\n\nText.\n";
        assert!(found(&RULE, &[(CANON, canon)]).is_empty());
    }
}
