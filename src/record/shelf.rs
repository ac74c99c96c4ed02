//! The papers of a plan that are a file a day, a week or a quarter: when each is of, what it is
//! called, and whether it is finished. Read by content, so that papers of people count too.

use std::path::Path;

use chrono::{Datelike as _, NaiveDate, Weekday};

use crate::document::markdown::MarkdownDocument;
use crate::plan::Plan;
use crate::plan::canon::normalised;
use crate::plan::id::StepId;
use crate::plan::packet::{day_of_name, label_at};
use crate::plan::paper::label::{DATE, SEEN, STATUS};
use crate::plan::source::Role;
use crate::record::review::Week;

/// What the status of a finished paper begins with.
const CLOSED: [&str; 6] = ["closed", "held", "decided", "final", "done", "signed"];

/// A paper on the shelf.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Filed {
    /// Index of the file in the plan.
    pub file: usize,
    /// The day that it is of: as written, else as its name says; of a week or quarter the last.
    pub date: Option<NaiveDate>,
    /// Its first heading, else its file's name.
    pub title: String,
    /// Whether people say that it is finished.
    pub is_closed: bool,
    /// The commit that it was written at.
    pub seen: Option<String>,
}

/// The papers with this role, the latest first.
pub(crate) fn filed(plan: &Plan, role: Role) -> Vec<Filed> {
    let files = plan.files().iter().enumerate();
    let files = files.filter(|(_, file)| file.role == role);
    let mut all: Vec<Filed> = files
        .filter_map(|(at, file)| Some(read(at, &file.path, file.markdown()?)))
        .collect();
    all.sort_by(|a, b| b.date.cmp(&a.date).then(b.file.cmp(&a.file)));
    all
}

/// The latest paper with this role that is of a day before this one.
pub(crate) fn last_before(plan: &Plan, role: Role, day: NaiveDate) -> Option<Filed> {
    let mut all = filed(plan, role).into_iter();
    all.find(|paper| paper.date.is_some_and(|date| date < day))
}

/// What a paper in a file of the plan says of itself.
pub(crate) fn read(file: usize, path: &Path, document: &MarkdownDocument) -> Filed {
    let title = document.headings().first().map(|head| head.text.clone());
    let stem = || path.file_stem().map(|stem| stem.to_string_lossy().into());
    Filed {
        file,
        date: day_written(document).or_else(|| day_in(path)),
        title: title.or_else(stem).unwrap_or_default(),
        is_closed: is_closed(document),
        seen: seen_in(document),
    }
}

/// The day that a paper says it is of.
pub(crate) fn day_written(document: &MarkdownDocument) -> Option<NaiveDate> {
    let (_, label) = label_at(document, 0, DATE)?;
    label.text.trim().get(..10)?.parse().ok()
}

/// The commit that a paper says was checked out when it was written.
pub(crate) fn seen_in(document: &MarkdownDocument) -> Option<String> {
    let (_, label) = label_at(document, 0, SEEN)?;
    let seen = label.text.trim();
    is_hash(seen).then(|| seen.to_owned())
}

/// The headings under which a demo lists steps that were completed by its day.
pub(crate) const COMPLETED: [&str; 2] = ["Evidence missing", "Completed"];

/// The steps that demos of the plan list as completed, each with the day.
pub(crate) fn demoed_steps(plan: &Plan) -> impl Iterator<Item = (StepId, NaiveDate)> {
    filed(plan, Role::Demo).into_iter().flat_map(|demo| {
        let document = plan.files()[demo.file].markdown().zip(demo.date);
        document.into_iter().flat_map(|(document, day)| {
            let items = document.items().iter().filter(|item| {
                let heading = item.heading.map(|at| document.headings()[at].text.trim());
                heading.is_some_and(|name| COMPLETED.contains(&name))
            });
            items.filter_map(move |item| {
                Some((item.text.split_whitespace().next()?.parse().ok()?, day))
            })
        })
    })
}

/// Whether a paper says that it is finished.
pub(crate) fn is_closed(document: &MarkdownDocument) -> bool {
    let status = label_at(document, 0, STATUS).map(|(_, label)| normalised(&label.text));
    status.is_some_and(|status| CLOSED.iter().any(|word| status.starts_with(word)))
}

/// The day that a file's name says: `2026-11-20.md`, `2026-W47.md`, `2026-Q4.md`,
/// `pilot-2026-11-20.md`.
pub(crate) fn day_in(path: &Path) -> Option<NaiveDate> {
    let stem = path.file_stem()?.to_str()?;
    let week = || stem.get(..8)?.parse::<Week>().ok()?.last_day();
    let at_end = || stem.get(stem.len().checked_sub(10)?..)?.parse().ok();
    day_of_name(path)
        .or_else(week)
        .or_else(|| quarter_end(stem))
        .or_else(at_end)
}

/// The last day of a quarter of the calendar, written as `2026-Q4`.
fn quarter_end(text: &str) -> Option<NaiveDate> {
    let (year, quarter) = text.split_once("-Q")?;
    let quarter: u32 = quarter.get(..1)?.parse().ok()?;
    let first = NaiveDate::from_ymd_opt(year.parse().ok()?, quarter.checked_mul(3)?, 1)?;
    let next = first.checked_add_months(chrono::Months::new(1))?;
    next.pred_opt()
}

fn is_hash(text: &str) -> bool {
    text.len() >= 7 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The Monday and Sunday of the ISO week that a day is in.
pub(crate) fn week_of(day: NaiveDate) -> (NaiveDate, NaiveDate) {
    let week = day.iso_week();
    let of = |weekday| NaiveDate::from_isoywd_opt(week.year(), week.week(), weekday);
    (
        of(Weekday::Mon).unwrap_or(day),
        of(Weekday::Sun).unwrap_or(day),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::source::SourceFile;

    #[test]
    fn papers_say_their_day_title_and_whether_they_are_finished() {
        let file =
            |path: &str, text: &str| SourceFile::load(path, Role::Demo, text.as_bytes().to_vec());
        let plan = Plan::read(vec![
            file(
                "d/2026-11-06.md",
                "# Demo\n\n- **Status:** Held, 12 people\n- **Seen:** 0123abcd\n",
            ),
            file(
                "d/late.md",
                "# Late demo\n\n- **Date:** 2026-11-20\n- **Status:** open\n",
            ),
            file("d/2026-W40.md", "no heading\n"),
            file("d/x-2026-Q3.md", ""),
            file("d/2026-Q3.md", ""),
        ]);
        let told: Vec<_> = filed(&plan, Role::Demo)
            .into_iter()
            .map(|paper| {
                let date = paper.date.map_or("-".to_owned(), |date| date.to_string());
                (date, paper.title, paper.is_closed, paper.seen)
            })
            .collect();
        let row = |date: &str, title: &str, is_closed: bool| {
            (date.to_owned(), title.to_owned(), is_closed)
        };
        let expected = [
            row("2026-11-20", "Late demo", false),
            row("2026-11-06", "Demo", true),
            row("2026-10-04", "2026-W40", false),
            row("2026-09-30", "2026-Q3", false),
            row("-", "x-2026-Q3", false),
        ];
        let plain: Vec<_> = told.iter().map(|(a, b, c, _)| row(a, b, *c)).collect();
        assert_eq!(plain, expected);
        assert_eq!(told[1].3.as_deref(), Some("0123abcd"));
        let before = last_before(&plan, Role::Demo, "2026-11-20".parse().unwrap());
        assert_eq!(before.unwrap().title, "Demo");
    }
}
