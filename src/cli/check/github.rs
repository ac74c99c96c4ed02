//! Problems as workflow commands, which GitHub shows as annotations beside the lines.
//!
//! Escaped as GitHub's own toolkit does; paths count from the root of the checkout, since
//! GitHub knows no other.

use std::path::Path;

use color_eyre::eyre::Result;

use crate::cli::invocation::Invocation;
use crate::document::visible::visible_line;
use crate::plan::Plan;
use crate::plan::checks::{Findings, Problem, Severity};
use crate::store::locate::discover::checkout;

/// Prints one command a line for what was found in the plan at `root`.
///
/// # Errors
/// When standard output cannot be written.
pub fn print(
    invocation: &mut Invocation<'_, '_>,
    root: &Path,
    plan: &Plan,
    found: &Findings,
) -> Result<()> {
    let top = checkout(root).unwrap_or(root);
    let line = |problem: Problem| {
        let path = root.join(&problem.place.path);
        let path = path.strip_prefix(top).unwrap_or(&path).to_string_lossy();
        format!(
            "::{} file={},line={},col={},title={}::{}\n",
            command(problem.severity),
            property(&path),
            problem.place.line,
            problem.place.column,
            property(problem.code),
            data(&problem.message)
        )
    };
    found.in_words(
        plan,
        |problems| problems.map(line).collect::<String>(),
        |lines| invocation.print(&lines),
    )
}

fn command(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    }
}

fn data(text: &str) -> String {
    let escaped = text.replace('%', "%25");
    let escaped = escaped.replace('\r', "%0D").replace('\n', "%0A");
    // Logs are read in terminals, too.
    visible_line(&escaped).into_owned()
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_value_is_escaped() {
        assert_eq!(data("50% a:b,c\r\nd"), "50%25 a:b,c%0D%0Ad");
        assert_eq!(property("50% a:b,c\r\nd"), "50%25 a%3Ab%2Cc%0D%0Ad");
        assert!(!data("\u{1b}[2J\u{202e}").contains(['\u{1b}', '\u{202e}']));
    }
}
