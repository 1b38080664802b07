//! The emulator: firmware for an ESP32-C6 on the models of its chip.

use devices::flash::Quality;
use devices::stream::Seed;
use emulator::cpu::Stop;
use emulator::elf::Elf;
use emulator::esp32c6;
use emulator::esp32c6::Wiring;
use emulator::esp32c6::board::Board;
use emulator::symbol::Symbols;

use crate::partition;
use crate::scenario::profile::ProfileName;
use crate::target::Line;
use crate::target::Look;
use crate::target::Start;
use crate::target::Target;
use crate::target::TargetError;

/// A board that says nothing for so long, by its own clock, has stopped.
const SILENCE_MAX: u64 = 60 * esp32c6::TICKS_PER_SECOND;

/// The emulator with the firmware of `boards/esp32c6`.
#[derive(Debug)]
pub struct Emulated {
    firmware: Elf,
}

impl Emulated {
    /// The emulator with this ELF file as firmware.
    ///
    /// # Errors
    /// When it is no such file.
    pub fn new(firmware: &[u8]) -> Result<Emulated, TargetError> {
        let firmware = Elf::parse(firmware);
        let firmware = firmware.map_err(|error| TargetError::Other(error.to_string()))?;
        Ok(Emulated { firmware })
    }
}

impl Target for Emulated {
    fn name(&self) -> String {
        "emulator".to_owned()
    }

    fn lacks(&self, profile: ProfileName) -> Option<String> {
        let has = profile == ProfileName::Esp32c6;
        (!has).then(|| format!("the emulator has no `{}`, only `esp32c6`", profile.name()))
    }

    fn start(&self, start: &Start<'_>) -> Result<Box<dyn Line>, TargetError> {
        let flash = partition::flash(start.image, start.flash);
        let flash = flash.map_err(|error| TargetError::Other(error.to_string()))?;
        let (quality, wiring) = (Quality::SERIAL, Wiring::default());
        let options = esp32c6::Options { flash, quality, seed: Seed(0), wiring };
        let board = Board::boot(&self.firmware, options);
        let board = board.map_err(|error| TargetError::Other(error.to_string()))?;
        let symbols = self.firmware.symbols.clone();
        Ok(Box::new(Chip { board, symbols, flash: start.flash.len() }))
    }
}

/// A chip that is switched on.
struct Chip {
    board: Board,
    symbols: Symbols,
    /// Bytes of flash that its kernel has.
    flash: usize,
}

impl Line for Chip {
    fn send(&mut self, bytes: &[u8]) -> Result<(), TargetError> {
        self.board.send(bytes);
        Ok(())
    }

    fn receive(&mut self, bytes: &mut Vec<u8>) -> Result<(), TargetError> {
        let stop = self.board.run_until_sent(SILENCE_MAX);
        let sent = self.board.take_sent();
        if !sent.is_empty() {
            bytes.extend(sent);
            return Ok(());
        }
        Err(TargetError::Stopped(match stop {
            Stop::Lost(report) => report.text(&self.symbols),
            Stop::Exit(code) => format!("its firmware has ended with {code}"),
            Stop::Idle => "it sleeps, and nothing is left that could wake it".to_owned(),
            Stop::Limit => "it has been silent for a minute of its time".to_owned(),
        }))
    }

    fn look(&mut self) -> Result<Look, TargetError> {
        let home = partition::content(self.board.flash().bytes(), partition::HOME);
        Ok(Look {
            picture: Some(self.board.screen().picture()),
            pins: Some(self.board.pins().outputs_high()),
            flash: Some(home[..self.flash.min(home.len())].to_vec()),
        })
    }
}
