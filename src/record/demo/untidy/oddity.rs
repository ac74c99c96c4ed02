//! What comes to a line of the log once in a while: one row of [`ODDITIES`] each.
//!
//! Each of them stands at least once in a plan that has as many steps as the table has rows.

use super::author::Author;
use super::line::{Line, text};
use crate::plan::id::StepId;
use crate::record::demo::content::Content;
use crate::record::demo::prng::Prng;
use crate::record::demo::step::Step;

/// Something odd, and in how many lines of ten thousand it is found besides its first.
pub struct Oddity {
    pub share: u64,
    put: fn(&mut Line, &mut Spot<'_>),
}

/// The line that something odd comes to.
pub struct Spot<'a> {
    pub step: &'a Step<'a>,
    pub author: &'a Author,
    pub content: &'a Content,
    /// Numbers of steps that the plan has, before this one.
    pub before: &'a dyn Fn() -> Vec<usize>,
    pub dice: &'a mut Prng,
}

impl Spot<'_> {
    fn text(&self, words: &str) -> String {
        text(words, self.author.log.json.escapes)
    }

    fn some(&mut self, words: &[&str]) -> String {
        let words = self.dice.pick(words);
        self.text(words)
    }
}

impl Oddity {
    pub fn put(&self, line: &mut Line, spot: &mut Spot<'_>) {
        (self.put)(line, spot);
    }
}

macro_rules! oddities {
    ($($share:literal $put:ident,)*) => {
        pub const ODDITIES: &[Oddity] = &[$(Oddity { share: $share, put: $put },)*];
    };
}

oddities! {
    900 further_keys,
    150 missing_field,
    120 other_script,
    120 former_theme,
    200 note_of_several_lines,
    150 nothing_to_show,
    60 long_title,
    60 escapes,
    60 no_owner,
    60 vanished_file,
    80 other_type,
    80 own_status,
    80 compound_dependency,
    50 long_number,
    40 owner_twice,
    40 no_date,
    20 itself,
    20 other_block,
    15 id_twice,
    5 lone_surrogate,
    0 hundreds_of_dependencies,
    0 long_note,
}

fn further_keys(line: &mut Line, spot: &mut Spot<'_>) {
    match spot.dice.below(4) {
        0 => line.set("priority", spot.dice.below(5).to_string()),
        1 => line.set("labels", r#"["shop","needs a van"]"#.to_owned()),
        2 => {
            let ticket = spot.dice.below(9_000) + 1_000;
            let points = spot.dice.below(13);
            line.set(
                "board",
                format!(r#"{{"card":"MW-{ticket}","points":{points},"lane":null}}"#),
            );
        }
        _ => line.set("estimate_h", "1.50".to_owned()),
    }
}

fn missing_field(line: &mut Line, spot: &mut Spot<'_>) {
    line.remove(
        spot.dice
            .pick(&["theme", "outcome", "evidence", "block", "owner"]),
    );
}

fn other_script(line: &mut Line, spot: &mut Spot<'_>) {
    let title = spot.some(&[
        "修理の見積もりを一日で返す",
        "预约页面改用两种语言",
        "영수증을 한 번에 보내기",
        "🚲🔧 Bikes first, then kettles 👩🏽‍🔧",
        "🇵🇹 Porto asks for a desk ☎️",
        "Cafe\u{301} by the bench, se\u{301}ance de re\u{301}paration",
        "Größenangaben für Heißgeräte prüfen",
        "בדיקת מחירים בשתי ערים",
        "قائمة الأعطال الشائعة (نسخة 2)",
        "Ask about חלקי חילוף at the depot",
        "Проверить счета за март",
        "ｆｕｌｌ ｗｉｄｔｈ label on the till",
    ]);
    line.set("title", title);
}

fn former_theme(line: &mut Line, spot: &mut Spot<'_>) {
    let theme = spot.some(&["Cadence", "Field work (old)", "Growth & towns", "TBD"]);
    line.set("theme", theme);
}

fn note_of_several_lines(line: &mut Line, spot: &mut Spot<'_>) {
    let note = spot.some(&[
        "Tried on Monday:\n- two vans\n- one driver\n\nWorks, but not in the rain.",
        "See [the thread](https://boards.example.org/t/81?a=1,2) and **ask first**.",
        "Cost | Who\n--- | ---\n120 | bench",
        "was: \"cancelled\"\twhy: nobody came\r\nnow: again in spring",
        "TODO(Wen) <b>measure</b> it & say so  ",
    ]);
    line.set("notes", note);
}

fn nothing_to_show(line: &mut Line, _: &mut Spot<'_>) {
    line.set("artifacts", "[]".to_owned());
    line.set("evidence", r#"{"metric": "", "target": null}"#.to_owned());
}

fn long_title(line: &mut Line, spot: &mut Spot<'_>) {
    let title = spot.some(&[
        "Find out from at least three shops in each of the two towns what keeps people from asking for a second quote, and write it up",
        "As somebody at the desk I want to see at once whether a booking was moved by us or by the customer so that I stop asking them",
        "RE: RE: Fwd: Van schedule for the week of the fair (please read before Thursday, this replaces what was sent on the 3rd and the 5th)",
    ]);
    line.set("title", title);
}

fn escapes(line: &mut Line, spot: &mut Spot<'_>) {
    let title = spot.dice.pick(&[
        r#""Fen\u00eatre \u0026 door parts, 50\u2009cm""#,
        r#""a\/b test of the quote form""#,
        r#""Say \"ready\" only when it \u0069s""#,
        r#""\ud83d\udee0 bench week""#,
    ]);
    line.set("title", title.to_owned());
}

fn no_owner(line: &mut Line, spot: &mut Spot<'_>) {
    line.set(
        "owner",
        spot.dice.pick(&[r#""""#, "null", r#""?""#]).to_owned(),
    );
}

fn vanished_file(line: &mut Line, spot: &mut Spot<'_>) {
    let files = spot.some(&[
        "data/artifacts/van plan (v2).md",
        "docs/visits/ashby#2.md",
        "data/artifacts/a]b.csv",
    ]);
    line.set("artifacts", format!("[{files}]"));
}

fn other_type(line: &mut Line, spot: &mut Spot<'_>) {
    match spot.dice.below(3) {
        0 => line.set("evidence", r#""80 %""#.to_owned()),
        1 => line.set("artifacts", r#""see the board""#.to_owned()),
        _ => line.set("notes", r#"["ask Ngozi", "then Ilse"]"#.to_owned()),
    }
}

fn own_status(line: &mut Line, spot: &mut Spot<'_>) {
    let status = spot.some(&["done", "on hold", "wontfix", "ready for review", "✅"]);
    line.set("status", status);
}

fn compound_dependency(line: &mut Line, spot: &mut Spot<'_>) {
    let number = spot.step.id.number();
    let first = number.saturating_sub(3).max(1);
    let second = number.saturating_sub(2).max(1);
    let need = match spot.dice.below(5) {
        0 => format!("{first:04}-{second:04}"),
        1 => format!("{first:04}, {second:04}"),
        2 => format!("Step {first:04} and Step {second:04}"),
        3 => format!("#{first:04}"),
        _ => format!("{first:04} (done)"),
    };
    line.set("dependencies", format!("[{}]", spot.text(&need)));
}

fn long_number(line: &mut Line, spot: &mut Spot<'_>) {
    let number = spot.dice.pick(&[
        "12345678901234567890123",
        "-0.10000000000000000000001",
        "1.0E+2",
    ]);
    line.set("import_id", number.to_owned());
}

fn owner_twice(line: &mut Line, spot: &mut Spot<'_>) {
    let owner = spot.some(&["support", "nobody yet", "ops"]);
    line.repeat("owner", owner);
}

fn no_date(line: &mut Line, spot: &mut Spot<'_>) {
    let date = spot.some(&["last Tuesday", "03/04/2026", "2026-02-30T10:00:00Z", ""]);
    line.set("updated_at", date);
}

fn itself(line: &mut Line, spot: &mut Spot<'_>) {
    let own = spot.author.log.id.write(spot.step.id);
    let own = own.trim_matches('"');
    line.set("dependencies", format!("[\"{own}\"]"));
}

fn other_block(line: &mut Line, spot: &mut Spot<'_>) {
    line.set("block", format!("\"B{:02}\"", spot.step.block + 1));
}

fn id_twice(line: &mut Line, spot: &mut Spot<'_>) {
    let number = spot.step.id.number().saturating_sub(1).max(1);
    line.set("step_id", spot.author.log.id.write(StepId::new(number)));
}

fn lone_surrogate(line: &mut Line, _: &mut Spot<'_>) {
    line.set("notes", r#""cut in the middle of \ud83d""#.to_owned());
}

/// Four hundred, or as many as there are.
fn hundreds_of_dependencies(line: &mut Line, spot: &mut Spot<'_>) {
    let width = spot.author.log.id.width;
    let needs: Vec<String> = (spot.before)()
        .iter()
        .map(|number| format!("\"{number:0width$}\""))
        .collect();
    let comma = spot.author.log.json.comma;
    line.set("dependencies", format!("[{}]", needs.join(comma)));
}

/// Forty kilobytes of minutes.
fn long_note(line: &mut Line, spot: &mut Spot<'_>) {
    let mut note = String::from("Minutes of all our meetings about this, newest last.\n");
    let mut meeting = 0;
    while note.len() < 40_000 {
        meeting += 1;
        note += &format!("\n## Meeting {meeting}\n\n");
        for _ in 0..1 + spot.dice.below(5) {
            note += &format!("- {}.\n", spot.dice.pick(&spot.content.notes));
        }
        note += &format!("\nOpen: {}.\n", spot.dice.pick(&spot.content.externals));
    }
    line.set("notes", spot.text(&note));
}
