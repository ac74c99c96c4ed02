//! `stepdeck gates`: the ladder of stages, and the checklist of one of them.

use chrono::NaiveDate;
use color_eyre::eyre::Result;
use ratatui::text::{Line, Span};
use serde::Serialize;

use super::invocation::Invocation;
use super::open_plan::OpenPlan;
use super::tick::{List, find_list};
use crate::cli::printer::Printer;
use crate::document::visible::{visible_line, width};
use crate::plan::Plan;
use crate::plan::canon::checklist::{self, Check};
use crate::plan::charge::Owed;
use crate::plan::disputes::{Dispute, disputes};
use crate::plan::ladders::OtherChecklists;
use crate::plan::packet::{Decision, Packet};
use crate::plan::query::words::Words;
use crate::plan::stage::{Stage, Standing, standing_of, standings};
use crate::tui::screens::gate_review::decision_look;
use crate::tui::screens::gates::checks::{item, no_checks, other_lists};
use crate::tui::screens::gates::criteria::criteria;
use crate::tui::screens::gates::ladder::{look, reviewed};
use crate::tui::theme::Theme;
use crate::tui::widgets::frame;
use crate::tui::widgets::text_layout::TextLayout;

/// Show how far each stage is from its gate; with STAGE, its checks, evidence, steps and decision.
///
/// The numbers of the checks are those that `stepdeck tick STAGE NUMBER` takes. Instead of a stage,
/// give the path or title of a document to see its checklists that belong to no stage.
#[derive(clap::Args, Clone, Debug)]
pub struct Gates {
    /// The stage, or enough of its name to be unique; or a document with other checklists.
    pub stage: Option<String>,
    /// List the checklists that belong to no stage, by document; with STAGE, their checks that
    /// contain these words.
    #[arg(long)]
    pub other: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

impl Gates {
    /// Prints the ladder or the stage.
    ///
    /// # Errors
    /// When the stage cannot be told, the plan cannot be read, or the output not be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let opened = invocation.open()?;
        let plan = &opened.plan;
        if let Some(merge) = unfinished_merge(plan) {
            invocation.say(&merge)?;
        }
        let today = invocation.outside.now.date_naive();
        if self.other {
            return self.others(invocation, plan);
        }
        let only = self.stage.as_deref().map(|typed| find_list(plan, typed));
        let only = only.transpose()?;
        if self.json {
            let (stages, others) = match only {
                Some(List::Stage(at)) => (&plan.stages()[at..=at], &[][..]),
                Some(List::Other(at)) => (&[][..], &plan.other_checklists()[at..=at]),
                None => (plan.stages(), plan.other_checklists()),
            };
            let document = Document {
                schema: "stepdeck/gates@1",
                stages: stages
                    .iter()
                    .map(|stage| entry(&opened, stage, today))
                    .collect(),
                other: others
                    .iter()
                    .map(|other| other_entry(plan, other))
                    .collect(),
            };
            return invocation.print_json(&document);
        }
        let paint = invocation.paint();
        let sheet = match only {
            Some(List::Stage(at)) => one(&paint, plan, at, today),
            Some(List::Other(at)) => one_other(&paint, plan, &plan.other_checklists()[at]),
            None => ladder(&paint, plan, today),
        };
        invocation.print(&paint.lines(sheet))
    }

    /// Prints the documents with other checklists, or the checks in them that have the words.
    fn others(&self, invocation: &mut Invocation<'_, '_>, plan: &Plan) -> Result<()> {
        let others = plan.other_checklists();
        let words = Words::new(self.stage.iter().flat_map(|text| text.split_whitespace()));
        let finds = |check: &Check| {
            words
                .score(&check.text, &[(&*check.heading).into()])
                .is_some()
        };
        if self.json {
            let mut other: Vec<OtherEntry> = others
                .iter()
                .map(|other| other_entry(plan, other))
                .collect();
            if self.stage.is_some() {
                for (entry, of) in other.iter_mut().zip(others) {
                    let checks: Vec<&Check> = of.checks().collect();
                    entry.items.retain(|item| finds(checks[item.number - 1]));
                }
                other.retain(|entry| !entry.items.is_empty());
            }
            let document = Document {
                schema: "stepdeck/gates@1",
                stages: Vec::new(),
                other,
            };
            return invocation.print_json(&document);
        }
        let paint = invocation.paint();
        let sheet = match &self.stage {
            Some(_) => found_checks(&paint, plan, &finds),
            None => documents(&paint, plan),
        };
        let none = sheet.is_empty();
        invocation.print(&paint.lines(sheet))?;
        if none {
            invocation.say(match others.is_empty() {
                true => "there are no other checklists",
                false => "no check in the other checklists contains these words",
            })?;
        }
        Ok(())
    }
}

/// Where a merge left two versions beside checks, which are counted as ours has them.
fn unfinished_merge(plan: &Plan) -> Option<String> {
    let has_checks = |dispute: &Dispute| {
        let document = plan.files()[dispute.file].markdown();
        document.is_some_and(checklist::is_in)
    };
    let first = disputes(plan).into_iter().find(has_checks)?;
    Some(format!(
        "{}:{}: a merge left two versions here: ours counts until `stepdeck resolve` keeps one",
        plan.files()[first.file].path.display(),
        first.line()
    ))
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    stages: Vec<StageEntry>,
    other: Vec<OtherEntry>,
}

#[derive(Serialize)]
struct OtherEntry {
    file: String,
    title: String,
    ticked: usize,
    total: usize,
    items: Vec<OtherItem>,
}

#[derive(Serialize)]
struct OtherItem {
    number: usize,
    heading: String,
    text: String,
    done: bool,
    steps: Vec<String>,
    line: usize,
}

#[derive(Serialize)]
struct StageEntry {
    stage: String,
    ladder: Option<String>,
    horizon: Option<String>,
    north_star: Option<String>,
    review: Option<String>,
    ticked: usize,
    total: usize,
    threshold: u8,
    met: bool,
    decision: Option<&'static str>,
    decided: Option<String>,
    due: Option<String>,
    days_overdue: Option<i64>,
    owners: Vec<StageOwner>,
    items: Vec<ItemEntry>,
}

/// Who answers for a stage, and since when.
#[derive(Serialize)]
pub(super) struct StageOwner {
    name: String,
    acknowledged: Option<String>,
}

impl StageOwner {
    pub(super) fn of(name: &str, date: Option<NaiveDate>) -> Self {
        Self {
            name: name.to_owned(),
            acknowledged: date.map(|date| date.to_string()),
        }
    }
}

#[derive(Serialize)]
struct ConditionEntry {
    gate: String,
    decided: String,
    by: Option<String>,
}

#[derive(Serialize)]
struct ItemEntry {
    number: usize,
    text: String,
    done: bool,
    condition: Option<ConditionEntry>,
    evidence: Vec<String>,
    steps: Vec<String>,
    file: String,
    line: usize,
}

fn entry(opened: &OpenPlan, stage: &Stage, today: NaiveDate) -> StageEntry {
    let rung = stage.rung.as_ref();
    let standing = standing_of(opened.plan.stages(), stage);
    let item = |(at, check): (usize, &Check)| {
        let links = stage
            .evidence_for(check)
            .flat_map(|evidence| evidence.links.clone());
        ItemEntry {
            number: at + 1,
            text: check.text.clone(),
            done: check.done,
            condition: Owed::read(&check.text).map(|owed| ConditionEntry {
                gate: owed.gate,
                decided: owed.decided.to_string(),
                by: owed.by.map(|by| by.to_string()),
            }),
            evidence: links.collect(),
            steps: (check.steps.iter())
                .map(|id| opened.plan.spelled(*id).to_string())
                .collect(),
            file: opened.plan.files()[check.file].path.display().to_string(),
            line: check.line,
        }
    };
    StageEntry {
        stage: stage.name.clone(),
        ladder: (opened.plan.ladders().get(stage.ladder))
            .and_then(|ladder| ladder.file)
            .map(|file| opened.plan.files()[file].path.display().to_string()),
        horizon: rung.map(|rung| rung.horizon.clone()),
        north_star: rung.map(|rung| rung.north_star.clone()),
        review: rung.map(|rung| rung.review.clone()),
        ticked: stage.ticked(),
        total: stage.checks.len(),
        threshold: stage.threshold(),
        met: stage.is_met(),
        decision: stage.decision().map(Decision::words),
        decided: (stage.decided())
            .and_then(Packet::decided_on)
            .map(|day| day.to_string()),
        due: stage.due().map(|due| due.to_string()),
        days_overdue: stage.overdue(standing, today),
        owners: (stage.acknowledgements())
            .map(|(name, date)| StageOwner::of(name, date))
            .collect(),
        items: stage.checks.iter().enumerate().map(item).collect(),
    }
}

fn other_entry(plan: &Plan, other: &OtherChecklists) -> OtherEntry {
    let item = |(at, check): (usize, &Check)| OtherItem {
        number: at + 1,
        heading: check.heading.clone(),
        text: check.text.clone(),
        done: check.done,
        steps: check.steps.iter().map(ToString::to_string).collect(),
        line: check.line,
    };
    OtherEntry {
        file: plan.files()[other.file].path.display().to_string(),
        title: other.title.clone(),
        ticked: other.ticked(),
        total: other.len(),
        items: other.checks().enumerate().map(item).collect(),
    }
}

const GAP: &str = "  ";

fn ladder<'p>(paint: &'p Printer, plan: &Plan, today: NaiveDate) -> TextLayout<'p> {
    let mut sheet = paint.sheet();
    let theme = &paint.theme;
    let (stages, ladders) = (plan.stages(), plan.ladders());
    if stages.is_empty() {
        let text = "The plan has no stages. stepdeck looks in its Markdown files for a table \
                    with the columns Stage and Stage-Gate Review, and for lists under a heading \
                    with “Readiness Checklist”, one heading per stage.";
        sheet.text(&frame::words(theme, text), theme.text);
        more_checklists(&mut sheet, plan, theme);
        return sheet;
    }
    let horizon = |stage: &Stage| {
        stage
            .rung
            .as_ref()
            .map_or("", |rung| &rung.horizon)
            .to_owned()
    };
    let shown = |text: &str| width(&visible_line(text));
    let widest = |head: &str, widths: &mut dyn Iterator<Item = usize>| {
        widths.max().unwrap_or(0).max(head.len())
    };
    let names = widest("stage", &mut stages.iter().map(|stage| shown(&stage.name)));
    let horizons = widest(
        "horizon",
        &mut stages.iter().map(|stage| shown(&horizon(stage))),
    );
    let row = |sign: Span<'static>, cells: [(&str, _); 4], last: Span<'static>| {
        let [name, horizon, ticked, bar] = cells;
        Line::from(vec![
            sign,
            Span::raw(" "),
            paint.cell(name.0, names, name.1),
            Span::raw(GAP),
            paint.cell(horizon.0, horizons, horizon.1),
            Span::styled(format!("{GAP}{:>6}", ticked.0), ticked.1),
            Span::styled(format!("{GAP}{:>4}{GAP}", bar.0), bar.1),
            last,
        ])
    };
    let head = ["stage", "horizon", "ticked", "bar"].map(|text| (text, theme.dim));
    sheet.row(row(Span::raw(" "), head, Span::styled("gate", theme.dim)));
    let mut shown_ladder = None;
    for (stage, standing) in stages.iter().zip(standings(stages)) {
        if ladders.len() > 1 && shown_ladder.replace(stage.ladder) != Some(stage.ladder) {
            sheet.row(Span::styled(
                ladders[stage.ladder].title.clone(),
                theme.heading,
            ));
        }
        let (sign, style) = look(standing, theme);
        let cells = [
            (&*stage.name, theme.title),
            (&*horizon(stage), theme.dim),
            (
                &*format!("{}/{}", stage.ticked(), stage.checks.len()),
                theme.text,
            ),
            (&*format!("{}%", stage.threshold()), theme.dim),
        ];
        let last = Span::styled(in_words(stage, standing, theme), style);
        let mut line = row(Span::styled(sign, style), cells, last);
        if let Some(due) = stage.due_and_owners(standing, today) {
            let is_overdue = stage.overdue(standing, today).is_some();
            let style = if is_overdue { theme.warning } else { theme.dim };
            line.push_span(Span::styled(
                format!("{GAP}{}", frame::words(theme, &due)),
                style,
            ));
        }
        sheet.row(line);
    }
    more_checklists(&mut sheet, plan, theme);
    sheet
}

/// Says where the checklists are that belong to no stage. They are not counted: that would take a
/// parse of all their documents.
fn more_checklists(sheet: &mut TextLayout, plan: &Plan, theme: &Theme) {
    if plan.may_have_other_checklists() {
        sheet.blank();
        let text = "`stepdeck gates --other` lists the checklists that belong to no stage.";
        sheet.text(&frame::words(theme, text), theme.dim);
    }
}

/// The documents with checklists that belong to no stage, and how far each is.
fn documents<'p>(paint: &'p Printer, plan: &Plan) -> TextLayout<'p> {
    let mut sheet = paint.sheet();
    let theme = &paint.theme;
    for other in plan.other_checklists() {
        let path = plan.files()[other.file].path.display().to_string();
        sheet.row(Line::from(vec![
            Span::styled(
                format!("{:>4}/{:<4}", other.ticked(), other.len()),
                theme.text,
            ),
            Span::styled(format!("{GAP}{path}"), theme.title),
            Span::styled(format!("{GAP}{}", other.title), theme.dim),
        ]));
    }
    sheet
}

/// The checks of other checklists that are found, by document, with their numbers.
fn found_checks<'p>(
    paint: &'p Printer,
    plan: &Plan,
    finds: &dyn Fn(&Check) -> bool,
) -> TextLayout<'p> {
    let mut sheet = paint.sheet();
    let theme = &paint.theme;
    for other in plan.other_checklists() {
        let found: Vec<(usize, &Check)> = other
            .checks()
            .enumerate()
            .filter(|(_, check)| finds(check))
            .collect();
        if found.is_empty() {
            continue;
        }
        if !sheet.is_empty() {
            sheet.blank();
        }
        let path = plan.files()[other.file].path.display().to_string();
        sheet.row(Span::styled(path, theme.title));
        for (at, check) in found {
            let number = Span::styled(format!("{:>4} ", at + 1), theme.dim);
            item(&mut sheet, plan, (None, check), number, usize::MAX);
        }
    }
    sheet
}

/// The checklists of one document that belong to no stage.
fn one_other<'p>(paint: &'p Printer, plan: &Plan, other: &OtherChecklists) -> TextLayout<'p> {
    let mut sheet = paint.sheet();
    let theme = &paint.theme;
    let path = plan.files()[other.file].path.display().to_string();
    sheet.pair(
        Line::from(vec![
            Span::styled(path, theme.title),
            Span::styled(format!("{GAP}{}", other.title), theme.dim),
        ]),
        Span::styled(
            format!("{} of {} ticked", other.ticked(), other.len()),
            theme.dim,
        ),
    );
    let digits = other.len().to_string().len();
    let number = |number| Span::styled(format!("{number:>digits$} "), theme.dim);
    other_lists(&mut sheet, plan, other, number, theme);
    sheet
}

/// Where the stage is and how far it is from its bar.
fn in_words(stage: &Stage, standing: Standing, theme: &Theme) -> String {
    let word = match reviewed(stage, theme) {
        Some((words, _)) => format!("{}, {words}", standing.word()),
        None => standing.word().to_owned(),
    };
    match (standing, stage.checks.len(), stage.missing()) {
        (standing, ..) if standing.is_behind() => word,
        (_, 0, _) => format!("{word}, no checklist"),
        (_, _, 0) => format!("{word}, bar met"),
        (_, _, missing) => format!("{word}, {missing} more to reach the bar"),
    }
}

fn one<'p>(paint: &'p Printer, plan: &Plan, at: usize, today: NaiveDate) -> TextLayout<'p> {
    let mut sheet = paint.sheet();
    let theme = &paint.theme;
    let stage = &plan.stages()[at];
    let standing = standings(plan.stages())[at];
    let (sign, style) = look(standing, theme);
    let horizon = stage.rung.as_ref().map_or("", |rung| &rung.horizon);
    sheet.pair(
        Line::from(vec![
            Span::styled(format!("{sign} "), style),
            Span::styled(stage.name.clone(), theme.title),
            Span::styled(format!("{GAP}{horizon}"), theme.dim),
        ]),
        Span::styled(in_words(stage, standing, theme), style),
    );
    sheet.blank();
    let due = stage.due_and_owners(standing, today);
    criteria(&mut sheet, stage, due.as_deref(), theme, usize::MAX);
    if stage.rung.is_none() {
        sheet.blank();
    }
    sheet.pair(
        Span::styled("Checklist", theme.heading),
        Span::styled(
            format!(
                "{} of {} ticked, bar {}%",
                stage.ticked(),
                stage.checks.len(),
                stage.threshold()
            ),
            theme.dim,
        ),
    );
    if stage.checks.is_empty() {
        no_checks(&mut sheet, stage, theme);
    }
    let digits = stage.checks.len().to_string().len();
    for (at, check) in stage.checks.iter().enumerate() {
        let number = Span::styled(format!("{:>digits$} ", at + 1), theme.dim);
        item(&mut sheet, plan, (Some(stage), check), number, usize::MAX);
    }
    gate_reviews(&mut sheet, plan, stage);
    sheet
}

/// The decision in force with what it rests on, and the review that is still open.
fn gate_reviews(sheet: &mut TextLayout, plan: &Plan, stage: &Stage) {
    let theme = sheet.theme();
    let path = |packet: &Packet| plan.files()[packet.file].path.display().to_string();
    let named = |name: &str| Span::styled(format!("{name:12}"), theme.dim);
    let open = stage.review().filter(|packet| packet.decision.is_none());
    if open.is_none() && stage.decided().is_none() {
        return;
    }
    sheet.blank();
    sheet.row(Span::styled("Gate reviews", theme.heading));
    if let Some(packet) = stage.decided() {
        let (words, style) = decision_look(packet.decision, theme);
        let by = match packet.decided.as_str() {
            "" => String::new(),
            stamp => format!("  {stamp}"),
        };
        sheet.hanging(named("decision"), &format!("{words}{by}"), style);
        let rest = [
            ("conditions", &packet.conditions),
            ("waiver", &packet.waiver),
        ];
        for (name, text) in rest.into_iter().filter(|(_, text)| !text.is_empty()) {
            sheet.hanging(named(name), text, theme.text);
        }
        sheet.hanging(named("packet"), &path(packet), theme.text);
    }
    if let Some(packet) = open {
        sheet.hanging(named("open"), &path(packet), theme.warning);
    }
}
