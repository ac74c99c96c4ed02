//! Steps as comma-separated values (RFC 4180) that a spreadsheet opens without running them.

use std::borrow::Cow;

use color_eyre::eyre::Result;
use csv::{Terminator, WriterBuilder};

use crate::plan::field::{FieldSpec, Kind, fields};
use crate::plan::{Plan, StepRef};

/// A heading and one row per step: ID, state, and every field in the order of the table. What
/// `shown` makes of a value is what is in its cell: for a file that is the value itself.
///
/// # Errors
/// None that content could cause; the writer's type has one.
pub fn table(plan: &Plan, steps: &[usize], shown: impl Fn(&str) -> Cow<'_, str>) -> Result<String> {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    let heading = ["step_id", "state"].into_iter();
    writer.write_record(heading.chain(fields().iter().map(|spec| spec.name)))?;
    for step in steps.iter().map(|index| plan.step(*index)) {
        writer.write_field(step.id().to_string())?;
        writer.write_field(step.state().word())?;
        for spec in fields() {
            writer.write_field(&*shown(&cell(&value(step, spec))))?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

fn value<'a>(step: StepRef<'a>, spec: &FieldSpec) -> Cow<'a, str> {
    match spec.kind {
        Kind::List => Cow::Owned(step.list(spec.field).join("; ")),
        _ => step.text(spec.field),
    }
}

/// A value that a spreadsheet takes as text or as a number, never as a formula.
fn cell(value: &str) -> Cow<'_, str> {
    // Spreadsheets differ in whether they look behind spaces, and some take the wide forms.
    let opens = value.starts_with(['\t', '\r', '\n'])
        || value
            .trim_start()
            .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    match opens && !is_number(value) {
        true => Cow::Owned(format!("'{value}")),
        false => Cow::Borrowed(value),
    }
}

/// Whether a text is digits with a sign, a point and an exponent at most.
pub(super) fn is_number(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E');
    text.chars().all(allowed) && text.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_are_defused_and_numbers_stay_numbers() {
        for (value, written) in [
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("+1+cmd", "'+1+cmd"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" =1", "' =1"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("＝1", "'＝1"),
            ("-", "'-"),
            ("-3", "-3"),
            ("+1.5e3", "+1.5e3"),
            ("a=b", "a=b"),
            ("Größe\ta\u{200f}b", "Größe\ta\u{200f}b"),
        ] {
            assert_eq!(cell(value), written, "{value:?}");
        }
    }

    proptest! {
        #[test]
        fn no_cell_begins_as_a_formula(value in "[ \\t\\r\\n]{0,2}[=+@a-]?.{0,12}") {
            let cell = cell(&value);
            let begins = cell.trim_start().starts_with(['=', '+', '-', '@']);
            prop_assert!(!begins || is_number(&cell), "{:?}", cell);
        }
    }
}
