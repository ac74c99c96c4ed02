//! Message in, model changed, effects out.

use super::key::{Code, Key};
use super::message::{Effect, Message};
use super::model::Model;
use super::screen::NumberedScreen;
use super::view::quit;
use crate::app::screens::plan;
use crate::app::screens::plan::find::set_bookmark;

/// Takes one message. Answers what must be done outside, in order.
pub fn update(model: &mut Model, message: Message) -> Vec<Effect> {
    let is_esc = matches!(message, Message::Key(key) if key.code == Code::Esc);
    let by_hand = matches!(
        message,
        Message::Key(_) | Message::Typed(_) | Message::Click(_) | Message::Wheel(..)
    );
    if by_hand && !matches!(message, Message::Click(_)) {
        model.clicked = None;
    }
    match message {
        _ if by_hand && model.stop_jobs(is_esc) => {}
        Message::Key(key) => press(model, key),
        Message::Click(target) => model.click(target),
        Message::Wheel(target, rows) => model.wheel(target, rows),
        Message::Typed(text) => model.typed(text),
        Message::LeftOut(remark) => model.mark_input(remark),
        Message::Pasted => {
            let key = model.keymap.key_of("edit");
            model.refuse(format!("no field is open to paste into; {key} opens one"));
        }
        Message::Clock(now) => {
            model.tick(now);
        }
        Message::Idle => model.search_on(),
        Message::Disk(event) => model.disk(event),
        Message::Reread(reread) => model.reread(*reread),
        Message::Opened(whole) => model.opened(*whole),
        Message::Checked { generation, found } => {
            model.take_findings(generation, found);
            model.changes_known();
        }
        Message::Compared { baseline, answer } => model.compared(&baseline, answer),
        Message::BranchIds(branches) => model.take_branch_ids(branches),
        Message::Renumbered {
            serial,
            generation,
            answer,
        } => model.renumbering_composed(serial, generation, answer),
        Message::PullRequestText(text) => model.pull_request_described(text),
        Message::GitEnded { work, ended } => model.git_ended(&work, ended),
        Message::FileDecided(decision, done) => model.file_decided(&decision, done),
        Message::ChangesRead { base, answer } => model.changes_read(&base, answer),
        Message::ReportMade {
            report,
            generation,
            written,
        } => model.report_made(report, generation, written),
        Message::Archived(archived) => model.archived(&archived),
        Message::PostsRead { date, posts } => model.posts_read(date, posts),
        Message::Followed(subject, part) => model.followed(&subject, part),
        Message::LookAhead(part) => model.look_ahead(part),
        Message::JobDone(result) => model.job_done(result),
        Message::Past { generation, past } => model.take_past(generation, past),
        Message::Landed { generation, landed } => model.take_landed(generation, landed),
        Message::Edited(form, edited) => model.edited(form, edited),
        Message::SavedLate(form) => model.saved_late(form),
        Message::Paths(word, paths) => model.take_paths(word, paths),
        Message::FieldEdited(field, edited) => model.field_edited(field, edited),
        Message::FieldSavedLate(saved) => model.field_saved_late(saved),
        Message::Printed { serial, text } => model.printed(serial, &text),
        Message::ProgramEnded { serial, ended } => model.program_ended(serial, ended),
        Message::Quit => quit(model),
        Message::Notice { text, error } => match error {
            true => model.refuse(text),
            false => model.say(text),
        },
    }
    model.keep_stewards();
    model.screen.refresh(model);
    model.begin_program();
    model.quit_when_saved();
    model.keep_draft();
    std::mem::take(&mut model.effects)
}

pub(super) fn press(model: &mut Model, key: Key) {
    if model.ending {
        return while_ending(model, key);
    }
    if std::mem::take(&mut model.is_setting_bookmark) {
        return set_bookmark(model, key);
    }
    // In whatever lies over a screen, Ctrl-C means what Esc means.
    let interrupt = key.ctrl && key.code == Code::Char('c') && !model.overlays.is_empty();
    let interrupt = interrupt && !model.takes_interrupt();
    let key = if interrupt {
        Key::plain(Code::Esc)
    } else {
        key
    };
    if is_of_the_terminal(model, key) || !model.press_overlay(key) {
        run(model, key);
    }
}

/// While the last edits are saved there is nothing to do but wait, draw again, or not wait.
fn while_ending(model: &mut Model, key: Key) {
    if key.ctrl && key.code == Code::Char('c') {
        model.effects.push(Effect::Abandon);
    } else if is_of_the_terminal(model, key) {
        run(model, key);
    }
}

/// Whether the key is about the terminal and not about what is open on it: back to the shell,
/// draw again. A letter never is, whatever the configuration makes of it.
fn is_of_the_terminal(model: &Model, key: Key) -> bool {
    let command = model.keymap.command(model.place(), key);
    key.letter().is_none() && command.is_some_and(|c| matches!(c.name, "suspend" | "redraw"))
}

/// Runs the command that the key stands for here, or says what there is instead.
fn run(model: &mut Model, key: Key) {
    let place = model.place();
    let Some(command) = model.keymap.command(place, key) else {
        let help = model.keymap.key_of("help");
        if key.code != Code::Esc {
            model.say(format!("{key} does nothing here · {help} lists the keys"));
        }
        return;
    };
    match command.refusal(model) {
        Some(reason) => model.refuse(reason),
        None => {
            model.notice = None;
            // A warning before leaving holds for the very next key only.
            model.leaving &= command.name == "quit";
            command.execute(model);
        }
    }
}

impl Model {
    /// Goes to a screen.
    pub(crate) fn open_screen(&mut self, screen: &'static NumberedScreen) {
        self.came_from = std::mem::replace(&mut self.screen, screen);
        screen.opened(self);
    }

    /// One step back towards the step list: overlay, what is open on the screen, the screen. From
    /// a version of the past, to the present.
    /// Never out of the program.
    pub(crate) fn back(&mut self) {
        if self.overlays.pop().is_some() {
            return;
        }
        if self.stop_going_back() {
            return self.say("stopped");
        }
        if self.shown().back(self) {
            return;
        }
        match self.context.as_of {
            Some(_) => self.effects.push(Effect::ReturnToNow),
            None => self.open_screen(&plan::SCREEN),
        }
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::app::core::keymap::Keymap;
    use crate::app::core::model::SessionContext;
    use crate::app::overlays::Overlay;
    use crate::app::overlays::prompt::Purpose;
    use crate::plan::checks::{self, Context};
    use crate::plan::source::{Role, SourceFile};

    fn model() -> Model {
        let log = b"{\"step_id\":\"0001\",\"title\":\"One\"}\n\
                    {\"step_id\":\"0002\",\"title\":\"Two\"}\n";
        let canon = b"# Readiness Checklists\n\n## Base\n\n- [x] Step 0001 is held\n".to_vec();
        let files = vec![
            SourceFile::load("plan.jsonl", Role::Log, log.to_vec()),
            SourceFile::load("plan.md", Role::Canon, canon),
        ];
        let now = chrono::DateTime::from_timestamp(0, 0).unwrap();
        Model::new(files, SessionContext::default(), Keymap::default(), now)
    }

    fn press(model: &mut Model, keys: &str) {
        for key in keys.split(' ') {
            update(model, Message::Key(key.parse().unwrap()));
        }
    }

    #[test]
    fn the_key_that_opens_the_help_closes_it() {
        let mut model = model();
        press(&mut model, "?");
        update(&mut model, Message::Typed("mark".to_owned()));
        assert_eq!(model.overlays.len(), 1);
        update(&mut model, Message::Typed("mark?".to_owned()));
        assert_eq!(model.overlays, []);
        press(&mut model, "?");
        update(&mut model, Message::Typed("?".to_owned()));
        assert_eq!(model.overlays, []);
    }

    #[test]
    fn esc_gives_a_zoomed_gates_pane_back_before_it_leaves() {
        let mut model = model();
        press(&mut model, "2 z esc");
        assert_eq!((model.screen.name, model.is_zoomed()), ("gates", false));
        press(&mut model, "esc");
        assert_eq!(model.screen.name, "plan");
    }

    #[test]
    fn a_note_is_read_with_the_arrows_and_closed_with_anything_else() {
        let mut model = model();
        press(&mut model, "j w j j down k");
        let Some(Overlay::Note(note)) = model.overlays.last() else {
            panic!("{:?}", model.overlays);
        };
        assert!(note.scroll < note.lines.len());
        press(&mut model, "x");
        assert_eq!(model.overlays, []);
    }

    #[test]
    fn enter_on_a_problem_of_a_check_goes_to_the_check() {
        let mut model = model();
        let context = Context::at(model.now);
        let found = checks::find(&model.plan, &context).into();
        let generation = model.generation;
        update(&mut model, Message::Checked { generation, found });
        let found = &model.problems.found;
        let worded: Vec<_> = found.problems(0..found.len(), &model.plan).collect();
        assert!(worded.is_sorted_by_key(|p| p.severity));
        let at = worded.iter().position(|p| p.code == "tick-contradicted");
        model.problems.select(at.unwrap());
        press(&mut model, "5 enter");
        assert_eq!(model.screen.name, "gates");
        assert_eq!((model.gates.stage, model.gates.check), (0, 0));
    }

    #[test]
    fn a_new_entry_is_selected_in_its_list() {
        let mut model = model();
        model.edit_field(0, crate::plan::field::Field::Inputs);
        for text in ["first", "second"] {
            press(&mut model, "a");
            update(&mut model, Message::Typed(text.to_owned()));
            press(&mut model, "enter");
        }
        assert_eq!(model.open_entries(), ["first", "second"]);
        let is_last =
            |overlay: &Overlay| matches!(overlay, Overlay::List(list) if list.cursor == 1);
        assert!(model.overlays.last().is_some_and(is_last));
    }

    #[test]
    fn a_conflict_does_not_take_the_keys_from_an_open_field() {
        let mut model = model();
        press(&mut model, "s c");
        model.prompt("0001 Title", "One", Purpose::Add("0003".parse().unwrap()));
        update(
            &mut model,
            Message::Disk(crate::app::DiskEvent::Conflicts {
                ticket: 1,
                conflicts: Vec::new(),
            }),
        );
        assert!(model.overlays.last().and_then(Overlay::input).is_some());
        press(&mut model, "esc");
        assert!(matches!(model.overlays[..], [Overlay::Conflict(_)]));
    }
}
