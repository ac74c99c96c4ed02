//! The table of results: a row a measurement, a column a size, each beside its target.

/// What a number counts.
#[derive(Clone, Copy)]
pub enum Unit {
    /// Thousandths of a second.
    Milliseconds,
    /// 1024 × 1024 bytes.
    Mebibytes,
    /// Bytes.
    Bytes,
    /// A multiple of something else.
    Times,
}

impl Unit {
    /// The value in words.
    pub fn show(self, value: f64) -> String {
        match self {
            Self::Milliseconds if value < 10.0 => format!("{value:.2} ms"),
            Self::Milliseconds => format!("{value:.0} ms"),
            Self::Mebibytes => format!("{value:.1} MiB"),
            Self::Bytes => format!("{value:.0} B"),
            Self::Times => format!("{value:.2}×"),
        }
    }
}

/// The sizes that targets are set for, in steps.
pub const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// The most that a value may be, at each of these sizes.
pub type Targets = [Option<f64>; 4];

/// Nothing was promised.
pub const NO_TARGET: Targets = [None; 4];

/// One measurement at all sizes.
pub struct Row {
    name: &'static str,
    unit: Unit,
    targets: Targets,
    cells: Vec<Option<f64>>,
}

/// All measurements.
#[derive(Default)]
pub struct Table {
    columns: Vec<usize>,
    rows: Vec<Row>,
}

impl Table {
    /// Begins the column of a plan of so many steps.
    pub fn column(&mut self, steps: usize) {
        self.columns.push(steps);
    }

    /// Puts a value into the last column; nothing where it could not be measured.
    pub fn put(&mut self, name: &'static str, unit: Unit, targets: Targets, value: Option<f64>) {
        let at = self.rows.iter().position(|row| row.name == name);
        let at = at.unwrap_or_else(|| {
            self.rows.push(Row {
                name,
                unit,
                targets,
                cells: Vec::new(),
            });
            self.rows.len() - 1
        });
        let row = &mut self.rows[at];
        row.cells.resize(self.columns.len() - 1, None);
        row.cells.push(value);
    }

    /// The table in Markdown. A target comes after its value, which is bold where it misses.
    pub fn show(&self) -> String {
        let mut text = String::from("| |");
        for steps in &self.columns {
            text += &format!(" {} |", thousands(*steps));
        }
        text += "\n| --- |";
        text += &" ---: |".repeat(self.columns.len());
        for row in &self.rows {
            text += &format!("\n| {} |", row.name);
            for (at, steps) in self.columns.iter().enumerate() {
                let size = SIZES.iter().position(|size| size == steps);
                let target = size.and_then(|size| row.targets[size]);
                text += &format!(
                    " {} |",
                    row.cell(row.cells.get(at).copied().flatten(), target)
                );
            }
        }
        text + "\n"
    }
}

impl Row {
    fn cell(&self, value: Option<f64>, target: Option<f64>) -> String {
        let Some(value) = value else {
            return "–".to_owned();
        };
        let shown = self.unit.show(value);
        match target {
            None => shown,
            Some(most) if value <= most => format!("{shown} (≤ {})", self.unit.show(most)),
            Some(most) => format!("**{shown}** (≤ {})", self.unit.show(most)),
        }
    }
}

fn thousands(steps: usize) -> String {
    let digits = steps.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
