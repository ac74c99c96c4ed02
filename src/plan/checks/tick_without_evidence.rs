//! A ticked checklist item that links to no evidence.
//!
//! At the gate somebody will ask for proof. Evidence is a link in the stage's roadmap entry whose
//! bullet repeats the item's words, or a link in the item itself. Attach one, or untick the item.
//!
//! ## Caught
//!
//! ```markdown
//! # Readiness Checklists
//!
//! ## Base
//!
//! - [x] Runbooks written
//! ```
//!
//! ## Left alone
//!
//! ```markdown
//! # Readiness Checklists
//!
//! ## Base
//!
//! - [x] Runbooks written
//! - [x] Rota posted ([where](https://example.org/rota))
//! - [ ] Drill held
//! ```
//!
//! ```markdown docs/ROADMAP.md
//! ## Base
//!
//! - Runbooks written — <https://example.org/runbooks>
//! ```

use super::wording::quoted;
use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};
use crate::plan::canon::checklist::Check;

/// The rule.
pub const RULE: Rule = Rule {
    code: "tick-without-evidence",
    severity: Severity::Warning,
    title: "a ticked item has no evidence link",
    help: Help {
        keys: "{problem-go} goes to the check: `{attach}` attaches a link; `{tick}` unticks it",
        commands: "`stepdeck tick STAGE CHECK --evidence LINK` attaches a link; `--off` unticks it",
    },
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, _: &Context<'_>, problems: &mut Vec<Problem>) {
    for stage in plan.stages() {
        for check in stage.checks.iter().filter(|check| check.done) {
            if has_link(plan, check) || stage.evidence_for(check).next().is_some() {
                continue;
            }
            let words = quoted(&check.text);
            let message = format!("{words} ({}) is ticked without evidence", stage.name);
            problems.push(RULE.problem(plan, Spot::check(plan, check), message));
        }
    }
}

fn has_link(plan: &Plan, check: &Check) -> bool {
    let Some(document) = plan.files()[check.file].markdown() else {
        return false;
    };
    let item = &document.items()[check.item];
    let links = document.links();
    let from = links.partition_point(|link| link.span.start < item.span.start);
    (links.get(from)).is_some_and(|link| item.span.contains(link.span.start))
}

#[cfg(test)]
mod tests {
    use super::super::example::{CANON, found};
    use super::RULE;

    #[test]
    fn it_catches_a_tick_that_nothing_backs() {
        let canon =
            "# Readiness Checklists\n\n## Base\n\n- [x] Runbooks written\n- [ ] Drill held\n";
        let roadmap = "## Base\n\n- Drill held — <https://example.org/drill>\n";
        assert_eq!(
            found(&RULE, &[(CANON, canon), ("docs/ROADMAP.md", roadmap)]),
            [
                "docs/plan.md:5:7 [Runbooks written] “Runbooks written” (Base) is ticked without \
                 evidence"
            ]
        );
    }

    #[test]
    fn it_leaves_open_items_and_links_in_either_place_alone() {
        let canon = "# Readiness Checklists\n\n## Base\n\n- [x] Runbooks written\n- [ ] Drill held\n\
                     - [x] Rota posted ([here](docs/rota.md))\n";
        let roadmap = "## Base\n\n- Runbooks written — <https://example.org/books>\n";
        assert!(found(&RULE, &[(CANON, canon), ("docs/ROADMAP.md", roadmap)]).is_empty());
    }
}
