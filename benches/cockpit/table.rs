//! A table of results: a row for each measurement, a column for each plan, each value beside its
//! target.

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

/// One measurement of all plans.
struct Row {
    name: String,
    unit: Unit,
    cells: Vec<Option<Cell>>,
}

/// A value, and the most that it may be.
#[derive(Clone, Copy)]
struct Cell {
    value: f64,
    limit: Option<f64>,
}

/// A plan that is measured.
struct Column {
    name: String,
    /// Which of the sizes it has.
    size: Option<usize>,
}

/// All measurements.
#[derive(Default)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Row>,
}

impl Table {
    /// Begins the column of a plan of so many steps.
    pub fn column(&mut self, name: impl Into<String>, steps: usize) {
        self.columns.push(Column {
            name: name.into(),
            size: SIZES.iter().position(|size| *size == steps),
        });
    }

    /// Puts a value into the last column; nothing where it could not be measured.
    pub fn put(&mut self, name: &str, unit: Unit, targets: Targets, value: Option<f64>) {
        let size = self.columns.last().and_then(|column| column.size);
        self.put_within(name, unit, size.and_then(|size| targets[size]), value);
    }

    /// The same with the limit of this very plan.
    pub fn put_within(&mut self, name: &str, unit: Unit, limit: Option<f64>, value: Option<f64>) {
        let at = self.rows.iter().position(|row| row.name == name);
        let at = at.unwrap_or_else(|| {
            self.rows.push(Row {
                name: name.to_owned(),
                unit,
                cells: Vec::new(),
            });
            self.rows.len() - 1
        });
        let row = &mut self.rows[at];
        row.cells.resize(self.columns.len() - 1, None);
        row.cells.push(value.map(|value| Cell { value, limit }));
    }

    /// What was put into the last column under this name.
    pub fn value(&self, name: &str) -> Option<f64> {
        let row = self.rows.iter().find(|row| row.name == name)?;
        let cell = row.cells.get(self.columns.len() - 1).copied().flatten()?;
        Some(cell.value)
    }

    /// The table in Markdown. A target comes after its value, which is bold where it misses.
    pub fn show(&self) -> String {
        let mut text = String::from("| |");
        for column in &self.columns {
            text += &format!(" {} |", column.name);
        }
        text += "\n| --- |";
        text += &" ---: |".repeat(self.columns.len());
        for row in &self.rows {
            text += &format!("\n| {} |", row.name);
            for at in 0..self.columns.len() {
                let cell = row.cells.get(at).copied().flatten();
                text += &format!(" {} |", row.show(cell));
            }
        }
        text + "\n"
    }
}

impl Row {
    fn show(&self, cell: Option<Cell>) -> String {
        let Some(Cell { value, limit }) = cell else {
            return "–".to_owned();
        };
        let shown = self.unit.show(value);
        match limit {
            None => shown,
            Some(most) if value <= most => format!("{shown} (≤ {})", self.unit.show(most)),
            Some(most) => format!("**{shown}** (≤ {})", self.unit.show(most)),
        }
    }
}

/// A number with commas.
pub fn thousands(steps: usize) -> String {
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
