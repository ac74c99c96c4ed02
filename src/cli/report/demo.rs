//! `stepdeck report demo`: what was completed since the last demo.

use color_eyre::eyre::Result;
use serde::Serialize;

use super::{Common, Head};
use crate::cli::invocation::{Invocation, json_text};
use crate::plan::Plan;
use crate::plan::field::Field;
use crate::plan::risk::Risk;
use crate::report::demo::{Demo, Shown};
use crate::report::desk::Artifact;
use crate::report::table::ReportSpec;

/// A demo: the steps completed since the last one, by stage and block, with what shows each.
///
/// What lacks evidence comes first. Files of the plan are listed with size and SHA-256, and those
/// that have changed since an earlier demo showed them are named.
#[derive(clap::Args, Clone, Debug)]
pub(super) struct DemoArguments {
    /// Since when; by default the last demo before today, or two weeks ago.
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    #[command(flatten)]
    common: Common,
}

impl DemoArguments {
    pub(super) fn run(&self, invocation: &mut Invocation<'_, '_>) -> Result<()> {
        let report = ReportSpec::named("demo");
        let asked = self.common.asked(self.since.as_ref());
        invocation.report(report, asked, |materials| {
            let demo = Demo::of(materials);
            json_text(&Document::of(&demo, materials.desk.plan))
        })
    }
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    head: Head<'a>,
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
            head: Head::of("demo", demo.since),
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
