//! What a person did in a window, as the steps of a scenario.

use std::fmt::Write;
use std::fs;
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
}

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
                _ => (),
            }
        }
        steps
    }
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
}
