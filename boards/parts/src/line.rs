//! The board's serial line: the one without a baud rate where there is one, and a 16550 elsewhere.

use alloc::vec::Vec;
use core::convert::Infallible;
use virtio::console::Console;

use crate::uart::Registers;
use crate::uart::Uart;

/// Bytes that are worth waking the console for.
const UNSENT_MAX: usize = 4096;

/// The line. A board that has both uses the faster one, and the 16550 for its last words alone.
#[derive(Debug)]
pub struct Line<R: 'static> {
    uart: &'static Uart<R>,
    console: Option<Console>,
    /// What the console has yet to be given: waking it costs more than a few bytes.
    unsent: Vec<u8>,
}

impl<R: Registers> Line<R> {
    /// The line of a board with these.
    pub fn new(uart: &'static Uart<R>, console: Option<Console>) -> Line<R> {
        Line { uart, console, unsent: Vec::new() }
    }

    /// The oldest byte that was received. Whoever listens has said all before.
    pub fn take(&mut self) -> Option<u8> {
        self.send();
        match &mut self.console {
            Some(console) => console.take(),
            None => self.uart.take(),
        }
    }

    /// Whether there is a byte to take.
    pub fn has_received(&self) -> bool {
        match &self.console {
            Some(console) => console.has_received(),
            None => self.uart.has_received(),
        }
    }

    fn send(&mut self) {
        if let Some(console) = &mut self.console
            && !self.unsent.is_empty()
        {
            console.send(&self.unsent);
            self.unsent.clear();
        }
    }
}

impl<R> embedded_io::ErrorType for Line<R> {
    type Error = Infallible;
}

impl<R: Registers> embedded_io::WriteReady for Line<R> {
    fn write_ready(&mut self) -> Result<bool, Infallible> {
        Ok(true)
    }
}

impl<R: Registers> embedded_io::Write for Line<R> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        if self.console.is_none() {
            self.uart.send(bytes);
            return Ok(bytes.len());
        }
        self.unsent.extend(bytes);
        if UNSENT_MAX < self.unsent.len() {
            self.send();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        self.send();
        Ok(())
    }
}
