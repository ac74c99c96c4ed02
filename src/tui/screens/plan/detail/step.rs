//! What there is to know of a step.

use chrono::{DateTime, Utc};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Fact, Facts, Measure, value};
use crate::document::visible::{fit, visible_line, width};
use crate::plan::decision::decisions_naming;
use crate::plan::dependency::Dependency;
use crate::plan::field::{Field, FieldSpec, Kind, detail_fields, fields};
use crate::plan::source::Location;
use crate::plan::status::{State, Status};
use crate::plan::step::Drift;
use crate::plan::waiting::Waiting;
use crate::plan::{Plan, StepRef};
use crate::tui::theme::{Sign, Theme};
use crate::tui::widgets::{frame, status};

/// Columns for labels: `Artifacts`.
pub const LABELS: u16 = 9;

/// Fields that get a second row, and then a third one, where there are rows to spare: those
/// with long values, the most read first.
const LONG: [Field; 8] = [
    Field::Outcome,
    Field::Title,
    Field::Dependencies,
    Field::Link,
    Field::Notes,
    Field::Verification,
    Field::Dependencies,
    Field::Inputs,
];

/// Columns below which the name of a metric tells nothing.
const SHORTEST: usize = 4;

/// What the facts of a step are told from, in a cockpit or without one.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The plan that the step belongs to.
    pub plan: &'a Plan,
    /// The present instant.
    pub now: DateTime<Utc>,
    /// Since when the step has its status, where that is known.
    pub status_since: Option<&'a str>,
    /// The keys that keep the log's words and the canon's, where there are keys.
    pub reconciles: Option<(&'a str, &'a str)>,
}

/// The step's fields with their drift, then decisions, places, namesakes, unknown keys.
pub fn facts(
    around: &Surroundings<'_>,
    theme: &Theme,
    step: StepRef<'_>,
    measure: Measure,
    cursor: Option<usize>,
) -> Facts {
    let drift = step.drift();
    let (mut facts, mut below) = (Vec::new(), 0);
    for (row, field) in detail_fields().iter().enumerate() {
        let measure = measure.of_row(row, cursor);
        let mut lines = field_lines(around, theme, step, *field, measure);
        if step.is_bare(*field) {
            add_remark(&mut lines, "(not in an object)", theme, measure);
        }
        let drift = drift.iter().find(|drift| drift.field == *field);
        let warning = drift.map(|_| (lines.len(), " drift"));
        if let Some(drift) = drift {
            lines.extend(drift_lines(around, theme, drift, measure));
        }
        facts.push(Fact {
            label: field.spec().short.to_owned(),
            lines,
            warning,
            row: below,
            spare: warning.is_none() && is_spare(step, *field),
        });
        let long = LONG.iter().take(measure.extra);
        below += 1 + long.filter(|long| *long == field).count();
    }
    facts.extend(elsewhere(around, theme, step, measure));
    Facts {
        title: format!("Detail {}", step.id()),
        fields: detail_fields().len(),
        facts,
    }
}

/// Says how a value is written, behind it or below it.
fn add_remark(lines: &mut Vec<Line<'static>>, remark: &str, theme: &Theme, measure: Measure) {
    let room = lines
        .last_mut()
        .filter(|line| usize::from(frame::line_width(line)) + 1 + width(remark) <= measure.width);
    match room {
        Some(line) => line.push_span(Span::styled(format!(" {remark}"), theme.warning)),
        None if measure.is_low() => {}
        None => lines.push(Line::styled(remark.to_owned(), theme.warning)),
    }
}

/// Whether nothing is lost without a field: it has no value, nor what is shown below it under the
/// same key.
fn is_spare(step: StepRef<'_>, field: Field) -> bool {
    let spec = field.spec();
    let below = |row: &&FieldSpec| row.field == field || spec.is_first() && row.key == spec.key;
    // What the block says is in the line of where one is.
    let is_own = |row: &FieldSpec| row.inherited.is_none() || step.raw(row.field).is_some();
    let is_empty = |row: &FieldSpec| !is_own(row) || step.text(row.field).is_empty();
    spec.spare && fields().iter().filter(below).all(is_empty)
}

fn field_lines(
    around: &Surroundings<'_>,
    theme: &Theme,
    step: StepRef<'_>,
    field: Field,
    measure: Measure,
) -> Vec<Line<'static>> {
    match field {
        Field::Status => {
            let mut lines = status_lines(theme, step, measure);
            if let (Some(since), Some(line)) = (around.status_since, lines.first_mut()) {
                let behind = format!(" {} {since}", theme.glyphs.dot);
                if usize::from(frame::line_width(line)) + width(&behind) <= measure.width {
                    line.push_span(Span::styled(behind, theme.dim));
                } else if !measure.is_low() {
                    lines.extend(value::text(since, theme, theme.dim, measure));
                }
            }
            lines
        }
        Field::Metric => evidence(theme, step, measure),
        Field::Dependencies => dependencies(around, theme, step, measure),
        Field::UpdatedAt => updated(around, theme, step, measure),
        field if field.spec().kind == Kind::List => {
            let entries = step.list(field);
            let shown = entries.iter().take(measure.rows.max(1));
            let lines = shown.map(|entry| value::text(entry, theme, theme.text, measure));
            value::entries(lines.collect(), entries.len(), theme, measure)
        }
        field if field.spec().inner == Some("planned") && !step.text(field).is_empty() => {
            let text = format!("{} planned", step.text(field));
            value::text(&text, theme, theme.text, measure)
        }
        field => value::text(&step.text(field), theme, theme.text, measure),
    }
}

/// Sign and word, and what the dependencies make of it with the reason.
fn status_lines(theme: &Theme, step: StepRef<'_>, measure: Measure) -> Vec<Line<'static>> {
    let look = status::look(step, theme);
    let own = step.status().map(Status::word);
    let head = match own.filter(|_| step.state() == State::Retired) {
        // The list has no room for both.
        Some(own) => format!("{} {own} {} {}", look.sign, theme.glyphs.dot, look.words),
        None => format!("{} {}", look.sign, look.words),
    };
    let safe = visible_line(&head).into_owned();
    let head = Span::styled(safe, look.style);
    if step.state() != State::Waiting {
        return vec![Line::from(head)];
    }
    let dot = format!(" {} ", theme.glyphs.dot);
    let used = width(&head.content) + width(&dot);
    let fits = |reason: &str| used + width(reason) <= measure.width;
    let reason = match waiting(step) {
        // The chain beside a low pane says for what.
        reason if measure.is_low() && !fits(&reason) => State::Waiting.word().to_owned(),
        reason => reason,
    };
    if fits(&reason) {
        let (dot, reason) = (
            Span::styled(dot, theme.dim),
            Span::styled(reason, theme.dim),
        );
        return vec![Line::from(vec![head, dot, reason])];
    }
    let mut lines = vec![Line::from(head)];
    if !measure.is_low() {
        lines.extend(value::text(&reason, theme, theme.dim, measure));
    }
    lines
}

/// What a step waits for, in a few words.
fn waiting(step: StepRef<'_>) -> String {
    if step.is_cyclic() {
        return "waits for itself, in a cycle".to_owned();
    }
    let mut named = Vec::new();
    let (mut conditions, mut steps) = (0, 0);
    for entry in step.unmet() {
        match entry {
            Waiting::Condition(_) => conditions += 1,
            Waiting::Step(_) | Waiting::Missing(_) if steps >= 3 => steps += 1,
            Waiting::Step(_) | Waiting::Missing(_) => {
                steps += 1;
                named.push(entry.marked());
            }
        }
    }
    if steps > named.len() {
        named.push(format!("{} more", steps - named.len()));
    }
    match conditions {
        0 => {}
        1 => named.push("1 condition".to_owned()),
        count => named.push(format!("{count} conditions")),
    }
    format!("waits for {}", named.join(", "))
}

/// `p95_ms 180 of ≤200 ✓`
fn evidence(theme: &Theme, step: StepRef<'_>, measure: Measure) -> Vec<Line<'static>> {
    let [metric, target, actual] =
        [Field::Metric, Field::Target, Field::Actual].map(|field| step.text(field));
    let reached = match (actual.trim(), target.trim()) {
        ("", "") => String::new(),
        ("", target) => format!("target {target}"),
        (actual, "") => actual.to_owned(),
        (actual, target) => format!("{actual} of {target}"),
    };
    let verdict = step.meets_target().map(|met| match met {
        true => (theme.glyph(Sign::Complete), theme.ok),
        false => (theme.glyph(Sign::Blocked), theme.error),
    });
    // In one line the numbers stay, and the name of the metric gives way.
    let behind = width(&reached) + 1 + 2 * usize::from(verdict.is_some());
    let metric = match measure.width.checked_sub(behind) {
        Some(room @ SHORTEST..) if measure.is_low() => {
            fit(metric.trim(), room, theme.glyphs.ellipsis)
        }
        _ => metric.trim().into(),
    };
    let measure = Measure {
        width: measure.width - 2 * usize::from(verdict.is_some()).min(measure.width),
        ..measure
    };
    let text = format!("{metric} {reached}");
    let mut lines = value::text(&text, theme, theme.text, measure);
    if let (Some((sign, style)), Some(last)) = (verdict, lines.last_mut()) {
        last.spans.push(Span::styled(format!(" {sign}"), style));
    }
    lines
}

/// Each dependency with its own state.
fn dependencies(
    around: &Surroundings<'_>,
    theme: &Theme,
    step: StepRef<'_>,
    measure: Measure,
) -> Vec<Line<'static>> {
    let count = step.dependencies().count();
    // Each takes a row at least.
    let entries = step.dependencies().take(measure.rows.max(1));
    let entries = entries.map(|dependency| {
        let (sign, text, style) = match dependency {
            Dependency::Step(id) => match around.plan.find(id) {
                Some(up) => {
                    let up = around.plan.step(up);
                    let look = status::look(up, theme);
                    let sign = Span::styled(format!("{} ", look.sign), look.style);
                    let style = match up.state() {
                        State::Done | State::Retired => theme.dim,
                        _ => theme.text,
                    };
                    (sign, format!("{id} {}", up.title()), style)
                }
                None => {
                    let sign = format!("{} ", theme.glyph(Sign::Blocked));
                    let text = format!("{id} is not in the plan");
                    (Span::styled(sign, theme.error), text, theme.error)
                }
            },
            Dependency::Condition { text, met } => {
                let style = if met { theme.ticked } else { theme.unticked };
                let sign = format!("{} ", theme.tick_box(met));
                (Span::styled(sign, style), text.into_owned(), style)
            }
        };
        value::behind(vec![sign], &text, theme, style, measure)
    });
    value::entries(entries.collect(), count, theme, measure)
}

fn updated(
    around: &Surroundings<'_>,
    theme: &Theme,
    step: StepRef<'_>,
    measure: Measure,
) -> Vec<Line<'static>> {
    let text = step.text(Field::UpdatedAt);
    let age = chrono::DateTime::parse_from_rfc3339(&text).ok().map(|at| {
        match (around.now - at.to_utc()).num_days() {
            ..0 => ", in the future".to_owned(),
            0 => ", today".to_owned(),
            1 => ", yesterday".to_owned(),
            days => format!(", {days} days ago"),
        }
    });
    let text = format!("{text}{}", age.unwrap_or_default());
    value::text(&text, theme, theme.dim, measure)
}

/// Both versions and the keys that reconcile them.
fn drift_lines(
    around: &Surroundings<'_>,
    theme: &Theme,
    drift: &Drift,
    measure: Measure,
) -> Vec<Line<'static>> {
    let style = theme.warning;
    if measure.is_low() {
        let keys = around
            .reconciles
            .map(|(log, canon)| format!("  {log}/{canon} fixes"));
        let (head, tail) = ("canon ", keys.unwrap_or_default());
        let room = measure.width.saturating_sub(width(head) + width(&tail));
        let text = visible_line(brief(&drift.canon));
        let text = fit(&text, room, theme.glyphs.ellipsis);
        return vec![Line::styled(format!("{head}{text}{tail}"), style)];
    }
    let say = |who: &str, text: &str, key: Option<&str>| {
        let head = vec![Span::styled(format!("{who} says "), style)];
        let hint = key.map(|key| format!(" ({key} keeps it)"));
        let text = format!("{}{}", brief(text), hint.unwrap_or_default());
        value::behind(head, &text, theme, style, measure)
    };
    let mut lines = say("log", &drift.log, around.reconciles.map(|(log, _)| log));
    lines.extend(say(
        "canon",
        &drift.canon,
        around.reconciles.map(|(_, canon)| canon),
    ));
    lines
}

fn brief(text: &str) -> &str {
    match text.trim() {
        "" => "nothing",
        text => text,
    }
}

/// What stands elsewhere about the step, and where it stands itself.
fn elsewhere(
    around: &Surroundings<'_>,
    theme: &Theme,
    step: StepRef<'_>,
    measure: Measure,
) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |label: &'static str, lines: Vec<Line<'static>>, warns: bool| {
        if !lines.is_empty() {
            facts.push(Fact {
                label: label.to_owned(),
                lines,
                warning: warns.then_some((0, label)),
                ..Fact::default()
            });
        }
    };
    let family = around.plan.family(step.id());
    let namesakes = family.filter(|at| around.plan.step(*at).id() == step.id());
    let namesakes = namesakes.count();
    if namesakes > 1 {
        let nth = step.nth() + 1;
        let text = format!("{nth} of {namesakes} steps with this ID");
        add(
            "Duplicate",
            value::text(&text, theme, theme.warning, measure),
            true,
        );
    }
    let decisions = decisions_naming(around.plan, step.id());
    let decisions = decisions.iter().flat_map(|(place, title)| {
        let mut lines = value::text(title, theme, theme.text, measure);
        lines.push(place_line(place, theme, theme.dim, measure));
        lines
    });
    add("Decisions", decisions.collect(), false);
    let places = step.places();
    let places = places.iter();
    let places = places.map(|place| place_line(place, theme, theme.dim, measure));
    add("Written", places.collect(), false);
    let below = fields().iter().map(|spec| spec.field);
    for field in below.filter(|field| !detail_fields().contains(field)) {
        let text = step.text(field);
        if !text.is_empty() {
            let lines = value::text(&text, theme, theme.text, measure);
            add(field.spec().short, lines, false);
        }
    }
    let others = step.other_keys().into_iter().flat_map(|(key, raw)| {
        let key = Span::styled(format!("{} ", visible_line(key)), theme.dim);
        value::behind(vec![key], raw, theme, theme.text, measure)
    });
    add("Other", others.collect(), false);
    facts
}

/// A place whole if it fits, else without its folders.
fn place_line(place: &Location, theme: &Theme, style: Style, measure: Measure) -> Line<'static> {
    let whole = place.to_string();
    let name = place.path.file_name().map(|name| name.to_string_lossy());
    let text = match name {
        Some(name) if frame::columns(&whole) > u16::try_from(measure.width).unwrap_or(u16::MAX) => {
            format!("{name}:{}", place.line)
        }
        _ => whole,
    };
    value::one_line(&text, theme, style, measure.width)
}
