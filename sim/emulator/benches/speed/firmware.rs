//! The firmware of `boards/esp32c6` from power-on until its shell has answered some commands.

use devices::flash::Quality;
use devices::stream::Seed;
use emulator::cpu::Stop;
use emulator::elf::Elf;
use emulator::esp32c6;
use emulator::esp32c6::Wiring;
use emulator::esp32c6::board::Board;
use emulator::esp32c6::partition::TABLE;
use emulator::esp32c6::partition::Table;

use crate::stopwatch::Stopwatch;

/// Where what lies in the flash.
const PARTITIONS: &str = include_str!("../../../../boards/esp32c6/partitions.csv");
const FLASH_BYTES: usize = 4 << 20;
/// What is typed, one after the other.
const COMMANDS: [&str; 4] = ["cat motd.txt\n", "ls /\n", "actors\n", "help\n"];
/// After this the board has booted, and has drawn its answer to a command.
const BOOT: u64 = 2 * esp32c6::TICKS_PER_SECOND;
const ANSWER: u64 = esp32c6::TICKS_PER_SECOND;

/// What was measured.
pub(crate) struct Figures {
    /// From the file to the first byte of the serial line, in seconds.
    pub(crate) first_byte: f64,
    /// From power-on to the last answer.
    pub(crate) seconds: f64,
    /// Instructions in that time.
    pub(crate) retired: u64,
}

/// Boots firmware with an image and uses it.
pub(crate) fn measure(firmware: &[u8], image: &[u8]) -> Result<Figures, String> {
    let begin = Stopwatch::start();
    let elf = Elf::parse(firmware).map_err(|error| error.to_string())?;
    let flash = flash(image)?;
    let (quality, wiring) = (Quality::SERIAL, Wiring::default());
    let options = esp32c6::Options { flash, quality, seed: Seed(0), wiring };
    let mut board = Board::boot(&elf, options).map_err(|error| error.to_string())?;
    let power = Stopwatch::start();
    board.run_until_sent(BOOT);
    let first_byte = begin.elapsed().as_secs_f64();
    run(&mut board, &elf, BOOT)?;
    for command in COMMANDS {
        let before = board.screen().picture();
        board.send(command.as_bytes());
        run(&mut board, &elf, ANSWER)?;
        if board.screen().picture() == before {
            return Err(format!("no answer to {command:?}"));
        }
    }
    let (seconds, retired) = (power.elapsed().as_secs_f64(), board.cpu().retired());
    Ok(Figures { first_byte, seconds, retired })
}

fn run(board: &mut Board, elf: &Elf, ticks: u64) -> Result<(), String> {
    match board.run(ticks) {
        Stop::Lost(report) => Err(report.text(&elf.symbols)),
        _ => Ok(()),
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
