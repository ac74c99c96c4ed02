//! Named views of the steps: which ones, in what order, with which columns, in which groups.
//!
//! Owns what a view is and how it is written. The configuration reads views, the cockpit shows
//! them, `list` prints them.

use std::collections::BTreeMap;

use super::arrange::{Group, Sort};
use super::column::Column;
use super::people::Identity;
use super::query::Query;
use crate::document::json;

/// A view under its name.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct NamedView {
    pub name: String,
    /// In the filter language; empty for every step.
    pub filter: String,
    pub sort: Sort,
    /// The columns beside ID, status and title; nothing for the usual ones.
    pub columns: Option<Vec<Column>>,
    pub group: Option<Group>,
}

/// The view of every step, as the list is without one.
pub const ALL: &str = "all";
/// The view of one's own steps.
pub const MINE: &str = "mine";

impl NamedView {
    /// The views that are there without any configuration.
    fn built_in() -> [Self; 2] {
        let all = Self {
            name: ALL.to_owned(),
            ..Self::default()
        };
        let mine = Self {
            name: MINE.to_owned(),
            filter: "is:mine".to_owned(),
            sort: Sort::parse("state").unwrap_or_default(),
            columns: Column::list("whom,waiting_on").ok(),
            group: None,
        };
        [all, mine]
    }

    /// The view with a name.
    ///
    /// # Errors
    /// That there is none, and which there are.
    pub fn named<'v>(views: &'v [Self], name: &str) -> Result<&'v Self, String> {
        let is_exact = |view: &&Self| view.name == name;
        let is_alike = |view: &&Self| view.name.eq_ignore_ascii_case(name);
        let found = views.iter().find(is_exact);
        found
            .or_else(|| views.iter().find(is_alike))
            .ok_or_else(|| {
                let names: Vec<&str> = views.iter().map(|view| &*view.name).collect();
                format!("“{name}” is not a view: the views are {}", names.join(", "))
            })
    }

    /// What it does, in a few words.
    pub fn in_words(&self) -> String {
        let mut parts = Vec::new();
        match &*self.filter {
            "" => parts.push("every step".to_owned()),
            filter => parts.push(filter.to_owned()),
        }
        if !self.sort.is_by_id() {
            parts.push(format!("by {}", self.sort));
        }
        if let Some(group) = self.group {
            parts.push(format!("grouped by {}", group.name()));
        }
        if let Some(columns) = &self.columns {
            parts.push(match columns.is_empty() {
                true => "no columns".to_owned(),
                false => format!("shows {}", names(columns).join(", ")),
            });
        }
        parts.join(" · ")
    }

    /// As it is written in a configuration file.
    pub fn to_toml(&self) -> String {
        let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let name = match !self.name.is_empty() && self.name.chars().all(is_bare) {
            true => self.name.clone(),
            false => quoted(&self.name),
        };
        let mut text = format!("[views.{name}]\n");
        if !self.filter.is_empty() {
            text += &format!("filter = {}\n", quoted(&self.filter));
        }
        if !self.sort.is_by_id() {
            text += &format!("sort = {}\n", quoted(&self.sort.to_string()));
        }
        if let Some(columns) = &self.columns {
            let names: Vec<String> = names(columns).iter().map(|name| quoted(name)).collect();
            text += &format!("columns = [{}]\n", names.join(", "));
        }
        if let Some(group) = self.group {
            text += &format!("group = {}\n", quoted(group.name()));
        }
        text
    }

    /// The options of `list` that make this view of another one: those of the parts in which they
    /// differ, but for the filter.
    pub(crate) fn options_over(&self, other: &Self) -> Vec<String> {
        let mut options = Vec::new();
        if self.sort != other.sort {
            let sort = match self.sort.is_by_id() {
                true => Column::ID.name().into_owned(),
                false => self.sort.to_string(),
            };
            options.extend(["--sort".to_owned(), sort]);
        }
        if self.columns != other.columns {
            let usual = [Column::OWNER];
            let columns = self.columns.as_deref().unwrap_or(&usual);
            options.extend(["--columns".to_owned(), names(columns).join(",")]);
        }
        if self.group != other.group {
            let group = self.group.map_or("none", Group::name);
            options.extend(["--group".to_owned(), group.to_owned()]);
        }
        options
    }

    /// Every column that it shows, sorts or groups by.
    pub(crate) fn used_columns(&self) -> Vec<Column> {
        let shown = self.columns.iter().flatten();
        let group = self.group.map(Group::column);
        shown
            .chain(self.sort.columns())
            .cloned()
            .chain(group)
            .collect()
    }

    /// Whether it looks like another one, whatever they are called.
    pub(crate) fn looks_like(&self, other: &Self) -> bool {
        let look = |view: &Self| Self {
            name: String::new(),
            ..view.clone()
        };
        look(self) == look(other)
    }

    /// Why it finds nothing for somebody of whom nothing is known, and what to do about it; nothing
    /// where it does not ask who that is, or somebody is known.
    pub(crate) fn wants_to_know(&self, me: &Identity) -> Option<String> {
        let asks = Query::parse(&self.filter).is_ok_and(|query| query.asks_who());
        (asks && me.is_unknown()).then(|| WHO.to_owned())
    }
}

/// How to say who one is.
pub(crate) const WHO: &str = "it is not known who you are: set git's user.name or user.email, or \
    start stepdeck with --as NAME";

/// Why none of the steps is one's own, and what to do about it.
pub(crate) fn nobodys(me: &Identity) -> String {
    match me.is_unknown() {
        true => WHO.to_owned(),
        false => format!(
            "you are {}: a step is yours if you are its owner, or if the Owners of your row in a table \
             with Person and Team in the canon are; --as NAME is somebody else",
            me.name()
        ),
    }
}

fn names(columns: &[Column]) -> Vec<String> {
    columns
        .iter()
        .map(|column| column.name().into_owned())
        .collect()
}

/// A basic string of TOML: one of JSON, but for the one character that JSON does not escape.
fn quoted(text: &str) -> String {
    json::quote(text).replace('\u{7f}', "\\u007F")
}

/// The built-in views with those of a configuration, which take their places.
pub fn all(configured: &BTreeMap<String, NamedView>) -> Vec<NamedView> {
    let own = |view: NamedView| configured.get(&view.name).cloned().unwrap_or(view);
    let built_in = NamedView::built_in();
    let is_built_in = |name: &str| built_in.iter().any(|view| view.name == name);
    let others = configured.values().filter(|view| !is_built_in(&view.name));
    let others: Vec<NamedView> = others.cloned().collect();
    built_in.into_iter().map(own).chain(others).collect()
}
