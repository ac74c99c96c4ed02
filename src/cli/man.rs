//! `stepdeck man`: the manual page, made from the same words as `--help`.

use clap::{Command, CommandFactory as _};
use clap_mangen::Man as Page;
use color_eyre::eyre::Result;

use super::Arguments;
use super::invocation::Invocation;

/// Print the manual page, with all subcommands.
///
/// Read it with: stepdeck man | man -l -
#[derive(clap::Args, Clone, Debug)]
pub struct Man {}

impl Man {
    /// Prints the page as roff.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub(crate) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        invocation.print(&page()?)
    }
}

/// The whole page. The options that all subcommands share come once, at the top.
fn page() -> Result<String> {
    let command = Arguments::command().disable_help_subcommand(true);
    let main = Page::new(command.clone());
    let mut title = Vec::new();
    main.render_title(&mut title)?;
    // Without quotes around the date that there is not, the version stands in its place.
    let name = ".TH stepdeck 1 ";
    let mut text = String::from_utf8(title)?.replace(name, &format!("{name}\"\""));
    let mut roff = Vec::new();
    main.render_name_section(&mut roff)?;
    main.render_synopsis_section(&mut roff)?;
    main.render_description_section(&mut roff)?;
    main.render_options_section(&mut roff)?;
    text.extend(lines(&String::from_utf8(roff)?));
    for subcommand in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        text.push_str(&section(subcommand)?);
    }
    Ok(text)
}

/// One subcommand as a section, its parts one level down.
fn section(subcommand: &Command) -> Result<String> {
    let full = format!("stepdeck {}", subcommand.get_name());
    // As parsed by itself, it knows nothing of the shared options.
    let alone = subcommand
        .clone()
        .bin_name(full.clone())
        .display_name(full.clone())
        .disable_help_flag(true);
    let has_options = alone.get_arguments().next().is_some();
    let has_more = alone.get_after_help().is_some() || alone.get_after_long_help().is_some();
    let page = Page::new(alone);
    let mut roff = Vec::new();
    page.render_synopsis_section(&mut roff)?;
    page.render_description_section(&mut roff)?;
    if has_options {
        page.render_options_section(&mut roff)?;
    }
    if has_more {
        page.render_extra_section(&mut roff)?;
    }
    let mut parts = String::new();
    let mut in_table = false;
    for line in lines(&String::from_utf8(roff)?) {
        let row = row(line);
        let ends_table = std::mem::replace(&mut in_table, row.is_some()) && row.is_none();
        match (row, line.strip_prefix(".SH ")) {
            (Some((name, text)), _) => {
                parts.push_str(&format!(".TP\n\\fB{name}\\fR\n\\&{text}\n"));
            }
            (None, Some(name)) => parts.push_str(&format!(".SS {name}")),
            // Behind a table the text would go on within its last row.
            (None, None) if ends_table && line.trim().is_empty() => parts.push_str(".PP\n"),
            (None, None) if ends_table => parts.push_str(&format!(".PP\n{line}")),
            (None, None) => parts.push_str(line),
        }
    }
    Ok(format!(".SH \"{}\"\n{parts}", full.to_uppercase()))
}

/// A row of a table as help aligns it: a name, and what is said of it.
fn row(line: &str) -> Option<(&str, &str)> {
    let inner = line
        .strip_prefix("  ")
        .filter(|rest| !rest.starts_with(' '))?;
    let (name, text) = inner.trim_end().split_once("  ")?;
    Some((name, text.trim_start()))
}

/// The lines of a part, without those that set up the renderer, which the title brings.
fn lines(part: &str) -> impl Iterator<Item = &str> {
    part.split_inclusive('\n')
        .filter(|line| !line.starts_with(".ie ") && !line.starts_with(".el "))
}
