//! The async standup: posting and editing one's cards, threads over days, days.

use std::collections::HashSet;

use chrono::NaiveDate;

use super::gates::offer;
use crate::app::command::{Blocked, Command, Group, Place, STANDUP};
use crate::app::message::Effect;
use crate::app::model::Model;
use crate::app::overlay::{CardDeed, Choice, Overlay, Purpose, Row};
use crate::app::standup_view::{StandupPane, Thread};
use crate::change::value::{Refusal, refuse};
use crate::document::visible::visible;
use crate::plan::stage::Stage;
use crate::record::standup::{DayCard, Dialect, Entry, Health, Part, Wish, digest};

const CARDS: &[Place] = &[Place::Cards];

/// Commands of screen 4.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "card-post",
        keys: &["x"],
        title: "Post the card as it stands, or add what became complete since",
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
        title: "Set the status of the card",
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
        run: |model| ask(model, Part::Blockers, None),
    },
    Command {
        name: "card-attach",
        keys: &["a"],
        title: "Add evidence to the card; attach what it names to a check of the stage",
        hint: "evidence",
        group: Group::Edit,
        places: CARDS,
        blocked: not_editable,
        run: attach,
    },
    Command {
        name: "thread",
        keys: &["enter"],
        title: "Open the thread over the days: of the card's stage, of the person",
        hint: "thread",
        group: Group::Find,
        places: STANDUP,
        blocked: |model| {
            let nothing = thread_here(model).is_none();
            nothing.then(|| "there is nothing to follow over the days here".to_owned())
        },
        run: open_thread,
    },
    Command {
        name: "day-before",
        keys: &[","],
        title: "The standup of the day before",
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
        name: "day-after",
        keys: &["."],
        title: "The standup of the day after, up to today",
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
        title: "Open a link of the card or the entry",
        hint: "",
        group: Group::Find,
        places: STANDUP,
        blocked: |model| {
            let none = links(model).is_empty();
            none.then(|| "no evidence is named here".to_owned())
        },
        run: |model| {
            let links = links(model);
            offer(model, "Open evidence", links);
        },
    },
    Command {
        name: "standup-copy",
        keys: &["Y"],
        title: "Copy the day's standup as Markdown",
        hint: "copy",
        group: Group::Find,
        places: STANDUP,
        blocked: |model| {
            let day = model.standup_view.day.as_ref();
            let none = day.is_none_or(|day| day.entries.is_empty());
            none.then(|| "nobody has posted on this day".to_owned())
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
        false => vec![Wish::Post],
        true => {
            let fresh = card.fresh.iter();
            fresh
                .map(|text| Wish::Add(Part::Done, text.clone()))
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
    let row = |key: &str, label: &str, detail: &str, deed: CardDeed| Row {
        key: key.to_owned(),
        label: label.to_owned(),
        detail: detail.to_owned(),
        blocked: None,
        choice: Choice::Card {
            date,
            stage: stage.clone(),
            deed,
        },
    };
    let add = |part| CardDeed::Ask { part, old: None };
    let mut rows = vec![
        row("s", "Status", &card.card.said, CardDeed::AskStatus),
        row("b", "Add a blocker", "", add(Part::Blockers)),
        row("v", "Add evidence", "a link", add(Part::Evidence)),
        row("d", "Add what is done", "", add(Part::Done)),
    ];
    let entries = Part::ALL.into_iter().flat_map(|part| {
        let list = card.card.part(part).iter();
        list.map(move |text| (part, text))
    });
    let numbers = ('1'..='9').map(String::from);
    for ((part, text), key) in entries.zip(numbers.chain(std::iter::repeat(String::new()))) {
        let old = Some(text.clone());
        let label = match part {
            Part::Blockers => "Blocker",
            part => part.label(),
        };
        rows.push(row(&key, label, text, CardDeed::Ask { part, old }));
    }
    let title = format!("Edit {stage}");
    model.overlays.push(Overlay::Menu {
        title,
        rows,
        cursor: 0,
    });
}

fn status(model: &mut Model) {
    if let Some(card) = model.standup_view.card() {
        let stage = card.card.stage.clone();
        model.ask_card_status(model.standup_date(), stage);
    }
}

fn ask(model: &mut Model, part: Part, old: Option<String>) {
    if let Some(card) = model.standup_view.card() {
        let stage = card.card.stage.clone();
        model.ask_card_entry(model.standup_date(), stage, part, old);
    }
}

/// The stage of the plan that the selected card is of.
fn stage_of<'m>(model: &'m Model, name: &str) -> Option<(usize, &'m Stage)> {
    let mut stages = model.plan.stages().iter().enumerate();
    stages.find(|(_, stage)| crate::record::standup::same_stage(&stage.name, name))
}

/// Evidence that the card names and no check has yet, to be attached; else a new link.
fn attach(model: &mut Model) {
    let Some(card) = model.standup_view.card() else {
        return;
    };
    let loose = model.loose_evidence(card);
    let card = card.card.clone();
    match &*loose {
        [] => ask(model, Part::Evidence, None),
        [only] => model.ask_check(&card.stage, only),
        links => {
            let date = model.standup_date();
            let keys = ('1'..='9')
                .map(String::from)
                .chain(std::iter::repeat(String::new()));
            let row = |(link, key): (&String, String)| Row {
                key,
                label: link.clone(),
                detail: String::new(),
                blocked: None,
                choice: Choice::Card {
                    date,
                    stage: card.stage.clone(),
                    deed: CardDeed::AskCheck(link.clone()),
                },
            };
            let rows = links.iter().zip(keys).map(row).collect();
            model.overlays.push(Overlay::Menu {
                title: "Attach which evidence?".to_owned(),
                rows,
                cursor: 0,
            });
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
        (StandupPane::Cards, _) => Some(Thread::Stage(view.card()?.card.stage.clone())),
        (StandupPane::Others, None) => view.other().map(|other| person(&other.slug, &other.person)),
        (StandupPane::Others, Some((Thread::Stage(_), _))) => {
            let said = view.said.get(view.line)?;
            Some(person(&said.slug, &said.person))
        }
        (StandupPane::Others, Some((Thread::Person { .. }, _))) => {
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
    view.pane = StandupPane::Others;
    view.line = 0;
    model.gather_thread();
}

fn turn_day(model: &mut Model, later: bool) {
    if let Some(date) = model.standup().neighbour(model.standup_date(), later) {
        let today = model.now.date_naive();
        model.standup_view.date = Some(date).filter(|date| *date != today);
        if let Some((_, from)) = model.standup_view.thread.take() {
            model.standup_view.pane = from;
        }
    }
}

fn links(model: &Model) -> Vec<String> {
    let cards = model.standup_view.looked_at().into_iter();
    cards.flat_map(|card| card.evidence.clone()).collect()
}

fn copy(model: &mut Model) {
    let Some(day) = &model.standup_view.day else {
        return;
    };
    let stages = model.standup().stages();
    let entries: Vec<&Entry> = day.entries.iter().collect();
    // "Here" would be another place to whoever gets it: no local times.
    let text = digest(day, &stages, &entries, 0, Dialect::Markdown);
    let said = format!("copied the standup of {} as Markdown", day.date);
    // It is pasted into other programs, terminals among them.
    let text = visible(&text).into_owned();
    model.effects.push(Effect::Copy(text));
    model.say(said);
}

impl Model {
    /// Posts a card, and says how many are left; or changes the one that is posted.
    ///
    /// # Errors
    /// When the card cannot be posted so.
    pub fn post_card(
        &mut self,
        date: NaiveDate,
        stage: &str,
        wishes: &[Wish],
    ) -> Result<(), Refusal> {
        let change = self.standup().post(date, stage, wishes)?;
        let left = |model: &Self| {
            let cards = model.standup_view.day.iter().flat_map(|day| &day.cards);
            cards.filter(|card| !card.posted).count()
        };
        let before = left(self);
        if !self.commit(change) {
            return Ok(());
        }
        self.refresh_standup();
        let said = match left(self) {
            left if left == before => String::new(),
            0 => " · all cards are posted".to_owned(),
            1 => " · 1 card is left".to_owned(),
            left => format!(" · {left} cards are left"),
        };
        if let Some(notice) = &mut self.notice {
            notice.text += &said;
        }
        Ok(())
    }

    /// Evidence that a posted card names and that no check of its stage has yet.
    pub fn loose_evidence(&self, card: &DayCard) -> Vec<String> {
        let stage = stage_of(self, &card.card.stage).map(|(_, stage)| stage);
        let Some(stage) = stage.filter(|stage| card.posted && !stage.checks.is_empty()) else {
            return Vec::new();
        };
        let attached: HashSet<&String> = stage.evidence.iter().flat_map(|e| &e.links).collect();
        let loose = card
            .card
            .evidence
            .iter()
            .filter(|link| !attached.contains(link));
        loose.cloned().collect()
    }

    /// Does what a row of a card's menu says.
    pub fn card_deed(&mut self, date: NaiveDate, stage: String, deed: CardDeed) {
        match deed {
            CardDeed::Set(health) => {
                if let Err(refusal) = self.post_card(date, &stage, &[Wish::Status(health)]) {
                    self.refuse(refusal.to_string());
                }
            }
            CardDeed::AskStatus => self.ask_card_status(date, stage),
            CardDeed::Ask { part, old } => self.ask_card_entry(date, stage, part, old),
            CardDeed::AskCheck(link) => self.ask_check(&stage, &link),
            CardDeed::Attach { check, words, link } => {
                let at = stage_of(self, &stage).map(|(at, _)| at);
                let done = match at {
                    Some(at) => self.attach_link(at, check, &words, &link),
                    None => refuse(format!("there is no stage “{stage}” any more")),
                };
                if let Err(refusal) = done {
                    self.refuse(refusal.to_string());
                }
            }
        }
    }

    fn ask_card_status(&mut self, date: NaiveDate, stage: String) {
        let now = self
            .standup_view
            .card()
            .filter(|card| card.card.is_of(&stage));
        let (posted, now) = now.map_or((false, None), |card| (card.posted, card.card.status));
        let keys = ["t", "r", "b", "n"];
        let row = |(health, key): (Health, &str)| Row {
            key: key.to_owned(),
            label: health.word().to_owned(),
            detail: match (now == Some(health), posted) {
                (true, true) => "now".to_owned(),
                (true, false) => "suggested".to_owned(),
                (false, _) => String::new(),
            },
            blocked: None,
            choice: Choice::Card {
                date,
                stage: stage.clone(),
                deed: CardDeed::Set(health),
            },
        };
        let rows = Health::ALL.into_iter().zip(keys).map(row).collect();
        self.overlays.push(Overlay::Menu {
            title: format!("Status of {stage}"),
            rows,
            cursor: now.map_or(0, |health| health as usize),
        });
    }

    fn ask_card_entry(&mut self, date: NaiveDate, stage: String, part: Part, old: Option<String>) {
        let label = match (&old, part) {
            (Some(_), _) => format!("{stage}: {} (empty takes it out)", part.word()),
            (None, Part::Evidence) => format!("{stage}: new evidence link"),
            (None, Part::Blockers) => format!("{stage}: new blocker"),
            (None, Part::Done) => format!("{stage}: what is done"),
        };
        let text = old.clone().unwrap_or_default();
        let day = date.to_string();
        let purpose = Purpose::Card {
            day,
            stage,
            part,
            old,
        };
        self.prompt(label, text, purpose);
    }

    /// Enter in the field for an entry of a card.
    ///
    /// # Errors
    /// When the entry cannot stand there, or the day is over.
    pub fn put_card_entry(
        &mut self,
        day: &str,
        stage: &str,
        part: Part,
        old: Option<&str>,
        text: &str,
    ) -> Result<(), Refusal> {
        let Ok(date) = day.parse() else {
            return refuse(format!("“{day}” is no day"));
        };
        let wish = match old {
            None => Wish::Add(part, text.to_owned()),
            Some(old) => Wish::Change {
                part,
                old: old.to_owned(),
                new: text.to_owned(),
            },
        };
        self.post_card(date, stage, &[wish])
    }

    /// Asks which check of the stage the evidence is for; the only one gets it at once.
    fn ask_check(&mut self, stage: &str, link: &str) {
        let date = self.standup_date();
        let Some((_, of)) = stage_of(self, stage) else {
            return self.refuse(format!("there is no stage “{stage}” any more"));
        };
        let keys = ('1'..='9')
            .map(String::from)
            .chain(std::iter::repeat(String::new()));
        let rows: Vec<Row> = (of.checks.iter().enumerate().zip(keys))
            .map(|((at, check), key)| Row {
                key,
                label: check.text.clone(),
                detail: if check.done { "ticked" } else { "" }.to_owned(),
                blocked: None,
                choice: Choice::Card {
                    date,
                    stage: stage.to_owned(),
                    deed: CardDeed::Attach {
                        check: at,
                        words: check.text.clone(),
                        link: link.to_owned(),
                    },
                },
            })
            .collect();
        match &*rows {
            [only] => self.choose(only.clone()),
            _ => self.overlays.push(Overlay::Menu {
                title: format!("Attach {link} to"),
                rows,
                cursor: 0,
            }),
        }
    }
}
