//! What the discipline does with keys, and the laws of canonical input against a model of it.

use alloc::string::String;
use alloc::vec::Vec;
use proptest::prelude::*;
use sdk::tty::Modes;

use crate::discipline::DELETE;
use crate::discipline::Discipline;
use crate::discipline::END;
use crate::discipline::ERASE_WORD;
use crate::discipline::KILL;
use crate::discipline::LINE_MAX;
use crate::discipline::LINES_MAX;
use crate::discipline::READY_MAX;
use crate::output::Output;
use crate::width::width;

/// A discipline with a terminal behind it.
#[derive(Default)]
struct Desk {
    discipline: Discipline,
    output: Output,
    shown: Vec<u8>,
}

impl Desk {
    fn new(modes: Modes) -> Desk {
        let mut desk = Desk::default();
        desk.discipline.set_modes(modes);
        desk
    }

    /// Types bytes; says how often they interrupted.
    fn type_bytes(&mut self, bytes: &[u8]) -> usize {
        let mut interrupts = 0;
        for byte in bytes {
            interrupts += usize::from(self.discipline.feed(*byte, &mut self.output));
            let mut buffer = [0; 1024];
            let count = self.output.take(&mut buffer);
            self.shown.extend(&buffer[..count]);
        }
        interrupts
    }

    fn read(&mut self, max: usize) -> Option<Vec<u8>> {
        let mut buffer = vec![0; max];
        let count = self.discipline.peek(&mut buffer)?;
        self.discipline.consume(count);
        buffer.truncate(count);
        Some(buffer)
    }

    fn lines(&mut self) -> Vec<String> {
        let lines = core::iter::from_fn(|| self.read(READY_MAX));
        lines.map(|line| String::from_utf8(line).unwrap()).collect()
    }
}

/// What a terminal shows in the rows that were written: characters of one column, backspace,
/// carriage return and line feed.
fn picture(shown: &[u8]) -> Vec<String> {
    let mut rows = vec![Vec::new()];
    let mut column = 0;
    for character in String::from_utf8_lossy(shown).chars() {
        let row = rows.last_mut().unwrap();
        match character {
            '\x08' => column -= 1,
            '\r' => column = 0,
            '\n' => rows.push(Vec::new()),
            '\x07' => (),
            _ => {
                row.resize(row.len().max(column + 1), ' ');
                row[column] = character;
                column += 1;
            }
        }
    }
    rows.iter().map(|row| row.iter().collect::<String>().trim_end().into()).collect()
}

#[test]
fn a_line_is_edited_until_it_ends() {
    let mut desk = Desk::new(Modes::COOKED);
    desk.type_bytes("hellö\x7f\x08o €\x7f\x7f wörld you\x17\x15one two  \x17three\r".as_bytes());
    assert_eq!(desk.lines(), ["one three\n"]);
    assert_eq!(picture(&desk.shown), ["one three", ""]);
}

#[test]
fn a_read_takes_one_line_and_no_more_than_it_wants() {
    let mut desk = Desk::new(Modes::COOKED);
    desk.type_bytes(b"one\ntwo\nthr");
    assert_eq!(desk.read(2), Some(b"on".to_vec()));
    assert_eq!(desk.read(9), Some(b"e\n".to_vec()));
    assert_eq!(desk.read(9), Some(b"two\n".to_vec()));
    assert_eq!(desk.read(9), None, "a line that has not ended cannot be read");
}

#[test]
fn the_end_key_gives_what_there_is_and_alone_it_ends_input() {
    let mut desk = Desk::new(Modes::COOKED);
    desk.type_bytes(b"abc\x04\x04d\n");
    assert_eq!(desk.lines(), ["abc", "", "d\n"]);
    assert_eq!(picture(&desk.shown), ["abcd", ""]);
}

#[test]
fn an_interrupt_forgets_what_was_typed_and_what_was_to_be_shown() {
    let mut desk = Desk::new(Modes::COOKED);
    desk.type_bytes(b"ready\nhalf");
    desk.output.is_stopped = true;
    desk.output.write(b"much", Modes::RAW);
    assert_eq!(desk.type_bytes(b"\x03"), 1);
    assert_eq!(desk.read(9), None);
    assert!(desk.shown.ends_with(b"^C"));
    let mut desk = Desk::new(Modes::RAW);
    assert_eq!(desk.type_bytes(b"\x03"), 0, "without signals it is a byte as any");
    assert_eq!(desk.read(9), Some(b"\x03".to_vec()));
}

#[test]
fn without_echo_nothing_is_shown_but_all_is_read() {
    let mut desk = Desk::new(Modes::COOKED.without(Modes::ECHO));
    desk.type_bytes(b"secres\x7ft\r");
    assert_eq!((desk.lines(), desk.shown), (vec!["secret\n".into()], Vec::new()));
}

#[test]
fn raw_input_is_read_as_it_comes() {
    let mut desk = Desk::new(Modes::RAW);
    desk.type_bytes(b"a\x7f\r\x04\x11");
    assert_eq!(desk.read(3), Some(b"a\x7f\r".to_vec()));
    assert_eq!(desk.read(3), Some(b"\x04\x11".to_vec()));
    assert_eq!(desk.read(3), None);
}

#[test]
fn other_modes_lose_nothing_that_was_typed() {
    let mut desk = Desk::new(Modes::COOKED);
    desk.type_bytes(b"one\nhalf");
    desk.discipline.set_modes(Modes::RAW);
    assert_eq!(desk.read(5), Some(b"one\nh".to_vec()));
    desk.discipline.set_modes(Modes::COOKED);
    assert_eq!(desk.read(9), Some(b"alf".to_vec()));
}

#[test]
fn flow_is_stopped_and_goes_on() {
    let mut desk = Desk::new(Modes::COOKED);
    desk.type_bytes(b"\x13ab");
    assert!(desk.shown.is_empty() && !desk.output.is_due());
    desk.type_bytes(b"\x11");
    assert_eq!(desk.shown, b"ab");
}

#[test]
fn too_much_rings_a_bell_and_is_counted() {
    let mut desk = Desk::new(Modes::COOKED);
    desk.type_bytes(&[b'x'; LINE_MAX + 3]);
    assert_eq!((desk.discipline.take_lost(), desk.discipline.take_lost()), (3, 0));
    assert!(desk.shown.ends_with(b"x\x07\x07\x07"));
    desk.type_bytes(b"\n");
    assert_eq!(desk.read(READY_MAX).map(|line| line.len()), Some(LINE_MAX + 1));
    for _ in 0..LINES_MAX + 2 {
        desk.type_bytes(b"\n");
    }
    assert_eq!(desk.discipline.take_lost(), 2, "lines are bounded too");
}

/// A key that a person presses.
#[derive(Clone, Debug)]
enum Press {
    Text(String),
    Erase,
    EraseWord,
    Kill,
    Enter,
    End,
}

impl Press {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Press::Text(text) => text.clone().into_bytes(),
            Press::Erase => vec![DELETE],
            Press::EraseWord => vec![ERASE_WORD],
            Press::Kill => vec![KILL],
            Press::Enter => vec![b'\r'],
            Press::End => vec![END],
        }
    }
}

fn press() -> impl Strategy<Value = Press> {
    prop_oneof![
        4 => "[ -~äß→\u{416} ]{1,4}".prop_map(Press::Text),
        3 => Just(Press::Erase),
        1 => Just(Press::EraseWord),
        1 => Just(Press::Kill),
        2 => Just(Press::Enter),
        1 => Just(Press::End),
    ]
}

/// What canonical input is, said once more: characters in a list.
fn model(presses: &[Press]) -> (Vec<String>, String) {
    let (mut lines, mut line): (Vec<String>, Vec<char>) = (Vec::new(), Vec::new());
    for press in presses {
        match press {
            Press::Text(text) => line.extend(text.chars()),
            Press::Erase => drop(line.pop()),
            Press::Kill => line.clear(),
            Press::EraseWord => {
                let text: String = line.iter().collect();
                let words = text.trim_end_matches(' ');
                let kept = words.rfind(' ').map_or(0, |space| space + 1);
                line = words[..kept].chars().collect();
            }
            Press::Enter => {
                line.push('\n');
                lines.push(line.drain(..).collect());
            }
            Press::End => lines.push(line.drain(..).collect()),
        }
    }
    (lines, line.into_iter().collect())
}

proptest! {
    #[test]
    fn canonical_input_is_that_of_the_model(presses in prop::collection::vec(press(), 0..20)) {
        let mut desk = Desk::new(Modes::COOKED);
        for press in &presses {
            desk.type_bytes(&press.bytes());
        }
        let (lines, rest) = model(&presses);
        prop_assert_eq!(desk.lines(), lines);
        prop_assert_eq!(&desk.discipline.line, rest.as_bytes());
        prop_assert_eq!(desk.discipline.take_lost(), 0);
    }

    #[test]
    fn the_terminal_shows_the_line_as_it_will_be_read(
        presses in prop::collection::vec(press(), 0..20),
    ) {
        // What the end key has given stays on the row, where no erasing may touch it.
        let presses: Vec<Press> =
            presses.into_iter().filter(|press| !matches!(press, Press::End)).collect();
        let mut desk = Desk::new(Modes::COOKED);
        for press in &presses {
            desk.type_bytes(&press.bytes());
        }
        let (lines, rest) = model(&presses);
        let rows: Vec<String> =
            lines.iter().chain([&rest]).map(|line| line.trim_end().into()).collect();
        prop_assert_eq!(picture(&desk.shown), rows);
    }

    #[test]
    fn no_bytes_are_wrong_and_nothing_grows(
        steps in prop::collection::vec((any::<Vec<u8>>(), 0_u32..64, 0_usize..40), 0..40),
    ) {
        let mut desk = Desk::default();
        for (bytes, modes, max) in steps {
            desk.discipline.set_modes(Modes::from_bits(modes).unwrap());
            desk.type_bytes(&bytes);
            prop_assert!(desk.discipline.line.len() <= LINE_MAX);
            prop_assert!(desk.discipline.ready.len() <= READY_MAX + LINE_MAX);
            prop_assert!(desk.discipline.lines.len() <= LINES_MAX);
            let in_lines: usize = desk.discipline.lines.iter().map(|len| usize::from(*len)).sum();
            prop_assert!(!desk.discipline.modes().has(Modes::CANONICAL)
                || in_lines == desk.discipline.ready.len());
            if let Some(read) = desk.read(max) {
                prop_assert!(read.len() <= max);
            }
        }
    }

    #[test]
    fn raw_input_is_what_was_typed(bytes in prop::collection::vec(any::<u8>(), 0..READY_MAX)) {
        let mut desk = Desk::new(Modes::RAW);
        prop_assert_eq!(desk.type_bytes(&bytes), 0);
        prop_assert_eq!(desk.read(READY_MAX).unwrap_or_default(), bytes);
    }
}

#[test]
fn what_takes_two_columns_is_erased_from_both() {
    let mut desk = Desk::new(Modes::COOKED);
    desk.type_bytes("月\x7f\x01\x7f".as_bytes());
    assert_eq!(desk.shown, "月\x08\x08  \x08\x08^A\x08\x08  \x08\x08".as_bytes());
    assert_eq!((width('月'), width('\x01')), (2, 2));
}
