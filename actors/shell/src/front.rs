//! Where the shell is seen: its window, a terminal, or both. What a command says goes to where it
//! was typed; what comes by itself goes to both.

use sdk::Refusal;

use crate::mail::Front;
use crate::palette::Ink;
use crate::printer::Printer;
use crate::terminal::Terminal;
use crate::window::Window;

/// All fronts of the shell, at least one at its start.
#[derive(Debug)]
pub(crate) struct Fronts {
    pub(crate) window: Option<Window>,
    pub(crate) terminal: Option<Terminal>,
    /// Where the command that is being done was typed.
    pub(crate) speaking: Front,
}

impl Fronts {
    /// A printer for what a command says.
    pub(crate) fn printer(&mut self, ink: Ink) -> Printer<'_> {
        match (&mut self.window, &mut self.terminal) {
            (Some(window), None) => window.printer(ink),
            (None, Some(terminal)) => terminal.printer(ink),
            (Some(window), Some(_)) if self.speaking == Front::Window => window.printer(ink),
            (Some(_), Some(terminal)) => terminal.printer(ink),
            (None, None) => unreachable!("a shell that nobody sees has ended"),
        }
    }

    /// Says lines where the command was typed.
    #[inline(never)]
    pub(crate) fn say(&mut self, ink: Ink, text: &str) {
        let mut printer = self.printer(ink);
        printer.text(text);
        printer.text("\n");
        printer.finish();
    }

    /// Makes the row of the prompt empty where the command is being typed.
    pub(crate) fn make_room(&mut self) -> Result<(), Refusal> {
        match &mut self.terminal {
            Some(terminal) if self.speaking == Front::Terminal => terminal.step_aside(),
            _ => Ok(()),
        }
    }

    /// Says a line everywhere, above what is being typed.
    pub(crate) fn tell(&mut self, ink: Ink, text: &str) -> Result<(), Refusal> {
        if let Some(window) = &mut self.window {
            let mut printer = window.printer(ink);
            printer.text(text);
            printer.finish();
        }
        if let Some(terminal) = &mut self.terminal {
            terminal.step_aside()?;
            let mut printer = terminal.printer(ink);
            printer.text(text);
            printer.finish();
            terminal.prompt()?;
        }
        Ok(())
    }

    /// Logs a line, past a terminal on the same wire.
    pub(crate) fn log(&mut self, text: &str) -> Result<(), Refusal> {
        let Some(terminal) = &mut self.terminal else {
            sdk::log!("{text}");
            return Ok(());
        };
        terminal.step_aside()?;
        sdk::log!("{text}");
        terminal.prompt()
    }

    /// Characters in a row of where the command was typed.
    pub(crate) fn columns(&self) -> u16 {
        match (&self.window, &self.terminal) {
            (Some(window), None) => window.columns(),
            (Some(window), Some(_)) if self.speaking == Front::Window => window.columns(),
            (_, Some(terminal)) => terminal.columns,
            (None, None) => unreachable!("a shell that nobody sees has ended"),
        }
    }

    /// Makes the place where the command was typed empty.
    pub(crate) fn clear(&mut self) -> Result<(), Refusal> {
        match (&mut self.window, &mut self.terminal) {
            (Some(window), None) => window.lines.clear(),
            (Some(window), _) if self.speaking == Front::Window => window.lines.clear(),
            (_, Some(terminal)) => terminal.clear()?,
            (None, None) => (),
        }
        Ok(())
    }
}
