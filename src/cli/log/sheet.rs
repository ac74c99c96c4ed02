//! The events of `stepdeck log`, written while the history is still being read: nothing that was
//! printed is kept.

use std::borrow::Cow;

use color_eyre::eyre::Result;
use ratatui::text::{Line, Span};

use crate::cli::invocation::{Invocation, escape_hidden};
use crate::cli::past::source_of;
use crate::cli::printer::Printer;
use crate::document::json::{quote, well_formed};
use crate::document::visible::{visible_line, width};
use crate::history::canon::Tick;
use crate::history::events::Event;
use crate::history::landing::Landing;
use crate::history::words::{SHORT_HASH, instant, short, told};
use crate::store::past::Past;
use crate::tui::widgets::frame::signs;

/// The most columns that an author takes.
const AUTHOR: usize = 18;
/// How many bytes wait for others before they go into a pipe.
const WAITING: usize = 1 << 16;
/// What is said to have made what is not committed.
const UNCOMMITTED: &str = "(uncommitted)";

/// How events are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// One document of `stepdeck/log@1`.
    Json,
    /// Aligned rows, cut to the width of a terminal.
    Table,
    /// One line per event, for `cut` and `awk`.
    Tabbed,
}

/// What is printed.
pub(super) struct Sheet {
    form: Form,
    paint: Printer,
    has_history: bool,
    /// How much waits for more before it is printed.
    waiting: usize,
    /// How many columns authors of commits need.
    authors: usize,
    /// What is not printed yet.
    text: String,
    is_empty: bool,
}

impl Sheet {
    /// A sheet without events. Those of `one` step are so few that none waits for others.
    pub(super) fn new(form: Form, paint: Printer, past: &Past, one: bool) -> Self {
        let authors = past.authors().map(|author| width(&visible_line(author)));
        Self {
            form,
            paint,
            has_history: past.git().is_some(),
            waiting: if one || form == Form::Table {
                0
            } else {
                WAITING
            },
            authors: authors.max().unwrap_or(0),
            text: String::new(),
            is_empty: true,
        }
    }

    /// Whether no event is on it.
    pub(super) fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// Adds what landed together.
    pub(super) fn add(&mut self, landing: &Landing) {
        match self.form {
            Form::Json => self.add_json(landing),
            Form::Table => self.add_rows(landing),
            Form::Tabbed => self.add_lines(landing),
        }
        self.is_empty = false;
    }

    /// Prints what there is, unless a pipe is better fed with more. Answers whether anybody reads on.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub(super) fn print(&mut self, invocation: &mut Invocation<'_, '_>) -> Result<bool> {
        if self.text.len() < self.waiting {
            return Ok(true);
        }
        self.pass_on(invocation)
    }

    /// Prints the rest. `notes` are what is not known.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub(super) fn end(
        &mut self,
        invocation: &mut Invocation<'_, '_>,
        notes: &[String],
    ) -> Result<()> {
        if self.form == Form::Json {
            self.end_json(notes);
        }
        self.pass_on(invocation).map(drop)
    }

    /// The whole document of what landed, as it would be printed.
    pub(super) fn json(paint: Printer, past: &Past, landings: &[Landing]) -> String {
        let mut sheet = Self::new(Form::Json, paint, past, false);
        let landings = landings.iter().filter(|landing| !landing.is_empty());
        landings.for_each(|landing| sheet.add(landing));
        sheet.end_json(&past.notes());
        escape_hidden(sheet.text)
    }

    fn end_json(&mut self, notes: &[String]) {
        if self.is_empty {
            self.begin_json();
        }
        let end = if self.is_empty { "" } else { "\n  " };
        self.text.push_str(end);
        self.text.push_str("],\n  \"notes\": [");
        for (at, note) in notes.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let note = quote(note);
            self.text.push_str(&format!("{comma}\n    {note}"));
        }
        let end = if notes.is_empty() { "" } else { "\n  " };
        self.text.push_str(end);
        self.text.push_str("]\n}\n");
    }

    fn pass_on(&mut self, invocation: &mut Invocation<'_, '_>) -> Result<bool> {
        let mut text = std::mem::take(&mut self.text);
        if self.form == Form::Json {
            text = escape_hidden(text);
        }
        let is_read = invocation.print_on(text.as_bytes())?;
        text.clear();
        self.text = text;
        Ok(is_read)
    }

    fn begin_json(&mut self) {
        let source = source_of(self.has_history);
        let head = format!(
            "{{\n  \"schema\": \"stepdeck/log@1\",\n  \"source\": \"{source}\",\n  \"events\": ["
        );
        self.text.push_str(&head);
    }

    fn add_json(&mut self, landing: &Landing) {
        if self.is_empty {
            self.begin_json();
        }
        let commit = landing.commit.as_deref();
        let landed = quote(&instant(landing.at));
        let hash = or_null(commit.map(|commit| quote(&commit.hash)));
        let author = or_null(commit.map(|commit| quote(&commit.author)));
        let mut is_first = self.is_empty;
        let out = &mut self.text;
        let mut add = |subject: [(&str, String); 2], kind, event: Option<&Event>| {
            out.push_str(if is_first { "\n" } else { ",\n" });
            is_first = false;
            let [(whose, name), (which, other)] = subject;
            let field = event.and_then(|event| event.field.as_deref().map(quote));
            let raw = |value: fn(&Event) -> &Option<String>| {
                let raw = event.and_then(|event| value(event).as_deref());
                raw.map_or(Cow::Borrowed("null"), well_formed)
            };
            let members: [(&str, &str); 9] = [
                ("landed", &landed),
                ("commit", &hash),
                ("author", &author),
                (whose, &name),
                (which, &other),
                ("kind", &quote(kind)),
                ("field", &or_null(field)),
                ("before", &raw(|event| &event.before)),
                ("after", &raw(|event| &event.after)),
            ];
            object(out, &members);
        };
        for event in &landing.events {
            let uid = or_null(event.uid.map(|uid| quote(&uid.to_string())));
            let subject = [("step_id", quote(&event.step.to_string())), ("uid", uid)];
            add(subject, event.kind.word(), Some(event));
        }
        for tick in &landing.ticks {
            let subject = [("stage", quote(&tick.stage)), ("check", quote(&tick.check))];
            add(subject, tick_word(tick), None);
        }
    }

    fn add_lines(&mut self, landing: &Landing) {
        let (paint, theme) = (&self.paint, &self.paint.theme);
        let front = [
            paint.styled(&instant(landing.at), theme.dim),
            paint.styled(landing.hash().map_or("-", short), theme.accent),
            paint.styled(self.author(landing), theme.dim),
        ];
        let front = front.join("\t");
        let mut text = String::new();
        for (subject, what) in self.rows(landing) {
            let subject = paint.styled(&subject, theme.title);
            let what = paint.styled(&what, theme.text);
            text.push_str(&format!("{front}\t{subject}\t{what}\n"));
        }
        self.text.push_str(&text);
    }

    /// The first row of a commit stands out.
    fn add_rows(&mut self, landing: &Landing) {
        // What is not committed comes first, if there is any.
        if self.is_empty {
            let first = width(self.author(landing));
            let needed = if landing.commit.is_none() { first } else { 0 };
            self.authors = self.authors.max(needed).min(AUTHOR);
        }
        let (paint, theme) = (&self.paint, &self.paint.theme);
        let day = landing.at.format("%Y-%m-%d").to_string();
        let mut text = String::new();
        for (at, (subject, what)) in self.rows(landing).iter().enumerate() {
            let style = if at == 0 { theme.text } else { theme.dim };
            let front = [
                paint.cell(&day, day.len(), style),
                paint.cell(landing.hash().map_or("-", short), SHORT_HASH, theme.accent),
                paint.cell(self.author(landing), self.authors, style),
            ];
            let front = front.into_iter().flat_map(|cell| [cell, Span::raw("  ")]);
            let mut row: Vec<Span<'static>> = front.collect();
            let taken: usize = row.iter().map(|span| width(&span.content)).sum();
            let room = paint.columns.saturating_sub(taken);
            row.push(paint.cell(&format!("{subject} {what}"), room, theme.text));
            text.push_str(&paint.line(&Line::from(row)));
        }
        self.text.push_str(&text);
    }

    /// The author, or that it is not committed.
    fn author<'l>(&self, landing: &'l Landing) -> &'l str {
        match &landing.commit {
            Some(commit) => &commit.author,
            None if self.has_history => UNCOMMITTED,
            None => "-",
        }
    }

    /// What landed together, one row per event: its step or stage, and what happened.
    fn rows(&self, landing: &Landing) -> Vec<(String, String)> {
        let events = landing.events.iter().map(|event| {
            let told = told(event, self.has_history);
            let (step, what) = told.split_once(' ').unwrap_or((&told, ""));
            (step.to_owned(), signs(&self.paint.theme, what).into_owned())
        });
        let ticks = landing.ticks.iter().map(|tick| {
            let what = format!("{}: {}", tick_word(tick), tick.check);
            (tick.stage.clone(), what)
        });
        events.chain(ticks).collect()
    }
}

/// Appends an object of these members, whose values are JSON already. Those of steps stand as they
/// were written and parsed: to parse each of them again would take as long as git takes to find them.
fn object(out: &mut String, members: &[(&str, &str)]) {
    for (at, (name, value)) in members.iter().enumerate() {
        let before = if at == 0 { "    {" } else { "," };
        for part in [before, "\n      \"", name, "\": ", value] {
            out.push_str(part);
        }
    }
    out.push_str("\n    }");
}

fn or_null(json: Option<String>) -> String {
    json.unwrap_or_else(|| "null".to_owned())
}

fn tick_word(tick: &Tick) -> &'static str {
    match tick.is_ticked {
        true => "ticked",
        false => "unticked",
    }
}
