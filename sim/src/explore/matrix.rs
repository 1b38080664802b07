//! Cuts as a table: a line for each request, a column for each way in which its operations were cut.

use std::fmt::Write;

use devices::flash::CutMode;

use crate::explore::verdict::Verdict;
use crate::journal::Journal;
use crate::scenario::plan::FlashCut;

/// Characters of a request that a line shows.
const ABOUT: usize = 48;

/// One cut, played.
#[derive(Debug)]
pub(super) struct Cell {
    /// The operation's place in the journal.
    pub(super) told: usize,
    pub(super) cut: FlashCut,
    /// The operation of the world after it that was cut too.
    pub(super) again: Option<u64>,
    /// Whether the world after it was to be cut too and wrote nothing.
    pub(super) is_quiet: bool,
    pub(super) verdict: Verdict,
    pub(super) trace: Vec<String>,
}

/// How often what was left.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    before: u64,
    after: u64,
    same: u64,
    broken: u64,
}

/// A line of the table.
#[derive(Clone, Debug)]
struct Row {
    about: String,
    operations: usize,
    counts: Vec<Count>,
}

/// The table.
#[derive(Clone, Debug)]
pub struct Matrix {
    modes: Vec<CutMode>,
    rows: Vec<Row>,
}

impl Matrix {
    /// A line for each request of a journal.
    pub(super) fn new(journal: &Journal, modes: &[CutMode]) -> Matrix {
        let requests = journal.requests.iter().enumerate();
        let rows = requests.map(|(number, request)| {
            let told = journal.told.iter().filter(|told| told.request == number);
            let about = request.about.trim_start_matches("recv").trim_start();
            Row {
                about: format!("{}: {about}", request.actor),
                operations: told.count(),
                counts: vec![Count::default(); modes.len()],
            }
        });
        Matrix { modes: modes.to_vec(), rows: rows.collect() }
    }

    pub(super) fn add(&mut self, request: usize, mode: CutMode, verdict: &Verdict) {
        let column = self.modes.iter().position(|known| *known == mode);
        let column = column.expect("only the modes of the table are played");
        let count = &mut self.rows[request].counts[column];
        match verdict {
            Verdict::Before => count.before += 1,
            Verdict::After => count.after += 1,
            Verdict::Same => count.same += 1,
            Verdict::Broken(_) => count.broken += 1,
        }
    }

    /// Operations of the flash.
    pub fn operations(&self) -> usize {
        self.rows.iter().map(|row| row.operations).sum()
    }

    /// Requests that used the flash.
    pub fn requests(&self) -> usize {
        self.rows.len()
    }

    /// The table with its sums.
    pub fn text(&self) -> String {
        let mut text = format!("{:<ABOUT$}  flash", "request");
        for mode in &self.modes {
            // Writing to a string cannot fail.
            let _ = write!(text, "  {:<22}", mode.name());
        }
        text.push('\n');
        let mut sums = vec![Count::default(); self.modes.len()];
        for row in &self.rows {
            line(&mut text, &row.about, row.operations, &row.counts);
            for (sum, count) in sums.iter_mut().zip(&row.counts) {
                sum.before += count.before;
                sum.after += count.after;
                sum.same += count.same;
                sum.broken += count.broken;
            }
        }
        line(&mut text, "all", self.operations(), &sums);
        text.push_str("b before, a after, s the request changes no file\n");
        text
    }
}

fn line(text: &mut String, about: &str, operations: usize, counts: &[Count]) {
    let about: String = about.chars().take(ABOUT).collect();
    // Writing to a string cannot fail.
    let _ = write!(text, "{about:<ABOUT$}  {operations:>5}");
    for Count { before, after, same, broken } in counts {
        let parts = [(before, "b"), (after, "a"), (same, "s"), (broken, " BROKEN")];
        let parts = parts.iter().filter(|(count, _)| **count != 0);
        let cell: Vec<String> = parts.map(|(count, name)| format!("{count}{name}")).collect();
        let _ = write!(text, "  {:<22}", cell.join(" "));
    }
    let end = text.trim_end().len();
    text.truncate(end);
    text.push('\n');
}
