//! Narrowing a list of things about steps: by the filter language, which asks about the steps, by
//! words, which may stand in the row as well, and by `rule:` where rows come from rules.
//!
//! Owns how a line is shared out between the two. What a term means is the filter language's.

use chrono::{DateTime, Utc};

use crate::plan::Plan;
use crate::plan::marks::Marks;
use crate::plan::people::Identity;
use crate::plan::query::words::fold;
use crate::plan::query::{Matched, Prepared, Query, QueryError};

/// A line that narrows a list.
pub(crate) struct RowFilter {
    /// Parts of rule names, and whether they are wanted.
    rules: Vec<(String, bool)>,
    /// What is asked about steps alone.
    terms: Query,
    /// What may be found in a step or in the row.
    words: Query,
    /// The same words, folded.
    folded: Vec<String>,
}

impl RowFilter {
    /// Understands a line.
    ///
    /// # Errors
    /// The first term that makes no sense.
    pub(crate) fn parse(text: &str, me: &Identity) -> Result<Self, QueryError> {
        let (mut rules, mut terms, mut words) = (Vec::new(), Vec::new(), Vec::new());
        let line = parts(text);
        let is_group = |term: &&str| outside_quotes(term).any(|part| part.contains(['(', ')']));
        let mut is_plain = !line.iter().any(is_group);
        for term in line.iter().copied() {
            let (bare, is_wanted) = match term.strip_prefix('-') {
                Some(bare) => (bare, false),
                None => (term, true),
            };
            match bare.strip_prefix("rule:") {
                Some(rule) => rules.push((fold(rule).into_owned(), is_wanted)),
                None if term == "OR" => {
                    is_plain = false;
                    terms.push(term);
                }
                None if is_wanted && !bare.contains(':') => words.push(term),
                None => terms.push(term),
            }
        }
        if !is_plain {
            // What belongs together is one question about a step.
            let is_rule = |term: &&str| term.trim_start_matches('-').starts_with("rule:");
            terms = line.into_iter().filter(|term| !is_rule(term)).collect();
            words.clear();
        }
        Ok(Self {
            rules,
            terms: Query::parse(&terms.join(" "))?.asked_by(me),
            folded: (words.iter())
                .map(|word| fold(&word.replace('"', "")).into_owned())
                .collect(),
            words: Query::parse(&words.join(" "))?,
        })
    }

    /// The same, ready to be asked about rows of a plan.
    pub(crate) fn prepare<'a>(
        &'a self,
        plan: &'a Plan,
        now: DateTime<Utc>,
        marks: &'a Marks,
    ) -> PreparedFilter<'a> {
        PreparedFilter {
            filter: self,
            terms: self.terms.prepare(plan, now, marks),
            words: self.words.prepare(plan, now, marks),
        }
    }
}

/// What stands between two spaces, quotes included, which keep words together.
fn parts(text: &str) -> Vec<&str> {
    let mut is_quoted = false;
    let parts = text.split(|c: char| {
        is_quoted ^= c == '"';
        c.is_whitespace() && !is_quoted
    });
    parts.filter(|part| !part.is_empty()).collect()
}

/// The parts of a term that no quotes protect.
fn outside_quotes(term: &str) -> impl Iterator<Item = &str> {
    term.split('"').step_by(2)
}

/// A filter of rows for one plan.
pub(crate) struct PreparedFilter<'a> {
    filter: &'a RowFilter,
    terms: Prepared<'a>,
    words: Prepared<'a>,
}

impl PreparedFilter<'_> {
    /// What tells whether a row passes: of the rule with this name, about any of these steps, by
    /// index, and with these words of its own.
    pub(crate) fn passes(&self) -> impl FnMut(&str, &[usize], &str) -> bool {
        let (mut terms, mut words) = (self.terms.verdicts(), self.words.verdicts());
        move |rule, steps, text| {
            let rules = &self.filter.rules;
            if !rules
                .iter()
                .all(|(part, wanted)| rule.contains(part) == *wanted)
            {
                return false;
            }
            let any = |verdict: &mut dyn FnMut(usize) -> Matched| {
                let mut steps = steps.iter();
                steps.any(|step| verdict(*step) == Matched::Passes)
            };
            if !self.filter.terms.is_empty() && !any(&mut terms) {
                return false;
            }
            self.filter.folded.is_empty() || any(&mut words) || {
                let text = fold(text);
                self.filter
                    .folded
                    .iter()
                    .all(|word| text.contains(word.as_str()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::source::{Role, SourceFile};

    /// Whether a row with these words of its own passes, about the step below.
    fn passes(line: &str, row: &str) -> bool {
        let log = r#"{"step_id": "0001", "title": "Hold the field review", "owner": "field ops"}"#;
        let file = SourceFile::load("plan.jsonl", Role::Log, log.as_bytes().to_vec());
        let plan = Plan::read(vec![file]);
        let filter = RowFilter::parse(line, &Identity::default()).unwrap();
        let marks = Marks::default();
        let prepared = filter.prepare(&plan, DateTime::UNIX_EPOCH, &marks);
        prepared.passes()("drift", &[0], row)
    }

    #[test]
    fn quoted_words_are_looked_for_in_the_row_too() {
        let row = "The owner of 0001 is “ops (west)”: not the canon's";
        for line in [
            "\"field review\"",
            "\"the canon\"",
            "\"OPS (west)\" canon",
            "rule:drift \"of 0001\"",
            "owner:\"field ops\" \"the canon\"",
            "\"the can",
        ] {
            assert!(passes(line, row), "{line}");
        }
        for line in [
            "\"canon the\"",
            "\"review the\"",
            "rule:theme \"of 0001\"",
            "owner:\"west ops\" \"the canon\"",
        ] {
            assert!(!passes(line, row), "{line}");
        }
    }
}
