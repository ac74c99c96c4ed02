//! Whose week it is, as header and weekly review say it: found once for each state of the plan and
//! each week.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};

use super::model::Model;
use crate::plan::people::stewards;

/// Who is steward this week.
#[derive(Debug, Default)]
pub(crate) struct WeekStewards {
    names: Vec<String>,
    /// The state of the plan and the day that they were found for.
    of: Option<(u64, NaiveDate)>,
}

impl Model {
    /// Who is steward this week.
    pub(crate) fn stewards(&self) -> &[String] {
        &self.week_stewards.names
    }

    /// Finds the stewards again where the plan changed, or the week.
    pub(crate) fn keep_stewards(&mut self) {
        let of = (self.generation, monday(self.now.date_naive()));
        if self.week_stewards.of != Some(of) {
            self.week_stewards.of = Some(of);
            self.week_stewards.names = stewards(&self.plan, of.1);
        }
    }

    /// When the next week begins.
    pub(super) fn next_week(&self) -> Option<DateTime<Utc>> {
        let monday = monday(self.now.date_naive()).checked_add_signed(TimeDelta::weeks(1))?;
        Some(monday.and_time(NaiveTime::MIN).and_utc())
    }
}

/// The first day of a day's week.
fn monday(day: NaiveDate) -> NaiveDate {
    let first = day.week(Weekday::Mon).checked_first_day();
    first.unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use crate::app::core::keymap::Keymap;
    use crate::app::core::model::SessionContext;
    use crate::app::{Message, Model, update};
    use crate::plan::source::{Role, SourceFile};

    #[test]
    fn a_new_week_has_its_own_steward() {
        let table = "| Person | Team | Steward |\n| --- | --- | --- |\n\
            | Ada Byron | One | 2026-W48 |\n| Bo | Two | 2026-W49 |\n";
        let files = vec![SourceFile::load(
            "p.md",
            Role::Canon,
            table.as_bytes().to_vec(),
        )];
        let sunday = "2026-11-29T23:59:30Z".parse().unwrap();
        let mut model = Model::new(files, SessionContext::default(), Keymap::default(), sunday);
        assert_eq!(model.stewards(), ["Ada Byron"]);
        let next = model.next_change().unwrap();
        assert_eq!(next.to_rfc3339(), "2026-11-30T00:00:00+00:00");
        update(&mut model, Message::Clock(next));
        assert_eq!(model.stewards(), ["Bo"]);
    }
}
