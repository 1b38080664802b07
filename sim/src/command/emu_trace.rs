//! `orrery emu --trace`: what an emulated machine does, a line for each instruction and the
//! register that it changed, for each load and each store, with the virtual time and the place in
//! the program.
//!
//! While lines are written, every instruction is executed alone, which is a hundred times slower.
//! Before the first and behind the last of them the machine is as fast as ever.

use std::fs::File;
use std::io::BufWriter;
use std::io::Write;
use std::path::PathBuf;

use emulator::cpu::Cpu;
use emulator::cpu::Stop;
use emulator::machine::Machine;
use emulator::register::NAMES;
use emulator::symbol::Symbols;

/// What is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Every instruction and the register that it changed.
    Instructions,
    /// Every load and store.
    Memory,
    /// Loads and stores of devices.
    Devices,
}

/// Which of them a word names.
///
/// # Errors
/// When it names none.
pub fn parse(word: &str) -> Result<Kind, String> {
    match word {
        "instructions" => Ok(Kind::Instructions),
        "memory" => Ok(Kind::Memory),
        "devices" => Ok(Kind::Devices),
        _ => Err("there are `instructions`, `memory` and `devices`".to_owned()),
    }
}

/// What is to be told, and where.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Nothing if there is none.
    pub kinds: Vec<Kind>,
    /// A file; stderr otherwise.
    pub to: Option<PathBuf>,
    /// The tick before which nothing is told.
    pub from: u64,
    /// How many lines at most.
    pub lines: u64,
}

/// Drives a machine and writes the lines.
pub struct Tracer<'a> {
    symbols: &'a Symbols,
    has_instructions: bool,
    has_memory: bool,
    has_devices: bool,
    out: Box<dyn Write>,
    from: u64,
    left: u64,
    is_on: bool,
    ticks_per_second: u64,
}

impl<'a> Tracer<'a> {
    /// Whoever wishes for nothing has no tracer.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn new(
        wish: &Wish,
        symbols: &'a Symbols,
        ticks_per_second: u64,
    ) -> Result<Option<Tracer<'a>>, String> {
        if wish.kinds.is_empty() {
            return Ok(None);
        }
        let out: Box<dyn Write> = match &wish.to {
            None => Box::new(std::io::stderr()),
            Some(path) => {
                let file = File::create(path);
                let file = file.map_err(|error| format!("{}: {error}", path.display()))?;
                Box::new(BufWriter::new(file))
            }
        };
        let has = |kind| wish.kinds.contains(&kind);
        Ok(Some(Tracer {
            symbols,
            has_instructions: has(Kind::Instructions),
            has_memory: has(Kind::Memory),
            has_devices: has(Kind::Devices),
            out,
            from: wish.from,
            left: wish.lines,
            is_on: false,
            ticks_per_second,
        }))
    }

    /// Executes until a tick, or until something ends the run.
    pub fn run(&mut self, cpu: &mut Cpu, machine: &mut dyn Machine, until: u64) -> Stop {
        while cpu.clock() < until {
            let is_on = self.from <= cpu.clock() && self.left != 0;
            if is_on != self.is_on {
                self.is_on = is_on;
                cpu.memory_mut().set_traced(is_on && (self.has_memory || self.has_devices));
            }
            let stop = match is_on {
                true => self.step(cpu, machine),
                false if cpu.clock() < self.from => cpu.run(machine, until.min(self.from)),
                false => cpu.run(machine, until),
            };
            if stop != Stop::Limit {
                return stop;
            }
        }
        Stop::Limit
    }

    /// One instruction, and a line for each thing that it did.
    fn step(&mut self, cpu: &mut Cpu, machine: &mut dyn Machine) -> Stop {
        let before = cpu.registers().all();
        let (retired, clock) = (cpu.retired(), cpu.clock());
        let stop = cpu.run(machine, clock.saturating_add(1));
        let Some(pc) = cpu.last() else { return stop };
        if self.has_instructions && retired < cpu.retired() {
            let after = cpu.registers().all();
            let changed = (0..after.len()).find(|register| before[*register] != after[*register]);
            let change =
                changed.map(|register| format!("{}={:08x}", NAMES[register], after[register]));
            let word = match cpu.memory().word(pc) {
                None => "hosted".to_owned(),
                Some(word) if word & 3 == 3 => format!("{word:08x}"),
                Some(word) => format!("{:04x}", word as u16),
            };
            self.line(clock, pc, &format!("{word:<8}  {:<14}", change.unwrap_or_default()));
        }
        for seen in cpu.memory_mut().take_trace() {
            if self.has_memory || seen.is_device {
                let verb = if seen.is_write { "write" } else { "read " };
                let (bits, address, value) = (seen.bytes * 8, seen.address, seen.value);
                self.line(clock, pc, &format!("{verb}{bits:<2} {address:08x} {value:08x}"));
            }
        }
        stop
    }

    fn line(&mut self, clock: u64, pc: u32, what: &str) {
        let Some(left) = self.left.checked_sub(1) else { return };
        let nanoseconds =
            u128::from(clock) * 1_000_000_000 / u128::from(self.ticks_per_second.max(1));
        let (seconds, rest) = (nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
        let place = self.symbols.place(pc);
        let done = writeln!(self.out, "{seconds:>4}.{rest:09}  {what}  {place}");
        // Whoever closes the pipe does not want to see it.
        self.left = if done.is_ok() { left } else { 0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use emulator::virt::Options;
    use emulator::virt::RAM;
    use emulator::virt::Virt;

    /// `addi x1, x0, 5`, `sw x1, 64(x2)`, `lui x3, 0x10000`, `lbu x4, 5(x3)`, `j .`
    const WORDS: [u32; 5] = [0x0050_0093, 0x0411_2023, 0x1000_01b7, 0x0051_c203, 0x0000_006f];

    /// The lines of the first ticks.
    fn traced(wish: &Wish) -> Vec<String> {
        let (mut cpu, mut machine) = Virt::new(&Options::default()).unwrap();
        let bytes: Vec<u8> = WORDS.iter().flat_map(|word| word.to_le_bytes()).collect();
        cpu.memory_mut().write(RAM, &bytes);
        cpu.registers_mut().set(2, RAM);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("trace");
        let symbols = Symbols::default();
        let wish = Wish { to: Some(path.clone()), ..wish.clone() };
        let mut tracer = Tracer::new(&wish, &symbols, 1_000_000_000).unwrap().unwrap();
        assert_eq!(tracer.run(&mut cpu, &mut machine, 6), Stop::Limit);
        assert_eq!((cpu.clock(), cpu.registers().get(1)), (6, 5));
        drop(tracer);
        let text = std::fs::read_to_string(&path).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn each_instruction_has_its_time_its_change_and_its_place() {
        let wish = Wish { kinds: vec![Kind::Instructions], lines: 10, ..Wish::default() };
        let lines = traced(&wish);
        assert_eq!(lines.len(), 6);
        assert_eq!(lines[0], "   0.000000000  00500093  ra=00000005     0x80000000");
    }

    #[test]
    fn memory_has_loads_and_stores_and_devices_only_their_own() {
        let wish = Wish { kinds: vec![Kind::Memory], lines: 10, ..Wish::default() };
        let lines = traced(&wish);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0], "   0.000000001  write32 80000040 00000005  0x80000004");
        let devices = traced(&Wish { kinds: vec![Kind::Devices], ..wish });
        assert_eq!(devices, lines[1..]);
    }

    #[test]
    fn a_trace_begins_and_ends_where_it_is_told() {
        let kinds = vec![Kind::Instructions, Kind::Memory];
        let lines = traced(&Wish { kinds, from: 2, lines: 2, to: None });
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("   0.000000002  100001b7"), "{lines:?}");
    }

    #[test]
    fn other_words_are_refused() {
        assert!(parse("registers").is_err());
        assert_eq!(parse("devices"), Ok(Kind::Devices));
    }
}
