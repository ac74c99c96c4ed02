//! One step of the demo plan as a value, and how it is written as a line of the log.
//!
//! Borrows all its words from the assets, so that a million steps need no strings of
//! their own. Knows nothing of how a status or a dependency is chosen.

use std::fmt::{self, Display, Write as _};
use std::io::{self, Write};

use super::calendar::Stamp;
use crate::plan::id::StepId;
use crate::plan::status::Status;

/// Words with `{s}` replaced by a subject, and the round named when themes come again.
#[derive(Clone, Copy)]
pub(super) struct Phrase<'a> {
    pub template: &'a str,
    pub subject: &'a str,
    /// 1 for B01 to B100, 2 for the next hundred blocks, and so on.
    pub round: usize,
}

impl Display for Phrase<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = self.template.split("{s}");
        f.write_str(parts.next().unwrap_or_default())?;
        for part in parts {
            f.write_str(self.subject)?;
            f.write_str(part)?;
        }
        if self.round > 1 {
            write!(f, ", round {}", self.round)
        } else {
            Ok(())
        }
    }
}

/// What evidence is measured against: `0.85`, `12`, or a ceiling such as `≤60`.
#[derive(Clone, Copy)]
pub(super) struct Target {
    pub text: &'static str,
    /// A number that is not to be passed; written as words.
    pub ceiling: bool,
    /// The number without its point, and how many digits stand behind the point.
    scaled: u64,
    decimals: u32,
}

impl Target {
    pub fn read(text: &'static str) -> Option<Self> {
        let digits = text.strip_prefix('≤').unwrap_or(text);
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        Some(Self {
            text,
            ceiling: digits.len() != text.len(),
            scaled: format!("{whole}{part}").parse().ok()?,
            decimals: part.len() as u32,
        })
    }

    /// A believable value that meets the target; `spread` is any number.
    pub fn met(self, spread: u64) -> Actual {
        let one = 10_u64.pow(self.decimals);
        let value = self.scaled;
        let scaled = match (self.ceiling, self.decimals) {
            (true, _) => value - spread % (value / 4 + 1),
            // A share does not pass one.
            (false, 1..) if value <= one => value + spread % ((one - value) / 2 + 1),
            (false, 1..) => value + spread % (value / 10 + 1),
            // "All six sign" is not met better by seven.
            (false, 0) if value <= 12 => value,
            (false, 0) => value + spread % (value / 16 + 1),
        };
        Actual {
            scaled,
            decimals: self.decimals,
        }
    }

    /// A value part of the way, for counts that can be half done.
    pub fn partly(self, spread: u64) -> Option<Actual> {
        let countable = !self.ceiling && self.decimals == 0 && self.scaled > 4;
        countable.then(|| Actual {
            scaled: self.scaled / 4 + spread % (self.scaled / 2),
            decimals: 0,
        })
    }
}

/// A measured value, shown with as many decimals as its target.
#[derive(Clone, Copy)]
pub(super) struct Actual {
    scaled: u64,
    decimals: u32,
}

impl Display for Actual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = 10_u64.pow(self.decimals);
        write!(f, "{}", self.scaled / one)?;
        match self.decimals {
            0 => Ok(()),
            width => write!(f, ".{:0width$}", self.scaled % one, width = width as usize),
        }
    }
}

/// What a step depends on.
#[derive(Clone, Copy)]
pub(super) enum Dependency<'a> {
    Step(usize),
    Met(&'a str),
    Open(&'a str),
}

impl Display for Dependency<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step(number) => write!(f, "{number:04}"),
            Self::Met(words) => write!(f, "[x] {words}"),
            Self::Open(words) => f.write_str(words),
        }
    }
}

/// Where the work of a step can be seen.
#[derive(Clone, Copy)]
pub(super) enum Artifact<'a> {
    /// A file under `data/artifacts/`, which the plan brings along.
    File(&'a str),
    Address(&'a str),
    /// An address made of a host and the step's ID.
    Made(&'a str, StepId),
}

impl Display for Artifact<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(name) => write!(f, "data/artifacts/{name}"),
            Self::Address(address) => f.write_str(address),
            Self::Made(host, id) => write!(f, "https://{host}.example.org/mendwell/{id}"),
        }
    }
}

/// Planned and, once work began, actual: days for effort, euros for cost.
#[derive(Clone, Copy)]
pub(super) struct Spend {
    pub planned: u64,
    pub actual: Option<u64>,
}

/// One step of the demo plan.
pub(super) struct Step<'a> {
    pub id: StepId,
    pub block: usize,
    pub title: Phrase<'a>,
    pub theme: Phrase<'a>,
    pub owner: &'a str,
    pub status: Status,
    pub outcome: Phrase<'a>,
    pub dependencies: Vec<Dependency<'a>>,
    pub artifact: Option<Artifact<'a>>,
    pub metric: &'a str,
    pub target: Target,
    pub actual: Option<Actual>,
    pub updated: Stamp<'a>,
    pub input: Option<&'a str>,
    pub verification: Option<&'a str>,
    pub note: Option<&'a str>,
    pub effort: Option<Spend>,
    pub cost: Option<Spend>,
    /// Also a section of the execution plan.
    pub canon: bool,
}

/// Writes steps as lines of the log, keys in the order of the schema.
pub(super) struct LineWriter<W> {
    out: W,
    /// Reused for each text that is put together.
    text: String,
}

impl<W: Write> LineWriter<W> {
    pub fn new(out: W) -> Self {
        Self {
            out,
            text: String::new(),
        }
    }

    /// Writes one step and its line end.
    ///
    /// # Errors
    /// What the writer below reports.
    pub fn step(&mut self, step: &Step<'_>) -> io::Result<()> {
        self.text("{\"step_id\": ", &step.id)?;
        self.text(", \"block\": ", &format_args!("B{:02}", step.block))?;
        self.text(", \"title\": ", &step.title)?;
        self.text(", \"theme\": ", &step.theme)?;
        self.text(", \"owner\": ", &step.owner)?;
        self.text(", \"status\": ", &step.status.word())?;
        self.text(", \"outcome\": ", &step.outcome)?;
        self.out.write_all(b", \"dependencies\": [")?;
        for (at, dependency) in step.dependencies.iter().enumerate() {
            self.text(if at == 0 { "" } else { ", " }, dependency)?;
        }
        self.out.write_all(b"], \"artifacts\": [")?;
        if let Some(artifact) = &step.artifact {
            self.text("", artifact)?;
        }
        self.out.write_all(b"]")?;
        self.evidence(step)?;
        self.text(", \"updated_at\": ", &step.updated)?;
        self.optional(step)?;
        self.out.write_all(b"}\n")
    }

    fn evidence(&mut self, step: &Step<'_>) -> io::Result<()> {
        self.text(", \"evidence\": {\"metric\": ", &step.metric)?;
        if step.target.ceiling {
            self.text(", \"target\": ", &step.target.text)?;
        } else {
            write!(self.out, ", \"target\": {}", step.target.text)?;
        }
        if let Some(actual) = step.actual {
            write!(self.out, ", \"actual\": {actual}")?;
        }
        if step.status == Status::Complete {
            self.text(", \"link\": ", &Artifact::Made("evidence", step.id))?;
        }
        self.out.write_all(b"}")
    }

    fn optional(&mut self, step: &Step<'_>) -> io::Result<()> {
        if let Some(input) = step.input {
            self.text(", \"inputs\": [", &input)?;
            self.out.write_all(b"]")?;
        }
        if let Some(verification) = step.verification {
            self.text(", \"verification\": ", &verification)?;
        }
        if let Some(note) = step.note {
            self.text(", \"notes\": ", &note)?;
        }
        for (key, spend) in [("effort", step.effort), ("cost", step.cost)] {
            let Some(Spend { planned, actual }) = spend else {
                continue;
            };
            write!(self.out, ", \"{key}\": {{\"planned\": {planned}")?;
            if let Some(actual) = actual {
                write!(self.out, ", \"actual\": {actual}")?;
            }
            self.out.write_all(b"}")?;
        }
        Ok(())
    }

    /// Writes `before`, then `value` as a JSON string.
    fn text(&mut self, before: &str, value: &dyn Display) -> io::Result<()> {
        self.out.write_all(before.as_bytes())?;
        self.text.clear();
        write!(self.text, "{value}").map_err(io::Error::other)?;
        serde_json::to_writer(&mut self.out, &self.text).map_err(io::Error::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_met_target_is_met_for_every_spread() {
        for spread in 0..500 {
            let met = |text| Target::read(text).expect("a target").met(spread);
            let number = |text| met(text).to_string().parse::<f64>().expect("a number");
            assert!((0.85..=1.0).contains(&number("0.85")));
            assert!((0.995..=1.0).contains(&number("0.995")));
            assert!((1.8..=2.0).contains(&number("1.8")));
            assert!((675.0..=900.0).contains(&number("≤900")));
            assert!(number("≤0.005") <= 0.005);
            assert_eq!(met("≤0").to_string(), "0");
            assert_eq!(met("6").to_string(), "6");
            assert!(number("40") >= 40.0);
        }
    }

    #[test]
    fn only_counts_can_be_half_done() {
        let partly = |text| {
            Target::read(text)
                .expect("a target")
                .partly(99)
                .map(|a| a.to_string())
        };
        assert_eq!(partly("24"), Some("9".to_owned()));
        assert_eq!(partly("1"), None);
        assert_eq!(partly("≤60"), None);
    }

    #[test]
    fn a_phrase_puts_its_subject_everywhere() {
        let phrase = Phrase {
            template: "{s} and {s}",
            subject: "bench",
            round: 2,
        };
        assert_eq!(phrase.to_string(), "bench and bench, round 2");
    }
}
