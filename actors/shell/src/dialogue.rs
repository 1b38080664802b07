//! The dialogue: keys come in, commands are done, lines come out.

use alloc::format;
use alloc::string::String;
use core::ops::ControlFlow;
use sdk::Refusal;
use sdk::abi::input::KeyEvent;
use sdk::abi::process::ProcessRecord;
use sdk::endpoint::Endpoint;
use sdk::grant::Grants;
use sdk::process::Processes;
use sdk::ui;
use sdk::ui::Geometry;
use sdk::window::Window;

use crate::command::COMMANDS;
use crate::command::Command;
use crate::editor::Action;
use crate::editor::Editor;
use crate::files::Files;
use crate::files::Found;
use crate::layout::Layout;
use crate::mail::Badge;
use crate::mail::Event;
use crate::mail::Mail;
use crate::palette::Ink;
use crate::pen::Pen;
use crate::printer::Printer;
use crate::scrollback::Scrollback;
use crate::view::PROMPT;
use crate::view::View;

const FILE_SERVICE: Endpoint = Endpoint::slot(1);
const SCREEN_SERVICE: Endpoint = Endpoint::slot(2);

const TITLE: &str = "shell";

/// The file that is shown first.
const GREETING: &str = "hello.txt";

/// Everything the shell has.
pub(crate) struct Dialogue {
    mail: Mail,
    files: Files,
    processes: Option<Processes>,
    view: View,
    lines: Scrollback,
    editor: Editor,
}

impl Dialogue {
    /// Opens the screen.
    pub(crate) fn open() -> Result<Dialogue, Refusal> {
        let grants = Grants::new();
        let clock = grants.clock();
        let mut mail = Mail::new(clock);
        ui::ask_open(SCREEN_SERVICE, Badge::Screen.endpoint()?, TITLE)?;
        let geometry =
            mail.answer(Badge::Screen, ui::OPEN, |message| Geometry::decode(message.payload()))?;
        let geometry = geometry.ok_or(Refusal::NotAvailable)?;
        let (window, layout) =
            (Window::new(SCREEN_SERVICE, clock, geometry), Layout::new(geometry));
        Ok(Dialogue {
            mail,
            files: Files::new(FILE_SERVICE)?,
            processes: grants.processes(),
            view: View::new(Pen::new(window, layout), layout),
            lines: Scrollback::new(),
            editor: Editor::default(),
        })
    }

    /// Shows the first picture.
    pub(crate) fn greet(&mut self) -> Result<(), Refusal> {
        self.show_file(GREETING);
        self.view.draw_ground()?;
        self.draw()
    }

    /// Waits for a key and does what it means.
    pub(crate) fn step(&mut self) -> Result<ControlFlow<()>, Refusal> {
        match self.mail.next_event()? {
            Event::Key(event) => self.press(&event),
            Event::Death => self.draw().map(ControlFlow::Continue),
        }
    }

    fn press(&mut self, event: &KeyEvent) -> Result<ControlFlow<()>, Refusal> {
        match self.editor.press(event) {
            Action::Nothing => return Ok(ControlFlow::Continue(())),
            Action::Changed => self.view.follow(),
            Action::PageUp => self.view.page_up(&self.lines),
            Action::PageDown => self.view.page_down(),
            Action::Clear => self.lines.clear(),
            Action::Enter(line) => {
                self.view.follow();
                self.say(Ink::Entered, &format!("{PROMPT}{line}"));
                if self.execute(&line).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
                return self.draw().map(ControlFlow::Continue);
            }
        }
        self.view.draw(&self.lines, &self.editor).map(ControlFlow::Continue)
    }

    fn execute(&mut self, line: &str) -> ControlFlow<()> {
        let command = Command::parse(line);
        if command != Command::Nothing {
            sdk::log!("{}", line.trim());
        }
        match command {
            Command::Nothing => (),
            Command::Help => {
                for (usage, meaning) in COMMANDS {
                    self.say(Ink::Plain, &format!("{usage:<10} {meaning}"));
                }
                self.say(Ink::Dim, "Up recalls a line, Page Up shows earlier ones.");
            }
            Command::List => self.list_files(),
            Command::Show(name) => self.show_file(name),
            Command::Actors => self.list_actors(),
            Command::Echo(text) => self.say(Ink::Plain, text),
            Command::Clear => self.lines.clear(),
            Command::Exit => return ControlFlow::Break(()),
            Command::Incomplete(what) => self.say(Ink::Error, what),
            Command::Unknown(word, None) => {
                self.say(Ink::Error, &format!("{word}: no such command. Type help."));
            }
            Command::Unknown(word, Some(name)) => {
                let text = format!("{word}: no such command. Did you mean {name}?");
                self.say(Ink::Error, &text);
            }
        }
        ControlFlow::Continue(())
    }

    fn list_files(&mut self) {
        let columns = self.columns();
        // A gap and ten digits and the unit stand to the right of the name.
        let width = usize::from(columns).saturating_sub(14).min(40);
        let mut printer = Printer::new(&mut self.lines, columns, Ink::Plain);
        let listed = self.files.list(&mut self.mail, |entry| {
            printer.text(&format!("{:<width$} {:>10} B\n", entry.name, entry.size));
        });
        printer.finish();
        match listed {
            Ok(0) => self.say(Ink::Dim, "no files"),
            Ok(_) => (),
            Err(refusal) => self.say(Ink::Error, &format!("ls: {refusal}")),
        }
    }

    fn show_file(&mut self, name: &str) {
        let mut is_empty = true;
        let mut printer = Printer::new(&mut self.lines, self.view.layout.columns, Ink::Plain);
        let read = self.files.read(&mut self.mail, name, |bytes| {
            is_empty &= bytes.is_empty();
            printer.bytes(bytes);
        });
        printer.finish();
        match read {
            Ok(Found::File) if is_empty => self.say(Ink::Dim, &format!("{name} is empty")),
            Ok(Found::File) => (),
            Ok(Found::Nothing) => self.say(Ink::Error, &format!("{name}: no such file")),
            Err(refusal) => self.say(Ink::Error, &format!("{name}: {refusal}")),
        }
    }

    fn list_actors(&mut self) {
        let Some(processes) = self.processes else {
            return self.say(Ink::Error, "ps: the process table was not granted");
        };
        let text = "NAME          STATE     PRIORITY     MEMORY  QUEUED";
        self.say(Ink::Dim, text);
        for index in 0.. {
            match processes.record(index) {
                Ok(Some(record)) => self.say(Ink::Plain, &actor_line(&record)),
                Ok(None) => return,
                Err(refusal) => return self.say(Ink::Error, &format!("ps: {refusal}")),
            }
        }
    }

    fn say(&mut self, ink: Ink, text: &str) {
        let columns = self.columns();
        let mut printer = Printer::new(&mut self.lines, columns, ink);
        printer.text(text);
        printer.text("\n");
        printer.finish();
    }

    /// Draws everything that may have changed.
    fn draw(&mut self) -> Result<(), Refusal> {
        self.view.draw(&self.lines, &self.editor)
    }

    fn columns(&self) -> u16 {
        self.view.layout.columns
    }
}

fn actor_line(record: &ProcessRecord) -> String {
    let ProcessRecord { memory, queued, priority, state, .. } = record;
    let (name, state) = (record.name(), state.name());
    let kibibytes = memory.div_ceil(1024);
    format!("{name:<13} {state:<9} {priority:>8} {kibibytes:>6} KiB {queued:>7}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use sdk::abi::process::ProcessState;

    #[test]
    fn an_actor_is_a_line_below_its_heading() {
        let mut name = [0; ProcessRecord::NAME_BYTES];
        name[..3].copy_from_slice(b"vfs");
        let state = ProcessState::Waiting;
        let record = ProcessRecord {
            id: 1,
            fuel: 9,
            memory: 40_000,
            queued: 2,
            priority: 18,
            state,
            restarts: 0,
            name,
        };
        assert_eq!(actor_line(&record), "vfs           waiting         18     40 KiB       2");
    }
}
