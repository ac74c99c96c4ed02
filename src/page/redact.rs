//! What is left out of a page: fields, wherever they are shown. Free text is not searched.

use crate::plan::field::{Field, fields};

/// Fields that are the frame of a page.
const KEPT: [&str; 4] = ["title", "status", "block", "uid"];

/// Fields that are left out, by what people name them: `owner`, or `cost` for both of its parts.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Redacted {
    names: Vec<String>,
}

impl Redacted {
    /// Leaves out the fields with these names.
    ///
    /// # Errors
    /// Which name is not a field, or cannot be left out.
    pub fn new<'n>(names: impl IntoIterator<Item = &'n str>) -> Result<Self, String> {
        let mut redacted = Self::default();
        for name in names.into_iter().map(str::trim) {
            let is_field = fields().iter().any(|spec| matches(spec.name, name));
            if KEPT.contains(&name) || !is_field {
                return Err(format!(
                    "“{name}” cannot be left out: the fields that can are {}",
                    known().join(", ")
                ));
            }
            if !redacted.names.iter().any(|known| known == name) {
                redacted.names.push(name.to_owned());
            }
        }
        Ok(redacted)
    }

    /// Whether nothing is left out.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// What is left out, as it was named.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether a field is left out.
    pub fn hides(&self, field: Field) -> bool {
        self.hides_name(field.spec().name)
    }

    /// The same of a field by its name in a log or a comparison.
    pub(super) fn hides_name(&self, field: &str) -> bool {
        self.names.iter().any(|name| matches(field, name))
    }

    /// Whether people are left out: owners, and with them sign-offs and standups.
    pub(crate) fn hides_people(&self) -> bool {
        self.hides(Field::Owner)
    }
}

/// Whether a name means a field: its own, or what comes before the dot in it.
fn matches(field: &str, name: &str) -> bool {
    let inner = field.strip_prefix(name);
    inner.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn known() -> Vec<&'static str> {
    let mut names: Vec<&str> = fields()
        .iter()
        .map(|spec| spec.name.split('.').next().unwrap_or(spec.name))
        .filter(|name| !KEPT.contains(name))
        .collect();
    names.dedup();
    names
}
