//! Fixing until there is nothing left to fix: several rounds of fixes as one change.
//!
//! A fix can bring another problem within reach, as a theme taken over brings its step under the
//! eyes of other rules; so the plan is checked again after each round.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::Composer;
use crate::change::value::Refusal;
use crate::change::{Change, apply};
use crate::plan::Plan;
use crate::plan::checks::Fix;
use crate::plan::source::SourceFile;

/// Rounds at most: two rules that undo each other's fixes must come to an end.
const ROUNDS: usize = 8;

/// What fixing comes to.
#[derive(Debug)]
pub struct Fixed {
    /// Everything that was fixed, as one change.
    pub change: Change,
    /// The plan with the change made.
    pub plan: Plan,
    /// Why the fixes that are left could not be made.
    pub refused: Vec<Refusal>,
}

/// Makes the fixes that `check` finds for `plan`, again and again until nothing more can be fixed. Where
/// log and canon disagree, `prefer_log` says whose words stay; without it drift is left alone.
pub fn fix_repeatedly(
    plan: &Plan,
    now: DateTime<Utc>,
    prefer_log: Option<bool>,
    check: impl Fn(&Plan) -> Vec<Fix>,
) -> Fixed {
    let mut fixed = Fixed {
        change: Change::default(),
        plan: Plan::read(plan.files().to_vec()),
        refused: Vec::new(),
    };
    let (mut count, mut only) = (0, String::new());
    // A fix of which a part was made is not found again where the rest is for a person to decide.
    let mut left: Vec<Refusal> = Vec::new();
    for _ in 0..ROUNDS {
        let mut files = fixed.plan.files().to_vec();
        let mut round = Round {
            composer: Composer::new(&fixed.plan, now),
            prefer_log: prefer_log.unwrap_or(true),
            files: &mut files,
            made: Vec::new(),
            count: 0,
            refused: Vec::new(),
            left: Vec::new(),
        };
        let found = check(&fixed.plan);
        round.make(&wanted(found.clone(), prefer_log), &found);
        let (made, refused) = (std::mem::take(&mut round.made), round.refused);
        count += round.count;
        left.extend(std::mem::take(&mut round.left));
        fixed.refused = refused;
        if made.is_empty() {
            break;
        }
        only.clone_from(&made[0].label);
        let edits = made.into_iter().flat_map(|change| change.edits);
        fixed.change.edits.extend(edits);
        fixed.plan = Plan::read(files);
    }
    left.retain(|part| !fixed.refused.contains(part));
    fixed.refused.extend(left);
    fixed.change.label = match count {
        1 => only,
        _ => format!("{count} problems fixed"),
    };
    fixed
}

fn wanted(mut fixes: Vec<Fix>, prefer_log: Option<bool>) -> Vec<Fix> {
    fixes.retain(|fix| prefer_log.is_some() || !fix.needs_side());
    fixes.sort_by_key(|fix| (fix.step_index(), *fix));
    fixes.dedup();
    fixes
}

/// The fixes of one state of the plan, as they are put onto its files.
struct Round<'a> {
    composer: Composer<'a>,
    prefer_log: bool,
    files: &'a mut Vec<SourceFile>,
    made: Vec<Change>,
    /// How many problems are fixed: one fix may be that of several.
    count: usize,
    refused: Vec<Refusal>,
    /// The parts that could not be made of fixes that were.
    left: Vec<Refusal>,
}

impl Round<'_> {
    /// Makes the fixes together, or where the files refuse them so, those that can be made.
    /// `found` are those of the problems.
    fn make(&mut self, fixes: &[Fix], found: &[Fix]) {
        let all = self.composer.fix_all(fixes, self.prefer_log);
        let obstacle = match apply::change(&all.change, self.files) {
            Ok(()) => {
                let mut made: HashSet<&Fix> = fixes.iter().collect();
                for (refused, _) in &all.refused {
                    made.remove(refused);
                }
                self.count += found.iter().filter(|fix| made.contains(fix)).count();
                let why = |refused: Vec<(Fix, Refusal)>| refused.into_iter().map(|(_, why)| why);
                self.refused.extend(why(all.refused));
                self.left.extend(why(all.left));
                if !all.change.edits.is_empty() {
                    self.made.push(all.change);
                }
                return;
            }
            Err(conflicts) => conflicts.into_iter().next(),
        };
        if fixes.len() > 1 {
            let (first, second) = fixes.split_at(fixes.len() / 2);
            self.make(first, found);
            self.make(second, found);
        } else if let Some(conflict) = obstacle {
            let what = conflict.edit.target.words();
            self.refused
                .push(Refusal(format!("{what}: {}", conflict.obstacle)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::checks::{self, Context};
    use crate::plan::source::Role;

    const LOG: &str = "{\"step_id\": \"0002\", \"owner\": \"ops\", \"status\": \"Draft\", \
                       \"updated_at\": \"2026-01-31\"}\n{\"step_id\": \"0001\", \"status\": \
                       \"IDEA\"}\n";
    const CANON: &str = "### Step 0002\n- **Owner:** grc\n";

    fn find(plan: &Plan) -> Vec<Fix> {
        let now = DateTime::from_timestamp(1_780_272_000, 0).unwrap();
        checks::find(plan, &Context::at(now)).fixes(plan)
    }

    fn fixed(prefer_log: Option<bool>) -> (Fixed, Vec<String>) {
        let plan = Plan::read(vec![
            SourceFile::load("a.jsonl", Role::Log, LOG.as_bytes()),
            SourceFile::load("a.md", Role::Canon, CANON.as_bytes()),
        ]);
        let now = DateTime::from_timestamp(1_780_272_000, 0).unwrap();
        let fixed = fix_repeatedly(&plan, now, prefer_log, find);
        let mut files = plan.files().to_vec();
        apply::change(&fixed.change, &mut files).unwrap();
        let text = |file: &SourceFile| String::from_utf8(file.document.to_bytes()).unwrap();
        let texts: Vec<String> = files.iter().map(text).collect();
        let known: Vec<String> = fixed.plan.files().iter().map(text).collect();
        assert_eq!(texts, known);
        apply::change(&fixed.change.inverse(), &mut files).unwrap();
        assert_eq!(
            files.iter().map(text).collect::<Vec<_>>(),
            [LOG, CANON],
            "taken back"
        );
        (fixed, texts)
    }

    #[test]
    fn drift_is_left_alone_unless_a_side_is_preferred() {
        let (left, texts) = fixed(None);
        assert_eq!((texts[1].as_str(), left.refused.len()), (CANON, 0));
        assert_eq!(left.change.label, "4 problems fixed");
        let left = find(&left.plan);
        assert_eq!(left.len(), 1);

        let (log, texts) = fixed(Some(true));
        assert_eq!(texts[1], CANON.replace("grc", "ops"));
        assert_eq!(find(&log.plan), []);
        let (canon, texts) = fixed(Some(false));
        assert!(texts[0].contains("\"owner\": \"grc\"") && texts[1] == CANON);
        assert_eq!(find(&canon.plan), []);
    }

    #[test]
    fn nothing_to_fix_is_an_empty_change() {
        let files = vec![SourceFile::load("a.md", Role::Canon, CANON.as_bytes())];
        let plan = Plan::read(files);
        let fixed = fix_repeatedly(&plan, DateTime::default(), Some(true), find);
        assert_eq!(fixed.change.edits, []);
    }
}
