//! Named looks for everything that is drawn: panes ask for a role, never for a colour.
//!
//! Owns the palettes (Okabe-Ito on dark, a darker set on light), the glyphs with their
//! ASCII twins, and the detection of what the terminal can show. It never writes to the
//! terminal. Colour is never the only sign: every status has a glyph and a word, every
//! emphasis a modifier or a shape that stays when colours go.
//!
//! # Without colours, no colour at all
//!
//! The terminal kit sends what was drawn, whatever `NO_COLOR` says. So under
//! [`ColorDepth::None`] every role is made of [`Color::Reset`] and modifiers, and panes must
//! add no colour of their own.

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;

pub(crate) use glyphs::Glyphs;
use glyphs::{ASCII, ASCII_BORDER, ASCII_BORDER_FOCUSED, UNICODE};

mod glyphs;

/// How many colours the terminal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ColorDepth {
    /// No colours: `NO_COLOR`, a dumb terminal, or `--color=never`.
    None,
    /// The sixteen named colours, whose real values the user has chosen.
    Ansi16,
    /// The fixed 256 colour table of xterm.
    Ansi256,
    /// 24 bit.
    TrueColor,
}

/// Whether the terminal's own background is dark or light.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Background {
    /// Light text on dark; assumed where the terminal does not say.
    #[default]
    Dark,
    /// Dark text on light.
    Light,
}

/// What `--color` asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ColorChoice {
    /// Follow the environment.
    #[default]
    Auto,
    /// Colours even against `NO_COLOR`.
    Always,
    /// No colours.
    Never,
}

/// The state of a step as it is shown: its status, or what follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sign {
    /// Status `idea`.
    Idea,
    /// Status `draft`.
    Draft,
    /// Open, not blocked, and every dependency is met.
    Ready,
    /// Status `in progress`.
    InProgress,
    /// Status `blocked`.
    Blocked,
    /// Open with a dependency that is not met.
    Waiting,
    /// Status `complete`.
    Complete,
}

impl Sign {
    /// Every sign, in the order of a step's life.
    pub const ALL: [Sign; 7] = [
        Sign::Idea,
        Sign::Draft,
        Sign::Ready,
        Sign::InProgress,
        Sign::Blocked,
        Sign::Waiting,
        Sign::Complete,
    ];

    /// The word that always stands beside the glyph.
    pub fn word(self) -> &'static str {
        match self {
            Sign::Idea => "idea",
            Sign::Draft => "draft",
            Sign::Ready => "ready",
            Sign::InProgress => "in progress",
            Sign::Blocked => "blocked",
            Sign::Waiting => "waiting",
            Sign::Complete => "complete",
        }
    }
}

/// The looks of one session. Each field is a role; combine with [`Style::patch`].
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    depth: ColorDepth,
    background: Background,
    ascii: bool,
    /// Signs and lines.
    pub glyphs: &'static Glyphs,
    /// Ordinary text: the terminal's own colours.
    pub text: Style,
    /// What may be overlooked: labels, counts, hints about nothing urgent.
    pub dim: Style,
    /// What is to catch the eye without being a warning.
    pub accent: Style,
    /// The name of a pane.
    pub title: Style,
    /// A heading within a pane.
    pub heading: Style,
    /// The frame of a pane.
    pub border: Style,
    /// The frame of the pane that has the keys.
    pub border_focused: Style,
    /// The cursor row in the pane that has the keys.
    pub selection: Style,
    /// The cursor row elsewhere.
    pub selection_unfocused: Style,
    /// A marked row's sign.
    pub mark: Style,
    /// A row that just changed from outside.
    pub flash: Style,
    /// Something failed.
    pub error: Style,
    /// Something needs a look.
    pub warning: Style,
    /// Something went well.
    pub ok: Style,
    /// The name of a key in a hint.
    pub key: Style,
    /// What the key does.
    pub key_hint: Style,
    /// The letters that a filter matched.
    pub match_highlight: Style,
    /// The done part of a gauge.
    pub gauge: Style,
    /// The open part of a gauge.
    pub gauge_open: Style,
    /// A ticked check.
    pub ticked: Style,
    /// An open check.
    pub unticked: Style,
    signs: [Style; 7],
    heat: [Style; 5],
}

impl Theme {
    /// The theme for a terminal that shows `depth` on `background`, drawn in ASCII if asked.
    pub fn new(depth: ColorDepth, background: Background, ascii: bool) -> Theme {
        let inks = Inks::of(depth, background);
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let dim = inks.muted;
        Theme {
            depth,
            background,
            ascii,
            glyphs: if ascii { &ASCII } else { &UNICODE },
            text: plain,
            dim,
            accent: inks.accent,
            title: bold,
            heading: inks.accent.patch(bold),
            border: dim,
            border_focused: inks.accent.patch(bold),
            selection: inks.selection,
            selection_unfocused: inks.selection_unfocused,
            mark: inks.caution.patch(bold),
            flash: inks.flash,
            error: inks.alarm.patch(bold),
            warning: inks.caution.patch(bold),
            ok: inks.good,
            key: bold,
            key_hint: dim,
            match_highlight: inks.caution.patch(bold).add_modifier(Modifier::UNDERLINED),
            gauge: inks.good,
            gauge_open: dim,
            ticked: inks.good,
            unticked: plain,
            signs: [
                inks.muted,
                plain,
                inks.accent,
                inks.caution,
                inks.alarm.patch(bold),
                inks.muted,
                inks.good,
            ],
            heat: inks.heat,
        }
    }

    /// The theme for this environment. `env` looks up a variable; `background` is the
    /// terminal's answer, if it gave one; `ascii` is the user's wish and also follows
    /// from terminals known to lack the glyphs, and from a locale that has no UTF-8.
    pub(crate) fn detect(
        env: impl Fn(&str) -> Option<String>,
        choice: ColorChoice,
        background: Option<Background>,
        ascii: bool,
    ) -> Theme {
        let term = env("TERM").unwrap_or_default();
        let lacks_glyphs = is_dumb(&term) || is_console(&term);
        let ascii = ascii || lacks_glyphs || lacks_utf8(&env);
        Theme::new(
            ColorDepth::detect(env, choice),
            background.unwrap_or_default(),
            ascii,
        )
    }

    /// The same theme for another background.
    pub(crate) fn on(&self, background: Background) -> Theme {
        Theme::new(self.depth, background, self.ascii)
    }

    /// The same theme in the terminal's own sixteen colours, or fewer.
    pub(crate) fn in_sixteen(&self) -> Theme {
        let depth = self.depth.min(ColorDepth::Ansi16);
        Theme::new(depth, self.background, self.ascii)
    }

    /// Whether only ASCII is drawn.
    pub(crate) fn is_ascii(&self) -> bool {
        self.ascii
    }

    /// The glyph of a sign, one column. Draw [`Sign::word`] beside it.
    pub fn glyph(&self, sign: Sign) -> &'static str {
        self.glyphs.sign(sign)
    }

    /// The style of a sign's glyph and word.
    pub fn sign(&self, sign: Sign) -> Style {
        self.signs[sign as usize]
    }

    /// Foreground and background of a block that is `percent` done (0 to 100; more counts
    /// as 100). The digits carry the meaning, the five steps only help the eye.
    pub fn heat(&self, percent: u8) -> Style {
        self.heat[usize::from(percent.min(99) / 20)]
    }

    /// The cursor row's style.
    pub fn selection(&self, focused: bool) -> Style {
        if focused {
            self.selection
        } else {
            self.selection_unfocused
        }
    }

    /// The frame's style.
    pub fn border(&self, focused: bool) -> Style {
        if focused {
            self.border_focused
        } else {
            self.border
        }
    }

    /// The frame's lines. Where colour cannot show the focus, the lines do.
    pub fn border_set(&self, focused: bool) -> border::Set<'static> {
        let shaped = focused && self.depth <= ColorDepth::Ansi16;
        match (self.ascii, shaped) {
            (true, false) => ASCII_BORDER,
            (true, true) => ASCII_BORDER_FOCUSED,
            (false, false) => border::PLAIN,
            (false, true) => border::THICK,
        }
    }

    /// The arrow at what a list is sorted by.
    pub(crate) fn direction(&self, descending: bool) -> &'static str {
        match descending {
            true => self.glyphs.descending,
            false => self.glyphs.ascending,
        }
    }

    /// `[x]` or `[ ]`.
    pub(crate) fn tick_box(&self, ticked: bool) -> &'static str {
        if ticked {
            self.glyphs.ticked
        } else {
            self.glyphs.unticked
        }
    }
}

impl ColorDepth {
    /// What the environment says: `NO_COLOR` if not empty, `TERM`, `COLORTERM`.
    ///
    /// A `TERM` that names few colours wins over `COLORTERM`, which is often inherited from
    /// an outer terminal.
    pub(crate) fn detect(env: impl Fn(&str) -> Option<String>, choice: ColorChoice) -> ColorDepth {
        let term = env("TERM").unwrap_or_default();
        let refused = env("NO_COLOR").is_some_and(|value| !value.is_empty());
        let able = match env("COLORTERM").as_deref() {
            _ if is_dumb(&term) => ColorDepth::None,
            _ if term.ends_with("-16color") || is_console(&term) => ColorDepth::Ansi16,
            Some("truecolor" | "24bit") => ColorDepth::TrueColor,
            _ if term.ends_with("-direct") => ColorDepth::TrueColor,
            _ if has_256_colors(&term) => ColorDepth::Ansi256,
            // What tmux called itself before it had a name of its own.
            _ if term == "screen" && env("TMUX").is_some() => ColorDepth::Ansi256,
            _ => ColorDepth::Ansi16,
        };
        match choice {
            ColorChoice::Never => ColorDepth::None,
            ColorChoice::Auto if refused => ColorDepth::None,
            ColorChoice::Auto => able,
            ColorChoice::Always => able.max(ColorDepth::Ansi16),
        }
    }
}

fn is_dumb(term: &str) -> bool {
    term.is_empty() || term == "dumb"
}

/// The console of Linux, or a terminal of DEC (`vt220`; `vte` is not one).
fn is_console(term: &str) -> bool {
    let model = term.strip_prefix("vt").unwrap_or_default();
    term == "linux" || model.starts_with(|c: char| c.is_ascii_digit())
}

/// Terminals with 256 colours whose names do not always say so.
const COLORFUL: [&str; 17] = [
    "alacritty",
    "contour",
    "foot",
    "ghostty",
    "gnome",
    "iterm",
    "iterm2",
    "kitty",
    "konsole",
    "mintty",
    "mlterm",
    "rio",
    "st",
    "tmux",
    "vte",
    "warp",
    "wezterm",
];

/// Whether a terminal of this name has the 256 colours of xterm: `foot`, `foot-extra`,
/// `xterm-kitty`, `screen-256color`.
fn has_256_colors(term: &str) -> bool {
    let name = term.strip_prefix("xterm-").unwrap_or(term);
    let family = name.split(['-', '.']).next().unwrap_or_default();
    term.contains("256color") || COLORFUL.contains(&family)
}

/// Whether the locale says that text is not UTF-8: `C`, `POSIX`, or another character set. A
/// locale that is not set, or names none, says nothing.
fn lacks_utf8(env: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &&str| env(name).filter(|value| !value.is_empty());
    let Some(locale) = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(set) else {
        return false;
    };
    let (name, charset) = locale.split_once('.').unwrap_or((&locale, ""));
    let charset = charset.split('@').next().unwrap_or_default();
    match charset {
        "" => matches!(name, "C" | "POSIX"),
        _ => !matches!(charset.to_ascii_lowercase().as_str(), "utf-8" | "utf8"),
    }
}

/// The few colours behind the roles.
struct Inks {
    accent: Style,
    caution: Style,
    alarm: Style,
    good: Style,
    muted: Style,
    selection: Style,
    selection_unfocused: Style,
    flash: Style,
    heat: [Style; 5],
}

/// A 24 bit palette: what [`Inks`] are mixed from in 256 colours and more.
struct Palette {
    accent: u32,
    caution: u32,
    alarm: u32,
    good: u32,
    muted: u32,
    selection: u32,
    selection_unfocused: u32,
    flash: u32,
    /// Foreground and background, from nothing done to all done.
    heat: [(u32, u32); 5],
}

const ON_DARK: Palette = Palette {
    accent: 0x56B4E9,
    caution: 0xF0E442,
    alarm: 0xD55E00,
    good: 0x009E73,
    muted: 0x999999,
    // Dark enough for every ink on it.
    selection: 0x00173D,
    selection_unfocused: 0x161616,
    flash: 0x541A54,
    heat: [
        (0xBCBCBC, 0x262626),
        (0xE4E4E4, 0x123C58),
        (0xFFFFFF, 0x005F87),
        (0x000000, 0x3C96C8),
        (0x000000, 0x7FCBF5),
    ],
};

const ON_LIGHT: Palette = Palette {
    accent: 0x0072B2,
    caution: 0x7A5C00,
    alarm: 0xA84300,
    good: 0x00694D,
    muted: 0x5F5F5F,
    selection: 0xEAF5FC,
    selection_unfocused: 0xF2F2F2,
    flash: 0xFFF3B0,
    heat: [
        (0x303030, 0xEEEEEE),
        (0x121212, 0xCFE6F5),
        (0x000000, 0x8CC6EA),
        (0x000000, 0x4A9CCF),
        (0xFFFFFF, 0x005F87),
    ],
};

impl Inks {
    fn of(depth: ColorDepth, background: Background) -> Inks {
        let palette = match background {
            Background::Dark => &ON_DARK,
            Background::Light => &ON_LIGHT,
        };
        match depth {
            ColorDepth::TrueColor => Inks::mixed(palette, true_color),
            ColorDepth::Ansi256 => Inks::mixed(palette, |rgb| Color::Indexed(nearest_index(rgb))),
            ColorDepth::Ansi16 => Inks::sixteen(background),
            ColorDepth::None => Inks::colourless(),
        }
    }

    fn mixed(palette: &Palette, color: impl Fn(u32) -> Color) -> Inks {
        let ink = |rgb| Style::new().fg(color(rgb));
        let paper = |rgb| Style::new().bg(color(rgb));
        Inks {
            accent: ink(palette.accent),
            caution: ink(palette.caution),
            alarm: ink(palette.alarm),
            good: ink(palette.good),
            muted: ink(palette.muted),
            selection: paper(palette.selection).add_modifier(Modifier::BOLD),
            selection_unfocused: paper(palette.selection_unfocused),
            flash: paper(palette.flash),
            heat: palette.heat.map(|(fg, bg)| ink(fg).bg(color(bg))),
        }
    }

    /// Users choose what these colours look like, so none is used as a background, and
    /// grey (often invisible) is left to the dim attribute.
    fn sixteen(background: Background) -> Inks {
        let ink = |color| Style::new().fg(color);
        let (accent, caution) = match background {
            Background::Dark => (ink(Color::Cyan), ink(Color::Yellow)),
            Background::Light => (ink(Color::Blue), ink(Color::Magenta)),
        };
        let good = ink(Color::Green);
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let without = Inks::colourless();
        Inks {
            accent,
            caution,
            alarm: ink(Color::Red),
            good,
            heat: [
                without.muted,
                Style::new(),
                accent,
                accent.patch(bold),
                good.patch(bold),
            ],
            ..without
        }
    }

    fn colourless() -> Inks {
        let with = |modifier| Style::new().add_modifier(modifier);
        let plain = Style::new();
        Inks {
            accent: plain,
            caution: plain,
            alarm: with(Modifier::BOLD),
            good: plain,
            muted: with(Modifier::DIM),
            selection: with(Modifier::REVERSED),
            selection_unfocused: with(Modifier::UNDERLINED),
            flash: with(Modifier::BOLD | Modifier::UNDERLINED),
            heat: [
                with(Modifier::DIM),
                plain,
                plain,
                with(Modifier::BOLD),
                with(Modifier::BOLD),
            ],
        }
    }
}

fn channels(rgb: u32) -> [u8; 3] {
    let [_, r, g, b] = rgb.to_be_bytes();
    [r, g, b]
}

fn true_color(rgb: u32) -> Color {
    let [r, g, b] = channels(rgb);
    Color::Rgb(r, g, b)
}

/// The nearest of xterm's 240 fixed colours: the cube 16–231 or the greys 232–255.
fn nearest_index(rgb: u32) -> u8 {
    if rgb == ON_LIGHT.alarm {
        // The nearest is too pale to be read on the selected row.
        return 124;
    }
    (16..=255u8)
        .min_by_key(|&index| distance(channels(rgb), xterm_color(index)))
        .unwrap_or(16)
}

fn xterm_color(index: u8) -> [u8; 3] {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    match index.checked_sub(232) {
        Some(grey) => [8 + 10 * grey; 3],
        None => {
            let cube = usize::from(index.saturating_sub(16));
            [
                LEVELS[cube / 36 % 6],
                LEVELS[cube / 6 % 6],
                LEVELS[cube % 6],
            ]
        }
    }
}

fn distance(a: [u8; 3], b: [u8; 3]) -> u32 {
    a.iter()
        .zip(b)
        .map(|(a, b)| u32::from(a.abs_diff(b)).pow(2))
        .sum()
}

#[cfg(test)]
mod tests;
