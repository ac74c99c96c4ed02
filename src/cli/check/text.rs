//! Problems for people, each with its line, and last how many there are.

use std::borrow::Cow;
use std::collections::HashMap;

use color_eyre::eyre::Result;
use ratatui::text::{Line, Span};

use super::Check;
use crate::cli::invocation::Invocation;
use crate::cli::printer::Printer;
use crate::plan::Plan;
use crate::plan::checks::{Findings, Problem, Problems};
use crate::tui::screens::problems::{counts, look};
use crate::tui::theme::{Sign, Theme};
use crate::tui::widgets::excerpt::excerpt;
use crate::tui::widgets::frame::words;
use crate::tui::widgets::text_layout::TextLayout;

/// Prints everything that was found, in lines of at most the paint's columns, paths aside. If it
/// `is_compared` with another version, that is what is new. What was `asked` to be fixed and is
/// still here cannot be.
///
/// # Errors
/// When standard output cannot be written.
pub fn print(
    invocation: &mut Invocation<'_, '_>,
    plan: &Plan,
    found: &Findings,
    is_compared: bool,
    asked: &Check,
) -> Result<()> {
    let paint = invocation.paint();
    let mut fixes = Fixes::default();
    found.in_words(
        plan,
        |problems| report(&paint, plan, problems),
        |(lines, more)| {
            fixes.safe += more.safe;
            fixes.drift += more.drift;
            invocation.print(&lines)
        },
    )?;
    if asked.fix {
        fixes.safe = 0;
        fixes.drift = if asked.prefer.is_some() {
            0
        } else {
            fixes.drift
        };
    }
    let mut sheet = paint.sheet();
    sheet.row(summary(found, is_compared, &paint.theme));
    if let Some(hint) = fixes.hint() {
        sheet.text(&hint, paint.theme.text);
    }
    invocation.print(&paint.lines(sheet))
}

/// How many problems `--fix` fixes.
#[derive(Default)]
struct Fixes {
    safe: usize,
    /// Those for which it has to be told which side wins.
    drift: usize,
}

/// Some problems in lines, and how many of them can be fixed.
fn report(paint: &Printer, plan: &Plan, problems: Problems<'_>) -> (String, Fixes) {
    /// About so many bytes are said of a problem.
    const USUAL: usize = 400;
    let mut lines = String::with_capacity(problems.len() * USUAL);
    let mut fixes = Fixes::default();
    // Most problems of a rule get the same help.
    let mut helps: HashMap<&str, String> = HashMap::new();
    for problem in problems {
        match problem.fix {
            Some(fix) if fix.needs_side() => fixes.drift += 1,
            Some(_) => fixes.safe += 1,
            None => {}
        }
        let mut sheet = paint.sheet();
        add(&mut sheet, plan, &problem, &paint.theme);
        paint.put_lines(&mut lines, sheet);
        match problem.command_help {
            Cow::Borrowed(words) => {
                lines.push_str(helps.entry(words).or_insert_with(|| help(paint, words)));
            }
            Cow::Owned(words) => lines.push_str(&help(paint, &words)),
        }
        lines.push('\n');
    }
    (lines, fixes)
}

fn add(sheet: &mut TextLayout<'_>, plan: &Plan, problem: &Problem, theme: &Theme) {
    let (sign, style) = look(problem.severity, theme);
    let what = format!("{sign} {}[{}]", problem.severity.word(), problem.code);
    sheet.row(vec![
        Span::styled(what, style),
        Span::styled(format!(" {}", problem.place), theme.dim),
    ]);
    sheet.hanging("  ", &words(theme, &problem.message), theme.title);
    excerpt(sheet, plan, problem, theme, false);
}

/// What to do, in lines.
fn help(paint: &Printer, text: &str) -> String {
    let (mut sheet, theme) = (paint.sheet(), &paint.theme);
    let lead = Span::styled("  help: ", theme.accent);
    sheet.hanging(lead, &words(theme, text), theme.text);
    paint.lines(sheet)
}

fn summary(found: &Findings, is_compared: bool, theme: &Theme) -> Line<'static> {
    match found.is_empty() {
        true => vec![
            Span::styled(format!("{} ", theme.glyph(Sign::Complete)), theme.ok),
            Span::styled(
                match is_compared {
                    true => "No new problems.",
                    false => "Nothing is wrong with the plan.",
                },
                theme.text,
            ),
        ]
        .into(),
        false => counts(|severity| found.count(severity), theme).into(),
    }
}

impl Fixes {
    /// What `--fix` can do.
    fn hint(&self) -> Option<String> {
        const SIDES: &str = "`--prefer log` or `--prefer canon`";
        match (self.safe, self.drift) {
            (0, 0) => None,
            (safe, 0) => Some(format!("`stepdeck check --fix` fixes {safe} of them")),
            (0, drift) => Some(format!(
                "`stepdeck check --fix` with {SIDES} fixes {drift} of them"
            )),
            (safe, drift) => Some(format!(
                "`stepdeck check --fix` fixes {safe} of them, with {SIDES} {drift} more"
            )),
        }
    }
}
