//! What is private to a person and survives quitting: where one was. Never in the plan.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::model::Model;
use crate::app::screens::plan::looks::sort_of_session;
use crate::app::screens::review::view::Bookmark;
use crate::app::screens::{SCREENS, plan, today};
use crate::plan::arrange::Group;
use crate::plan::column::Column;
use crate::plan::id::typed_id;
use crate::plan::view::NamedView;
use crate::store::locate::config::Start;

/// Where one was when one left.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[serde(default)]
pub struct Session {
    screen: Option<u8>,
    /// Who they said they were.
    me: Option<String>,
    /// When they left, in seconds of Unix time.
    left: Option<i64>,
    step: Option<String>,
    filter: String,
    sort: String,
    columns: Option<Vec<String>>,
    group: Option<String>,
    folded: BTreeSet<String>,
    view: Option<SeenView>,
    kept_filters: Vec<String>,
    bookmarks: BTreeMap<char, String>,
    review: Bookmark,
}

/// The view that was shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
struct SeenView {
    name: String,
    /// Whether the list had been changed since it was picked.
    is_changed: bool,
}

impl Session {
    /// What is worth remembering of `model`.
    pub fn of(model: &Model) -> Self {
        Self {
            screen: Some(model.screen.number),
            left: model.today.visited.map(|at| at.timestamp()),
            me: model
                .today
                .is_told
                .then(|| model.context.me.name().to_owned()),
            step: model.selected().map(|(id, _)| id.to_string()),
            filter: model.view.filter.text().to_owned(),
            sort: model.view.sort.to_string(),
            columns: model.view.columns.as_ref().map(|columns| {
                let names = columns.iter().map(|column| column.name().into_owned());
                names.collect()
            }),
            group: model.view.group.map(|group| group.name().to_owned()),
            folded: model.view.groups.turned().clone(),
            view: model.view_in_words().map(|(name, is_changed)| SeenView {
                name: name.to_owned(),
                is_changed,
            }),
            kept_filters: model.view.kept_filters.clone(),
            bookmarks: (model.view.bookmarks.iter())
                .map(|(letter, (id, _))| (*letter, id.to_string()))
                .collect(),
            review: Bookmark::of(&model.review),
        }
    }

    /// The same, with the screen that opens first.
    pub fn beginning(self, start: Start) -> Self {
        let screen = match start {
            Start::Today => Some(today::SCREEN.number),
            Start::Plan => Some(plan::SCREEN.number),
            Start::Last => self.screen,
        };
        Self { screen, ..self }
    }

    /// When one left, if one was ever here.
    pub(crate) fn left(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.left?, 0)
    }

    /// The same for somebody who leaves now.
    pub(crate) fn leaving(self, now: DateTime<Utc>) -> Self {
        let left = Some(now.timestamp());
        Self { left, ..self }
    }

    /// Goes back to where one was, as far as it is still there.
    pub fn restore(&self, model: &mut Model) {
        let screen = SCREENS
            .iter()
            .find(|screen| Some(screen.number) == self.screen);
        model.screen = screen.unwrap_or(&&plan::SCREEN);
        model.view.kept_filters.clone_from(&self.kept_filters);
        self.restore_look(model);
        if let (Some(name), None) = (&self.me, &model.context.me.given) {
            model.take_for(name);
        }
        model.today.visited = self.left();
        let id = self.step.as_deref().and_then(typed_id);
        model.refresh(id.map(|id| (id, 0)));
        // Listed even where another screen comes first, to find the place in it again.
        if !self.review.is_empty() {
            let place = self.review.clone();
            model.refresh_review_then(true, move |model| place.restore(&mut model.review));
        }
        model.screen.refresh(model);
        for (letter, id) in &self.bookmarks {
            if let Some(id) = typed_id(id) {
                model.view.bookmarks.insert(*letter, (id, 0));
            }
        }
    }
    /// Has the list look as it did. A view that was as the configuration has it is so again, by
    /// whatever is there now.
    fn restore_look(&self, model: &mut Model) {
        let seen = self.view.as_ref();
        let find = |seen: &SeenView| {
            NamedView::named(&model.context.views, &seen.name)
                .ok()
                .cloned()
        };
        let view = seen.and_then(find);
        model.view.named = view.as_ref().map(|view| view.name.clone());
        let names = self.columns.as_ref();
        let is_as_defined = seen.is_some_and(|seen| !seen.is_changed);
        let look = view.filter(|_| is_as_defined).unwrap_or_else(|| NamedView {
            name: String::new(),
            filter: self.filter.clone(),
            sort: sort_of_session(&self.sort),
            columns: names
                .map(|names| Column::chosen(names.iter().flat_map(|name| Column::named(name)))),
            group: self
                .group
                .as_deref()
                .and_then(|name| Group::named(name).ok()),
        });
        model.take_look(&look);
        model.view.groups.set_turned(self.folded.clone());
    }
}
