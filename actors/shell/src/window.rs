//! The window of the shell: what is typed there, what it shows, and what it has shown.

use sdk::Refusal;
use sdk::clock::Clock;
use sdk::endpoint::Endpoint;
use sdk::ui;
use sdk::ui::Geometry;

use crate::editor::Action;
use crate::editor::Editor;
use crate::history::History;
use crate::key::Key;
use crate::layout::Layout;
use crate::mail::Mail;
use crate::mail::Service;
use crate::palette::Ink;
use crate::pen::Pen;
use crate::printer::Printer;
use crate::scrollback::Scrollback;
use crate::view::PROMPT;
use crate::view::View;

/// What stands above, and what it is called.
pub(crate) const TITLE: &str = "Orrery";

/// A window of the screen service.
#[derive(Debug)]
pub(crate) struct Window {
    view: View,
    pub(crate) lines: Scrollback,
    pub(crate) editor: Editor,
}

impl Window {
    /// Opens a window.
    pub(crate) fn open(
        service: Endpoint,
        mail: &mut Mail,
        clock: Option<Clock>,
    ) -> Result<Window, Refusal> {
        ui::ask_open(service, Service::Screen.address()?, TITLE)?;
        let geometry =
            mail.answer(Service::Screen, ui::OPEN, |message| Geometry::decode(message.payload()))?;
        let layout = Layout::new(geometry.ok_or(Refusal::NotAvailable)?);
        let view = View::new(Pen::new(service, clock, layout), layout);
        Ok(Window { view, lines: Scrollback::new(), editor: Editor::default() })
    }

    /// Draws what never changes.
    pub(crate) fn draw_frame(&mut self) -> Result<(), Refusal> {
        self.view.draw_frame(TITLE, "shell")
    }

    /// Takes a key; what it means beyond the line is for the caller.
    pub(crate) fn press(&mut self, key: Key, history: &History) -> Result<Action, Refusal> {
        let action = self.editor.press(key, history);
        match &action {
            Action::Nothing | Action::Complete => return Ok(action),
            Action::Appended(_) | Action::Changed | Action::Interrupt => self.view.follow(),
            Action::PageUp => self.view.page_up(&self.lines),
            Action::PageDown => self.view.page_down(),
            Action::Clear => self.lines.clear(),
            Action::Enter(line) => {
                self.view.follow();
                let mut printer =
                    Printer::new(&mut self.lines, self.view.layout.columns, Ink::Entered);
                printer.text(PROMPT);
                printer.text(line);
                printer.finish();
                return Ok(action);
            }
        }
        self.draw_lines()?;
        Ok(action)
    }

    /// Draws everything that may have changed.
    pub(crate) fn draw(&mut self, status: &str) -> Result<(), Refusal> {
        self.view.draw_status(status, "help shows the commands")?;
        self.draw_lines()
    }

    /// Draws the lines that changed, and the one that is typed.
    pub(crate) fn draw_lines(&mut self) -> Result<(), Refusal> {
        self.view.draw(&self.lines, &self.editor)
    }

    /// Characters in a row.
    pub(crate) fn columns(&self) -> u16 {
        self.view.layout.columns
    }

    /// A printer for lines of text.
    pub(crate) fn printer(&mut self, ink: Ink) -> Printer<'_> {
        Printer::new(&mut self.lines, self.view.layout.columns, ink)
    }
}
