use super::*;
use crate::document::visible::width;

const DEPTHS: [ColorDepth; 4] = [
    ColorDepth::None,
    ColorDepth::Ansi16,
    ColorDepth::Ansi256,
    ColorDepth::TrueColor,
];

fn themes() -> impl Iterator<Item = Theme> {
    DEPTHS.into_iter().flat_map(|depth| {
        [Background::Dark, Background::Light]
            .into_iter()
            .flat_map(move |background| {
                [false, true].map(|ascii| Theme::new(depth, background, ascii))
            })
    })
}

/// Every role of a theme with its name, so that no test forgets one.
fn roles(theme: &Theme) -> Vec<(String, Style)> {
    let mut roles: Vec<(String, Style)> = [
        ("text", theme.text),
        ("dim", theme.dim),
        ("accent", theme.accent),
        ("title", theme.title),
        ("heading", theme.heading),
        ("border", theme.border),
        ("border_focused", theme.border_focused),
        ("selection", theme.selection),
        ("selection_unfocused", theme.selection_unfocused),
        ("mark", theme.mark),
        ("flash", theme.flash),
        ("error", theme.error),
        ("warning", theme.warning),
        ("ok", theme.ok),
        ("key", theme.key),
        ("key_hint", theme.key_hint),
        ("match_highlight", theme.match_highlight),
        ("gauge", theme.gauge),
        ("gauge_open", theme.gauge_open),
        ("ticked", theme.ticked),
        ("unticked", theme.unticked),
    ]
    .map(|(name, style)| (name.to_owned(), style))
    .into();
    roles.extend(Sign::ALL.map(|sign| (sign.word().to_owned(), theme.sign(sign))));
    roles.extend([0, 20, 40, 60, 80].map(|step| (format!("heat {step}"), theme.heat(step))));
    roles
}

#[test]
fn without_colours_every_role_is_free_of_colour() {
    for theme in themes().filter(|theme| theme.depth == ColorDepth::None) {
        for (name, style) in roles(&theme) {
            let colours = [style.fg, style.bg, style.underline_color];
            assert!(
                colours
                    .iter()
                    .all(|c| matches!(c, None | Some(Color::Reset))),
                "{name}"
            );
        }
    }
}

#[test]
fn sixteen_colours_use_only_named_ones() {
    for theme in themes().filter(|theme| theme.depth == ColorDepth::Ansi16) {
        for (name, style) in roles(&theme) {
            for color in [style.fg, style.bg].into_iter().flatten() {
                assert!(
                    !matches!(color, Color::Rgb(..) | Color::Indexed(_)),
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn signs_differ_by_glyph_and_word_and_take_one_column() {
    for theme in themes() {
        for (index, sign) in Sign::ALL.into_iter().enumerate() {
            assert_eq!(
                sign as usize, index,
                "the tables follow the order of Sign::ALL"
            );
            assert_eq!(width(theme.glyph(sign)), 1);
            assert_eq!(theme.is_ascii(), theme.glyph(sign).is_ascii());
            for other in &Sign::ALL[..index] {
                assert_ne!(theme.glyph(sign), theme.glyph(*other));
                assert_ne!(sign.word(), other.word());
            }
        }
    }
}

#[test]
fn selection_and_focus_are_visible_everywhere() {
    for theme in themes() {
        assert_ne!(theme.selection(true), theme.text);
        assert_ne!(theme.selection(true), theme.selection(false));
        assert_ne!(theme.selection(false), theme.text);
        assert_ne!(theme.border(true), theme.border(false));
        if theme.depth <= ColorDepth::Ansi16 {
            assert_ne!(theme.border_set(true), theme.border_set(false));
            assert!(theme.selection.add_modifier.contains(Modifier::REVERSED));
        }
    }
}

#[test]
fn heat_has_five_steps() {
    for theme in themes().filter(|theme| theme.depth >= ColorDepth::Ansi256) {
        let steps = [0, 20, 40, 60, 80].map(|percent| theme.heat(percent));
        for (index, step) in steps.iter().enumerate() {
            assert!(
                steps[..index].iter().all(|earlier| earlier.bg != step.bg),
                "step {index}"
            );
        }
        assert_eq!(theme.heat(19), theme.heat(0));
        assert_eq!(theme.heat(100), theme.heat(80));
        assert_eq!(theme.heat(255), theme.heat(80));
    }
}

/// Relative luminance and contrast as WCAG 2.1 defines them.
fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let luminance = |rgb: [u8; 3]| {
        let linear = rgb.map(|channel| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.03928 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn rgb(color: Option<Color>) -> Option<[u8; 3]> {
    match color? {
        Color::Rgb(r, g, b) => Some([r, g, b]),
        Color::Indexed(index) => Some(xterm_color(index)),
        _ => None,
    }
}

#[test]
fn colours_can_be_read() {
    for theme in themes().filter(|theme| theme.depth >= ColorDepth::Ansi256) {
        let paper = match theme.background {
            Background::Dark => [0, 0, 0],
            Background::Light => [255, 255, 255],
        };
        let ink = match theme.background {
            Background::Dark => [0xD0; 3],
            Background::Light => [0x20; 3],
        };
        for (name, style) in roles(&theme) {
            let ratio = contrast(rgb(style.fg).unwrap_or(ink), rgb(style.bg).unwrap_or(paper));
            assert!(ratio >= 4.5, "{name} in {:?}: {ratio:.2}", theme.depth);
        }
        // Whatever is written on the selected row is read there.
        let written = roles(&theme).into_iter();
        for (name, style) in written.filter(|(_, style)| style.bg.is_none()) {
            for under in [theme.selection, theme.selection_unfocused] {
                let fg = rgb(style.fg).unwrap_or(ink);
                let ratio = contrast(fg, rgb(under.bg).unwrap_or(paper));
                let depth = theme.depth;
                assert!(
                    ratio >= 4.5,
                    "{name} on the selected row in {depth:?}: {ratio:.2}"
                );
            }
        }
        for sign in Sign::ALL {
            let fg = rgb(theme.sign(sign).fg).unwrap_or(ink);
            let ratio = contrast(fg, rgb(theme.flash.bg).unwrap_or(paper));
            assert!(ratio >= 3.0, "{sign:?} on a lit row: {ratio:.2}");
        }
    }
}

fn depth(choice: ColorChoice, vars: &[(&str, &str)]) -> ColorDepth {
    let env = |name: &str| {
        vars.iter()
            .find(|(n, _)| *n == name)
            .map(|(_, v)| v.to_string())
    };
    ColorDepth::detect(env, choice)
}

#[test]
fn the_environment_decides_the_depth() {
    use ColorChoice::{Always, Auto, Never};
    use ColorDepth::{Ansi16, Ansi256, TrueColor};
    let kitty = [("TERM", "xterm-256color"), ("COLORTERM", "truecolor")];
    let refusing = [("TERM", "xterm-256color"), ("NO_COLOR", "1")];
    for (choice, vars, expected) in [
        (Auto, &kitty[..], TrueColor),
        (Auto, &kitty[..1], Ansi256),
        (
            Auto,
            &[("TERM", "xterm-16color"), ("COLORTERM", "truecolor")],
            Ansi16,
        ),
        (Auto, &[("TERM", "xterm")], Ansi16),
        (Auto, &[("TERM", "rxvt")], Ansi16),
        (Auto, &[("TERM", "screen")], Ansi16),
        (Auto, &[("TERM", "st-16color")], Ansi16),
        (Auto, &[("TERM", "tmux-direct")], TrueColor),
        (
            Auto,
            &[("TERM", "screen"), ("TMUX", "/tmp/tmux-0/default,1,0")],
            Ansi256,
        ),
        (
            Auto,
            &[("TERM", "foot"), ("COLORTERM", "truecolor")],
            TrueColor,
        ),
        (Auto, &[("TERM", "xterm-direct")], TrueColor),
        (
            Auto,
            &[("TERM", "dumb"), ("COLORTERM", "truecolor")],
            ColorDepth::None,
        ),
        (Auto, &[], ColorDepth::None),
        (Auto, &refusing, ColorDepth::None),
        (
            Auto,
            &[("TERM", "xterm-256color"), ("NO_COLOR", "")],
            Ansi256,
        ),
        (Always, &refusing, Ansi256),
        (Always, &[("TERM", "dumb")], Ansi16),
        (Never, &kitty, ColorDepth::None),
    ] {
        assert_eq!(depth(choice, vars), expected, "{choice:?} {vars:?}");
    }
}

#[test]
fn terminals_with_256_colours_are_known_by_name() {
    for term in [
        "alacritty",
        "foot",
        "foot-extra",
        "xterm-kitty",
        "kitty",
        "xterm-ghostty",
        "ghostty",
        "wezterm",
        "rio",
        "contour",
        "mintty",
        "st",
        "vte",
        "konsole",
        "tmux",
        "tmux-256color",
        "screen-256color",
        "screen-256color-bce",
        "rxvt-unicode-256color",
    ] {
        let known = depth(ColorChoice::Auto, &[("TERM", term)]);
        assert_eq!(known, ColorDepth::Ansi256, "{term}");
    }
}

#[test]
fn a_locale_without_utf_8_gets_ascii() {
    for (vars, ascii) in [
        (&[("LANG", "C")][..], true),
        (&[("LC_ALL", "POSIX"), ("LANG", "en_GB.UTF-8")], true),
        (&[("LC_CTYPE", "C"), ("LANG", "en_GB.UTF-8")], true),
        (&[("LANG", "de_DE.ISO-8859-1")], true),
        (&[("LANG", "de_DE.iso885915@euro")], true),
        (&[("LANG", "ja_JP.eucJP")], true),
        (&[("LC_ALL", "C.UTF-8"), ("LANG", "C")], false),
        (&[("LC_ALL", ""), ("LANG", "C.utf8")], false),
        (&[("LANG", "en_US.UTF-8")], false),
        (&[("LANG", "ca_ES.UTF-8@valencia")], false),
        (&[("LANG", "en_US")], false),
        (&[("LC_MESSAGES", "C")], false),
        (&[], false),
    ] {
        let env = |name: &str| {
            let set = [&[("TERM", "xterm-256color")], vars].concat();
            let found = set.into_iter().find(|(n, _)| *n == name);
            found.map(|(_, value)| value.to_owned())
        };
        let theme = Theme::detect(env, ColorChoice::Auto, None, false);
        assert_eq!(theme.is_ascii(), ascii, "{vars:?}");
    }
}

#[test]
fn terminals_without_the_glyphs_get_ascii() {
    let theme = |term: &'static str, wish| {
        let env = move |name: &str| (name == "TERM").then(|| term.to_owned());
        Theme::detect(env, ColorChoice::Auto, None, wish)
    };
    assert!(theme("linux", false).is_ascii());
    assert!(theme("xterm-256color", true).is_ascii());
    assert!(!theme("xterm-256color", false).is_ascii());
    assert_eq!(theme("xterm-256color", false).background, Background::Dark);
}

#[test]
fn the_256_colour_table_is_xterms() {
    assert_eq!(xterm_color(16), [0, 0, 0]);
    assert_eq!(xterm_color(231), [255, 255, 255]);
    assert_eq!(xterm_color(208), [255, 135, 0]);
    assert_eq!(xterm_color(255), [238; 3]);
    assert_eq!(nearest_index(0xFF8700), 208);
}

/// On request, the terminal's palette decides, on a dark background and on a light one; where there are
/// no colours, there are none after it either.
#[test]
fn sixteen_colours_are_the_terminals_own() {
    for background in [Background::Dark, Background::Light] {
        let own = |depth| Theme::new(depth, background, false).in_sixteen();
        let sixteen = Theme::new(ColorDepth::Ansi16, background, false);
        assert_eq!(own(ColorDepth::TrueColor), sixteen);
        assert_eq!(own(ColorDepth::Ansi256), sixteen);
        assert_eq!(sixteen.accent.bg, None);
        let none = Theme::new(ColorDepth::None, background, false);
        assert_eq!(own(ColorDepth::None), none);
        assert_eq!(sixteen.on(background), sixteen);
    }
}
