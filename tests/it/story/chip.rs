//! The emulated ESP32-C6 by its own clock.

use std::fs;
use std::path::Path;

use devices::flash::Quality;
use devices::picture::Picture;
use devices::stream::Seed;
use emulator::cpu::Stop;
use emulator::elf::Elf;
use emulator::esp32c6;
use emulator::esp32c6::Options;
use emulator::esp32c6::TICKS_PER_SECOND;
use emulator::esp32c6::Wiring;
use emulator::symbol::Symbols;
use sim::partition;
use sim::target::TargetError;

use crate::story::alone::Alone;

/// For how long to listen at once: a tenth of a second of the chip's own.
const MOMENT: u64 = TICKS_PER_SECOND / 10;

/// A board that is switched on.
pub(super) struct Board {
    board: esp32c6::board::Board,
    symbols: Symbols,
}

impl Board {
    /// Switches one on that boots this image with this firmware.
    pub(super) fn on(firmware: &Path, image: &[u8]) -> Result<Board, TargetError> {
        let other = |error: &dyn std::fmt::Display| TargetError::Other(error.to_string());
        let bytes = fs::read(firmware).map_err(|error| other(&error))?;
        let elf = Elf::parse(&bytes).map_err(|error| other(&error))?;
        let flash = partition::flash(image, &[]).map_err(|error| other(&error))?;
        let (quality, wiring) = (Quality::SERIAL, Wiring::default());
        let options = Options { flash, quality, seed: Seed(0), wiring };
        let board = esp32c6::board::Board::boot(&elf, options).map_err(|error| other(&error))?;
        Ok(Board { board, symbols: elf.symbols })
    }
}

impl Alone for Board {
    fn hear(&mut self) -> Result<Vec<u8>, TargetError> {
        match self.board.run_until_sent(MOMENT) {
            Stop::Lost(report) => Err(TargetError::Stopped(report.text(&self.symbols))),
            Stop::Exit(code) => Err(TargetError::Stopped(format!("it has ended with {code}"))),
            Stop::Limit | Stop::Idle => Ok(self.board.take_sent()),
        }
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), TargetError> {
        self.board.send(bytes);
        Ok(())
    }

    fn type_text(&mut self, _: &str) -> Result<(), TargetError> {
        Err(TargetError::Other("it has no keyboard".to_owned()))
    }

    fn drive(&mut self, pin: u8, high: bool) -> Result<(), TargetError> {
        self.board.drive(pin, Some(high));
        Ok(())
    }

    fn picture(&mut self) -> Result<Picture, TargetError> {
        Ok(self.board.screen().picture())
    }
}
