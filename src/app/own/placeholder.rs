//! What a command of one's own can be told of where one is: the table of placeholders, and the
//! words of a command line that hold some.
//!
//! A value is somebody else's text. It fills the one argument that its placeholder stands in and
//! is never looked at again: not split, not expanded, not taken for another placeholder. A shell
//! gets values as variables, so that they are no part of what it reads as its text.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::app::core::model::Model;
use crate::app::screens::plan;
use crate::plan::StepRef;
use crate::plan::canon::block_table::BlockColumn;
use crate::plan::field::Field;

/// Something that a command can be told.
pub struct Placeholder {
    /// Its name between braces.
    pub name: &'static str,
    /// What stands for it.
    pub meaning: &'static str,
    value: fn(&Model) -> Result<OsString, String>,
}

/// Everything that a command can be told.
pub const PLACEHOLDERS: [Placeholder; 15] = [
    Placeholder {
        name: "id",
        meaning: "the ID of the selected step",
        value: |model| step(model).map(|step| step.id().to_string().into()),
    },
    Placeholder {
        name: "title",
        meaning: "its title",
        value: |model| field(model, Field::Title),
    },
    Placeholder {
        name: "owner",
        meaning: "its owner",
        value: |model| field(model, Field::Owner),
    },
    Placeholder {
        name: "status",
        meaning: "its status",
        value: |model| field(model, Field::Status),
    },
    Placeholder {
        name: "link",
        meaning: "the link to its evidence",
        value: |model| field(model, Field::Link),
    },
    Placeholder {
        name: "block",
        meaning: "the ID of its block",
        value: |model| block(model).map(|block| model.plan.blocks()[block].id.to_string().into()),
    },
    Placeholder {
        name: "theme",
        meaning: "the theme of its block",
        value: |model| {
            let theme = |block| model.plan.block_text(block, BlockColumn::Theme);
            block(model).map(|block| theme(block).into())
        },
    },
    Placeholder {
        name: "file",
        meaning: "the file that it is written in, from the plan's root",
        value: |model| place(model).map(|(path, _)| path),
    },
    Placeholder {
        name: "line",
        meaning: "the line there, counted from 1",
        value: |model| place(model).map(|(_, line)| line.to_string().into()),
    },
    Placeholder {
        name: "marked",
        meaning: "the IDs of the marked steps, or of the selected one, with spaces between them",
        value: marked,
    },
    Placeholder {
        name: "stage",
        meaning: "the stage whose gate is selected",
        value: |model| {
            let stage = model.shown().gate(model);
            stage
                .map(OsString::from)
                .ok_or("no stage is selected".to_owned())
        },
    },
    Placeholder {
        name: "filter",
        meaning: "the filter of the step list",
        value: |model| Ok(model.view.filter.text().into()),
    },
    Placeholder {
        name: "screen",
        meaning: "the name of the screen, such as `plan`",
        value: |model| Ok(model.screen.name.into()),
    },
    Placeholder {
        name: "person",
        meaning: "your name",
        value: |model| Ok(model.context.me.name().into()),
    },
    Placeholder {
        name: "root",
        meaning: "the plan's folder, in which the command runs",
        value: |model| Ok(model.context.root.clone().into()),
    },
];

impl Placeholder {
    fn named(name: &str) -> Option<&'static Self> {
        PLACEHOLDERS.iter().find(|known| known.name == name)
    }

    /// The variable that a shell finds it in.
    pub fn variable(&self) -> String {
        format!("STEPDECK_{}", self.name.to_uppercase())
    }

    /// What stands for it here.
    ///
    /// # Errors
    /// Why nothing does, in words.
    pub(super) fn value(&self, model: &Model) -> Result<OsString, String> {
        let value = (self.value)(model)?;
        match value.as_encoded_bytes().contains(&0) {
            true => Err(format!(
                "the {} has a NUL character, which no program can be given",
                self.name
            )),
            false => Ok(value),
        }
    }
}

/// The step that is selected on the screen that is shown.
fn step(model: &Model) -> Result<StepRef<'_>, String> {
    // The plan screen knows which of several with one ID.
    let here = match is_plan_screen(model) {
        true => model.step(),
        false => {
            let id = model.shown().selected(model);
            id.and_then(|id| Some(model.plan.step(model.plan.find(id)?)))
        }
    };
    here.ok_or_else(|| "no step is selected".to_owned())
}

fn is_plan_screen(model: &Model) -> bool {
    model.screen == &plan::SCREEN
}

fn field(model: &Model, field: Field) -> Result<OsString, String> {
    step(model).map(|step| step.text(field).into_owned().into())
}

fn block(model: &Model) -> Result<usize, String> {
    match step(model) {
        Ok(step) => Ok(step.block()),
        Err(reason) if is_plan_screen(model) => model.view.block(&model.plan).ok_or(reason),
        Err(reason) => Err(reason),
    }
}

/// Where the step is written, in the log before the canon.
fn place(model: &Model) -> Result<(OsString, usize), String> {
    let step = step(model)?;
    let place = step.places().into_iter().next();
    let place = place.ok_or_else(|| format!("{} is written nowhere", step.id()))?;
    Ok((operand(&place.path), place.line))
}

/// A path that no program takes for an option.
fn operand(path: &Path) -> OsString {
    match path.as_os_str().as_encoded_bytes().starts_with(b"-") {
        true => Path::new(".").join(path).into(),
        false => path.into(),
    }
}

fn marked(model: &Model) -> Result<OsString, String> {
    let marks = &model.view.marks;
    if marks.is_empty() {
        return step(model).map(|step| step.id().to_string().into());
    }
    let steps = marks.indexes(&model.plan).into_iter();
    let ids: Vec<String> = steps
        .map(|at| model.plan.step(at).id().to_string())
        .collect();
    Ok(ids.join(" ").into())
}

/// An argument as the configuration has it.
#[derive(Debug)]
pub(super) struct Argument(Vec<Part>);

#[derive(Debug)]
enum Part {
    Text(String),
    Value(&'static Placeholder),
}

impl std::fmt::Debug for Placeholder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{{{}}}", self.name)
    }
}

impl Argument {
    /// Finds the placeholders in a text. `{{name}}` is the text `{name}`; braces around anything
    /// but a word are text.
    ///
    /// # Errors
    /// A name that is no placeholder.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some((before, from)) = rest.find('{').map(|at| rest.split_at(at)) {
            plain.push_str(before);
            let literal = braced(&from[1..]).filter(|(_, after)| after.starts_with('}'));
            if let Some((name, after)) = literal {
                plain.push_str(&format!("{{{name}}}"));
                rest = &after[1..];
            } else if let Some((name, after)) = braced(from) {
                let known = Placeholder::named(name).ok_or_else(|| unknown(name))?;
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                }
                parts.push(Part::Value(known));
                rest = after;
            } else {
                plain.push('{');
                rest = &from[1..];
            }
        }
        plain.push_str(rest);
        if !plain.is_empty() || parts.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self(parts))
    }

    /// Whether it is the same whatever is selected.
    pub(super) fn is_fixed(&self) -> bool {
        self.0.iter().all(|part| matches!(part, Part::Text(_)))
    }

    /// The argument as it is passed.
    ///
    /// # Errors
    /// Why a placeholder has no value here.
    pub(super) fn fill(&self, model: &Model) -> Result<OsString, String> {
        let mut filled = OsString::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => filled.push(text),
                Part::Value(placeholder) => filled.push(placeholder.value(model)?),
            }
        }
        Ok(filled)
    }

    /// The placeholder that it begins with, if it does.
    pub(super) fn first(&self) -> Option<&'static Placeholder> {
        match self.0.first() {
            Some(Part::Value(placeholder)) => Some(placeholder),
            _ => None,
        }
    }
}

/// What is between braces at the start of a text, if it is a word; and what follows.
fn braced(text: &str) -> Option<(&str, &str)> {
    let (name, after) = text.strip_prefix('{')?.split_once('}')?;
    let is_word = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    is_word.then_some((name, after))
}

fn unknown(name: &str) -> String {
    let known: Vec<&str> = PLACEHOLDERS.iter().map(|known| known.name).collect();
    format!(
        "there is no placeholder {{{name}}}: there are {}; {{{{{name}}}}} is the text {{{name}}}",
        known.join(", ")
    )
}

/// The placeholders whose variables a shell's text names.
pub(super) fn named_by_shell(text: &str) -> Vec<&'static Placeholder> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words: Vec<&str> = text.split(|c: char| !is_word(c)).collect();
    let named = PLACEHOLDERS.iter();
    named
        .filter(|known| words.contains(&known.variable().as_str()))
        .collect()
}

/// The first placeholder that stands in a shell's text, where it must not.
pub(super) fn in_shell(text: &str) -> Option<&'static Placeholder> {
    PLACEHOLDERS.iter().find(|known| {
        let braced = format!("{{{}}}", known.name);
        let mut found = text.match_indices(&braced);
        // `${id}` is a variable of the shell.
        found.any(|(at, _)| !text[..at].ends_with('$'))
    })
}

/// Whether a program would take an argument for an option.
pub(super) fn is_option(argument: &OsStr) -> bool {
    argument.as_encoded_bytes().starts_with(b"-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> String {
        let Argument(parts) = Argument::parse(text).unwrap();
        let spelled = parts.iter().map(|part| match part {
            Part::Text(text) => format!("“{text}”"),
            Part::Value(placeholder) => format!("{placeholder:?}"),
        });
        spelled.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn placeholders_are_words_between_braces_and_all_else_is_text() {
        for (text, found) in [
            ("", "“”"),
            ("plain", "“plain”"),
            ("{id}", "{id}"),
            ("--step={id}:{line}", "“--step=” {id} “:” {line}"),
            ("{{id}}", "“{id}”"),
            ("{{id}", "“{” {id}"),
            ("{\"a\": {}} {", "“{\"a\": {}} {”"),
            ("{print $1} {ID}", "“{print $1} {ID}”"),
            ("设{title}计", "“设” {title} “计”"),
        ] {
            assert_eq!(parts(text), found, "{text}");
        }
        let error = Argument::parse("{tittle}").unwrap_err();
        assert!(
            error.starts_with("there is no placeholder {tittle}: there are id, title"),
            "{error}"
        );
        assert!(
            error.ends_with("{{tittle}} is the text {tittle}"),
            "{error}"
        );
    }

    #[test]
    fn a_shell_is_told_by_variables() {
        let named = |text| {
            named_by_shell(text)
                .iter()
                .map(|p| p.name)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            named("echo \"$STEPDECK_ID\" ${STEPDECK_TITLE}"),
            ["id", "title"]
        );
        assert_eq!(named("echo $STEPDECK_IDS"), [""; 0]);
        assert_eq!(in_shell("echo {id}").map(|p| p.name), Some("id"));
        assert!(in_shell("echo ${id} {a,b} {print}").is_none());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_an_argument_or_says_why(text in "[{}a-d_$ é\"]{0,20}") {
            if let Ok(argument) = Argument::parse(&text) {
                proptest::prop_assert!(!argument.0.is_empty());
            }
        }
    }
}
