//! What keys do. One file a theme; each file ends in its part of the registry.

pub mod edit;
pub mod find;
pub mod gate_review;
pub mod gates;
pub mod list;
pub mod navigate;
pub mod problems;
pub mod review;
pub mod standup;
pub mod view;
pub mod welcome;

use super::command::Blocked;
use super::model::Model;

fn no_step(model: &Model) -> Blocked {
    model
        .step()
        .is_none()
        .then(|| "no step is selected".to_owned())
}

fn not_editable(model: &Model) -> Blocked {
    model
        .is_locked()
        .or_else(|| match model.view.marks.is_empty() {
            true => no_step(model),
            false => None,
        })
}
