//! What is said when a program cannot go on: what happened, where, the registers, and the way
//! there.

use std::fmt::Write;

use crate::exception::Privilege;
use crate::register::NAMES;
use crate::symbol::Symbols;

/// A processor as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What happened, in words.
    pub what: String,
    /// Where.
    pub pc: u32,
    /// The word there, if something can be read.
    pub word: Option<u32>,
    /// The privilege.
    pub privilege: Privilege,
    /// x0 to x31.
    pub registers: [u32; 32],
    /// Names and values of what tells about traps.
    pub status: Vec<(&'static str, u32)>,
    /// Where the blocks begin that were executed last; the latest is the last.
    pub recent: Vec<u32>,
    /// Instructions retired.
    pub retired: u64,
    /// Ticks since power-on.
    pub ticks: u64,
}

impl Report {
    /// The report as text, with names where they are known.
    pub fn text(&self, symbols: &Symbols) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}", self.what);
        let word = self.word.map_or("unreadable".to_owned(), |word| format!("{word:#010x}"));
        let _ = writeln!(text, "  pc {}: {word}", symbols.place(self.pc));
        let privilege = match self.privilege {
            Privilege::User => "user",
            Privilege::Machine => "machine",
        };
        let (retired, ticks) = (self.retired, self.ticks);
        let _ = writeln!(text, "  {privilege} mode, {retired} instructions, {ticks} ticks");
        for (row, values) in self.registers.chunks(4).enumerate() {
            for (column, value) in values.iter().enumerate() {
                let name = NAMES[row * 4 + column];
                let _ = write!(text, "  {name:>4} {value:08x}");
            }
            text.push('\n');
        }
        for status in self.status.chunks(4) {
            for (name, value) in status {
                let _ = write!(text, "  {name} {value:08x}");
            }
            text.push('\n');
        }
        if !self.recent.is_empty() {
            text.push_str("  the last blocks, the latest last:\n");
        }
        for (address, times) in runs(&self.recent) {
            let place = symbols.place(address);
            let _ = match times {
                1 => writeln!(text, "    {place}"),
                _ => writeln!(text, "    {place}  {times} times"),
            };
        }
        text
    }
}

/// Equal neighbours with their count.
fn runs(addresses: &[u32]) -> Vec<(u32, usize)> {
    let mut runs: Vec<(u32, usize)> = Vec::new();
    for address in addresses {
        match runs.last_mut() {
            Some((last, times)) if last == address => *times += 1,
            _ => runs.push((*address, 1)),
        }
    }
    runs
}
