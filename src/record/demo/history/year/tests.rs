//! When papers are due.

use super::*;

fn days(ritual: Ritual) -> Vec<String> {
    let first = day_of("2025-11-24".parse().unwrap());
    let days = (first..first + 361).filter(|day| due(*day, first).contains(&ritual));
    days.map(|day| date_of(day).to_string()).collect()
}

#[test]
fn rituals_fall_on_working_days_at_their_pace() {
    for (ritual, count, begin) in [
        (Ritual::Standup, 52, &["2025-11-25", "2025-12-02"][..]),
        (Ritual::Review, 50, &["2025-12-05", "2025-12-12"]),
        (Ritual::Demo, 25, &["2025-12-05", "2025-12-19"]),
        (Ritual::Milestone, 26, &["2025-12-04", "2025-12-18"]),
        (
            Ritual::Quarter,
            4,
            &["2026-01-05", "2026-04-06", "2026-07-06", "2026-10-05"],
        ),
        (
            Ritual::Retro,
            4,
            &["2026-01-30", "2026-04-24", "2026-07-31", "2026-10-30"],
        ),
        (
            Ritual::Checkpoint,
            11,
            &["2025-12-19", "2026-01-20", "2026-02-20"],
        ),
    ] {
        let days = days(ritual);
        assert_eq!(days[..begin.len()], *begin, "{ritual:?}");
        assert_eq!(days.len(), count, "{ritual:?} {days:?}");
        for day in &days {
            let date: NaiveDate = day.parse().unwrap();
            assert!(
                date.weekday().num_days_from_monday() < 5,
                "{ritual:?} {day}"
            );
        }
    }
}
