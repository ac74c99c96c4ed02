//! A line of the log as its author writes it: keys with raw JSON values, put together last.

use std::fmt::Write as _;

use super::author::{Author, EmptyList, Escapes, IdForm, Json, LogHabits, OwnerForm};
use crate::document::english::capitalised;
use crate::plan::id::StepId;
use crate::plan::status::Status;
use crate::record::demo::step::{Artifact, Dependency, Spend, Step};

/// Keys with their values, in the order of the line.
pub struct Line {
    entries: Vec<(&'static str, String)>,
}

impl Line {
    /// The step in its author's spelling, with nothing odd about it. `needs` are what it
    /// depends on, `stamp` is the raw value of `updated_at`.
    pub fn of(step: &Step<'_>, needs: &[Dependency<'_>], author: &Author, stamp: String) -> Self {
        let habits = &author.log;
        let text = |value: &dyn std::fmt::Display| text(&value.to_string(), habits.json.escapes);
        let mut line = Self {
            entries: Vec::with_capacity(18),
        };
        line.set("step_id", habits.id.write(step.id));
        line.set("block", format!("\"B{:02}\"", step.block));
        line.set("title", text(&step.title));
        line.set("theme", text(&step.theme));
        line.set("owner", text(&owner(step.owner, habits.owner)));
        line.set("status", text(&habits.statuses[place(step.status)]));
        line.set("outcome", text(&step.outcome));
        let needs: Vec<String> = needs.iter().map(|need| text(&habits.need(need))).collect();
        line.set_list("dependencies", &needs, habits);
        let artifacts: Vec<String> = step.artifact.iter().map(|at| text(at)).collect();
        line.set_list("artifacts", &artifacts, habits);
        line.set("evidence", evidence(step, habits));
        line.set("updated_at", stamp);
        if let Some(input) = step.input {
            line.set_list("inputs", &[text(&input)], habits);
        }
        if let Some(verification) = step.verification {
            line.set("verification", text(&verification));
        }
        if let Some(note) = step.note {
            line.set("notes", text(&note));
        }
        for (key, spend) in [("effort", step.effort), ("cost", step.cost)] {
            if let Some(Spend { planned, actual }) = spend {
                let mut entries = vec![("planned", planned.to_string())];
                entries.extend(actual.map(|actual| ("actual", actual.to_string())));
                line.set(key, object(&entries, &habits.json));
            }
        }
        line
    }

    /// Sets a raw value, behind all others where the key is new.
    pub fn set(&mut self, key: &'static str, raw: String) {
        match self.entries.iter_mut().find(|(known, _)| *known == key) {
            Some((_, value)) => *value = raw,
            None => self.entries.push((key, raw)),
        }
    }

    /// Writes a key once more, before all others.
    pub fn repeat(&mut self, key: &'static str, raw: String) {
        self.entries.insert(0, (key, raw));
    }

    pub fn remove(&mut self, key: &str) {
        self.entries.retain(|(known, _)| *known != key);
    }

    fn set_list(&mut self, key: &'static str, entries: &[String], habits: &LogHabits) {
        let raw = match (entries, habits.empty) {
            ([], EmptyList::Absent) if key == "artifacts" => return,
            ([], EmptyList::Null) => "null".to_owned(),
            (entries, _) => format!("[{}]", entries.join(habits.json.comma)),
        };
        self.set(key, raw);
    }

    /// Appends the line and its end.
    pub fn write(mut self, habits: &LogHabits, out: &mut Vec<u8>) {
        if habits.sorted {
            self.entries.sort_by_key(|(key, _)| *key);
        }
        out.extend_from_slice(object(&self.entries, &habits.json).as_bytes());
        out.push(b'\n');
    }
}

impl LogHabits {
    fn need(&self, need: &Dependency<'_>) -> String {
        match need {
            Dependency::Step(number) => {
                let number = format!("{number:0width$}", width = self.id.width);
                self.need.replacen("{}", &number, 1)
            }
            condition => condition.to_string(),
        }
    }
}

impl IdForm {
    /// The raw value of `step_id`.
    pub fn write(self, id: StepId) -> String {
        let (number, suffix) = (id.number(), id.suffix());
        if self.quoted || !suffix.is_empty() {
            format!("\"{number:0width$}{suffix}\"", width = self.width)
        } else {
            number.to_string()
        }
    }
}

/// Where a status is in an author's words.
pub fn place(status: Status) -> usize {
    status as usize
}

/// An owner's name as its author writes it.
pub fn owner(name: &str, form: OwnerForm) -> String {
    match form {
        OwnerForm::Plain => name.to_owned(),
        OwnerForm::At => format!("@{name}"),
        OwnerForm::Capital => capitalised(name),
    }
}

fn evidence(step: &Step<'_>, habits: &LogHabits) -> String {
    let text = |value: &str| text(value, habits.json.escapes);
    let target = match step.target.ceiling {
        true => text(step.target.text),
        false => step.target.text.to_owned(),
    };
    let mut entries = vec![("metric", text(step.metric)), ("target", target)];
    if let Some(actual) = step.actual {
        entries.push(("actual", actual.to_string()));
    }
    if step.status == Status::Complete {
        let link = Artifact::Made("evidence", step.id).to_string();
        entries.push(("link", text(&link)));
    }
    object(&entries, &habits.json)
}

fn object(entries: &[(&str, String)], json: &Json) -> String {
    let mut out = String::from(json.open);
    for (at, (key, raw)) in entries.iter().enumerate() {
        if at > 0 {
            out.push_str(json.comma);
        }
        // Our keys need no escapes. Writing to a string cannot fail.
        let _ = write!(out, "\"{key}\"{}{raw}", json.colon);
    }
    out.push_str(json.close);
    out
}

/// A JSON string.
pub fn text(value: &str, escapes: Escapes) -> String {
    let plain = serde_json::Value::from(value).to_string();
    let is_escaped = |letter: char| match escapes {
        Escapes::None => false,
        Escapes::Ascii => !letter.is_ascii(),
        Escapes::Slash => letter == '/',
        Escapes::Html => matches!(letter, '<' | '>' | '&'),
    };
    if !plain.contains(is_escaped) {
        return plain;
    }
    let mut out = String::with_capacity(plain.len() * 2);
    for letter in plain.chars() {
        match letter {
            '/' if is_escaped('/') => out.push_str("\\/"),
            letter if is_escaped(letter) => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_change_the_spelling_and_never_the_words() {
        let words = "Größe <a/b> & \"🛠\"\n";
        for (escapes, written) in [
            (Escapes::None, r#""Größe <a/b> & \"🛠\"\n""#),
            (
                Escapes::Ascii,
                r#""Gr\u00f6\u00dfe <a/b> & \"\ud83d\udee0\"\n""#,
            ),
            (Escapes::Slash, r#""Größe <a\/b> & \"🛠\"\n""#),
            (Escapes::Html, r#""Größe \u003ca/b\u003e \u0026 \"🛠\"\n""#),
        ] {
            let raw = text(words, escapes);
            assert_eq!(raw, written);
            assert_eq!(serde_json::from_str::<String>(&raw).expect("JSON"), words);
        }
    }
}
