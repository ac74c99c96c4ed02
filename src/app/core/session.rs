//! What is private to a person and survives quitting: where one was. Never in the plan.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::model::Model;
use crate::app::screens::SCREENS;
use crate::app::screens::review::view::Bookmark;
use crate::plan::id::typed_id;

/// Where one was when one left.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[serde(default)]
pub struct Session {
    screen: u8,
    step: Option<String>,
    filter: String,
    kept_filters: Vec<String>,
    bookmarks: BTreeMap<char, String>,
    review: Bookmark,
}

impl Session {
    /// What is worth remembering of `model`.
    pub fn of(model: &Model) -> Self {
        Self {
            screen: model.screen.number,
            step: model.selected().map(|(id, _)| id.to_string()),
            filter: model.view.filter.text().to_owned(),
            kept_filters: model.view.kept_filters.clone(),
            bookmarks: (model.view.bookmarks.iter())
                .map(|(letter, (id, _))| (*letter, id.to_string()))
                .collect(),
            review: Bookmark::of(&model.review),
        }
    }

    /// Goes back to where one was, as far as it is still there.
    pub fn restore(&self, model: &mut Model) {
        let screen = SCREENS.iter().find(|screen| screen.number == self.screen);
        model.screen = screen.unwrap_or(&SCREENS[0]);
        model.view.filter = model.query(&self.filter).unwrap_or_default();
        model.view.kept_filters.clone_from(&self.kept_filters);
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
}
