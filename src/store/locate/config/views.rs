//! `[views.NAME]`: the views of the step list that a team shares or a person has.
//!
//! What a view is made of is known in the plan, so it is judged here, with the place of each
//! mistake. A view that is wrong in a part is not there at all, rather than show other steps than
//! were meant.

use std::ops::Range;

use toml::de::DeValue;

use super::Config;
use super::entries::{Mistake, Named};
use crate::plan::arrange::{Group, Sort};
use crate::plan::column::Column;
use crate::plan::query::Query;
use crate::plan::view::NamedView;

/// What may stand in a view.
pub(super) const PARTS: [&str; 4] = ["filter", "sort", "columns", "group"];

type Wrong = Vec<(Range<usize>, String)>;

/// Takes a view into the configuration.
pub(super) fn read(
    config: &mut Config,
    named: &Named<'_>,
    value: &DeValue<'_>,
) -> Result<(), Mistake> {
    let table = value.as_table().ok_or(Mistake::Kind)?;
    let mut view = NamedView {
        name: named.name.to_owned(),
        ..NamedView::default()
    };
    let (mut unknown, mut wrong): (Wrong, Wrong) = Default::default();
    for (part, value) in table {
        let result = match &**part.get_ref() {
            "filter" => text(value).and_then(|filter| {
                Query::parse(&filter).map_err(|error| (value.span(), error.to_string()))?;
                view.filter = filter.trim().to_owned();
                Ok(())
            }),
            "sort" => sort(value).map(|sort| view.sort = sort),
            "columns" => columns(value).map(|columns| view.columns = Some(columns)),
            "group" => text(value).and_then(|name| {
                let group = Group::named(&name).map_err(|message| (value.span(), message))?;
                view.group = Some(group);
                Ok(())
            }),
            other => {
                let known = PARTS.join(", ");
                let message =
                    format!("unknown entry \"{other}\": the entries of a view are {known}");
                unknown.push((part.span(), message));
                Ok(())
            }
        };
        if let Err((span, message)) = result {
            let name = part.get_ref();
            wrong.push((span, format!("{name}: {message}; the view is ignored")));
        }
    }
    if wrong.is_empty() {
        config.views.insert(view.name.clone(), view);
    }
    wrong.extend(unknown);
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(Mistake::Within(wrong)),
    }
}

type Value<'i> = toml::Spanned<DeValue<'i>>;
type Read<T> = Result<T, (Range<usize>, String)>;

fn text(value: &Value<'_>) -> Read<String> {
    let text = value.get_ref().as_str().map(str::to_owned);
    text.ok_or_else(|| {
        let found = value.get_ref().type_str();
        (value.span(), format!("it must be text, not this {found}"))
    })
}

/// The texts of a list, or the one text that stands there, each with its place.
fn texts(value: &Value<'_>) -> Read<Vec<(Range<usize>, String)>> {
    match value.get_ref().as_array() {
        None => Ok(vec![(value.span(), text(value)?)]),
        Some(list) => list
            .iter()
            .map(|item| Ok((item.span(), text(item)?)))
            .collect(),
    }
}

fn sort(value: &Value<'_>) -> Read<Sort> {
    let mut all = Vec::new();
    for (span, text) in texts(value)? {
        let sort = Sort::parse(&text).map_err(|message| (span, message))?;
        all.extend(sort.0);
    }
    Ok(Sort(all))
}

fn columns(value: &Value<'_>) -> Read<Vec<Column>> {
    let mut all = Vec::new();
    for (span, text) in texts(value)? {
        all.extend(Column::list(&text).map_err(|message| (span, message))?);
    }
    Ok(Column::chosen(all))
}
