//! The text of each paper of the year, in the words in which stepdeck writes and reads them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use chrono::{NaiveDate, SecondsFormat};

use super::diary::{Diary, Since};
use super::figures::INDICATORS;
use super::{at, date_of, phrases, quarter_of, steward, week_of};
use crate::document::english::counted;
use crate::document::generated::marked;
use crate::document::markdown::escaped;
use crate::plan::id::typed_id;
use crate::plan::status::Status;
use crate::record::demo::history::{DAY, HOUR, PEOPLE};
use crate::record::{filed, one_line, standup};

/// Steps that a list has at most; the rest is counted.
const MOST: usize = 12;
/// How many of the ten a steward picks that will be done.
const LIKELY: usize = 7;
/// Steps of a checkpoint.
const THOUSAND: u32 = 1000;

/// A section whose text is counted from the plan.
fn generated(heading: &str, body: &str) -> String {
    match body.is_empty() {
        true => String::new(),
        false => format!("\n## {heading}\n\n{}\n", marked(body)),
    }
}

/// A section of people's own.
fn theirs(heading: &str, items: &[&str]) -> String {
    let items: Vec<String> = items.iter().map(|item| format!("- {item}")).collect();
    format!("\n## {heading}\n\n{}\n", items.join("\n\n"))
}

fn plain(text: &str) -> String {
    escaped(&one_line(text))
}

/// A list with a blank line between its items.
fn items(rows: impl IntoIterator<Item = String>) -> String {
    let rows: Vec<String> = rows.into_iter().map(|row| format!("- {row}")).collect();
    rows.join("\n\n")
}

fn percent(part: usize, of: usize) -> usize {
    (part * 100).checked_div(of).unwrap_or(0)
}

impl Diary<'_> {
    /// A step with its title.
    fn step(&self, line: usize) -> String {
        let of = &self.lines[line];
        format!("**{}** {}", of.id, plain(&of.title))
    }

    fn person(&self, line: usize) -> usize {
        self.lines[line].person
    }

    pub(super) fn standup(&mut self, day: i64, person: usize) {
        let gates = self.gates();
        let Some(stage) = gates.stages().first() else {
            return;
        };
        let (date, name) = (date_of(day), PEOPLE[person].name);
        let own = |line: &usize| self.person(*line) == person;
        let since = |line: &usize| self.since[*line] > day - 7;
        let done = self
            .there()
            .filter(|(_, status)| *status == Status::Complete);
        let done: Vec<usize> = done
            .map(|(line, _)| line)
            .filter(own)
            .filter(since)
            .collect();
        let blocked = self
            .there()
            .filter(|(_, status)| *status == Status::Blocked);
        let blocked: Vec<usize> = blocked.map(|(line, _)| line).filter(own).collect();
        let status = match (blocked.len(), done.len()) {
            (0, _) => "on track",
            (_, 0) => "at risk",
            _ => "on track",
        };
        let posted = format!(
            "{date} {:02}:{:02} UTC",
            12 + person % 3,
            (day * 7 + 11 * person as i64) % 60
        );
        let mut text = format!(
            "# Standup {date} — {name}\n\n- **Posted:** {posted}\n\n## {}\n\n- **Status:** {status}\n",
            plain(&stage.name)
        );
        let mut list = |label: &str, lines: &[usize], said: &str| {
            if !lines.is_empty() {
                let _ = writeln!(text, "- **{label}:**");
            }
            for line in lines.iter().take(4) {
                let of = &self.lines[*line];
                let _ = writeln!(text, "  - {}: {}{said}", of.id, plain(&of.title));
            }
        };
        list("Done", &done, "");
        let why = phrases::WAITS[(day as usize + person) % phrases::WAITS.len()];
        list("Blockers", &blocked, why);
        let _ = writeln!(text, "- **Posted:** {posted}");
        let path = format!("data/standups/{date}/{}.md", standup::slug(name));
        self.write(
            (day, person),
            path,
            format!("Post to the standup of {date}"),
            text,
        );
    }

    pub(super) fn review(&mut self, day: i64) {
        let (week, date) = (week_of(day), date_of(day));
        let last = std::mem::take(&mut self.ten);
        let held = |day: i64| at(day * DAY + 14 * HOUR).to_rfc3339_opts(SecondsFormat::Secs, true);
        self.ten = self.next_ten(day);
        let mut text = format!(
            "# Weekly review {week}\n\n- **Date:** {date}\n- **Steward:** {}\n- **Since:** {}\n- **Held:** {}\n\n## Next ten\n\n",
            PEOPLE[steward(day)].name,
            held(day - 7),
            held(day),
        );
        for (place, line) in self.ten.iter().enumerate() {
            let (of, owner) = (&self.lines[*line], self.lines[*line].said("owner"));
            let _ = writeln!(
                text,
                "{}. **{} committed:** {}",
                place + 1,
                of.id,
                plain(&of.title)
            );
            if !owner.is_empty() {
                let _ = writeln!(text, "    - **Owner:** {}", plain(&owner));
            }
        }
        if self.ten.is_empty() {
            text.push_str("None.\n");
        }
        let drafted = self.drafted.iter().filter(|(on, _)| *on > day - 7);
        let drafted = drafted.map(|(_, line)| *line);
        let drafted: Vec<usize> = drafted.filter(|line| self.now[*line].is_some()).collect();
        text.push_str("\n## Decided\n\n");
        let accepted = drafted.iter().take(MOST).map(|line| {
            let of = &self.lines[*line];
            format!("**{} accepted as draft:** {}", of.id, plain(&of.title))
        });
        let accepted = items(accepted);
        let decided = if accepted.is_empty() {
            "None."
        } else {
            &accepted
        };
        let _ = writeln!(text, "{decided}");
        if !last.is_empty() {
            text.push_str("\n## Last week's ten\n\n");
        }
        for line in last {
            let of = &self.lines[line];
            let became = match self.now[line] {
                Some(Status::Complete) => "complete",
                Some(Status::InProgress) => "in progress",
                Some(Status::Blocked) => "blocked",
                Some(_) => "not started",
                None => "no longer in the plan",
            };
            let _ = writeln!(text, "- **{} {became}:** {}", of.id, plain(&of.title));
            if became != "complete" {
                let why = phrases::REASONS[(line + day as usize) % phrases::REASONS.len()];
                let _ = writeln!(text, "  - **Why:** {why}");
            }
        }
        let path = format!("data/reviews/{week}.md");
        self.file(day, path, format!("Hold the weekly review of {week}"), text);
    }

    /// What a steward commits to: what is nearly done, and what is under way beside it.
    fn next_ten(&mut self, day: i64) -> Vec<usize> {
        let open = self
            .there()
            .filter(|(line, status)| *status != Status::Complete && self.numbers[*line].is_some());
        let open: Vec<(usize, Status)> = open.collect();
        let mut ten: Vec<usize> = Vec::new();
        let likely = |(line, _): &&(usize, Status)| self.is_completed_by(*line, day, day + 7);
        ten.extend(
            open.iter()
                .filter(likely)
                .map(|(line, _)| *line)
                .take(LIKELY),
        );
        for wanted in [Status::InProgress, Status::Draft] {
            let rest = open.iter().filter(|(_, status)| *status == wanted);
            let rest: Vec<usize> = rest.map(|(line, _)| *line).collect();
            let from = self.dice.below(rest.len() as u64) as usize;
            let rest = rest[from..].iter().chain(&rest[..from]);
            let new: Vec<usize> = rest.copied().filter(|line| !ten.contains(line)).collect();
            ten.extend(new.into_iter().take(10 - ten.len().min(10)));
        }
        ten
    }

    pub(super) fn scorecard(&mut self, day: i64) {
        let (week, date) = (week_of(day), date_of(day));
        let since = self.since_last("scorecard", day);
        let story_week = (day - self.first) / 7;
        let (mut rows, mut values, mut colours) = (Vec::new(), Vec::new(), Vec::new());
        if self.figures.has_indicators {
            for (at, indicator) in INDICATORS.iter().enumerate() {
                let value = indicator.value(story_week, &mut self.dice);
                let before = self.figures.last[at].replace(value);
                let change = before.map_or_else(String::new, |was| indicator.change(value - was));
                let (text, colour) = (indicator.text(value), indicator.colour(value));
                let note = match colour {
                    "■ red" => self.say("red", &phrases::RED),
                    _ => "",
                };
                rows.push(format!(
                    "| {} | {text} | {change} | {} | {colour} | {} | {note} |",
                    indicator.name, indicator.target, indicator.owner
                ));
                let mut typed = format!("**{}:** {text}", indicator.name);
                if !note.is_empty() {
                    let _ = write!(typed, "\n  - **Note:** {note}");
                }
                values.push(typed);
                colours.push(colour);
            }
        }
        let mut built_in =
            |name: &str, value: String, target: &str, is_met: Option<bool>, note: String| {
                let colour = match is_met {
                    Some(true) => "● green",
                    Some(false) => "▲ yellow",
                    None => "–",
                };
                colours.push(colour);
                rows.push(format!(
                    "| {name} | {value} |  | {target} | {colour} |  | {note} |"
                ));
            };
        let completed = since.completed.len();
        let from = date_of(since.day);
        built_in(
            "Steps completed",
            completed.to_string(),
            "",
            None,
            format!("since {from}"),
        );
        let long = self
            .there()
            .filter(|(line, status)| *status == Status::Blocked && self.since[*line] < day - 7);
        let long = long.count();
        let blocked = self
            .there()
            .filter(|(_, status)| *status == Status::Blocked);
        let note = format!("of {}", counted(blocked.count(), "blocked step"));
        built_in(
            "Blocked over a week",
            long.to_string(),
            "≤ 0",
            Some(long == 0),
            note,
        );
        let gates = self.gates();
        if let Some(stage) = gates
            .stages()
            .first()
            .filter(|stage| !stage.checks.is_empty())
        {
            let (ticked, all) = (stage.ticked(), stage.checks.len());
            let share = percent(ticked, all);
            let bar = usize::from(stage.threshold());
            built_in(
                &format!("Checks ticked, {}", plain(&stage.name)),
                format!("{share} %"),
                &format!("≥ {bar} %"),
                Some(share >= bar),
                format!("{ticked} of {}", counted(all, "check")),
            );
        }
        let count = |colour: &str| colours.iter().filter(|of| **of == colour).count();
        let parts = [
            ("green", "● green"),
            ("yellow", "▲ yellow"),
            ("red", "■ red"),
            ("without a colour", "–"),
        ];
        let parts = parts.into_iter().filter(|(_, colour)| count(colour) > 0);
        let parts: Vec<String> = parts
            .map(|(word, colour)| format!("{} {word}", count(colour)))
            .collect();
        let short = format!(
            "{}: {}.",
            counted(rows.len(), "indicator"),
            parts.join(", ")
        );
        let table = format!(
            "| Indicator | Value | Change | Target | Colour | Owner | Note |\n| --- | ---: | ---: | ---: | --- | --- | --- |\n{}",
            rows.join("\n")
        );
        let mut text = format!(
            "# Scorecard {week}\n\n- **Date:** {date}\n- **Since:** {from}\n- **Status:** final\n{}{}",
            generated("In short", &short),
            generated("Indicators", &table),
        );
        if !values.is_empty() {
            let _ = write!(text, "\n## Values and notes\n\n{}\n", items(values));
        }
        let path = format!("data/scorecards/{week}.md");
        self.file(day, path, format!("Score {week}"), text);
    }

    pub(super) fn demo(&mut self, day: i64) {
        let date = date_of(day);
        let since = self.since_last("demo", day);
        let short = match since.completed.len() {
            0 => "Nothing was completed.".to_owned(),
            number => format!("{} completed.", counted(number, "step")),
        };
        let mut parts: Vec<String> = Vec::new();
        let mut shown: Vec<(usize, usize)> = since
            .completed
            .iter()
            .map(|line| (self.block(*line), *line))
            .collect();
        shown.sort_unstable();
        for block in shown.chunk_by(|a, b| a.0 == b.0) {
            let rows = block.iter().take(MOST).map(|(_, line)| {
                let outcome = self.lines[*line].said("outcome");
                match outcome.is_empty() {
                    true => self.step(*line),
                    false => format!("{}: {}", self.step(*line), plain(&outcome)),
                }
            });
            let mut rows: Vec<String> = rows.collect();
            if block.len() > MOST {
                rows.push(format!("and {} more", block.len() - MOST));
            }
            let title = self.block_title(block[0].0);
            parts.push(format!("**{title}**\n\n{}", items(rows)));
        }
        let feedback = [
            self.say("feedback", &phrases::FEEDBACK),
            self.say("feedback", &phrases::FEEDBACK),
        ];
        let action = self.say("action", &phrases::ACTIONS);
        let text = format!(
            "# Demo {date}\n\n- **Date:** {date}\n- **Since:** {}\n- **Status:** held\n{}{}{}{}",
            date_of(since.day),
            generated("In short", &short),
            generated("Completed", &parts.join("\n\n")),
            theirs("Feedback", &feedback),
            theirs("Actions", &[action]),
        );
        let path = format!("data/demos/{date}.md");
        self.file(day, path, format!("Write up the demo of {date}"), text);
    }

    pub(super) fn milestone(&mut self, day: i64) {
        let gates = self.gates();
        let date = date_of(day);
        let since = self.since_last("milestone", day);
        let Some(stage) = gates
            .stages()
            .first()
            .filter(|stage| !stage.checks.is_empty())
        else {
            return;
        };
        let name = plain(&stage.name);
        let (ticked, all) = (stage.ticked(), stage.checks.len());
        let short = format!(
            "{ticked} of {} ticked. {} completed in the whole plan since {}.",
            match all {
                1 => "1 check is".to_owned(),
                all => format!("{all} checks are"),
            },
            match since.completed.len() {
                1 => "1 step was".to_owned(),
                steps => format!("{steps} steps were"),
            },
            date_of(since.day),
        );
        let criteria = items(stage.checks.iter().map(|check| {
            let word = if check.done { "ticked" } else { "open" };
            format!("{}: **{word}**", plain(&check.text))
        }));
        let folder = format!(
            "data/milestone-reviews/{}/{}",
            filed::slug(&stage.name, "stage"),
            date.format("%Y%m%d")
        );
        for (person, stream) in stage.workstreams().iter().enumerate() {
            let signal = self.say("signal", &phrases::SIGNALS);
            let adjustment = self.say("adjustment", &phrases::ADJUSTMENTS);
            let title = plain(stream.name);
            let text = format!(
                "# Milestone review: {title} of {name}\n\n- **Milestone:** {name}\n- **Workstream:** {title}\n- **Date:** {date}\n- **Since:** {}\n- **Status:** held\n{}{}{}{}",
                date_of(since.day),
                generated("In short", &short),
                generated("Exit criteria", &criteria),
                theirs("Customer signals", &[signal]),
                theirs("Adjustments", &[adjustment]),
            );
            let path = format!("{folder}/{}.md", filed::slug(stream.name, "workstream"));
            let message = format!(
                "Review {} for {}",
                one_line(&stage.name),
                one_line(stream.name)
            );
            self.write((day, person % PEOPLE.len()), path, message, text);
        }
    }

    /// The thousand that a line is in.
    fn thousand(&self, line: usize) -> Option<u32> {
        Some(self.numbers[line]?.max(1).div_ceil(THOUSAND))
    }

    pub(super) fn checkpoint(&mut self, day: i64) {
        let date = date_of(day);
        let since = self.since_last("checkpoint", day);
        let moved = since.moved.iter();
        let moved: BTreeSet<u32> = moved.filter_map(|line| self.thousand(*line)).collect();
        for number in moved {
            let (first, last) = ((number - 1) * THOUSAND + 1, number * THOUSAND);
            let body = marked(&self.month(number, date, &since));
            let month = format!("## {}\n\n{body}\n\n", date.format("%Y-%m"));
            let note = self.say("checkpoint", &phrases::CHECKPOINTS);
            let path = format!("data/checkpoints/CP{number:02}.md");
            let months = self.checkpoints.entry(path.clone().into()).or_default();
            months.push_str(&month);
            let text = format!(
                "# Checkpoint CP{number:02}\n\n- **Date:** {date}\n- **Steps:** {first:04}–{last:04}\n- **Status:** open\n\n{months}## Notes\n\n{note}\n"
            );
            self.file(day, path, format!("Bring CP{number:02} up to {date}"), text);
        }
    }

    /// What is said of a thousand in a month.
    fn month(&self, number: u32, date: NaiveDate, since: &Since) -> String {
        let range = (number - 1) * THOUSAND + 1..=number * THOUSAND;
        let completed = |block: Option<usize>| {
            let here = since.completed.iter().filter(|line| {
                let is_here = self.thousand(**line) == Some(number);
                is_here && block.is_none_or(|block| self.block(**line) == block)
            });
            here.count()
        };
        let short = match completed(None) {
            0 => "Steps changed, and none was completed.".to_owned(),
            count => format!("{} completed.", counted(count, "step")),
        };
        let blocks = self.blocks().into_iter();
        let blocks = blocks.filter(|block| range.contains(Self::range_of(*block).start()));
        let rows = blocks.map(|block| {
            let (complete, total, blocked) = self.tally(Self::range_of(block));
            let (title, since) = (self.block_title(block), completed(Some(block)));
            format!("| {title} | {complete} of {total} | {since} | {blocked} |")
        });
        let rows: Vec<String> = rows.collect();
        let (complete, total, _) = self.tally(range);
        format!(
            "- **As of:** {date}\n- **Since:** {}\n\n{short} {complete} of {total} steps are complete ({}%).\n\n**Objectives**\n\n| Block | Complete | Since then | Blocked |\n| --- | ---: | ---: | ---: |\n{}",
            date_of(since.day),
            percent(complete, total),
            rows.join("\n"),
        )
    }

    pub(super) fn quarter(&mut self, day: i64) {
        let date = date_of(day);
        let quarter = quarter_of(date);
        let since = self.since_last("quarter", day);
        let rows = self.blocks().into_iter().map(|block| {
            let (complete, total, _) = self.tally(Self::range_of(block));
            let completed = since
                .completed
                .iter()
                .filter(|line| self.block(**line) == block);
            let became = match (complete, total) {
                (0, _) => "not started",
                (complete, total) if complete == total => "complete",
                _ => "under way",
            };
            let title = self.block_title(block);
            let (id, theme) = title.split_once(' ').unwrap_or((&title, ""));
            format!(
                "| {id} | {theme} | {complete} of {total} | {} | {became} |",
                completed.count()
            )
        });
        let rows: Vec<String> = rows.collect();
        let table = format!(
            "| Block | Theme | Complete | Completed since | What became of it |\n| --- | --- | ---: | ---: | --- |\n{}",
            rows.join("\n")
        );
        let short = format!(
            "{} completed since {}.",
            match since.completed.len() {
                1 => "1 step was".to_owned(),
                steps => format!("{steps} steps were"),
            },
            date_of(since.day)
        );
        let objectives: Vec<String> = (0..3)
            .map(|_| format!("[ ] {}", self.say("objective", &phrases::OBJECTIVES)))
            .collect();
        let objectives: Vec<&str> = objectives.iter().map(String::as_str).collect();
        let note = self.say("quarter", &phrases::QUARTERS);
        let text = format!(
            "# Plan of {quarter}\n\n- **Quarter:** {date} onwards\n- **Date:** {date}\n- **Since:** {}\n- **Status:** agreed\n{}{}{}\n## Notes\n\n{note}\n",
            date_of(since.day),
            generated("In short", &short),
            theirs("Objectives", &objectives),
            generated("Blocks", if rows.is_empty() { "" } else { &table }),
        );
        let path = format!("data/planning/{quarter}.md");
        self.file(day, path, format!("Plan {quarter}"), text);
    }

    pub(super) fn retro(&mut self, day: i64) {
        let gates = self.gates();
        let Some(stage) = gates.stages().first() else {
            return;
        };
        let (date, name) = (date_of(day), plain(&stage.name));
        let named = |line: &usize| {
            let id = typed_id(self.lines[*line].id);
            stage
                .checks
                .iter()
                .flat_map(|check| &check.steps)
                .any(|step| Some(*step) == id)
        };
        let steps: Vec<usize> = self.there().map(|(line, _)| line).filter(named).collect();
        let complete = steps
            .iter()
            .filter(|line| self.now[**line] == Some(Status::Complete));
        let short = format!(
            "The gate was not reviewed yet. {} of {} that its checks name are complete.",
            complete.count(),
            counted(steps.len(), "step"),
        );
        let mut two =
            |kind, phrases: &[&'static str]| [self.say(kind, phrases), self.say(kind, phrases)];
        let (keep, change) = (two("keep", &phrases::KEEP), two("change", &phrases::CHANGE));
        let actions = two("improve", &phrases::IMPROVE);
        let text = format!(
            "# Retrospective: {name}\n\n- **Stage:** {name}\n- **Date:** {date}\n- **Status:** held\n{}{}{}{}",
            generated("In short", &short),
            theirs("Keep", &keep),
            theirs("Change", &change),
            theirs("Actions", &actions),
        );
        let path = format!(
            "data/retrospectives/{}-{date}.md",
            filed::slug(&stage.name, "stage")
        );
        self.file(
            day,
            path,
            format!("Look back on {}", one_line(&stage.name)),
            text,
        );
    }
}
