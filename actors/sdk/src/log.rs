//! Lines for the log. Whoever holds no log capability logs into the void.

use core::fmt;
use core::fmt::Write;

use crate::raw;

/// Bytes of one line, as many as the kernel keeps. The rest is cut off.
pub const LINE_MAX: usize = 256;

/// Logs a line.
pub fn log(line: &str) {
    raw::log(line.as_bytes());
}

/// Logs a formatted line, without a heap. This is what [`log!`](crate::log!) calls.
pub fn log_format(arguments: fmt::Arguments<'_>) {
    if let Some(line) = arguments.as_str() {
        return log(line);
    }
    let mut line = Line::default();
    // A line that is cut off is still a line.
    let _ = line.write_fmt(arguments);
    log(line.text());
}

/// Logs a line formatted as by `format!`. Costs no heap.
#[macro_export]
macro_rules! log {
    ($($argument:tt)*) => {
        $crate::log::log_format(::core::format_args!($($argument)*))
    };
}

/// A line in the making: what does not fit is cut off between two characters.
#[derive(Clone, Debug)]
pub struct Line {
    bytes: [u8; LINE_MAX],
    len: usize,
}

impl Default for Line {
    fn default() -> Line {
        Line { bytes: [0; LINE_MAX], len: 0 }
    }
}

impl Line {
    /// What has been written.
    pub fn text(&self) -> &str {
        core::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let fitting = text.floor_char_boundary(text.len().min(LINE_MAX - self.len));
        let end = self.len + fitting;
        self.bytes[self.len..end].copy_from_slice(&text.as_bytes()[..fitting]);
        self.len = end;
        if fitting == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

/// Says when a complaint that may come often is worth a line: the first, second, fourth, eighth
/// time. So nobody can fill the log at another's cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sparse(u32);

impl Sparse {
    /// Counts one more; `Some` with the count if it is worth a line.
    pub fn count(&mut self) -> Option<u32> {
        self.0 = self.0.saturating_add(1);
        self.0.is_power_of_two().then_some(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_between_characters() {
        let mut line = Line::default();
        assert!(write!(line, "{}", "ab".repeat(127)).is_ok());
        assert!(write!(line, "é€").is_err());
        assert_eq!(line.text().len(), LINE_MAX);
        assert!(line.text().ends_with("abé"));
    }

    #[test]
    fn complaints_become_rare() {
        let mut sparse = Sparse::default();
        let said = (0..100).filter(|_| sparse.count().is_some()).count();
        assert_eq!(said, 7);
    }
}
