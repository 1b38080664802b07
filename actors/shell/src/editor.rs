//! The line that is being typed, and those that were.

use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;
use sdk::abi::input::KeyEvent;
use sdk::abi::input::key;
use sdk::abi::input::modifier;

/// Characters that a line can have.
const INPUT_MAX: usize = 256;

/// Lines that are remembered.
const HISTORY_MAX: usize = 24;

/// The keys C and L (USB HID Usage Tables 1.5, page 0x07).
const KEY_C: u16 = 0x06;
const KEY_L: u16 = 0x0f;

/// What a key means beyond the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Nothing has changed.
    Nothing,
    /// The line looks different now.
    Changed,
    /// The line is to be done.
    Enter(String),
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
    history: VecDeque<String>,
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

    /// A key went down.
    pub(crate) fn press(&mut self, event: &KeyEvent) -> Action {
        match event.key {
            key::ENTER => return self.enter(),
            key::PAGE_UP => return Action::PageUp,
            key::PAGE_DOWN => return Action::PageDown,
            key::BACKSPACE if 0 < self.cursor => {
                self.cursor -= 1;
                self.input.remove(self.cursor);
            }
            key::DELETE if self.cursor < self.input.len() => {
                self.input.remove(self.cursor);
            }
            key::LEFT if 0 < self.cursor => self.cursor -= 1,
            key::RIGHT if self.cursor < self.input.len() => self.cursor += 1,
            key::HOME => self.cursor = 0,
            key::END => self.cursor = self.input.len(),
            key::UP => return self.recall_older(),
            key::DOWN => return self.recall_newer(),
            key::ESCAPE => self.replace(Vec::new()),
            _ => return self.type_character(event),
        }
        Action::Changed
    }

    fn type_character(&mut self, event: &KeyEvent) -> Action {
        if event.modifiers & modifier::CONTROL != 0 {
            match event.key {
                KEY_C => self.replace(Vec::new()),
                KEY_L => return Action::Clear,
                _ => return Action::Nothing,
            }
            return Action::Changed;
        }
        let character = event.text.filter(|character| !character.is_control());
        let Some(character) = character.filter(|_| self.input.len() < INPUT_MAX) else {
            return Action::Nothing;
        };
        self.input.insert(self.cursor, character);
        self.cursor += 1;
        Action::Changed
    }

    fn enter(&mut self) -> Action {
        let line: String = self.input.iter().collect();
        self.replace(Vec::new());
        self.recalled = None;
        if !line.trim().is_empty() && self.history.back() != Some(&line) {
            if self.history.len() == HISTORY_MAX {
                self.history.pop_front();
            }
            self.history.push_back(line.clone());
        }
        Action::Enter(line)
    }

    fn recall_older(&mut self) -> Action {
        let back = self.recalled.as_ref().map_or(1, |(back, _)| back + 1);
        let Some(line) = self.line_back(back) else { return Action::Nothing };
        let typed = match self.recalled.take() {
            Some((_, typed)) => typed,
            None => self.input.clone(),
        };
        self.recalled = Some((back, typed));
        self.replace(line);
        Action::Changed
    }

    fn recall_newer(&mut self) -> Action {
        let Some((back, typed)) = self.recalled.take() else { return Action::Nothing };
        match self.line_back(back - 1) {
            Some(line) => {
                self.recalled = Some((back - 1, typed));
                self.replace(line);
            }
            None => self.replace(typed),
        }
        Action::Changed
    }

    /// The line that was entered so many lines ago, counted from 1.
    fn line_back(&self, back: usize) -> Option<Vec<char>> {
        let index = self.history.len().checked_sub(back)?;
        Some(self.history.get(index)?.chars().collect())
    }

    fn replace(&mut self, input: Vec<char>) {
        self.input = input;
        self.cursor = self.input.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(editor: &mut Editor, key: u16) -> Action {
        editor.press(&KeyEvent { key, pressed: true, modifiers: 0, text: None })
    }

    fn type_text(editor: &mut Editor, text: &str) {
        for character in text.chars() {
            let event = KeyEvent { key: 4, pressed: true, modifiers: 0, text: Some(character) };
            editor.press(&event);
        }
    }

    fn input(editor: &Editor) -> String {
        editor.input().iter().collect()
    }

    #[test]
    fn text_is_edited_where_the_cursor_is() {
        let mut editor = Editor::default();
        type_text(&mut editor, "lz");
        assert_eq!(press(&mut editor, key::BACKSPACE), Action::Changed);
        press(&mut editor, key::HOME);
        type_text(&mut editor, "é");
        press(&mut editor, key::RIGHT);
        type_text(&mut editor, "s");
        assert_eq!((input(&editor), editor.cursor()), ("éls".to_string(), 3));
        press(&mut editor, key::LEFT);
        press(&mut editor, key::DELETE);
        press(&mut editor, key::END);
        assert_eq!((input(&editor), editor.cursor()), ("él".to_string(), 2));
        assert_eq!(press(&mut editor, key::ENTER), Action::Enter("él".to_string()));
        assert_eq!(input(&editor), "");
    }

    #[test]
    fn keys_at_the_edges_do_nothing() {
        let mut editor = Editor::default();
        for key in [key::BACKSPACE, key::DELETE, key::LEFT, key::RIGHT, key::UP, key::DOWN] {
            assert_eq!(press(&mut editor, key), Action::Nothing);
        }
        type_text(&mut editor, &"x".repeat(2 * INPUT_MAX));
        assert_eq!(editor.input().len(), INPUT_MAX);
    }

    #[test]
    fn history_goes_back_and_comes_forward_to_what_was_typed() {
        let mut editor = Editor::default();
        for line in ["ls", "ps", "ps", " "] {
            type_text(&mut editor, line);
            press(&mut editor, key::ENTER);
        }
        type_text(&mut editor, "ca");
        let mut seen = Vec::new();
        for key in [key::UP, key::UP, key::UP, key::DOWN, key::DOWN, key::DOWN] {
            press(&mut editor, key);
            seen.push(input(&editor));
        }
        assert_eq!(seen, ["ps", "ls", "ls", "ps", "ca", "ca"]);
    }

    #[test]
    fn history_is_bounded() {
        let mut editor = Editor::default();
        for number in 0..2 * HISTORY_MAX {
            type_text(&mut editor, &number.to_string());
            press(&mut editor, key::ENTER);
        }
        assert_eq!(editor.history.len(), HISTORY_MAX);
    }

    #[test]
    fn control_c_forgets_the_line() {
        let mut editor = Editor::default();
        type_text(&mut editor, "rm");
        let event =
            KeyEvent { key: KEY_C, pressed: true, modifiers: modifier::CONTROL, text: Some('c') };
        assert_eq!(editor.press(&event), Action::Changed);
        assert_eq!(input(&editor), "");
    }
}
