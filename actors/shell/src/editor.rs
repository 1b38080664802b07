//! The line that is being typed.

use alloc::string::String;
use alloc::vec::Vec;

use crate::history::History;
use crate::key::Key;

/// Characters that a line can have.
const INPUT_MAX: usize = 256;

/// What a key means beyond the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Nothing has changed.
    Nothing,
    /// This character stands at the end of the line now, and nothing else has changed.
    Appended(char),
    /// The line looks different now.
    Changed,
    /// The line is to be done.
    Enter(String),
    /// The word before the cursor is to be completed.
    Complete,
    /// The line was given up.
    Interrupt,
    /// The screen is to be cleared.
    Clear,
    /// Earlier lines are to be seen.
    PageUp,
    /// Later lines are to be seen.
    PageDown,
}

/// A line editor.
#[derive(Debug, Default)]
pub(crate) struct Editor {
    input: Vec<char>,
    /// Before which character of the input the next one goes.
    cursor: usize,
    /// Which line of the history is shown, counted from its end, and what was typed before.
    recalled: Option<(usize, Vec<char>)>,
}

impl Editor {
    /// The line.
    pub(crate) fn input(&self) -> &[char] {
        &self.input
    }

    /// Where the cursor is.
    pub(crate) fn cursor(&self) -> usize {
        self.cursor
    }

    /// The line up to the cursor.
    pub(crate) fn head(&self) -> String {
        self.input[..self.cursor].iter().collect()
    }

    /// Puts text in place of what stands from a byte of [`Editor::head`] up to the cursor. What
    /// does not fit is left out.
    pub(crate) fn complete(&mut self, start: usize, text: &str) {
        let head = self.head();
        let start = head.get(..start).unwrap_or_default().chars().count();
        let tail = self.input.split_off(self.cursor);
        self.input.truncate(start);
        let room = INPUT_MAX.saturating_sub(start + tail.len());
        self.input.extend(text.chars().take(room));
        self.cursor = self.input.len();
        self.input.extend(tail);
    }

    /// A key went down.
    pub(crate) fn press(&mut self, key: Key, history: &History) -> Action {
        match key {
            Key::Text(character) => return self.insert(character),
            Key::Enter => return self.enter(),
            Key::Tab => return Action::Complete,
            Key::PageUp => return Action::PageUp,
            Key::PageDown => return Action::PageDown,
            Key::Clear => return Action::Clear,
            Key::Up => return self.recall_older(history),
            Key::Down => return self.recall_newer(history),
            Key::Interrupt => {
                self.replace(Vec::new());
                self.recalled = None;
                return Action::Interrupt;
            }
            Key::Backspace if 0 < self.cursor => {
                self.cursor -= 1;
                self.input.remove(self.cursor);
            }
            Key::Delete if self.cursor < self.input.len() => {
                self.input.remove(self.cursor);
            }
            Key::Left if 0 < self.cursor => self.cursor -= 1,
            Key::Right if self.cursor < self.input.len() => self.cursor += 1,
            Key::Home if 0 < self.cursor => self.cursor = 0,
            Key::End if self.cursor < self.input.len() => self.cursor = self.input.len(),
            Key::EraseLine if !self.input.is_empty() => self.replace(Vec::new()),
            Key::EraseWord if 0 < self.cursor => self.erase_word(),
            _ => return Action::Nothing,
        }
        Action::Changed
    }

    fn insert(&mut self, character: char) -> Action {
        if INPUT_MAX <= self.input.len() {
            return Action::Nothing;
        }
        self.input.insert(self.cursor, character);
        self.cursor += 1;
        if self.cursor == self.input.len() { Action::Appended(character) } else { Action::Changed }
    }

    fn enter(&mut self) -> Action {
        let line = self.input.iter().collect();
        self.replace(Vec::new());
        self.recalled = None;
        Action::Enter(line)
    }

    fn erase_word(&mut self) {
        let head = &self.input[..self.cursor];
        let end = head.iter().rposition(|character| *character != ' ').map_or(0, |last| last + 1);
        let start = head[..end].iter().rposition(|character| *character == ' ');
        let start = start.map_or(0, |space| space + 1);
        self.input.drain(start..self.cursor);
        self.cursor = start;
    }

    fn recall_older(&mut self, history: &History) -> Action {
        let back = self.recalled.as_ref().map_or(1, |(back, _)| back + 1);
        let Some(line) = history.line_back(back) else { return Action::Nothing };
        let typed = match self.recalled.take() {
            Some((_, typed)) => typed,
            None => self.input.clone(),
        };
        self.recalled = Some((back, typed));
        self.replace(line.chars().take(INPUT_MAX).collect());
        Action::Changed
    }

    fn recall_newer(&mut self, history: &History) -> Action {
        let Some((back, typed)) = self.recalled.take() else { return Action::Nothing };
        match history.line_back(back - 1) {
            Some(line) => {
                self.recalled = Some((back - 1, typed));
                self.replace(line.chars().take(INPUT_MAX).collect());
            }
            None => self.replace(typed),
        }
        Action::Changed
    }

    fn replace(&mut self, input: Vec<char>) {
        self.input = input;
        self.cursor = self.input.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn press(editor: &mut Editor, key: Key) -> Action {
        editor.press(key, &History::default())
    }

    fn type_text(editor: &mut Editor, text: &str) {
        for character in text.chars() {
            press(editor, Key::Text(character));
        }
    }

    fn input(editor: &Editor) -> String {
        editor.input().iter().collect()
    }

    #[test]
    fn text_is_edited_where_the_cursor_is() {
        let mut editor = Editor::default();
        type_text(&mut editor, "lz");
        assert_eq!(press(&mut editor, Key::Backspace), Action::Changed);
        press(&mut editor, Key::Home);
        type_text(&mut editor, "é");
        press(&mut editor, Key::Right);
        assert_eq!(press(&mut editor, Key::Text('s')), Action::Appended('s'));
        assert_eq!((input(&editor), editor.cursor()), ("éls".to_string(), 3));
        press(&mut editor, Key::Left);
        press(&mut editor, Key::Delete);
        press(&mut editor, Key::End);
        assert_eq!((input(&editor), editor.cursor()), ("él".to_string(), 2));
        assert_eq!(press(&mut editor, Key::Enter), Action::Enter("él".to_string()));
        assert_eq!(input(&editor), "");
    }

    #[test]
    fn keys_at_the_edges_do_nothing() {
        let mut editor = Editor::default();
        let keys = [Key::Backspace, Key::Delete, Key::Left, Key::Right, Key::Up, Key::Down];
        for key in keys.into_iter().chain([Key::Home, Key::End, Key::EraseLine, Key::EraseWord]) {
            assert_eq!(press(&mut editor, key), Action::Nothing);
        }
        type_text(&mut editor, &"x".repeat(2 * INPUT_MAX));
        assert_eq!(editor.input().len(), INPUT_MAX);
    }

    #[test]
    fn history_goes_back_and_comes_forward_to_what_was_typed() {
        let mut history = History::default();
        for line in ["ls", "ps"] {
            history.push(line);
        }
        let mut editor = Editor::default();
        type_text(&mut editor, "ca");
        let mut seen = Vec::new();
        for key in [Key::Up, Key::Up, Key::Up, Key::Down, Key::Down, Key::Down] {
            editor.press(key, &history);
            seen.push(input(&editor));
        }
        assert_eq!(seen, ["ps", "ls", "ls", "ps", "ca", "ca"]);
    }

    #[test]
    fn a_line_can_be_given_up_in_words_and_whole() {
        let mut editor = Editor::default();
        type_text(&mut editor, "send  echo  ");
        assert_eq!(press(&mut editor, Key::EraseWord), Action::Changed);
        assert_eq!(input(&editor), "send  ");
        press(&mut editor, Key::EraseWord);
        assert_eq!(input(&editor), "");
        type_text(&mut editor, "rm");
        assert_eq!(press(&mut editor, Key::Interrupt), Action::Interrupt);
        assert_eq!(input(&editor), "");
    }

    #[test]
    fn a_word_is_completed_before_the_cursor() {
        let mut editor = Editor::default();
        type_text(&mut editor, "cat é he x");
        press(&mut editor, Key::Left);
        press(&mut editor, Key::Left);
        editor.complete("cat é ".len(), "hello.txt");
        assert_eq!((input(&editor), editor.cursor()), ("cat é hello.txt x".to_string(), 15));
        editor.complete(0, &"y".repeat(2 * INPUT_MAX));
        assert_eq!(editor.input().len(), INPUT_MAX);
        assert!(input(&editor).ends_with("y x"));
    }

    fn any_key() -> impl Strategy<Value = Key> {
        let keys = [Key::Enter, Key::Backspace, Key::Delete, Key::Left, Key::Right, Key::Home];
        let more = [Key::End, Key::Up, Key::Down, Key::Interrupt, Key::EraseLine, Key::EraseWord];
        let named: Vec<Key> = keys.into_iter().chain(more).collect();
        prop_oneof![prop::sample::select(named), any::<char>().prop_map(Key::Text)]
    }

    proptest! {
        #[test]
        fn the_cursor_never_leaves_the_line(keys in prop::collection::vec(any_key(), 0..400)) {
            let mut history = History::default();
            history.push("one");
            history.push("two words");
            let mut editor = Editor::default();
            for key in keys {
                let before = input(&editor);
                let action = editor.press(key, &history);
                prop_assert!(editor.cursor() <= editor.input().len());
                prop_assert!(editor.input().len() <= INPUT_MAX);
                match action {
                    Action::Enter(line) => prop_assert_eq!(line, before),
                    Action::Nothing => prop_assert_eq!(input(&editor), before),
                    Action::Appended(last) => {
                        prop_assert_eq!(input(&editor), format!("{before}{last}"));
                    }
                    _ => (),
                }
            }
        }
    }
}
