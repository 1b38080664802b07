//! The machine `virt`, laid out as QEMU's: RAM at 0x8000_0000, CLINT, PLIC, a serial line, a
//! finisher, eight places for devices of virtio with nothing in them, and `tohost` for programs
//! that have it.

mod clint;
mod finisher;
mod host;
mod plic;
pub mod signature;
mod slot;
mod uart;

use crate::cpu::Cpu;
use crate::cpu::Settings;
use crate::elf::Elf;
use crate::elf::ElfError;
use crate::exception::Width;
use crate::machine::Bus;
use crate::machine::Machine;
use crate::machine::Refused;
use crate::memory::LayoutError;
use crate::memory::Memory;
use crate::virt::clint::Clint;
use crate::virt::host::Host;
use crate::virt::plic::Plic;
use crate::virt::uart::Uart;

const FINISHER: u32 = 0x0010_0000;
const FINISHER_BYTES: u32 = 0x1000;
const CLINT: u32 = 0x0200_0000;
const CLINT_BYTES: u32 = 0x1_0000;
const PLIC: u32 = 0x0c00_0000;
const PLIC_BYTES: u32 = 0x60_0000;
const UART: u32 = 0x1000_0000;
const UART_BYTES: u32 = 0x100;
const SLOTS: u32 = 0x1000_1000;
const SLOT_BYTES: u32 = 0x1000;
const SLOTS_BYTES: u32 = 8 * SLOT_BYTES;
/// Where RAM begins.
pub const RAM: u32 = 0x8000_0000;
/// The most RAM there is room for.
pub const RAM_MAX: u32 = 0x7f00_0000;

/// Where the firmware of `boards/qemu_riscv32` looks for what it is to boot.
pub const IMAGE: u32 = 0x8400_0000;

/// Lines of the PLIC.
const UART_SOURCE: u32 = 10;
/// Lines of the processor.
const SOFTWARE: u32 = 3;
const TIMER: u32 = 7;
const EXTERNAL: u32 = 11;

/// How the machine is built.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Bytes of RAM, whole pages.
    pub ram: u32,
    /// Instructions while `mtime`, which counts 10 MHz, goes on by one.
    pub instructions_per_tick: u64,
    /// The processor.
    pub settings: Settings,
}

impl Default for Options {
    fn default() -> Options {
        Options { ram: 128 << 20, instructions_per_tick: 10, settings: Settings::default() }
    }
}

/// Why there is no machine with this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BootError {
    /// There cannot be that much RAM.
    Ram(LayoutError),
    /// The program does not fit.
    Elf(ElfError),
    /// It has no symbol `tohost`, or that is not in RAM.
    NoHost,
}

impl std::fmt::Display for BootError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BootError::Ram(_) => f.write_str("RAM is whole pages of 4 KiB, at most 2032 MiB"),
            BootError::Elf(error) => error.fmt(f),
            BootError::NoHost => f.write_str("the program has no symbol `tohost` in RAM"),
        }
    }
}

impl std::error::Error for BootError {}

/// Everything around the processor.
pub struct Virt {
    clint: Clint,
    plic: Plic,
    uart: Uart,
    host: Option<Host>,
}

impl Virt {
    /// A machine with empty RAM, and its processor at the start of it.
    pub fn new(options: &Options) -> Result<(Cpu, Virt), LayoutError> {
        if RAM_MAX < options.ram {
            return Err(LayoutError::NoRoom);
        }
        let mut memory = Memory::new(options.ram);
        memory.map_ram(RAM, options.ram)?;
        for (start, bytes) in [
            (FINISHER, FINISHER_BYTES),
            (CLINT, CLINT_BYTES),
            (PLIC, PLIC_BYTES),
            (UART, UART_BYTES),
            (SLOTS, SLOTS_BYTES),
        ] {
            memory.map_device(start, bytes)?;
        }
        let mut cpu = Cpu::new(options.settings, memory);
        cpu.set_pc(RAM);
        let clint = Clint::new(options.instructions_per_tick.max(1));
        Ok((cpu, Virt { clint, plic: Plic::default(), uart: Uart::default(), host: None }))
    }

    /// A machine with a program in it.
    pub fn boot(elf: &Elf, options: &Options) -> Result<(Cpu, Virt), BootError> {
        let (mut cpu, machine) = Virt::new(options).map_err(BootError::Ram)?;
        elf.load(cpu.memory_mut()).map_err(BootError::Elf)?;
        cpu.set_pc(elf.entry);
        Ok((cpu, machine))
    }

    /// Takes what the program writes to its symbol `tohost` as messages to the host.
    pub fn serve_host(&mut self, cpu: &mut Cpu, elf: &Elf) -> Result<(), BootError> {
        let host = Host::find(&elf.symbols, cpu.memory()).ok_or(BootError::NoHost)?;
        cpu.memory_mut().watch(host.address());
        self.host = Some(host);
        Ok(())
    }

    /// What the program has sent since the last time, over the serial line or to the host.
    pub fn take_output(&mut self) -> Vec<u8> {
        let mut output = self.uart.take_sent();
        if let Some(host) = &mut self.host {
            output.append(&mut host.take_printed());
        }
        output
    }

    /// Bytes arrive at the serial line.
    pub fn receive(&mut self, bytes: &[u8], bus: &mut Bus) {
        self.uart.receive(bytes);
        self.settle(bus);
    }

    /// Lines and the next event follow from the devices.
    fn settle(&mut self, bus: &mut Bus) {
        self.plic.set_source(UART_SOURCE, self.uart.is_interrupting());
        bus.lines.set(EXTERNAL, self.plic.is_interrupting());
        bus.lines.set(SOFTWARE, self.clint.is_software_pending());
        bus.lines.set(TIMER, self.clint.is_timer_pending(bus.now));
        bus.lines.set_event_at(self.clint.timer_at(bus.now).unwrap_or(u64::MAX));
    }
}

impl Machine for Virt {
    fn read(&mut self, address: u32, width: Width, bus: &mut Bus) -> Result<u32, Refused> {
        let value = match address {
            FINISHER..CLINT => finisher::read(address - FINISHER, width),
            CLINT..PLIC => self.clint.read(address - CLINT, width, bus.now),
            PLIC..UART => self.plic.read(address - PLIC, width),
            UART..SLOTS => self.uart.read(address - UART),
            _ => slot::read((address - SLOTS) % SLOT_BYTES, width),
        }?;
        self.settle(bus);
        Ok(value)
    }

    fn write(
        &mut self,
        address: u32,
        width: Width,
        value: u32,
        bus: &mut Bus,
    ) -> Result<(), Refused> {
        match address {
            FINISHER..CLINT => {
                if let Some(verdict) = finisher::write(address - FINISHER, width, value)? {
                    bus.lines.finish(verdict);
                }
            }
            CLINT..PLIC => self.clint.write(address - CLINT, width, value, bus.now)?,
            PLIC..UART => self.plic.write(address - PLIC, width, value)?,
            UART..SLOTS => self.uart.write(address - UART, value),
            // Nobody is there who could be told.
            _ => (),
        }
        self.settle(bus);
        Ok(())
    }

    fn advance(&mut self, bus: &mut Bus) {
        self.settle(bus);
    }

    fn time(&self, now: u64) -> Option<u64> {
        Some(self.clint.time(now))
    }

    fn stored(&mut self, _address: u32, bus: &mut Bus) {
        if let Some(host) = &mut self.host
            && let Some(verdict) = host.look(bus.memory)
        {
            bus.lines.finish(verdict);
        }
    }
}
