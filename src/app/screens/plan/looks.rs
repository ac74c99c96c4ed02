//! How the step list looks: views, sorting, columns and groups.

use std::sync::Arc;

use super::PLAN;
use super::search::Order;
use super::view::PlanView;
use crate::app::core::command::{Command, Group as Heading};
use crate::app::core::job::JobKind;
use crate::app::core::model::Model;
use crate::app::overlays::chooser::Source;
use crate::app::overlays::menu::{Choice, Row, digits};
use crate::change::value::Refusal;
use crate::document::progress::Progress;
use crate::plan::arrange::{Group, Sort};
use crate::plan::column::{Column, Known};
use crate::plan::field::Field;
use crate::plan::ranking::Inputs;
use crate::plan::source::Role;
use crate::plan::view::{ALL, NamedView};
use crate::plan::{Plan, StepKey};
use crate::record::review::Week;
use crate::record::review::gather::Review;

/// What these commands have in common.
const COMMON: Command = Command {
    group: Heading::View,
    places: PLAN,
    ..Command::BASE
};

/// Commands that change how the list looks.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "views",
        keys: &["V"],
        title: "Show a view of the steps: mine, all, or one of [views] in the configuration",
        run: offer_views,
        ..COMMON
    },
    Command {
        name: "sort",
        keys: &["S"],
        title: "Sort the list by a column; the same again reverses it",
        run: offer_sorts,
        ..COMMON
    },
    Command {
        name: "columns",
        keys: &["|"],
        title: "Choose the columns of the list",
        run: Model::choose_columns,
        ..COMMON
    },
    Command {
        name: "group",
        keys: &["="],
        title: "Group the list by owner, status, block, stage or theme",
        run: offer_groups,
        ..COMMON
    },
    Command {
        name: "copy-view",
        keys: &[],
        title: "Copy how the list looks as a view for the configuration",
        run: copy_view,
        ..COMMON
    },
];

/// The orders that have a key of their own.
const SORTS: [(char, &str, &str); 9] = [
    ('i', "id", "ID"),
    ('s', "status", "status"),
    ('o', "owner", "owner"),
    ('u', "updated", "last edited first"),
    ('d', "dependents", "most direct dependents first"),
    ('t', "title", "title"),
    ('w', "state", "state, blocked and waiting first"),
    ('p', "score", "best score first"),
    ('a', "age", "longest unchanged first"),
];

fn offer_sorts(model: &mut Model) {
    let sort = &model.view.sort;
    let now = |column: &Column| match sort.direction(column) {
        None => "",
        Some(false) => "now ↑, again reverses it",
        Some(true) => "now ↓, again reverses it",
    };
    let named = SORTS.iter().filter_map(|(key, name, label)| {
        let column = Column::named(name).ok()?;
        Some((key.to_string(), column, (*label).to_owned()))
    });
    let mut rows: Vec<(String, Column, String)> = named.collect();
    let first = sort.columns().next();
    for column in model.view.columns.iter().flatten().chain(first) {
        if rows.iter().all(|(_, known, _)| known != column) {
            rows.push((String::new(), column.clone(), column.label().to_lowercase()));
        }
    }
    let by = match sort.columns().next() {
        Some(column) => column.clone(),
        None => Column::ID,
    };
    let cursor = rows.iter().position(|(_, column, _)| *column == by);
    let rows = rows.into_iter().map(|(key, column, label)| {
        let detail = now(&column);
        Row::new(key, label, detail, Choice::Sort(column))
    });
    let more = Row::new("/", "another column…", "", Choice::SortByAnother);
    let rows = rows.chain([more]).collect();
    model.menu("Sort the list by", rows, cursor.unwrap_or(0));
}

fn offer_groups(model: &mut Model) {
    let now = model.view.group;
    let keys = ['o', 's', 'b', 'g', 't'];
    let row = |(group, key): (Group, char)| {
        let detail = if now == Some(group) { "now" } else { "" };
        Row::new(key, group.name(), detail, Choice::Group(Some(group)))
    };
    let mut rows: Vec<Row> = Group::all().zip(keys).map(row).collect();
    let cursor = now.and_then(|now| Group::all().position(|group| group == now));
    let detail = if now.is_none() { "now" } else { "" };
    rows.push(Row::new('n', "no groups", detail, Choice::Group(None)));
    if now.is_some() {
        rows.push(Row::new('f', "fold all", "", Choice::Fold(true)));
        rows.push(Row::new('u', "unfold all", "", Choice::Fold(false)));
    }
    let cursor = cursor.unwrap_or(Group::all().count());
    model.menu("Group the list by", rows, cursor);
}

fn offer_views(model: &mut Model) {
    let views = &model.context.views;
    let named = model.view.named.as_deref().unwrap_or(ALL);
    let cursor = views.iter().position(|view| view.name == named);
    let row = |(view, key): (&NamedView, String)| {
        let blocked = view.wants_to_know(&model.context.me);
        let detail = blocked.clone().unwrap_or_else(|| view.in_words());
        Row {
            blocked,
            ..Row::new(key, &*view.name, detail, Choice::View(view.name.clone()))
        }
    };
    let rows = views.iter().zip(digits()).map(row).collect();
    model.menu("Show a view", rows, cursor.unwrap_or(0));
}

fn copy_view(model: &mut Model) {
    let mut look = model.view.look();
    if look.name.is_empty() || look.name == ALL {
        look.name = "NAME".to_owned();
    }
    let what = format!(
        "[views.{}] for stepdeck.toml or your own config.toml",
        look.name
    );
    model.copy(look.to_toml(), what);
}

impl PlanView {
    /// The columns beside ID, status and title: those chosen, or the usual one.
    pub fn shown_columns(&self) -> Vec<Column> {
        self.columns.clone().unwrap_or_else(|| vec![Column::OWNER])
    }

    /// All columns, from left to right.
    pub(crate) fn headings(&self) -> Vec<Column> {
        let standing = [Column::ID, Column::Field(Field::Status)];
        let standing = standing.into_iter().chain([Column::Field(Field::Title)]);
        standing.chain(self.shown_columns()).collect()
    }

    /// Whether every step stands in the order of IDs, and no column asks the plan as a whole.
    fn is_plain(&self) -> bool {
        let shown = self.columns.iter().flatten();
        self.sort.is_by_id() && self.group.is_none() && !shown.into_iter().any(Column::asks_plan)
    }
}

impl Model {
    /// Lists the steps again after the plan or the order changed. On a long plan the order of
    /// before holds until the new one is there.
    pub(crate) fn refresh(&mut self, selected: Option<StepKey>) {
        self.list_again(selected, false);
    }

    /// The same, with the cursor on the first step that is found if it is to go `to_top`.
    fn list_again(&mut self, selected: Option<StepKey>, to_top: bool) {
        self.ask_past();
        if to_top {
            self.view.cursor = 0;
        }
        if self.view.is_plain() {
            self.jobs.stop(|purpose| purpose == JobKind::Order);
            self.view.known = Known::default();
            return self
                .view
                .refresh(&self.plan, self.now, selected, Order::default());
        }
        let ordering = self.ordering();
        if self.has_short_plan() {
            self.jobs.stop(|purpose| purpose == JobKind::Order);
            let (known, order) = ordering(&self.plan, &Progress::default()).unwrap_or_default();
            self.view.known = known;
            return self.view.refresh(&self.plan, self.now, selected, order);
        }
        let before = self.view.order_of(&self.plan);
        self.view.refresh(&self.plan, self.now, selected, before);
        self.have_done(JobKind::Order, ordering, move |model, (known, order)| {
            let selected = model.selected().filter(|_| !to_top);
            if to_top {
                model.view.cursor = 0;
            }
            model.view.known = known;
            model.view.refresh(&model.plan, model.now, selected, order);
        });
    }

    /// What finds the order that the list is to have, and what its columns know.
    fn ordering(&self) -> impl FnOnce(&Plan, &Progress) -> Option<(Known, Order)> + Send + 'static {
        let look = self.view.look();
        let (now, weights) = (self.now, self.context.weights.clone());
        let changes = self.problems.found.changes().cloned();
        let past = self.view.past.clone();
        let folder = self.context.papers.folder_of(Role::Review).to_owned();
        move |plan, progress| {
            let columns = look.used_columns();
            let carried = match columns.iter().any(Column::asks_plan) {
                true => Review::of(plan, &folder, Week::of(now), now).carried(),
                false => Vec::new(),
            };
            let inputs = Inputs {
                now,
                carried: &carried,
                weights: &weights,
                changes: None,
            };
            let known = Known::of(plan, columns.iter(), &inputs, changes).knowing(past);
            let order = Order::by(look.sort, look.group, plan, &known, progress)?;
            Some((known, order))
        }
    }

    /// Takes note of what has become known of the last changes of steps.
    pub(crate) fn changes_known(&mut self) {
        let is_asked = self
            .view
            .look()
            .used_columns()
            .iter()
            .any(Column::asks_changes);
        let changes = self.problems.found.changes();
        let past = self.view.past.as_ref().filter(|past| past.has_history);
        let known = &self.view.known;
        let is_news = known.changes.as_ref() != changes
            || known.past.as_ref().map(Arc::as_ptr) != past.map(Arc::as_ptr);
        if is_asked && !self.view.is_plain() && is_news {
            self.refresh(self.selected());
        }
    }

    /// What the columns know right now.
    pub fn known(&self) -> Known {
        let changes = self.problems.found.changes().cloned();
        let known = self.view.known.at(self.now, changes);
        known.knowing(self.view.past.clone())
    }

    pub(crate) fn sort_by(&mut self, column: Column) {
        self.view.sort = self.view.sort.choose(column);
        self.refresh(self.selected());
    }

    /// Groups the list, or no longer.
    pub(crate) fn group_by(&mut self, group: Option<Group>) {
        let selected = self.selected_or_first();
        if self.view.group != group {
            self.view.groups.set_turned(Default::default());
        }
        self.view.group = group;
        self.view.heading = None;
        self.refresh(selected);
    }

    /// The selected step, or on a heading the first one below it.
    fn selected_or_first(&self) -> Option<StepKey> {
        let listed = self.view.list.get(self.view.cursor);
        listed.map(|step| self.plan.step(*step).key())
    }

    pub(crate) fn fold_all(&mut self, fold: bool) {
        self.view.fold_all(fold);
    }

    /// Shows these columns beside ID, status and title, or the usual ones.
    pub(crate) fn show_columns(&mut self, columns: Option<Vec<Column>>) {
        let usual = [Column::OWNER];
        self.view.columns = columns.filter(|columns| columns[..] != usual);
        self.refresh(self.selected());
    }

    /// Shows a view.
    ///
    /// # Errors
    /// That there is none of this name, or what has to be known for it first.
    pub(crate) fn show_view(&mut self, name: &str) -> Result<(), Refusal> {
        let view = NamedView::named(&self.context.views, name)
            .map_err(Refusal)?
            .clone();
        if let Some(reason) = view.wants_to_know(&self.context.me) {
            return Err(Refusal(reason));
        }
        self.view.named = Some(view.name.clone()).filter(|name| name != ALL);
        self.take_look(&view);
        let selected = self.selected_or_first();
        self.view.heading = None;
        match view.sort.is_by_id() {
            true => self.refresh(selected),
            // What counts most in it comes first.
            false => self.list_again(None, true),
        }
        if self.selected() != selected {
            self.view.go(0);
        }
        self.say_if_none();
        Ok(())
    }

    /// Has the list look like a view, without listing it again.
    pub(crate) fn take_look(&mut self, view: &NamedView) {
        self.view.filter = self.query(&view.filter).unwrap_or_default();
        self.view.sort = view.sort.clone();
        self.view.columns.clone_from(&view.columns);
        if self.view.group != view.group {
            self.view.groups.set_turned(Default::default());
        }
        self.view.group = view.group;
    }

    /// The name of the view that is shown, and whether the list has been changed since.
    pub fn view_in_words(&self) -> Option<(&str, bool)> {
        let name = self.view.named.as_deref()?;
        let view = NamedView::named(&self.context.views, name).ok();
        let is_changed = view.is_none_or(|view| !view.looks_like(&self.view.look()));
        Some((name, is_changed))
    }

    /// The arguments of `list` for what the list shows and how: the view that was picked, and what
    /// has been changed since.
    ///
    /// # Errors
    /// When the filter asks for what only the cockpit knows.
    pub(super) fn look_arguments(&self) -> Result<Vec<String>, String> {
        let look = self.view.look();
        let filter = self.filter_arguments()?;
        let named = self.view.named.as_deref();
        let named = named.and_then(|name| NamedView::named(&self.context.views, name).ok());
        let mut arguments = Vec::new();
        match named {
            // A name that begins with `-` would be an option of its own.
            Some(view) if view.name.starts_with('-') => {
                arguments.push(format!("--view={}", view.name));
            }
            Some(view) => arguments.extend(["--view".to_owned(), view.name.clone()]),
            None => {}
        }
        let base = named.cloned().unwrap_or_default();
        match filter.is_empty() {
            _ if look.filter == base.filter => {}
            true => arguments.extend(["--filter".to_owned(), String::new()]),
            false => arguments.extend(filter),
        }
        arguments.extend(look.options_over(&base));
        Ok(arguments)
    }

    /// Sorts by the column of a heading, counted from the left; the same again reverses it.
    pub(crate) fn sort_by_heading(&mut self, nth: usize) {
        if let Some(column) = self.view.headings().into_iter().nth(nth) {
            self.sort_by(column);
        }
    }

    /// Offers every column that steps can be sorted by.
    pub(crate) fn choose_sort(&mut self) {
        self.choose_from(Source::Sort);
    }
}

/// The order of IDs, or as it is written in a session of before columns.
pub(crate) fn sort_of_session(text: &str) -> Sort {
    let text = match text {
        "updated" | "dependants" => format!("-{}", text.replace("ants", "ents")),
        _ => text.to_owned(),
    };
    Sort::parse(&text).unwrap_or_default()
}
