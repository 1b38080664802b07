//! The firmware of `boards/esp32c6` on its emulated chip.

use devices::flash::Quality;
use devices::stream::Seed;
use emulator::cpu::Stop;
use emulator::elf::Elf;
use emulator::esp32c6;
use emulator::esp32c6::Wiring;
use emulator::esp32c6::partition::TABLE;
use emulator::esp32c6::partition::Table;
use emulator::symbol::Symbols;

use crate::stopwatch::Stopwatch;
use crate::talk::Board;
use crate::talk::Cost;
use crate::talk::Figures;
use crate::talk::talk;

/// Where what lies in the flash.
const PARTITIONS: &str = include_str!("../../../../boards/esp32c6/partitions.csv");
const FLASH_BYTES: usize = 4 << 20;
/// For how long it is listened to at once.
const MOMENT: u64 = esp32c6::TICKS_PER_SECOND / 10;

struct Chip {
    board: esp32c6::board::Board,
    symbols: Symbols,
    begin: Stopwatch,
}

/// Boots firmware with an image and uses it. Time begins with the bytes of the file.
pub(crate) fn measure(firmware: &[u8], image: &[u8]) -> Result<Figures, String> {
    let begin = Stopwatch::start();
    let elf = Elf::parse(firmware).map_err(|error| error.to_string())?;
    let flash = flash(image)?;
    let (quality, wiring) = (Quality::SERIAL, Wiring::default());
    let options = esp32c6::Options { flash, quality, seed: Seed(0), wiring };
    let board = esp32c6::board::Board::boot(&elf, options).map_err(|error| error.to_string())?;
    talk(&mut Chip { board, symbols: elf.symbols, begin })
}

impl Board for Chip {
    fn hear(&mut self) -> Result<Vec<u8>, String> {
        match self.board.run_until_sent(MOMENT) {
            Stop::Lost(report) => Err(report.text(&self.symbols)),
            _ => Ok(self.board.take_sent()),
        }
    }

    fn send(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.board.send(bytes);
        Ok(())
    }

    fn cost(&self) -> Cost {
        let seconds = self.begin.elapsed().as_secs_f64();
        Cost { seconds, retired: self.board.cpu().retired() }
    }
}

fn flash(image: &[u8]) -> Result<Vec<u8>, String> {
    let table = Table::parse(PARTITIONS).map_err(|error| format!("{error:?}"))?;
    let mut flash = vec![u8::MAX; FLASH_BYTES];
    let mut insert = |at: u32, bytes: &[u8]| {
        let place = flash.get_mut(at as usize..at as usize + bytes.len())?;
        place.copy_from_slice(bytes);
        Some(())
    };
    insert(TABLE, &table.bytes()).ok_or("the table lies behind the flash")?;
    let partition = table.find("actors").ok_or("there is no partition for an image")?;
    insert(partition.at, image).ok_or("the image does not fit")?;
    Ok(flash)
}
