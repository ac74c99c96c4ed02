//! `stepdeck report demo`: what was completed since the last demo.

use color_eyre::eyre::Result;
use serde::Serialize;

use super::changes::Baseline;
use super::{Common, Compared, desk, head};
use crate::cli::invocation::Invocation;
use crate::cli::past::source_of;
use crate::history::when::When;
use crate::plan::Plan;
use crate::plan::field::Field;
use crate::plan::risk::Risk;
use crate::plan::source::Role;
use crate::record::shelf::last_before;
use crate::report::demo::{Artifact, Demo, Shown};
use crate::store::fs::inside::{NotInside, digest_inside};
use crate::store::past::moment::seen_by;

/// What the first demo looks back on.
const FIRST: &str = "2w";

/// A demo: the steps completed since the last one, by stage and block, with what shows each.
///
/// What lacks evidence comes first. Files of the plan are listed with size and SHA-256, and those
/// that have changed since an earlier demo showed them are named.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct DemoArguments {
    /// Since when; the last demo before today, if nothing is said, or two weeks.
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    #[command(flatten)]
    common: Common,
}

impl DemoArguments {
    pub(super) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let now = invocation.outside.now;
        let opened = invocation.open()?;
        let last = last_before(&opened.plan, Role::Demo, now.date_naive());
        let Compared { since, from } = match (&self.since, last) {
            (Some(since), _) => {
                let when: When = since.parse()?;
                invocation.compared(&opened, since, &when)?
            }
            (None, Some(last)) => {
                let past = invocation.past(&opened);
                let day = last.date.map_or_else(String::new, |day| day.to_string());
                let moment = seen_by(&last, &past, now);
                invocation.compared_at(past, &format!("the demo of {day}"), &moment)?
            }
            (None, None) => invocation.compared(&opened, FIRST, &FIRST.parse()?)?,
        };
        let head = head(&invocation.past(&opened));
        let root = opened.layout.root.clone();
        let look = |path: &str| match digest_inside(&root, path) {
            Ok((size, sha256)) => Artifact::File { size, sha256 },
            Err(error) if error.is_missing() => Artifact::Gone,
            Err(NotInside::Outside | NotInside::NotAFile | NotInside::Unreadable(_)) => {
                Artifact::Refused
            }
        };
        let demo = Demo::of(desk(&opened, now, head.as_deref()), &since, from, &look);
        let document = Document::of(&demo, &opened.plan);
        invocation.deliver(&self.common, &demo.paper(), &document)
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    source: &'static str,
    notes: &'a [String],
    since: Baseline<'a>,
    steps: Vec<Row<'a>>,
    missing: Vec<String>,
    moved: Vec<MovedRow<'a>>,
    risks_opened: Vec<String>,
    risks_closed: Vec<String>,
}

#[derive(Serialize)]
struct Row<'a> {
    step_id: String,
    title: String,
    owner: String,
    stage: Option<&'a str>,
    block: String,
    outcome: String,
    evidence: &'static str,
    artifacts: Vec<ArtifactRow<'a>>,
}

#[derive(Serialize)]
struct ArtifactRow<'a> {
    artifact: &'a str,
    kind: &'static str,
    size: Option<u64>,
    sha256: Option<&'a str>,
}

#[derive(Serialize)]
struct MovedRow<'a> {
    artifact: &'a str,
    demo: String,
    was: &'a str,
    is: Option<&'a str>,
}

impl<'a> Row<'a> {
    fn of(shown: &'a Shown<'a>, plan: &Plan) -> Self {
        let step = shown.step;
        Self {
            step_id: step.id().to_string(),
            title: step.title().into_owned(),
            owner: step.owner().into_owned(),
            stage: shown.stage,
            block: plan.blocks()[step.block()].id.to_string(),
            outcome: step.text(Field::Outcome).into_owned(),
            evidence: shown.verdict.word(),
            artifacts: (shown.artifacts.iter())
                .map(|(artifact, what)| {
                    let (kind, size, sha256) = match what {
                        Artifact::Address => ("address", None, None),
                        Artifact::File { size, sha256 } => ("file", Some(*size), Some(&**sha256)),
                        Artifact::Gone => ("missing", None, None),
                        Artifact::Refused => ("refused", None, None),
                        Artifact::Words => ("words", None, None),
                    };
                    ArtifactRow {
                        artifact,
                        kind,
                        size,
                        sha256,
                    }
                })
                .collect(),
        }
    }
}

impl<'a> Document<'a> {
    fn of(demo: &'a Demo<'_>, plan: &Plan) -> Self {
        let path = |file: usize| plan.files()[file].path.display().to_string();
        let risks = |risks: &[Risk]| risks.iter().map(|risk| path(risk.file)).collect();
        Self {
            schema: "stepdeck/demo@1",
            source: source_of(demo.since.baseline.has_history),
            notes: &demo.since.notes,
            since: Baseline::of(demo.since),
            steps: demo
                .shown
                .iter()
                .map(|shown| Row::of(shown, plan))
                .collect(),
            missing: demo
                .missing()
                .map(|shown| shown.step.id().to_string())
                .collect(),
            moved: (demo.moved.iter())
                .map(|moved| MovedRow {
                    artifact: &moved.path,
                    demo: path(moved.demo),
                    was: &moved.was,
                    is: moved.is.as_deref(),
                })
                .collect(),
            risks_opened: risks(&demo.opened),
            risks_closed: risks(&demo.closed),
        }
    }
}
