//! The lines that were entered, the oldest forgotten first.

use alloc::collections::VecDeque;
use alloc::string::String;

/// Lines that are remembered.
const LINES_MAX: usize = 32;

/// Bytes that they have together, with one behind each.
const BYTES_MAX: usize = 2048;

/// What was entered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct History {
    lines: VecDeque<String>,
    bytes: usize,
}

impl History {
    /// Bytes that the saved form has at most.
    pub(crate) const SAVED_MAX: usize = BYTES_MAX;

    /// Remembers a line, unless it is blank or the same as the last. Says whether it is new.
    pub(crate) fn push(&mut self, line: &str) -> bool {
        let cost = line.len() + 1;
        let is_same = self.lines.back().is_some_and(|last| last == line);
        if line.trim().is_empty() || is_same || line.contains('\n') || BYTES_MAX < cost {
            return false;
        }
        while self.lines.len() == LINES_MAX || BYTES_MAX < self.bytes + cost {
            let first = self.lines.pop_front();
            self.bytes -= first.map_or(0, |first| first.len() + 1);
        }
        self.bytes += cost;
        self.lines.push_back(String::from(line));
        true
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.lines.clear();
        self.bytes = 0;
    }

    /// The line that was entered so many lines ago, counted from 1.
    pub(crate) fn line_back(&self, back: usize) -> Option<&str> {
        let index = self.lines.len().checked_sub(back)?;
        self.lines.get(index).map(String::as_str)
    }

    /// The lines in the order in which they were entered.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(String::as_str)
    }

    /// The lines as text, one behind the other.
    pub(crate) fn saved(&self) -> String {
        let mut saved = String::with_capacity(self.bytes);
        for line in &self.lines {
            saved.push_str(line);
            saved.push('\n');
        }
        saved
    }

    /// The inverse of [`History::saved`]; of any other text what can be remembered.
    pub(crate) fn restored(saved: &str) -> History {
        let mut history = History::default();
        for line in saved.lines().filter(|line| !line.contains(char::is_control)) {
            history.push(line);
        }
        history
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_remembered_once_in_a_row_and_blank_ones_never() {
        let mut history = History::default();
        let news = ["ls", "ps", "ps", " ", "ls"].map(|line| history.push(line));
        assert_eq!(news, [true, true, false, false, true]);
        assert_eq!(history.line_back(1), Some("ls"));
        assert_eq!(history.line_back(3), Some("ls"));
        assert_eq!((history.line_back(0), history.line_back(4)), (None, None));
        history.clear();
        assert_eq!(history, History::default());
    }

    proptest! {
        #[test]
        fn what_is_saved_is_bounded_and_restored(lines in prop::collection::vec("[ -~é]{0,300}", 0..60)) {
            let mut history = History::default();
            for line in &lines {
                history.push(line);
            }
            let saved = history.saved();
            prop_assert!(saved.len() <= History::SAVED_MAX);
            prop_assert!(history.lines().count() <= LINES_MAX);
            prop_assert_eq!(History::restored(&saved), history);
        }

        #[test]
        fn anything_can_be_restored(text: String) {
            prop_assert!(History::restored(&text).saved().len() <= History::SAVED_MAX);
        }
    }
}
