//! `--filter`: the filter language of the cockpit, for the subcommands that take some steps.

use color_eyre::eyre::{Report, Result, eyre};

use super::invocation::Invocation;
use super::open_plan::OpenPlan;
use super::past::facts;
use crate::document::visible::{visible_line, width};
use crate::plan::marks::Marks;
use crate::plan::query::past::PlanPast;
use crate::plan::query::{Query, QueryError, TERMS};

/// Which steps to take.
#[derive(clap::Args, Clone, Default, Debug)]
pub struct Filter {
    /// Only steps that match this filter, in the cockpit's filter language.
    #[arg(long = "filter", value_name = "QUERY", allow_hyphen_values = true)]
    pub query: Option<String>,
}

impl Filter {
    /// The query as typed; empty where every step passes.
    pub(super) fn text(&self) -> &str {
        self.query.as_deref().unwrap_or_default()
    }

    /// Understands the query, as asked by the person at work.
    ///
    /// # Errors
    /// Where it makes no sense, with the place.
    pub(super) fn parse(&self, invocation: &Invocation<'_, '_>) -> Result<Query> {
        let query = Query::parse(self.text()).map_err(|error| wrong(self.text(), &error))?;
        Ok(match query.asks_who() {
            true => query.asked_by(&invocation.identity()),
            false => query,
        })
    }
}

impl Invocation<'_, '_> {
    /// Indexes of the steps that pass, in the order of IDs. Nothing is marked outside a cockpit. The
    /// history is only read if the query asks about it.
    ///
    /// # Errors
    /// When standard error cannot be written, and for a status that is none of the five where no
    /// step has it.
    pub(super) fn selected(&mut self, query: &Query, opened: &OpenPlan) -> Result<Vec<usize>> {
        let known = match query.asks_past() {
            true => Some(self.steps_past(opened)?),
            false => None,
        };
        self.selected_knowing(query, opened, known.as_ref())
    }

    /// The same with what is known of the past.
    ///
    /// # Errors
    /// For a status that is none of the five where no step has it.
    pub(super) fn selected_knowing(
        &self,
        query: &Query,
        opened: &OpenPlan,
        known: Option<&PlanPast>,
    ) -> Result<Vec<usize>> {
        let (plan, now) = (&opened.plan, self.outside.now);
        (query.slip(plan)).map_or(Ok(()), |error| Err(wrong(query.text(), error)))?;
        let marks = Marks::default();
        Ok(query.prepare_with(plan, now, &marks, known).all())
    }

    /// What is known of the past of each step. What is not is said on standard error.
    ///
    /// # Errors
    /// When that cannot be written.
    pub(super) fn steps_past(&mut self, opened: &OpenPlan) -> Result<PlanPast> {
        let mut past = self.past(opened);
        let known = facts(&mut past, &opened.plan, self.outside.now);
        self.say_unknown(&past)?;
        Ok(known)
    }
}

/// The language, for the help.
pub fn language_help() -> String {
    let longest = TERMS.iter().map(|row| row.key.len()).max().unwrap_or(0);
    let keys = TERMS
        .iter()
        .map(|row| format!("  {:longest$}  {}\n", row.key, row.about));
    format!(
        "Filters: terms are separated by spaces and must all match, unless OR stands between them; \
         ( ) group, a leading - negates.\n\
         Words match title, owner, ID and outcome. Quotes keep words together. a,b is either, a..b \
         between, > < = compare.\n{}",
        keys.collect::<String>()
    )
}

/// What is wrong, and the query with a caret under it.
fn wrong(query: &str, error: &QueryError) -> Report {
    let (before, wrong) = (&query[..error.span.start], &query[error.span.range()]);
    eyre!(
        "cannot read the filter at {error}\n  {}\n  {:indent$}{:^<carets$}",
        visible_line(query),
        "",
        "",
        indent = width(&visible_line(before)),
        carets = width(&visible_line(wrong)).max(1),
    )
}
