//! The async standup: posting and editing one's cards, threads over days, days.

use chrono::NaiveDate;

use super::{PANES, SCREEN};
use crate::app::core::command::{Blocked, Command, Focus, Group, Places};
use crate::app::core::model::Model;
use crate::app::overlays::menu::{Choice, Row, digits};
use crate::app::screens::gates::commands::offer;
use crate::app::screens::standup::card::CardAction;
use crate::app::screens::standup::view::Thread;
use crate::document::visible::visible;
use crate::record::standup::{CardPart, CardRequest, Dialect, Digest, Entry, digest};

/// Both panes.
const STANDUP: Places = Places::Only(PANES);
const CARDS: Places = Places::Only(&[Focus::CARDS]);

/// Commands of screen 4.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "card-post",
        keys: &["x"],
        title: "Post the card as it is, or add what has been completed since",
        hint: "post",
        group: Group::Edit,
        places: CARDS,
        blocked: nothing_to_post,
        run: post,
    },
    Command {
        name: "card-edit",
        keys: &["e"],
        title: "Edit the card: status, blockers, evidence, what is done",
        hint: "edit",
        group: Group::Edit,
        places: CARDS,
        blocked: not_editable,
        run: edit,
    },
    Command {
        name: "card-status",
        keys: &["s"],
        title: "Set the card's status",
        hint: "",
        group: Group::Edit,
        places: CARDS,
        blocked: not_editable,
        run: status,
    },
    Command {
        name: "card-blocker",
        keys: &["b"],
        title: "Add a blocker to the card",
        hint: "blocker",
        group: Group::Edit,
        places: CARDS,
        blocked: not_editable,
        run: |model| ask(model, CardPart::Blockers, None),
    },
    Command {
        name: "card-attach",
        keys: &["a"],
        title: "Add evidence to the card, or attach its evidence to a check of the stage",
        hint: "evidence",
        group: Group::Edit,
        places: CARDS,
        blocked: not_editable,
        run: attach,
    },
    Command {
        name: "thread",
        keys: &["enter"],
        title: "Follow the card's stage, or the person, from day to day",
        hint: "thread",
        group: Group::Find,
        places: STANDUP,
        blocked: |model| {
            let nothing = thread_here(model).is_none();
            nothing.then(|| "there is nothing to follow here".to_owned())
        },
        run: open_thread,
    },
    Command {
        name: "previous-day",
        keys: &[","],
        title: "Previous day's standup",
        hint: "earlier",
        group: Group::Move,
        places: STANDUP,
        blocked: |model| {
            let none = model
                .standup()
                .neighbour(model.standup_date(), false)
                .is_none();
            none.then(|| "there is no earlier standup".to_owned())
        },
        run: |model| turn_day(model, false),
    },
    Command {
        name: "next-day",
        keys: &["."],
        title: "Next day's standup, up to today",
        hint: "later",
        group: Group::Move,
        places: STANDUP,
        blocked: |model| {
            let none = model
                .standup()
                .neighbour(model.standup_date(), true)
                .is_none();
            none.then(|| "this is today".to_owned())
        },
        run: |model| turn_day(model, true),
    },
    Command {
        name: "card-open",
        keys: &["i"],
        title: "Open a link in the card or the entry",
        hint: "",
        group: Group::Find,
        places: STANDUP,
        blocked: |model| {
            let none = links(model).is_empty();
            none.then(|| "there is no evidence here".to_owned())
        },
        run: |model| {
            let links = links(model);
            offer(model, "Open evidence", links);
        },
    },
    Command {
        name: "copy-standup",
        keys: &["Y"],
        title: "Copy the day's standup as Markdown",
        hint: "copy",
        group: Group::Find,
        places: STANDUP,
        blocked: |model| {
            let day = model.standup_view.day.as_ref();
            let none = day.is_none_or(|day| day.entries.is_empty());
            none.then(|| "nobody posted on this day".to_owned())
        },
        run: copy,
    },
];

fn no_card(model: &Model) -> Blocked {
    model.standup_view.card().is_none().then(|| {
        let date = model.standup_date();
        match date == model.now.date_naive() {
            true => "the plan has no stage with a checklist".to_owned(),
            false => format!("you posted nothing on {date}"),
        }
    })
}

fn not_editable(model: &Model) -> Blocked {
    model
        .is_locked()
        .or_else(|| {
            let open = model.standup().is_open(model.standup_date());
            open.err().map(|refusal| refusal.to_string())
        })
        .or_else(|| no_card(model))
}

fn nothing_to_post(model: &Model) -> Blocked {
    not_editable(model).or_else(|| {
        let card = model.standup_view.card()?;
        let nothing = card.posted && card.fresh.is_empty();
        let edit = model.keymap.key_of("card-edit");
        nothing.then(|| format!("the card is posted · {edit} edits it"))
    })
}

fn post(model: &mut Model) {
    let Some(card) = model.standup_view.card() else {
        return;
    };
    let wishes = match card.posted {
        false => vec![CardRequest::Post],
        true => {
            let fresh = card.fresh.iter();
            fresh
                .map(|text| CardRequest::Add(CardPart::Done, text.clone()))
                .collect()
        }
    };
    let stage = card.card.stage.clone();
    let date = model.standup_date();
    if let Err(refusal) = model.post_card(date, &stage, &wishes) {
        model.refuse(refusal.to_string());
    }
}

/// The menu of what a card holds: status and additions by letter, entries by number.
fn edit(model: &mut Model) {
    let Some(card) = model.standup_view.card() else {
        return;
    };
    let (date, stage) = (model.standup_date(), card.card.stage.clone());
    let row = |key: &str, label: &str, detail: &str, action: CardAction| {
        let choice = Choice::Card(date, stage.clone(), action);
        Row::new(key, label, detail, choice)
    };
    let add = |part| CardAction::Ask { part, old: None };
    let mut rows = vec![
        row("s", "Status", &card.card.said, CardAction::AskStatus),
        row("b", "Add a blocker", "", add(CardPart::Blockers)),
        row("v", "Add evidence", "a link", add(CardPart::Evidence)),
        row("d", "Add what is done", "", add(CardPart::Done)),
    ];
    let entries = CardPart::ALL.into_iter().flat_map(|part| {
        let list = card.card.part(part).iter();
        list.map(move |text| (part, text))
    });
    for ((part, text), key) in entries.zip(digits()) {
        let old = Some(text.clone());
        let label = match part {
            CardPart::Blockers => "Blocker",
            part => part.label(),
        };
        rows.push(row(&key, label, text, CardAction::Ask { part, old }));
    }
    model.menu(format!("Edit {stage}"), rows, 0);
}

fn status(model: &mut Model) {
    if let Some(card) = model.standup_view.card() {
        let stage = card.card.stage.clone();
        model.ask_card_status(model.standup_date(), stage, None);
    }
}

fn ask(model: &mut Model, part: CardPart, old: Option<String>) {
    if let Some(card) = model.standup_view.card() {
        let stage = card.card.stage.clone();
        model.ask_card_entry(model.standup_date(), stage, part, old);
    }
}

/// Evidence that the card names and no check has yet, to be attached; else a new link.
fn attach(model: &mut Model) {
    let Some(card) = model.standup_view.card() else {
        return;
    };
    let loose = model.loose_evidence(card);
    let card = card.card.clone();
    match &*loose {
        [] => ask(model, CardPart::Evidence, None),
        [only] => model.ask_check(&card.stage, only),
        links => {
            let date = model.standup_date();
            let row = |(link, key): (&String, String)| {
                let action = CardAction::AskCheck(link.clone());
                Row::new(
                    key,
                    link,
                    "",
                    Choice::Card(date, card.stage.clone(), action),
                )
            };
            let rows = links.iter().zip(digits()).map(row).collect();
            model.menu("Attach which evidence?", rows, 0);
        }
    }
}

/// The thread that what is selected belongs to. Within a thread, the other kind.
fn thread_here(model: &Model) -> Option<Thread> {
    let view = &model.standup_view;
    let person = |slug: &str, name: &str| Thread::Person {
        slug: slug.to_owned(),
        name: name.to_owned(),
    };
    match (view.pane, &view.thread) {
        (Focus::CARDS, _) => Some(Thread::Stage(view.card()?.card.stage.clone())),
        (_, None) => view.other().map(|other| person(&other.slug, &other.person)),
        (_, Some((Thread::Stage(_), _))) => {
            let said = view.said.get(view.line)?;
            Some(person(&said.slug, &said.person))
        }
        (_, Some((Thread::Person { .. }, _))) => {
            let said = view.said.get(view.line)?;
            Some(Thread::Stage(said.card.stage.clone()))
        }
    }
}

fn open_thread(model: &mut Model) {
    let Some(thread) = thread_here(model) else {
        return;
    };
    let view = &mut model.standup_view;
    let from = view.thread.take().map_or(view.pane, |(_, from)| from);
    view.thread = Some((thread, from));
    view.pane = Focus::ENTRIES;
    view.line = 0;
    model.gather_thread();
}

fn turn_day(model: &mut Model, later: bool) {
    if let Some(date) = model.standup().neighbour(model.standup_date(), later) {
        model.show_standup(date);
    }
}

impl Model {
    fn show_standup(&mut self, date: NaiveDate) {
        let today = self.now.date_naive();
        self.standup_view.date = Some(date).filter(|date| *date != today);
        self.standup_view.close_thread();
    }

    /// Goes to the standup of a day.
    pub(crate) fn open_standup(&mut self, date: NaiveDate) {
        self.show_standup(date);
        self.open_screen(&SCREEN);
    }
}

fn links(model: &Model) -> Vec<String> {
    let cards = model.standup_view.shown_cards().into_iter();
    cards.flat_map(|card| card.evidence.clone()).collect()
}

fn copy(model: &mut Model) {
    let Some(day) = &model.standup_view.day else {
        return;
    };
    let stages = model.standup().stages();
    let entries: Vec<&Entry> = day.entries.iter().collect();
    // "Here" would be another place to whoever gets it: no local times.
    let text = digest(
        day,
        &stages,
        &entries,
        &Digest {
            only: None,
            local_minutes: 0,
            dialect: Dialect::Markdown,
        },
    );
    let what = format!("the standup of {} as Markdown", day.date);
    // It is pasted into other programs, terminals among them.
    let text = visible(&text).into_owned();
    model.copy(text, what);
}
