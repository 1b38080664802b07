//! The window of the shell: what is typed there, what it shows, and what it has shown.

use sdk::Refusal;
use sdk::clock::Clock;
use sdk::endpoint::Endpoint;
use sdk::ui;
use sdk::ui::Geometry;
use sdk::window;

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

/// What it is called.
const TITLE: &str = "shell";

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
        let geometry = geometry.ok_or(Refusal::NotAvailable)?;
        let layout = Layout::new(geometry);
        let pen = Pen::new(window::Window::new(service, clock, geometry), layout);
        let view = View::new(pen, layout);
        Ok(Window { view, lines: Scrollback::new(), editor: Editor::default() })
    }

    /// Draws what lies behind all lines.
    pub(crate) fn draw_ground(&mut self) -> Result<(), Refusal> {
        self.view.draw_ground()
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
        self.draw()?;
        Ok(action)
    }

    /// Draws the lines that changed, and the one that is typed.
    pub(crate) fn draw(&mut self) -> Result<(), Refusal> {
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
