//! What is private to a person and survives quitting: where one was. Never in the plan.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::model::{Model, Screen};
use crate::app::screens::review::view::Bookmark;
use crate::plan::id::typed_id;
use crate::plan::query::Query;

/// Where one was when one left.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[serde(default)]
pub struct Session {
    screen: u8,
    step: Option<String>,
    filter: String,
    bookmarks: BTreeMap<char, String>,
    review: Bookmark,
}

impl Session {
    /// What is worth remembering of `model`.
    pub fn of(model: &Model) -> Self {
        Self {
            screen: match model.screen {
                Screen::Plan => 1,
                Screen::Gates => 2,
                Screen::Problems => 5,
                Screen::Review => 3,
                Screen::Standup => 4,
            },
            step: model.selected().map(|(id, _)| id.to_string()),
            filter: model.view.filter.text().to_owned(),
            bookmarks: (model.view.bookmarks.iter())
                .map(|(letter, (id, _))| (*letter, id.to_string()))
                .collect(),
            review: Bookmark::of(&model.review),
        }
    }

    /// Goes back to where one was, as far as it is still there.
    pub fn restore(&self, model: &mut Model) {
        model.screen = match self.screen {
            2 => Screen::Gates,
            5 => Screen::Problems,
            3 => Screen::Review,
            4 => Screen::Standup,
            _ => Screen::Plan,
        };
        model.view.filter = Query::parse(&self.filter).unwrap_or_default();
        let id = self.step.as_deref().and_then(typed_id);
        model.refresh(id.map(|id| (id, 0)));
        // Listed even where another screen comes first, to find the place in it again.
        if !self.review.is_empty() || model.screen == Screen::Review {
            model.refresh_review(true);
            self.review.restore(&mut model.review);
        }
        model.refresh_standup();
        for (letter, id) in &self.bookmarks {
            if let Some(id) = typed_id(id) {
                model.view.bookmarks.insert(*letter, (id, 0));
            }
        }
    }
}
