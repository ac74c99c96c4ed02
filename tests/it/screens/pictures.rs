//! Pictures of screens keep the cell grid, the looks and the text.

use std::num::NonZeroU16;

use crate::support::svg::{of_buffer, of_screen};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Line;
use ratatui::widgets::{Block, Widget};
use stepdeck::tui::theme::{Background, ColorDepth, Sign, Theme};

fn picture(text: &str, style: Style) -> String {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 1));
    buffer.set_string(2, 0, text, style);
    of_buffer(&buffer, "stepdeck")
}

#[test]
fn text_stands_on_its_columns_and_is_escaped() {
    let svg = picture("a <b> & \"c\"", Style::new().fg(Color::Rgb(1, 2, 3)));
    // Two columns of 8.4 after a margin of 14; eleven columns long.
    assert!(
        svg.contains("<text x=\"30.8\" y=\"43.5\" fill=\"#010203\" textLength=\"92.4\""),
        "{svg}"
    );
    assert!(
        svg.contains(">a &lt;b&gt; &amp; &quot;c&quot;</text>"),
        "{svg}"
    );
}

#[test]
fn looks_are_drawn() {
    let bold = picture("loud", Style::new().add_modifier(Modifier::BOLD));
    assert!(bold.contains("font-weight=\"bold\""));
    let under = picture("line", Style::new().add_modifier(Modifier::UNDERLINED));
    assert!(under.contains("<path d=\"M30.8 46h33.6\""), "{under}");
    let inverse = picture("x", Style::new().add_modifier(Modifier::REVERSED));
    assert!(
        inverse.contains("height=\"18\" fill=\"#d6dae0\""),
        "{inverse}"
    );
    assert!(inverse.contains("fill=\"#14171c\" textLength"), "{inverse}");
}

#[test]
fn wide_letters_take_two_columns_each_and_stand_alone() {
    let svg = picture("设计x", Style::new());
    assert_eq!(svg.matches("textLength=\"16.8\"").count(), 2, "{svg}");
    assert!(
        svg.contains("<text x=\"64.4\"") && svg.contains(">x</text>"),
        "{svg}"
    );
}

#[test]
fn a_terminals_screen_looks_like_the_buffer() {
    let (rows, columns) = (NonZeroU16::new(1).unwrap(), NonZeroU16::new(20).unwrap());
    let mut parser = vt100::Parser::new(rows, columns, 0);
    parser.process("  \x1b[1;38;5;208;48;2;9;9;9m设 ok\x1b[m".as_bytes());
    let style = Style::new().fg(Color::Indexed(208)).bg(Color::Rgb(9, 9, 9));
    let expected = picture("设 ok", style.add_modifier(Modifier::BOLD));
    assert_eq!(of_screen(parser.screen(), "stepdeck"), expected);
}

/// A page of every role, which `STEPDECK_PICTURE=file.svg` writes out for a look.
#[test]
fn every_role_of_the_theme_can_be_pictured() {
    let theme = Theme::new(ColorDepth::TrueColor, Background::Dark, false);
    let mut buffer = Buffer::empty(Rect::new(0, 0, 60, 14));
    let block = Block::bordered()
        .border_set(theme.border_set(true))
        .border_style(theme.border(true))
        .title(Line::styled("Steps B07", theme.title));
    block.render(buffer.area, &mut buffer);
    for (row, sign) in (1..).zip(Sign::ALL) {
        let text = format!(
            "{} {:<12} Check 设计 & <tables>",
            theme.glyph(sign),
            sign.word()
        );
        buffer.set_string(2, row, text, theme.sign(sign));
    }
    buffer.set_style(Rect::new(1, 4, 58, 1), theme.selection(true));
    buffer.set_style(Rect::new(1, 6, 58, 1), theme.selection(false));
    for (column, percent) in (0..10u8).zip([0, 11, 22, 33, 44, 55, 66, 77, 88, 99]) {
        let x = 2 + 3 * u16::from(column);
        buffer.set_string(x, 9, format!("{percent:02} "), theme.heat(percent));
    }
    for (x, text, style) in [
        (2, "error", theme.error),
        (10, "warning", theme.warning),
        (20, "ok", theme.ok),
        (25, "match", theme.match_highlight),
        (33, "accent", theme.accent),
        (42, "hint", theme.key_hint),
        (48, "key", theme.key),
    ] {
        buffer.set_string(x, 11, text, style);
    }
    let gauge = format!(
        "{}{}",
        theme.glyphs.gauge_done.repeat(12),
        theme.glyphs.gauge_open.repeat(8)
    );
    buffer.set_string(2, 12, gauge, theme.gauge);
    let svg = of_buffer(&buffer, "stepdeck");
    assert_eq!(svg, of_buffer(&buffer, "stepdeck"));
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    if let Some(file) = std::env::var_os("STEPDECK_PICTURE") {
        std::fs::write(file, svg).unwrap();
    }
}

#[test]
fn frames_are_drawn_without_gaps() {
    let svg = picture("┌─┐", Style::new());
    // Each arm runs from the middle of its cell to the cell's edge.
    assert!(
        svg.contains("<path d=\"M35 39H39.2M35 39V48M43.4 39H39.2M43.4 39H47.6"),
        "{svg}"
    );
}
