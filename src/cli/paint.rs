//! Text for people: the rows of a screen's sheet, with the theme's colours, on standard output.
//!
//! Results are laid out by the same sheets as the cockpit's panes; in a pipe they are plain.

use std::fmt::Write as _;

use ratatui::backend::IntoCrossterm as _;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crossterm::style::{Attribute, ContentStyle};

use super::{Arguments, Color};
use crate::document::visible::visible_line;
use crate::tui::sheet::Sheet;
use crate::tui::theme::{ColorChoice, Theme};

/// Columns where nobody watches: as wide as people read.
const PIPE_COLUMNS: usize = 100;

/// The looks of one run's results.
pub struct Paint {
    /// Colours and glyphs; without colours in a pipe.
    pub theme: Theme,
    /// Columns to fill at the most.
    pub columns: usize,
    /// Whether nothing but text is printed, not even bold: nobody watches.
    pub plain: bool,
}

impl Paint {
    /// The looks that the arguments, the environment and the output ask for. `terminal` is
    /// the width of the terminal that results go to.
    pub fn detect(
        arguments: &Arguments,
        variable: impl Fn(&str) -> Option<String>,
        terminal: Option<usize>,
    ) -> Self {
        let choice = match arguments.color {
            Color::Always => ColorChoice::Always,
            Color::Auto if terminal.is_some() => ColorChoice::Auto,
            Color::Auto | Color::Never => ColorChoice::Never,
        };
        // A pipe has no terminal whose poor fonts would have to be spared.
        let variable = |name: &str| match (name, terminal) {
            ("TERM", None) => Some("xterm-256color".to_owned()),
            _ => variable(name),
        };
        if choice != ColorChoice::Never {
            // Whether there are colours has been decided above.
            crossterm::style::force_color_output(true);
        }
        Self {
            theme: Theme::detect(variable, choice, None, arguments.ascii),
            columns: terminal.unwrap_or(PIPE_COLUMNS),
            plain: terminal.is_none() && arguments.color != Color::Always,
        }
    }

    /// An empty sheet to lay results out on.
    pub fn sheet(&self) -> Sheet<'_> {
        Sheet::new(&self.theme, u16::try_from(self.columns).unwrap_or(u16::MAX))
    }

    /// The rows of a sheet as lines of text, without spaces at their ends.
    pub fn lines(&self, sheet: &Sheet<'_>) -> String {
        sheet.lines().map(|line| self.line(&line)).collect()
    }

    /// One line of text with its line end.
    pub fn line(&self, line: &Line<'_>) -> String {
        let mut text = String::new();
        for span in &line.spans {
            self.span(&mut text, span, line.style.patch(span.style));
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }

    fn span(&self, text: &mut String, span: &Span<'_>, style: Style) {
        let safe = visible_line(&span.content);
        let style = content_style(style);
        let unstyled = self.plain || style == ContentStyle::default() || safe.trim().is_empty();
        let written = match unstyled {
            true => write!(text, "{safe}"),
            false => write!(text, "{}", style.apply(&safe)),
        };
        debug_assert!(written.is_ok(), "a String takes every write");
    }
}

fn content_style(style: Style) -> ContentStyle {
    let mut content = ContentStyle {
        foreground_color: style.fg.map(|color| color.into_crossterm()),
        background_color: style.bg.map(|color| color.into_crossterm()),
        ..ContentStyle::default()
    };
    for (modifier, attribute) in [
        (Modifier::BOLD, Attribute::Bold),
        (Modifier::DIM, Attribute::Dim),
        (Modifier::ITALIC, Attribute::Italic),
        (Modifier::UNDERLINED, Attribute::Underlined),
        (Modifier::REVERSED, Attribute::Reverse),
        (Modifier::CROSSED_OUT, Attribute::CrossedOut),
    ] {
        if style.add_modifier.contains(modifier) {
            content.attributes.set(attribute);
        }
    }
    content
}
