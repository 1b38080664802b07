//! A machine with a small program, and what tests ask of it.

use emulator::bus::Alignment;
use emulator::cpu::Cpu;
use emulator::cpu::Stop;
use emulator::virt::Options;
use emulator::virt::RAM;
use emulator::virt::Virt;

use crate::assembler::MCAUSE;
use crate::assembler::MEPC;
use crate::assembler::MTVAL;
use crate::assembler::MTVEC;
use crate::assembler::jal;

/// Bytes of RAM.
pub(crate) const SIZE: u32 = 0x1_0000;
/// Where traps go.
pub(crate) const HANDLER: u32 = RAM + 0x8000;
/// Where data lies.
pub(crate) const DATA: u32 = RAM + 0x4000;

pub(crate) struct Bench {
    pub(crate) cpu: Cpu,
    pub(crate) machine: Virt,
}

impl Bench {
    /// A program at the start of RAM.
    pub(crate) fn new(words: &[u32]) -> Bench {
        Bench::with(words, Options { ram: SIZE, ..Options::default() })
    }

    /// The same on a processor that traps misaligned loads and stores.
    pub(crate) fn strict(words: &[u32]) -> Bench {
        let mut options = Options { ram: SIZE, ..Options::default() };
        options.settings.alignment = Alignment::Natural;
        Bench::with(words, options)
    }

    fn with(words: &[u32], options: Options) -> Bench {
        let (cpu, machine) = Virt::new(&options).unwrap();
        let mut bench = Bench { cpu, machine };
        // A handler that stays where it is, unless the program has its own.
        bench.put(HANDLER, &[jal(0, 0)]);
        bench.put(RAM, words);
        bench.set_csr(MTVEC, HANDLER);
        bench
    }

    /// A program of compressed instructions.
    pub(crate) fn of_halves(halves: &[u16]) -> Bench {
        let mut bench = Bench::new(&[]);
        let bytes: Vec<u8> = halves.iter().flat_map(|half| half.to_le_bytes()).collect();
        assert!(bench.cpu.memory_mut().write(RAM, &bytes));
        bench
    }

    pub(crate) fn put(&mut self, address: u32, words: &[u32]) {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        assert!(self.cpu.memory_mut().write(address, &bytes));
    }

    pub(crate) fn word(&self, address: u32) -> u32 {
        self.cpu.memory().word(address).unwrap()
    }

    /// Executes so many instructions.
    pub(crate) fn run(&mut self, instructions: u64) {
        let until = self.cpu.clock() + instructions;
        assert_eq!(self.cpu.run(&mut self.machine, until), Stop::Limit);
    }

    pub(crate) fn x(&self, register: usize) -> u32 {
        self.cpu.registers().get(register)
    }

    pub(crate) fn set(&mut self, register: usize, value: u32) {
        self.cpu.registers_mut().set(register, value);
    }

    pub(crate) fn csr(&mut self, number: u32) -> u32 {
        self.cpu.read_csr(&mut self.machine, number as u16).unwrap()
    }

    pub(crate) fn set_csr(&mut self, number: u32, value: u32) {
        self.cpu.write_csr(&mut self.machine, number as u16, value).unwrap();
    }

    /// The trap that was taken last: cause, value, address.
    #[track_caller]
    pub(crate) fn assert_trapped(&mut self, cause: u32, value: u32, pc: u32) {
        assert_eq!(self.cpu.pc(), HANDLER, "the handler is entered");
        let found = [MCAUSE, MTVAL, MEPC].map(|number| self.csr(number));
        assert_eq!(found, [cause, value, pc], "cause, value, address");
    }
}

/// Executes one instruction with x5 and x6 set; gives x7.
#[track_caller]
pub(crate) fn result(word: u32, x5: u32, x6: u32) -> u32 {
    let mut bench = Bench::new(&[word]);
    bench.set(5, x5);
    bench.set(6, x6);
    bench.run(1);
    assert_eq!(bench.cpu.pc(), RAM + 4, "it goes on behind it");
    assert_eq!(bench.cpu.retired(), 1);
    bench.x(7)
}
