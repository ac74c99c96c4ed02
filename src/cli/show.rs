//! `stepdeck show`: everything there is to know of one step.

use color_eyre::eyre::Result;
use ratatui::text::Line;

use super::invocation::{Invocation, Name};
use super::step_document::StepDocument;
use crate::app::screens::plan::why::why;
use crate::plan::StepRef;
use crate::tui::screens::plan::detail;
use crate::tui::widgets::frame::words;

/// Show a step: its fields, whether it is ready and why not, and where it is written.
///
/// If several steps have the ID, all of them are shown; with --json, a document for each.
#[derive(clap::Args, Clone, Debug)]
pub struct Show {
    /// The step.
    id: Name,
    /// Print JSON (stepdeck/step@1).
    #[arg(long)]
    json: bool,
}

impl Show {
    /// Prints the step.
    ///
    /// # Errors
    /// When there is no such step or no plan.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let opened = invocation.open()?;
        let plan = &opened.plan;
        let id = plan.step(opened.find(self.id.0)?).id();
        let family = plan.family(id).map(|index| plan.step(index));
        let steps: Vec<StepRef<'_>> = family.filter(|step| step.id() == id).collect();
        if steps.len() > 1 {
            let count = steps.len();
            invocation.say(&format!("{count} steps have the ID {id}"))?;
        }
        if self.json {
            for step in steps {
                invocation.print_json(&StepDocument::new(plan, step))?;
            }
            return Ok(());
        }
        let paint = invocation.paint();
        let mut text = String::new();
        for step in steps {
            if !text.is_empty() {
                text.push('\n');
            }
            let theme = &paint.theme;
            let mut sheet = paint.sheet();
            sheet.row(Line::styled(format!("Step {}", step.id()), theme.title));
            sheet.blank();
            detail::lay_out(&mut sheet, plan, step, invocation.outside.now);
            sheet.blank();
            for line in why(plan, step) {
                sheet.text(&words(theme, &line), theme.text);
            }
            text.push_str(&paint.lines(sheet));
        }
        invocation.print(&text)
    }
}
