//! Evidence that has changed since it was shown, ticked or signed for.
//!
//! A file in the repository proves something as it was on that day: in a demo, under the tick of a
//! check, in a signed gate packet. When it changes afterwards, it may prove something else. Look at it
//! again, and attach it again, show it in the next demo, or put back what was there. Demos say what
//! they showed by its SHA-256; for ticks and packets git knows what the file was on the day that
//! stands beside the link. It is only a note.
//!
//! ## Caught
//!
//! ```markdown
//! # Readiness Checklists
//!
//! ## Base
//!
//! - [ ] Runbooks written
//! ```
//!
//! ```markdown docs/demos/2026-10-30.md
//! # Demo 2026-10-30
//!
//! ## Artifacts
//!
//! | Artifact | Step | Bytes | SHA-256 |
//! | --- | --- | ---: | --- |
//! | docs/plan.md | 0001 | 3 | ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad |
//! ```
//!
//! ## Left alone
//!
//! ```markdown docs/demos/2026-10-30.md
//! # Demo 2026-10-30
//!
//! ## Artifacts
//!
//! | Artifact | Step | Bytes | SHA-256 |
//! | --- | --- | ---: | --- |
//! | https://example.org/a | 0001 | 3 | ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad |
//! ```

use super::wording::quoted;
use super::{Context, Help, Pass, Plan, Problem, Rule, Severity, Spot};

/// The rule.
pub const RULE: Rule = Rule {
    code: "evidence-moved",
    severity: Severity::Note,
    title: "evidence has changed since it was shown, ticked or signed for",
    help: Help {
        keys: "look at it again, and press `{attach}` on the check to attach it again; what a demo showed is settled by the next one",
        commands: "look at it again, and attach it again with `stepdeck tick STAGE CHECK --evidence PATH`; what a demo showed is settled by the next one",
    },
    passes: &[Pass::Plan(run)],
};

fn run(plan: &Plan, context: &Context<'_>, problems: &mut Vec<Problem>) {
    for moved in (context.moved_evidence)() {
        let document = plan.files()[moved.file].markdown();
        let Some(span) = document.and_then(|document| document.line(moved.line)) else {
            continue;
        };
        let message = format!(
            "{} has changed since {}",
            quoted(&moved.artifact),
            moved.since
        );
        let spot = Spot::in_markdown(plan, moved.file, span);
        problems.push(RULE.problem(plan, spot, message));
    }
}

#[cfg(test)]
mod tests {
    use super::super::example::{in_context, plan, told_in};
    use super::super::{Context, MovedEvidence};
    use super::*;

    fn told(moved: &(dyn Fn() -> Vec<MovedEvidence> + Sync)) -> Vec<String> {
        let plan = plan(&[("docs/ROADMAP.md", "# Roadmap\n\n- a\n")]);
        in_context(&[], |context| {
            let context = Context {
                moved_evidence: moved,
                ..*context
            };
            told_in(&RULE, &plan, &context)
        })
    }

    #[test]
    fn it_catches_what_git_and_digests_tell() {
        let moved = || {
            vec![MovedEvidence {
                file: 0,
                line: 3,
                artifact: "docs/run.md".to_owned(),
                since: "it was attached on 2026-05-01".to_owned(),
            }]
        };
        assert_eq!(
            told(&moved),
            ["docs/ROADMAP.md:3 “docs/run.md” has changed since it was attached on 2026-05-01"]
        );
    }

    #[test]
    fn it_leaves_what_is_as_it_was_alone() {
        assert!(told(&Vec::new).is_empty());
    }
}
