//! The drawn signs that are not letters, each with its ASCII twin.

use ratatui::symbols::border;

use super::Sign;

/// Every drawn sign that is not a letter; each takes one column unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// By [`Sign::ALL`].
    signs: [&'static str; 7],
    /// Ends a text that was cut.
    pub ellipsis: &'static str,
    /// Before the row under the cursor.
    pub cursor: &'static str,
    /// Before a marked row.
    pub mark: &'static str,
    /// Between the parts of a path: `stepdeck › B37`.
    pub crumb: &'static str,
    /// From an old to a new value.
    pub arrow: &'static str,
    /// Files are being watched.
    pub live: &'static str,
    /// Blocked work within a block.
    pub alert: &'static str,
    /// A step seen before in a tree, or a cycle.
    pub repeat: &'static str,
    /// A ticked check; three columns.
    pub ticked: &'static str,
    /// An open check; three columns.
    pub unticked: &'static str,
    /// The done part of a gauge.
    pub gauge_done: &'static str,
    /// The open part of a gauge.
    pub gauge_open: &'static str,
    /// A chain's straight line.
    pub line: &'static str,
    /// A chain's upper corner towards the right.
    pub join_top: &'static str,
    /// A chain's lower meeting point.
    pub join_bottom: &'static str,
    /// A chain's branch to the right.
    pub branch: &'static str,
    /// A chain's last branch to the right.
    pub branch_last: &'static str,
    /// A chain's vertical line.
    pub vertical: &'static str,
    /// A chain's arrow head.
    pub head: &'static str,
    /// The Enter key in hints; up to five columns.
    pub enter: &'static str,
    /// Between facts on one line.
    pub dot: &'static str,
    /// Before a group that hides its rows.
    pub folded: &'static str,
    /// Before a group that shows its rows.
    pub unfolded: &'static str,
}

impl Glyphs {
    /// The glyph of a sign, one column.
    pub(crate) fn sign(&self, sign: Sign) -> &'static str {
        self.signs[sign as usize]
    }
}

pub(super) const UNICODE: Glyphs = Glyphs {
    signs: ["·", "○", "▸", "◐", "✗", "…", "✓"],
    ellipsis: "…",
    cursor: "▌",
    mark: "●",
    crumb: "›",
    arrow: "→",
    live: "●",
    alert: "!",
    repeat: "↻",
    ticked: "[x]",
    unticked: "[ ]",
    gauge_done: "█",
    gauge_open: "░",
    line: "─",
    join_top: "┐",
    join_bottom: "┴",
    branch: "├",
    branch_last: "└",
    vertical: "│",
    head: "▶",
    enter: "⏎",
    dot: "·",
    folded: "▸",
    unfolded: "▾",
};

pub(super) const ASCII: Glyphs = Glyphs {
    signs: [".", "o", ">", "~", "x", ":", "v"],
    ellipsis: "~",
    cursor: ">",
    mark: "*",
    crumb: ">",
    arrow: ">",
    live: "*",
    alert: "!",
    repeat: "@",
    ticked: "[x]",
    unticked: "[ ]",
    gauge_done: "#",
    gauge_open: "-",
    line: "-",
    join_top: "+",
    join_bottom: "+",
    branch: "+",
    branch_last: "`",
    vertical: "|",
    head: ">",
    enter: "Enter",
    dot: "-",
    folded: "+",
    unfolded: "-",
};

pub(super) const ASCII_BORDER: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

pub(super) const ASCII_BORDER_FOCUSED: border::Set<'static> = border::Set {
    horizontal_top: "=",
    horizontal_bottom: "=",
    ..ASCII_BORDER
};
