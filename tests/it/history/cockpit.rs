//! The past in the cockpit: a filter that asks for it has it read beside the keys.

use tempfile::TempDir;

use super::repo::{LOG, Repo, git_in, line};
use crate::support::desk::Desk;

#[test]
fn a_filter_about_the_past_lists_its_steps_once_the_history_is_read() {
    let Some(repo) = Repo::new() else { return };
    let [one, two] = ["0001", "0002"].map(|id| line(id, "Work", "complete"));
    repo.land(&[&one, &two]);
    repo.land(&[&one.replace("complete", "draft"), &two]);
    repo.land(&[&one, &two]);
    let folder = TempDir::new().unwrap();
    let from = repo.path().display().to_string();
    git_in(folder.path(), "", &["clone", "-q", &from, "."]);
    crate::support::desk::rest(&folder.path().join(LOG));
    let mut desk = Desk::on(folder, 120, 30);
    let listed = |desk: &Desk| -> Vec<String> {
        let model = &desk.cockpit.model;
        let steps = model.view.list.iter().map(|step| model.plan.step(*step));
        steps.map(|step| step.id().to_string()).collect()
    };
    desk.keys("/reopened:>0<Enter>");
    assert_eq!(listed(&desk), ["0001"]);
    // An edit counts as soon as the history has been read again.
    desk.keys("<Esc>/completed:<lt>1h<Enter>");
    assert_eq!(listed(&desk), [] as [&str; 0]);
    assert!(
        desk.screen().contains("No step matches"),
        "{}",
        desk.screen()
    );
    let reopened = format!("{}\n{two}\n", one.replace("complete", "draft"));
    desk.write_outside(LOG, &reopened);
    desk.settle();
    desk.keys("<Esc>/reopened:>1<Enter>");
    desk.run_until("the change is known", |desk| listed(desk) == ["0001"]);
}
