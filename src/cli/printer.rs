//! Text for people: the rows of a screen's sheet, with the theme's colours, on standard output.
//!
//! Results are laid out by the same sheets as the cockpit's panes; in a pipe they are plain.

use std::fmt::Write as _;

use ratatui::backend::IntoCrossterm as _;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use crossterm::style::{Attribute, ContentStyle};

use super::{Arguments, Color};
use crate::document::visible::{fit, pad, visible_line};
use crate::tui::theme::{ColorChoice, Theme};
use crate::tui::widgets::text_layout::TextLayout;

/// Columns where nobody watches: as wide as people read.
const PIPE_COLUMNS: usize = 100;

/// The looks of one run's results.
pub struct Printer {
    /// Colours and glyphs; without colours in a pipe.
    pub theme: Theme,
    /// Columns to fill at most.
    pub columns: usize,
    /// Whether not even bold or dim is written.
    plain: bool,
}

impl Printer {
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
        if choice != ColorChoice::Never {
            // Whether there are colours has been decided above.
            crossterm::style::force_color_output(true);
        }
        Self {
            theme: theme(variable, choice, arguments.ascii, terminal),
            columns: terminal.unwrap_or(PIPE_COLUMNS),
            plain: choice == ColorChoice::Never,
        }
    }

    /// An empty sheet to lay results out on.
    pub fn sheet(&self) -> TextLayout<'_> {
        TextLayout::new(&self.theme, u16::try_from(self.columns).unwrap_or(u16::MAX))
    }

    /// A cell of a table: text from files made safe, cut or filled up to so many columns.
    pub fn cell(&self, text: &str, columns: usize, style: Style) -> Span<'static> {
        let safe = visible_line(text);
        let fitting = fit(&safe, columns, self.theme.glyphs.ellipsis);
        Span::styled(pad(&fitting, columns).into_owned(), style)
    }

    /// The rows of a sheet as lines of text, without spaces at their ends.
    pub fn lines(&self, sheet: TextLayout<'_>) -> String {
        let mut text = String::new();
        self.put_lines(&mut text, sheet);
        text
    }

    /// The same behind other text.
    pub fn put_lines(&self, text: &mut String, sheet: TextLayout<'_>) {
        sheet.into_lines().for_each(|line| self.put(text, &line));
    }

    /// One line of text with its line end.
    pub fn line(&self, line: &Line<'_>) -> String {
        let mut text = String::new();
        self.put(&mut text, line);
        text
    }

    fn put(&self, text: &mut String, line: &Line<'_>) {
        let has_letters = |text: &str| text.bytes().any(|byte| byte.is_ascii_graphic());
        let blank = |span: &&Span<'_>| {
            !has_letters(&span.content) && visible_line(&span.content).trim().is_empty()
        };
        let empty = line.spans.iter().rev().take_while(blank).count();
        let spans = &line.spans[..line.spans.len() - empty];
        for (at, span) in spans.iter().enumerate() {
            let safe = visible_line(&span.content);
            let safe = match at + 1 == spans.len() {
                true => safe.trim_end(),
                false => &*safe,
            };
            self.write(text, safe, line.style.patch(span.style));
        }
        text.push('\n');
    }

    /// Text made safe, as one row, in a style.
    pub fn styled(&self, text: &str, style: Style) -> String {
        let mut styled = String::new();
        self.write(&mut styled, &visible_line(text), style);
        styled
    }

    fn write(&self, text: &mut String, safe: &str, style: Style) {
        let style = content_style(style);
        let plain = self.plain || style == ContentStyle::default() || safe.trim().is_empty();
        if plain {
            return text.push_str(safe);
        }
        let written = write!(text, "{}", style.apply(safe));
        debug_assert!(written.is_ok(), "a String takes every write");
    }
}

/// A theme for results.
pub(super) fn theme(
    variable: impl Fn(&str) -> Option<String>,
    choice: ColorChoice,
    ascii: bool,
    terminal: Option<usize>,
) -> Theme {
    // A pipe has no terminal whose poor fonts would have to be spared.
    let variable = |name: &str| match (name, terminal) {
        ("TERM", None) => Some("xterm-256color".to_owned()),
        _ => variable(name),
    };
    Theme::detect(variable, choice, None, ascii)
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
