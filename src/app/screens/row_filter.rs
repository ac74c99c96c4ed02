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
        let mut is_plain = !text.contains(['"', '(', ')']);
        for term in text.split_whitespace() {
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
            terms = text
                .split_whitespace()
                .filter(|term| !is_rule(term))
                .collect();
            words.clear();
        }
        Ok(Self {
            rules,
            terms: Query::parse(&terms.join(" "))?.asked_by(me),
            folded: words.iter().map(|word| fold(word).into_owned()).collect(),
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
