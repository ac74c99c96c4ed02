//! The five people whose hands the untidy plan went through.
//!
//! A habit is a value: how an ID is padded, where a blank stands, which words a status has.
//! Each author is one row of [`AUTHORS`], so a new habit is a new value in a row, and a new
//! person a new row. Nothing here knows how a line or a section is put together.

use super::stamp::Spelling;

/// One person, with all that makes their lines and sections differ from others'.
pub struct Author {
    /// Lines of a hundred that they wrote last.
    pub share: u64,
    pub log: LogHabits,
    pub canon: CanonHabits,
}

/// How somebody, or their script, writes a line of the log.
pub struct LogHabits {
    pub id: IdForm,
    /// A step that is depended on, with `{}` for its number.
    pub need: &'static str,
    pub json: Json,
    /// Keys by the alphabet instead of in the schema's order.
    pub sorted: bool,
    /// In the order of `Status::ALL`.
    pub statuses: [&'static str; 5],
    pub owner: OwnerForm,
    /// The spellings of an instant that they used over the years; the first is today's.
    pub stamps: &'static [Spelling],
    pub empty: EmptyList,
}

/// A step's number in the log.
#[derive(Clone, Copy)]
pub struct IdForm {
    /// Digits at least.
    pub width: usize,
    /// A JSON string; a number otherwise, where there is no suffix.
    pub quoted: bool,
}

/// What is between the values of a line.
pub struct Json {
    pub open: &'static str,
    pub colon: &'static str,
    pub comma: &'static str,
    pub close: &'static str,
    pub escapes: Escapes,
}

/// Which letters of a text are escaped although none needs to be.
#[derive(Clone, Copy)]
pub enum Escapes {
    None,
    /// All that are not ASCII, as Python does.
    Ascii,
    /// The slash, as PHP does.
    Slash,
    /// `<`, `>` and `&`, as Go does.
    Html,
}

/// An owner's name.
#[derive(Clone, Copy)]
pub enum OwnerForm {
    Plain,
    At,
    Capital,
}

/// A list without entries.
#[derive(Clone, Copy)]
pub enum EmptyList {
    Brackets,
    Null,
    /// No artifacts, no key for them.
    Absent,
}

/// How somebody writes a step's section.
pub struct CanonHabits {
    /// With `{id}` and `{title}`; now this one, now that.
    pub headings: &'static [&'static str],
    /// Digits of an ID at least.
    pub width: usize,
    /// A blank line below the heading.
    pub gap: bool,
    pub bullet: &'static str,
    /// What is before and after a label.
    pub label: (&'static str, &'static str),
    /// A step that is depended on, with `{id}`; now this one, now that.
    pub needs: &'static [&'static str],
    /// An artifact, with `{name}` and `{to}`.
    pub artifact: &'static str,
    pub list: ListForm,
    /// What is written where there is nothing; a bullet with nothing to say is left out if empty.
    pub nothing: &'static str,
    pub statuses: [&'static str; 5],
    /// Behind the owner.
    pub remark: &'static str,
    /// Around the first word of the outcome.
    pub emphasis: &'static str,
    pub row: RowForm,
}

/// A row of the block table.
pub struct RowForm {
    pub open: &'static str,
    pub between: &'static str,
    pub close: &'static str,
    /// Cells are filled up to one width.
    pub aligned: bool,
    /// Between the first and the last number of a block.
    pub dash: &'static str,
}

/// Several entries in one bullet.
#[derive(Clone, Copy)]
pub enum ListForm {
    Inline(&'static str),
    /// A bullet each, below the label.
    Nested,
    /// The same, with a box before each.
    Ticked,
}

const CANONICAL: [&str; 5] = ["idea", "draft", "in progress", "blocked", "complete"];
const CAPITALS: [&str; 5] = ["Idea", "Draft", "In Progress", "Blocked", "Complete"];

/// The authors: Ilse with stepdeck, Marek with a script, Ngozi with a spreadsheet, Tomás
/// with the board's export, Wen by hand.
pub const AUTHORS: [Author; 5] = [
    Author {
        share: 36,
        log: LogHabits {
            id: IdForm {
                width: 4,
                quoted: true,
            },
            need: "{}",
            json: Json {
                open: "{",
                colon: ": ",
                comma: ", ",
                close: "}",
                escapes: Escapes::None,
            },
            sorted: false,
            statuses: CANONICAL,
            owner: OwnerForm::Plain,
            stamps: &[Spelling::Utc],
            empty: EmptyList::Brackets,
        },
        canon: CanonHabits {
            headings: &["#### Step {id} — {title}", "#### Step {id}: {title}"],
            width: 4,
            gap: true,
            bullet: "- ",
            label: ("**", ":** "),
            needs: &["[Step {id}](#step-{id})", "Step {id}"],
            artifact: "[{name}]({to})",
            list: ListForm::Inline(", "),
            nothing: "none",
            statuses: CAPITALS,
            remark: "",
            emphasis: "",
            row: RowForm {
                open: "| ",
                between: " | ",
                close: " |",
                aligned: true,
                dash: "–",
            },
        },
    },
    Author {
        share: 22,
        log: LogHabits {
            id: IdForm {
                width: 4,
                quoted: true,
            },
            need: "Step {}",
            json: Json {
                open: "{",
                colon: ": ",
                comma: ", ",
                close: "}",
                escapes: Escapes::Ascii,
            },
            sorted: true,
            statuses: CAPITALS,
            owner: OwnerForm::At,
            stamps: &[Spelling::Offset(120), Spelling::Utc],
            empty: EmptyList::Brackets,
        },
        canon: CanonHabits {
            headings: &["### **Step {id}** – {title}"],
            width: 4,
            gap: false,
            bullet: "* ",
            label: ("**", "**: "),
            needs: &["**Step {id}**"],
            artifact: "<{to}>",
            list: ListForm::Inline(", "),
            nothing: "n/a",
            statuses: CAPITALS,
            remark: " <!-- until May -->",
            emphasis: "*",
            row: RowForm {
                open: "|",
                between: "|",
                close: "|",
                aligned: false,
                dash: "-",
            },
        },
    },
    Author {
        share: 18,
        log: LogHabits {
            id: IdForm {
                width: 5,
                quoted: true,
            },
            need: "{}",
            json: Json {
                open: "{",
                colon: ":",
                comma: ",",
                close: "}",
                escapes: Escapes::Html,
            },
            sorted: false,
            statuses: CANONICAL,
            owner: OwnerForm::Capital,
            stamps: &[Spelling::Minutes, Spelling::Utc, Spelling::Day],
            empty: EmptyList::Null,
        },
        canon: CanonHabits {
            headings: &["### <a id=\"s{id}\"></a>Step {id}: {title}"],
            width: 5,
            gap: true,
            bullet: "- ",
            label: ("", ": "),
            needs: &["[{id}](#s{id})", "[{id}](../plans/steps/{id}.md)"],
            artifact: "{to}",
            list: ListForm::Nested,
            nothing: "",
            statuses: CANONICAL,
            remark: " (Mon–Wed)",
            emphasis: "",
            row: RowForm {
                open: "| ",
                between: " | ",
                close: " |",
                aligned: false,
                dash: " – ",
            },
        },
    },
    Author {
        share: 14,
        log: LogHabits {
            id: IdForm {
                width: 1,
                quoted: true,
            },
            need: "{}",
            json: Json {
                open: "{",
                colon: ":",
                comma: ",",
                close: "}",
                escapes: Escapes::Slash,
            },
            sorted: false,
            statuses: ["idea", "draft", "in_progress", "blocked", "complete"],
            owner: OwnerForm::Plain,
            stamps: &[Spelling::Millis, Spelling::Offset(-300)],
            empty: EmptyList::Absent,
        },
        canon: CanonHabits {
            headings: &["#### [Step {id} — {title}](https://boards.example.org/mendwell/{id})"],
            width: 4,
            gap: true,
            bullet: "- ",
            label: ("**", ":** "),
            needs: &["Step&nbsp;{id}"],
            artifact: "[`{name}`]({to} \"as of today\")",
            list: ListForm::Ticked,
            nothing: "-",
            statuses: CANONICAL,
            remark: "",
            emphasis: "_",
            row: RowForm {
                open: "| ",
                between: " | ",
                close: " |",
                aligned: false,
                dash: "–",
            },
        },
    },
    Author {
        share: 10,
        log: LogHabits {
            id: IdForm {
                width: 1,
                quoted: false,
            },
            need: "{}",
            json: Json {
                open: "{ ",
                colon: " : ",
                comma: " , ",
                close: " }",
                escapes: Escapes::None,
            },
            sorted: false,
            statuses: ["Idea", "draft", "in-progress", "BLOCKED", "complete"],
            owner: OwnerForm::Plain,
            stamps: &[Spelling::Compact, Spelling::Epoch],
            empty: EmptyList::Brackets,
        },
        canon: CanonHabits {
            headings: &["### Step {id}. {title}", "### 4.2 Step {id} — {title}"],
            width: 4,
            gap: false,
            bullet: "-   ",
            label: ("*", ":* "),
            needs: &["[[{id}]]", "step {id}"],
            artifact: "{to} (old)",
            list: ListForm::Inline("; "),
            nothing: "*none*",
            statuses: ["IDEA", "draft", "in progress", "blocked", "complete"],
            remark: "",
            emphasis: "**",
            row: RowForm {
                open: "|  ",
                between: " |  ",
                close: "",
                aligned: false,
                dash: "-",
            },
        },
    },
];

impl Author {
    /// The author of a line, for a throw in `0..100`.
    pub fn of(throw: u64) -> &'static Self {
        let mut left = throw;
        for author in &AUTHORS {
            match left.checked_sub(author.share) {
                Some(rest) => left = rest,
                None => return author,
            }
        }
        &AUTHORS[0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_are_hundredths_of_a_whole() {
        assert_eq!(AUTHORS.iter().map(|author| author.share).sum::<u64>(), 100);
        let ends = [0, 35, 36, 99].map(|throw| Author::of(throw).share);
        assert_eq!(ends, [36, 36, 22, 10]);
    }
}
