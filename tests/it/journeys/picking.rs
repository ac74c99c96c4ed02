//! Steps meant by their numbers, and entries of a list meant by what they say, wherever they stand.

use crate::support::desk::Desk;

const LOG: &str = "data/plans/plan.jsonl";

/// A line of a step with some fields behind its title.
fn line(id: u32, more: &str) -> String {
    format!("{{\"step_id\": \"{id:04}\", \"title\": \"Step {id}\", \"status\": \"draft\"{more}}}\n")
}

/// Steps 0001 to 0040 and 0201, of which the first depends on three.
fn log() -> String {
    let three = ", \"dependencies\": [\"0014\", \"0012\", \"0019\"]";
    let others = (2..=40).chain([201]).map(|id| line(id, ""));
    line(1, three) + &others.collect::<String>()
}

fn desk(log: &str) -> Desk {
    Desk::open(&[(LOG, log)])
}

#[test]
fn a_typed_number_means_the_step_with_that_number() {
    for (typed, id) in [
        ("20", "0020"),
        ("2", "0002"),
        ("step 20", "0020"),
        ("201", "0201"),
    ] {
        let mut desk = desk(&log());
        desk.keys("jjj").keys(&format!("b{typed}<Enter>"));
        let four = line(4, &format!(", \"dependencies\": [\"{id}\"]"));
        let changed = desk.file(LOG);
        assert!(
            changed.contains(&four[..four.len() - 2]),
            "{typed}: {changed}"
        );
    }
    let mut desk = desk(&log());
    desk.keys("jjjb20<Enter>").keys("u");
    let said = desk.cockpit.model.notice.clone().unwrap().text;
    assert_eq!(said, "0004 dependencies are as before");
    assert_eq!(desk.diff(), "");
    desk.keys("B18<Enter>");
    let changed = desk.file(LOG);
    let eighteen = line(18, ", \"dependencies\": [\"0004\"]");
    assert!(
        changed.contains(&eighteen[..eighteen.len() - 2]),
        "{changed}"
    );
}

/// Where the step with that number cannot be picked, no other one is in its place.
#[test]
fn a_number_that_cannot_be_picked_picks_nothing() {
    for (keys, why) in [
        ("b14<Enter>", "0014 is among the dependencies already"),
        ("b1<Enter>", "a step cannot depend on itself"),
        ("jjjjjjjjjjjjjB1<Enter>", "0001 depends on it already"),
    ] {
        let mut desk = desk(&log());
        desk.keys(keys);
        let screen = desk.screen();
        assert!(screen.contains(why), "{keys}: {screen}");
        assert_eq!(desk.diff(), "", "{keys}");
    }
}

#[test]
fn zeros_make_no_difference_to_a_filter_by_number() {
    let mut desk = desk(&log());
    desk.keys("/id:31<Enter>");
    assert_eq!(desk.listed().len(), 1, "{}", desk.screen());
    desk.keys("/<C-u>id:0031<Enter>");
    assert_eq!(desk.listed().len(), 1, "{}", desk.screen());
}

/// Somebody removes the entry above: the key acts on the entry that was selected.
#[test]
fn the_selected_entry_stays_selected_when_the_list_changes_outside() {
    let mut desk = desk(&log());
    desk.keys("edj");
    desk.write_outside(LOG, &log().replace("\"0014\", ", ""));
    desk.wait_for("changed on disk");
    desk.keys("d");
    let changed = desk.file(LOG);
    assert!(
        changed.contains("\"dependencies\": [\"0019\"]"),
        "{changed}"
    );
}

/// Steps trade places when one gets another number; that changes nothing about what they wait for.
#[test]
fn another_number_makes_no_step_ready() {
    let mut lines: Vec<String> = (1..=12).map(|id| line(id, "")).collect();
    for id in [3, 5, 7, 9] {
        lines[id - 1] = line(id as u32, ", \"dependencies\": [\"0001\"]");
    }
    let mut desk = desk(&lines.concat());
    desk.keys("j#<C-u>40<Enter>").wait_for("Renumber");
    desk.keys("y");
    let said = desk.cockpit.model.notice.clone().unwrap().text;
    assert!(said.contains("0002") && said.contains("0040"), "{said}");
    assert!(
        !said.contains("ready") && !said.contains("waiting"),
        "{said}"
    );
}

/// The block table ends with a block that is full.
#[test]
fn a_step_is_added_behind_the_last_block() {
    let steps: String = (1..=100).map(|id| line(id, "")).collect();
    let canon = "# Plan\n\n| Block | Range | Theme |\n| --- | --- | --- |\n| B01 | 0001–0100 | Lay it in |\n";
    let mut desk = Desk::open(&[(LOG, &steps), ("docs/plan.md", canon)]);
    desk.keys("Ga");
    let screen = desk.screen();
    assert!(screen.contains("New step 0101"), "{screen}");
}

/// Several numbers are several steps, however short they are.
#[test]
fn several_typed_numbers_mean_the_steps_with_these_numbers() {
    let mut desk = desk(&log());
    desk.keys("jjjb3, 2<Enter>");
    let four = line(4, ", \"dependencies\": [\"0003\", \"0002\"]");
    let changed = desk.file(LOG);
    assert!(changed.contains(&four[..four.len() - 2]), "{changed}");
}
