//! What a person did in a window and at a terminal, as the steps of a scenario.

use std::fmt::Write;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use devices::keyboard;
use kernel::event::Event;
use kernel::time::Instant;

use crate::scenario::load::parse;
use crate::scenario::plan::Plan;
use crate::stock::Stock;

/// Keys that follow each other sooner than this are typed in one step.
const PAUSE: Duration = Duration::from_millis(500);

/// Inputs with their instants.
#[derive(Clone, Debug, Default)]
pub(crate) struct Session {
    inputs: Vec<(Instant, Event)>,
}

/// One step to be.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Type(String),
    Press(String),
    Touch(&'static str, u16, u16),
    Serial(Vec<u8>),
}

/// The control characters that end a step: what comes behind them may depend on what they did.
const ENDS: Range<u8> = 0..0x20;

impl Session {
    /// Takes note of an input.
    pub(crate) fn note(&mut self, at: Instant, event: Event) {
        self.inputs.push((at, event));
    }

    /// Writes the scenario of a plan with what was done as further steps. It is read back before
    /// it is written, so what is saved can be played.
    pub(crate) fn save(&self, plan: &Plan, file: &Path) -> Result<(), String> {
        let source = fs::read_to_string(&plan.source).map_err(|error| error.to_string())?;
        let indent = plan.steps.first().map_or(3, |step| step.place.column).saturating_sub(3);
        let mut text = source.trim_end().to_owned();
        text.push('\n');
        for line in self.lines() {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}- {line}", " ".repeat(indent));
        }
        let base = plan.source.parent().unwrap_or(Path::new(""));
        let read = parse(file, text.clone(), base, &Stock);
        read.map_err(|diagnostics| {
            format!("steps can only be added where `steps` comes last:\n{diagnostics}")
        })?;
        fs::write(file, text).map_err(|error| error.to_string())
    }

    /// The steps as YAML, without their dashes.
    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut before = self.inputs.first().map_or(Instant::ZERO, |(at, _)| *at);
        for (at, step) in self.steps() {
            let pause = at.since(before);
            if Duration::from_millis(1) <= pause {
                lines.push(format!("delay: {}ms", pause.as_millis()));
            }
            before = at;
            lines.push(match step {
                Step::Type(text) => format!("type: {text:?}"),
                Step::Press(chord) => format!("press: {chord}"),
                Step::Touch(command, x, y) => format!("{command}: {{ x: {x}, y: {y} }}"),
                Step::Serial(bytes) => format!("write-serial: {}", written(&bytes)),
            });
        }
        lines
    }

    fn steps(&self) -> Vec<(Instant, Step)> {
        let mut steps: Vec<(Instant, Step)> = Vec::new();
        let mut last_key = Instant::ZERO;
        let mut buttons = 0;
        for (at, event) in &self.inputs {
            match event {
                Event::Key(key) if key.pressed => {
                    let is_soon = at.since(last_key) < PAUSE;
                    last_key = *at;
                    match (key.text, steps.last_mut()) {
                        (Some(c), Some((_, Step::Type(text)))) if is_soon => text.push(c),
                        (Some(c), _) => steps.push((*at, Step::Type(c.to_string()))),
                        (None, _) => steps
                            .extend(keyboard::name_of(key).map(|chord| (*at, Step::Press(chord)))),
                    }
                }
                Event::Pointer(pointer) => {
                    let command = match (buttons & 1, pointer.buttons & 1) {
                        (0, 1) => "touch-press",
                        (1, 0) => "touch-release",
                        _ => "touch-move",
                    };
                    buttons = pointer.buttons;
                    steps.push((*at, Step::Touch(command, pointer.x, pointer.y)));
                }
                Event::Serial(byte) => match steps.last_mut() {
                    Some((began, Step::Serial(bytes))) if belongs(*began, *at, bytes) => {
                        bytes.push(*byte);
                    }
                    _ => steps.push((*at, Step::Serial(vec![*byte]))),
                },
                _ => (),
            }
        }
        steps
    }
}

/// Whether a byte that came then is typed in one step with those before it.
fn belongs(began: Instant, at: Instant, bytes: &[u8]) -> bool {
    let is_text = bytes.last().is_some_and(|last| !ENDS.contains(last));
    at == began || is_text && at.since(began) < PAUSE
}

/// Bytes of the serial line as YAML: a text if they are one.
fn written(bytes: &[u8]) -> String {
    let Ok(text) = core::str::from_utf8(bytes) else { return format!("{bytes:?}") };
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            // Writing to a string cannot fail.
            '\0'..='\x1f' | '\x7f' => _ = write!(quoted, "\\x{:02x}", u32::from(character)),
            '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => {
                _ = write!(quoted, "\\u{:04x}", u32::from(character));
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_text_and_pauses_become_delays() {
        let mut session = Session::default();
        let mut at = Instant::from_nanos(1_000_000_000);
        for event in keyboard::typed("ls\n") {
            session.note(at, Event::Key(event));
            at = at + Duration::from_millis(100);
        }
        at = at + Duration::from_secs(1);
        for event in keyboard::chord("Up").unwrap() {
            session.note(at, Event::Key(event));
        }
        assert_eq!(session.lines(), ["type: \"ls\\n\"", "delay: 1600ms", "press: Up"]);
    }

    #[test]
    fn typing_at_a_terminal_is_written_down_until_something_may_have_come_of_it() {
        let mut session = Session::default();
        let mut at = Instant::from_nanos(1_000_000_000);
        for byte in "ä\"\x7f\r\x03".bytes().chain([0xff]) {
            session.note(at, Event::Serial(byte));
            at = at + Duration::from_millis(100);
        }
        session.note(at, Event::Serial(b'a'));
        session.note(at, Event::Serial(b'\r'));
        session.note(at, Event::Serial(b'b'));
        assert_eq!(
            session.lines(),
            [
                r#"write-serial: "ä\"\x7f\x0d""#,
                "delay: 500ms",
                r#"write-serial: "\x03""#,
                "delay: 100ms",
                "write-serial: [255, 97, 13]",
                "delay: 100ms",
                r#"write-serial: "b""#,
            ]
        );
    }
}
