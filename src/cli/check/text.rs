//! Problems for people, each with its line, and last how many there are.

use ratatui::text::{Line, Span};

use super::count;
use crate::cli::printer::Printer;
use crate::plan::Plan;
use crate::plan::checks::Problem;
use crate::tui::screens::problems::{counts, look};
use crate::tui::theme::{Sign, Theme};
use crate::tui::widgets::excerpt::excerpt;
use crate::tui::widgets::frame::words;
use crate::tui::widgets::text_layout::TextLayout;

/// Everything that was found, in lines of at most the paint's columns, paths aside.
pub fn report(paint: &Printer, plan: &Plan, found: &[Problem]) -> String {
    let mut sheet = paint.sheet();
    for problem in found {
        add(&mut sheet, plan, problem, &paint.theme);
        sheet.blank();
    }
    sheet.row(summary(found, &paint.theme));
    if let Some(hint) = hint(found) {
        sheet.text(&hint, paint.theme.text);
    }
    paint.lines(&sheet)
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
    let lead = Span::styled("  help: ", theme.accent);
    sheet.hanging(lead, &words(theme, &problem.command_help), theme.text);
}

fn summary(found: &[Problem], theme: &Theme) -> Line<'static> {
    match found {
        [] => vec![
            Span::styled(format!("{} ", theme.glyph(Sign::Complete)), theme.ok),
            Span::styled("Nothing is wrong with the plan.", theme.text),
        ]
        .into(),
        _ => counts(|severity| count(found, severity), theme).into(),
    }
}

/// What `--fix` can do about them.
fn hint(found: &[Problem]) -> Option<String> {
    let count = |needs_side| {
        let fixes = found.iter().filter_map(|problem| problem.fix);
        fixes.filter(|fix| fix.needs_side() == needs_side).count()
    };
    const SIDES: &str = "`--prefer log` or `--prefer canon`";
    match (count(false), count(true)) {
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
