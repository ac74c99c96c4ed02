//! Two versions that a merge left: ours and theirs, and what both started from if the markers show it.

use std::num::NonZero;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::conflict::{BESIDE, WIDEST, beside};
use super::{boxed, centred, hints, key_name};
use crate::app::core::model::Model;
use crate::app::overlays::merge::OpenMerge;
use crate::change::compose::StepDispute;
use crate::plan::disputes::MarkedVersion;
use crate::tui::theme::Theme;
use crate::tui::widgets::frame;
use crate::tui::widgets::text_layout::TextLayout;

/// Rows that one version gets at most.
const MOST: usize = 12;

/// Draws the versions, and how to decide.
pub fn draw(frame: &mut Frame, area: Rect, model: &Model, theme: &Theme, open: &OpenMerge) {
    let buf = frame.buffer_mut();
    let columns = (area.width * 9 / 10).clamp(area.width.min(60), WIDEST);
    let mut sheet = TextLayout::new(theme, columns.saturating_sub(4));
    let dispute = &open.dispute;
    let file = &model.plan.files()[dispute.file].path;
    sheet.row(Line::from(vec![
        Span::styled(
            frame::words(theme, &dispute.about).into_owned(),
            theme.heading,
        ),
        Span::styled(
            format!("  {}:{}", file.display(), dispute.line()),
            theme.dim,
        ),
    ]));
    if let Some(count) = NonZero::new(open.marked.len()) {
        let words = format!("and {count} more, as marked: one decision for all of them");
        sheet.row(Line::styled(words, theme.text));
    }
    sheet.blank();
    let step = model.step_dispute(dispute);
    let fields = step.as_ref().map_or(&dispute.fields, |step| &step.fields);
    let version = |version| {
        let text = dispute.version(&model.plan, version, fields);
        text.unwrap_or_default()
    };
    let named = |key: &str, name: &str, label: String| {
        let key = key_name(&model.keymap.key_of(key), theme);
        match label.is_empty() || label == name {
            true => format!("{key} {name}"),
            false => format!("{key} {name} ({label})"),
        }
    };
    let known = model.changes.read.as_ref();
    let label = |label: String| {
        let name = known.and_then(|read| read.names.get(&label));
        name.cloned().unwrap_or(label)
    };
    let [our_label, their_label] = dispute.labels(&model.plan).map(label);
    let ours = named("keep-ours", "ours", our_label);
    let theirs = named("keep-theirs", "theirs", their_label);
    let ours = (ours, version(MarkedVersion::Ours));
    let theirs = (theirs, version(MarkedVersion::Theirs));
    let is_decided = step.as_ref().is_some_and(|step| step.fields.is_empty());
    match sheet.width() < BESIDE {
        _ if is_decided => {}
        false => beside(&mut sheet, ours, theirs, MOST, theme),
        true => {
            for (name, text) in [ours, theirs] {
                sheet.row(Line::styled(name, theme.key));
                one(&mut sheet, &text, theme.text, theme);
            }
        }
    }
    if dispute.shows_base() && !is_decided {
        sheet.blank();
        sheet.row(Line::styled("  before", theme.dim));
        one(&mut sheet, &version(MarkedVersion::Base), theme.dim, theme);
    }
    let told: Vec<String> = step.iter().flat_map(StepDispute::told).collect();
    if !told.is_empty() {
        if !is_decided {
            sheet.blank();
        }
        one(&mut sheet, &told.join("\n"), theme.dim, theme);
    }
    let rows = u16::try_from(sheet.len()).unwrap_or(u16::MAX);
    let area = centred(area, columns, rows.saturating_add(2));
    let title = "A merge left two versions: which one stays?";
    let inner = boxed(buf, area, theme, title, Line::default());
    let key = |name| model.keymap.key_of(name);
    let mut keys = vec![(key("keep-ours"), "ours"), (key("keep-theirs"), "theirs")];
    if fields.is_empty() {
        keys.push((key("keep-both"), "both"));
    }
    if open.marked.is_empty() {
        keys.push((key("merge-edit"), "edit"));
    }
    keys.push((key("merge-later"), "later"));
    let hidden = sheet.len().saturating_sub(usize::from(inner.height));
    if hidden > 0 {
        keys.push((format!("{} {}", key("down"), key("up")), "scroll"));
    }
    hints(buf, area, theme, &keys);
    sheet.draw(buf, inner, open.scroll.min(hidden));
}

fn one(sheet: &mut TextLayout<'_>, text: &str, style: ratatui::style::Style, theme: &Theme) {
    let mut part = sheet.like();
    for line in text.lines() {
        part.hanging("  ", &frame::words(theme, line), style);
    }
    part.shorten(MOST);
    sheet.append(part);
}
