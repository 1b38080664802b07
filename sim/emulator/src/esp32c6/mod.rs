//! An ESP32-C6 with the devices that firmware built on esp-hal works with (ESP32-C6 Technical
//! Reference Manual, chapter "System and Memory").
//!
//! One instruction is one tick of 160 MHz from the beginning; only the flash and functions that
//! wait take longer. Transfers over SPI and USB take no time. What no device answers is reported.
//!
//! | module | is |
//! |---|---|
//! | [`partition`] | which part of the flash is for what |
//! | `systimer`, `watchdog` | time, and whoever bites |
//! | `usb`, `pins`, `spi`, `panel` | what one sees from outside |
//! | `storage` | the flash, and how it appears among the addresses |
//! | `interrupt` | from the devices to the processor |
//! | `analog`, `block` | what is only set up |
//! | `digest`, `arithmetic`, `rom` | functions of the ROM |
//! | `loader` | what the boot loader has done |
//! | [`board`] | the chip on a board: from outside |

mod digest;
pub mod partition;
mod systimer;
mod watchdog;
mod usb;
mod pins;
mod spi;
mod panel;
mod storage;
mod interrupt;
mod analog;
mod block;
mod arithmetic;
mod rom_table;
mod rom;
mod loader;
pub mod board;

pub use loader::BootError;
pub use panel::LAYOUT;
pub use pins::PINS;

use std::time::Duration;

use devices::flash::Flash;
use devices::flash::Quality;
use devices::stream::Seed;
use devices::stream::Stream;

use crate::cpu::Cpu;
use crate::cpu::Settings;
use crate::csr::Identity;
use crate::csr::Interrupts as Lines;
use crate::elf::Elf;
use crate::exception::Width;
use crate::machine::Bus;
use crate::machine::Machine;
use crate::machine::Refused;
use crate::machine::Served;
use crate::machine::Verdict;
use crate::memory::LayoutError;
use crate::memory::Memory;
use crate::register::Registers;

use interrupt::Interrupts;
use interrupt::source;
use rom::Outcome;
use watchdog::Layout;
use watchdog::Watchdog;

/// Ticks of the processor in a second.
pub const TICKS_PER_SECOND: u64 = 160_000_000;

/// The clock that runs when others sleep, per second.
const SLOW_CLOCK: u64 = 136_000;

const CRYSTAL: u64 = 40_000_000;

const RAM: u32 = 0x4080_0000;
const RAM_BYTES: u32 = 0x8_0000;
const LOW_POWER_RAM: u32 = 0x5000_0000;
const LOW_POWER_RAM_BYTES: u32 = 0x4000;
const CONTROLLER: u32 = 0x2000_1000;
const CONTROLLER_END: u32 = 0x2000_1400;
/// The processor's own devices: those at other addresses only read back.
const LOCAL: u32 = 0x2000_0000;
const LOCAL_BYTES: u32 = 0x2000;

const SPI0: u32 = 0x6000_2000;
const SPI1: u32 = 0x6000_3000;
const TIMER_GROUPS: u32 = 0x6000_8000;
const SYSTEM_TIMER: u32 = 0x6000_a000;
const USB: u32 = 0x6000_f000;
const MATRIX: u32 = 0x6001_0000;
const SPI2: u32 = 0x6008_1000;
const MULTIPLEXER: u32 = 0x6009_0000;
const GPIO: u32 = 0x6009_1000;
const ANALOG: u32 = 0x600a_f800;
const LOW_POWER_TIMER: u32 = 0x600b_0c00;
const LOW_POWER_WATCHDOG: u32 = 0x600b_1c00;
const RANDOM: u32 = 0x600b_2808;
const SOFTWARE_INTERRUPTS: u32 = 0x600c_5090;

/// The serial flash's identity is asked for, and its answer.
const ASK_IDENTITY: u32 = 1 << 28;
const SPI1_ANSWER: u32 = SPI1 + 0x58;

/// A clock is measured by another: begin, and done.
const CALIBRATION: u32 = 0x68;
const CALIBRATION_START: u32 = 1 << 31;
const CALIBRATION_DONE: u32 = 1 << 15;

/// Rates of what is measured, by its number.
const MEASURED: [u64; 4] = [SLOW_CLOCK, 17_500_000 / 256, 32_768, SLOW_CLOCK];

/// The pins that lead to the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wiring {
    /// Low while the panel is spoken to.
    pub select: u8,
    /// Low for a command.
    pub command: u8,
    /// Low to restart the panel.
    pub reset: u8,
}

impl Default for Wiring {
    /// As `boards/esp32c6` is wired.
    fn default() -> Wiring {
        Wiring { select: 20, command: 21, reset: 22 }
    }
}

/// What a chip is made with.
#[derive(Clone, Debug)]
pub struct Options {
    /// What is in the flash. The firmware is written to its partition.
    pub flash: Vec<u8>,
    /// How the flash ages and how long it takes.
    pub quality: Quality,
    /// What its noise is drawn from.
    pub seed: Seed,
    /// How the panel is connected.
    pub wiring: Wiring,
}

/// Everything around the processor.
pub struct Esp32c6 {
    timer: systimer::SystemTimer,
    usb: usb::Usb,
    pins: pins::Pins,
    spi: spi::Spi,
    panel: panel::Panel,
    storage: storage::Storage,
    interrupts: Interrupts,
    analog: analog::Analog,
    watchdogs: [Watchdog; 3],
    blocks: block::Blocks,
    local: Vec<u32>,
    rom: rom::Rom,
    noise: Stream,
    wiring: Wiring,
}

impl Esp32c6 {
    /// A chip whose boot loader has just started this firmware.
    ///
    /// # Errors
    /// When the firmware is for another chip, or the flash too small.
    pub fn boot(elf: &Elf, options: Options) -> Result<(Cpu, Esp32c6), BootError> {
        let Options { mut flash, quality, seed, wiring } = options;
        if flash.is_empty() || !flash.len().is_multiple_of(storage::MAPPED as usize) {
            return Err(BootError::Flash(LayoutError::NotWholePages));
        }
        let shown = loader::install(elf, &mut flash)?;
        let mut memory = empty(flash.len()).map_err(BootError::Flash)?;
        let chip = Flash::new(flash, quality, seed, "esp32c6");
        let mut storage = storage::Storage::new(chip, &mut memory).map_err(BootError::Flash)?;
        for (entry, page) in shown {
            storage.show_page(entry, page, &mut memory);
        }
        for segment in elf.segments.iter().filter(|segment| !loader::is_mapped(segment)) {
            let is_empty = segment.bytes.is_empty();
            if !is_empty && !memory.write(segment.physical, &segment.bytes) {
                return Err(BootError::Outside(segment.clone()));
            }
        }
        let identity =
            Identity { interrupts: Lines::Numbered, has_triggers: true, ..Identity::default() };
        let mut cpu = Cpu::new(Settings { identity, ..Settings::default() }, memory);
        cpu.set_pc(elf.entry);
        // The ROM leaves interrupts on, and esp-hal counts on it.
        cpu.set_interrupts_enabled(true);
        let machine = Esp32c6 {
            timer: systimer::SystemTimer::default(),
            usb: usb::Usb::default(),
            pins: pins::Pins::new(),
            spi: spi::Spi::new(),
            panel: panel::Panel::new(),
            storage,
            interrupts: Interrupts::default(),
            analog: analog::Analog::default(),
            watchdogs: [Layout::LOW_POWER, Layout::TIMER_GROUP, Layout::TIMER_GROUP]
                .map(Watchdog::new),
            blocks: block::Blocks::new(),
            local: vec![0; (LOCAL_BYTES / 4) as usize],
            rom: rom::Rom::new(&elf.symbols),
            noise: seed.stream("board esp32c6/noise"),
            wiring,
        };
        Ok((cpu, machine))
    }

    /// Interrupts and the next event follow from the devices.
    fn settle(&mut self, bus: &mut Bus) {
        let timer = self.timer.pending();
        for alarm in 0..3 {
            self.interrupts.set(source::SYSTEM_TIMER + alarm, timer >> alarm & 1 == 1);
        }
        self.interrupts.set(source::GPIO, self.pins.is_interrupting());
        self.interrupts.set(source::USB, self.usb.is_interrupting());
        self.interrupts.set(source::WATCHDOG, self.watchdogs[0].is_interrupting());
        for number in 0..4 {
            let is_raised = self.blocks.read(SOFTWARE_INTERRUPTS + number * 4) & 1 == 1;
            self.interrupts.set(source::SOFTWARE + number, is_raised);
        }
        bus.lines.set_pending(self.interrupts.pending());
        let bites = self.watchdogs.iter().map(Watchdog::event_at);
        let event_at = bites.fold(self.timer.event_at(bus.now), u64::min);
        bus.lines.set_event_at(event_at);
    }

    /// A register that is a plain one, or one of a device that is hardly there.
    fn read_plain(&mut self, address: u32) -> u32 {
        let plain = self.blocks.read(address);
        match address {
            SPI0..SPI1 => self.storage.read_table(address - SPI0).unwrap_or(plain),
            TIMER_GROUPS..SYSTEM_TIMER => {
                let group = (address - TIMER_GROUPS) / 0x1000;
                let watchdog = &self.watchdogs[1 + group as usize];
                watchdog.read(address % 0x1000).unwrap_or(plain)
            }
            LOW_POWER_WATCHDOG..=0x600b_1fff => {
                self.watchdogs[0].read(address - LOW_POWER_WATCHDOG).unwrap_or(plain)
            }
            ANALOG..=0x600a_ffff => self.analog.read(address - ANALOG, plain),
            RANDOM => self.noise.word() as u32,
            _ => plain,
        }
    }

    fn write_plain(&mut self, address: u32, value: u32, bus: &mut Bus) {
        match address {
            SPI0..SPI1 if self.storage.write_table(address - SPI0, value, bus.memory) => return,
            SPI1 => {
                if value & ASK_IDENTITY != 0 {
                    self.blocks.write(SPI1_ANSWER, self.storage.identity());
                }
                return;
            }
            TIMER_GROUPS..SYSTEM_TIMER => {
                let group = (address - TIMER_GROUPS) / 0x1000;
                let watchdog = &mut self.watchdogs[1 + group as usize];
                if watchdog.write(address % 0x1000, value, bus.now) {
                    return self.settle(bus);
                }
                if address % 0x1000 == CALIBRATION && value & CALIBRATION_START != 0 {
                    return self.calibrate(address, value);
                }
            }
            LOW_POWER_WATCHDOG..=0x600b_1fff => {
                self.watchdogs[0].write(address - LOW_POWER_WATCHDOG, value, bus.now);
                self.settle(bus);
            }
            LOW_POWER_TIMER..=0x600b_0fff if address - LOW_POWER_TIMER == 0x10 => {
                let count = bus.now / (TICKS_PER_SECOND / SLOW_CLOCK);
                self.blocks.write(LOW_POWER_TIMER + 0x14, count as u32);
                self.blocks.write(LOW_POWER_TIMER + 0x18, (count >> 32) as u32);
            }
            ANALOG..=0x600a_ffff => self.analog.write(address - ANALOG, value),
            MULTIPLEXER..GPIO => {
                let pin = ((address - MULTIPLEXER) / 4).wrapping_sub(1);
                if let Some(pin) = u8::try_from(pin).ok().filter(|pin| *pin < PINS) {
                    self.pins.set_resistors(pin, value, time(bus.now));
                }
            }
            _ => (),
        }
        self.blocks.write(address, value);
        if (SOFTWARE_INTERRUPTS..SOFTWARE_INTERRUPTS + 16).contains(&address) {
            self.settle(bus);
        }
    }

    /// How many ticks of the crystal go into so many of another clock.
    fn calibrate(&mut self, address: u32, value: u32) {
        let cycles = u64::from(value >> 16 & 0x7fff);
        let rate = MEASURED[(value >> 13 & 3) as usize];
        let count = cycles * CRYSTAL / rate;
        self.blocks.write(address, value | CALIBRATION_DONE);
        self.blocks.write(address + 4, (count as u32) << 7 | 1);
    }

    /// What SPI sends goes to the panel while that is spoken to.
    fn send(&mut self, bytes: &[u8]) {
        let Wiring { select, command, .. } = self.wiring;
        if self.pins.model().is_high(select) {
            return;
        }
        let is_command = !self.pins.model().is_high(command);
        for byte in bytes {
            match is_command {
                true => self.panel.command(*byte),
                false => self.panel.argument(*byte),
            }
        }
    }
}

/// The chip's memory without anything in it.
fn empty(flash: usize) -> Result<Memory, LayoutError> {
    let flash = u32::try_from(flash).map_err(|_| LayoutError::NoRoom)?;
    let bytes = flash.checked_add(RAM_BYTES + LOW_POWER_RAM_BYTES).ok_or(LayoutError::NoRoom)?;
    let mut memory = Memory::new(bytes);
    memory.map_ram(RAM, RAM_BYTES)?;
    memory.map_ram(LOW_POWER_RAM, LOW_POWER_RAM_BYTES)?;
    memory.map_hosted(rom::START, rom::BYTES)?;
    memory.map_device(LOCAL, LOCAL_BYTES)?;
    memory.map_device(block::START, block::BYTES)?;
    Ok(memory)
}

/// Time since power-on.
fn time(ticks: u64) -> Duration {
    let nanos = u128::from(ticks) * 1_000_000_000 / u128::from(TICKS_PER_SECOND);
    // 2^64 nanoseconds are five centuries.
    Duration::from_nanos(nanos as u64)
}

/// Nothing answers: that is what is said, and the run ends.
fn unanswered(what: &str, address: u32, bus: &mut Bus) {
    let what = format!("{what} {address:#010x}, where no device answers");
    bus.lines.finish(Verdict::Failure(what));
}

impl Machine for Esp32c6 {
    fn read(&mut self, address: u32, width: Width, bus: &mut Bus) -> Result<u32, Refused> {
        if width != Width::Word {
            return Err(Refused);
        }
        Ok(match address {
            CONTROLLER..CONTROLLER_END => self.interrupts.read_controller(address - CONTROLLER),
            LOCAL..=0x2000_1fff => self.local[((address - LOCAL) / 4) as usize],
            SYSTEM_TIMER..=0x6000_afff => self.timer.read(address - SYSTEM_TIMER),
            USB..MATRIX => {
                let value = self.usb.read(address - USB);
                self.settle(bus);
                value
            }
            MATRIX..=0x6001_0fff => self.interrupts.read_matrix(address - MATRIX),
            SPI2..=0x6008_1fff => self.spi.read(address - SPI2),
            GPIO..=0x6009_1eff => self.pins.read(address - GPIO),
            _ if block::name(address).is_none() => {
                unanswered("a load from", address, bus);
                0
            }
            _ => self.read_plain(address),
        })
    }

    fn write(
        &mut self,
        address: u32,
        width: Width,
        value: u32,
        bus: &mut Bus,
    ) -> Result<(), Refused> {
        if width != Width::Word {
            return Err(Refused);
        }
        match address {
            CONTROLLER..CONTROLLER_END => {
                self.interrupts.write_controller(address - CONTROLLER, value);
            }
            LOCAL..=0x2000_1fff => self.local[((address - LOCAL) / 4) as usize] = value,
            SYSTEM_TIMER..=0x6000_afff => self.timer.write(address - SYSTEM_TIMER, value, bus.now),
            USB..MATRIX => self.usb.write(address - USB, value),
            MATRIX..=0x6001_0fff => self.interrupts.write_matrix(address - MATRIX, value),
            SPI2..=0x6008_1fff => {
                let sent = self.spi.write(address - SPI2, value);
                self.send(&sent);
                return Ok(());
            }
            GPIO..=0x6009_1eff => {
                self.pins.write(address - GPIO, value, time(bus.now));
                if self.pins.model().driven(self.wiring.reset) == Some(false) {
                    self.panel.restart();
                }
            }
            _ if block::name(address).is_none() => unanswered("a store to", address, bus),
            _ => {
                self.write_plain(address, value, bus);
                return Ok(());
            }
        }
        self.settle(bus);
        Ok(())
    }

    fn advance(&mut self, bus: &mut Bus) {
        self.timer.advance(bus.now);
        for watchdog in &mut self.watchdogs {
            if watchdog.advance(bus.now).is_err() {
                let what = format!(
                    "the {} watchdog was not fed in time: it would restart the chip",
                    watchdog.name()
                );
                bus.lines.finish(Verdict::Failure(what));
            }
        }
        self.settle(bus);
    }

    fn time(&self, _now: u64) -> Option<u64> {
        None
    }

    fn call(&mut self, address: u32, registers: &mut Registers, bus: &mut Bus) -> Served {
        let mut printed = Vec::new();
        let outcome =
            self.rom.call(address, registers, bus.memory, &mut self.storage, &mut printed);
        self.usb.print(&printed);
        match outcome {
            Outcome::Returned(instructions) => Served::Returned { instructions },
            Outcome::Unknown => Served::Unknown,
            Outcome::BadArguments => {
                let what = format!(
                    "a function of the ROM at {address:#010x} is given memory that is not there"
                );
                bus.lines.finish(Verdict::Failure(what));
                Served::Returned { instructions: 1 }
            }
        }
    }
}

#[cfg(test)]
mod tests;
