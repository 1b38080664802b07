//! Random programs, executed in pieces of any length, beside the evaluator that decodes every
//! instruction anew. Programs jump about, trap, and write over themselves.

use emulator::virt::RAM;

use crate::assembler::*;
use crate::bench::Bench;
use crate::bench::HANDLER;
use crate::bench::SIZE;
use crate::reference::Reference;

/// A generator that is the same everywhere (Marsaglia, Xorshift RNGs).
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as u32
    }

    fn below(&mut self, bound: u32) -> u32 {
        self.next() % bound
    }

    fn register(&mut self) -> u32 {
        // A few registers only, so that results are used.
        [0, 1, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 28, 31][self.below(15) as usize]
    }

    /// x2 and x3 always point to data and code.
    fn base(&mut self) -> u32 {
        [2, 2, 2, 3, 8][self.below(5) as usize]
    }

    fn offset(&mut self) -> i32 {
        let offset = (self.below(512) as i32 - 128) * 4;
        if self.below(16) == 0 { offset + 1 } else { offset }
    }

    fn constant(&mut self) -> i32 {
        self.below(4096) as i32 - 2048
    }

    /// One instruction: mostly sound, sometimes any bits at all.
    fn instruction(&mut self) -> u32 {
        let (rd, rs1, rs2) = (self.register(), self.register(), self.register());
        match self.below(100) {
            0..22 => i(0x13, [0, 2, 3, 4, 6, 7][self.below(6) as usize], rd, rs1, self.constant()),
            22..27 => r(0x13, 1, 0, rd, rs1, self.below(32)),
            27..32 => r(0x13, 5, self.below(2) * 32, rd, rs1, self.below(32)),
            32..44 => r(0x33, self.below(8), 0, rd, rs1, rs2),
            44..46 => r(0x33, self.below(2) * 5, 32, rd, rs1, rs2),
            46..52 => r(0x33, self.below(8), 1, rd, rs1, rs2),
            52..55 => lui(rd, self.next()),
            55..58 => auipc(rd, self.below(4) << 12),
            58..66 => {
                let funct3 = [0, 1, 2, 4, 5][self.below(5) as usize];
                i(0x03, funct3, rd, self.base(), self.offset())
            }
            66..73 => s(self.below(3), self.base(), rs2, self.offset()),
            73..77 => {
                let operation = [0, 1, 2, 3, 4, 8, 12, 16, 20, 24, 28][self.below(11) as usize];
                let rs2 = if operation == 2 { 0 } else { rs2 };
                amo(operation, rd, self.base(), rs2)
            }
            77..87 => {
                let funct3 = [0, 1, 4, 5, 6, 7][self.below(6) as usize];
                b(funct3, rs1, rs2, (self.below(64) as i32 - 24) * 2)
            }
            87..90 => jal(rd, (self.below(256) as i32 - 96) * 2),
            90..92 => jalr(rd, 3, self.below(1024) as i32 * 2),
            92..95 => {
                let number = [MSCRATCH, MTVAL, MCAUSE][self.below(3) as usize];
                r(0x73, [1, 2, 3, 5, 6, 7][self.below(6) as usize], 0, rd, rs1, 0) | number << 20
            }
            95 => [ECALL, EBREAK, FENCE, FENCE_I][self.below(4) as usize],
            _ => self.next(),
        }
    }

    /// Two compressed instructions.
    fn halves(&mut self) -> u32 {
        let mut half = || loop {
            let half = self.next() & 0xffff;
            if half & 3 != 3 {
                return half;
            }
        };
        half() | half() << 16
    }
}

/// A program with a handler that goes on two bytes behind what trapped, and puts the pointers
/// right.
fn memory(draw: &mut Draw) -> Vec<u32> {
    let mut words: Vec<u32> = (0..SIZE / 4).map(|_| 0).collect();
    for word in words.iter_mut().take(0x3000 / 4) {
        *word = if draw.below(5) == 0 { draw.halves() } else { draw.instruction() };
    }
    for word in words.iter_mut().skip(0x4000 / 4).take(0x1000 / 4) {
        *word = draw.next();
    }
    let handler = [
        csrrw(31, MSCRATCH, 31),
        csrrs(31, MEPC, 0),
        addi(31, 31, 2),
        lui(2, RAM + 0x4000),
        lui(3, RAM),
        // What is outside of the program goes on at its start.
        r(0x33, 4, 0, 30, 31, 3),
        r(0x13, 5, 0, 30, 30, 14),
        beq(30, 0, 8),
        addi(31, 3, 0),
        csrrw(0, MEPC, 31),
        csrrw(31, MSCRATCH, 31),
        MRET,
    ];
    let start = ((HANDLER - RAM) / 4) as usize;
    words[start..start + handler.len()].copy_from_slice(&handler);
    words
}

fn compare(bench: &mut Bench, reference: &Reference, seed: u64) {
    let place = format!("seed {seed}, tick {}", bench.cpu.clock());
    assert_eq!(bench.cpu.pc(), reference.pc, "pc, {place}");
    assert_eq!(bench.cpu.registers().all(), reference.x, "registers, {place}");
    assert_eq!(bench.cpu.retired(), reference.retired, "retired, {place}");
    let status = [MSTATUS, MTVEC, MEPC, MCAUSE, MTVAL, MSCRATCH].map(|number| bench.csr(number));
    let expected = [
        reference.mstatus,
        reference.mtvec,
        reference.mepc,
        reference.mcause,
        reference.mtval,
        reference.mscratch,
    ];
    assert_eq!(status, expected, "status, {place}");
}

/// Executes pieces of up to so many instructions.
fn check(seed: u64, pieces: u32, longest: u32) {
    let mut draw = Draw(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let words = memory(&mut draw);
    let mut bench = Bench::new(&words);
    let bytes = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let mut reference = Reference::new(RAM, bytes);
    reference.mtvec = HANDLER;
    for register in [2, 3, 8] {
        let value = if register == 3 { RAM } else { RAM + 0x4000 };
        bench.set(register, value);
        reference.x[register] = value;
    }
    for _ in 0..pieces {
        // A program may write over its handler, or jump into it and leave it at its own start.
        let piece = draw.below(longest) + 1;
        let until = bench.cpu.clock() + u64::from(piece);
        let stop = bench.cpu.run(&mut bench.machine, until);
        let executed = until.min(bench.cpu.clock());
        if stop != emulator::cpu::Stop::Limit {
            return;
        }
        assert_eq!(executed, until);
        for _ in 0..piece {
            reference.step();
        }
        // The reference has no devices.
        if reference.has_met_devices {
            return;
        }
        compare(&mut bench, &reference, seed);
    }
    let memory = bench.cpu.memory().bytes(RAM, SIZE).unwrap();
    assert!(memory == reference.memory, "memory, seed {seed}");
}

#[test]
fn every_instruction_leaves_what_the_reference_leaves() {
    for seed in 0..40 {
        check(seed, 2000, 1);
    }
}

#[test]
fn blocks_leave_what_the_reference_leaves() {
    for seed in 100..300 {
        check(seed, 300, 60);
    }
}

#[test]
fn long_runs_leave_what_the_reference_leaves() {
    for seed in 1000..1060 {
        check(seed, 8, 5000);
    }
}

#[test]
fn random_programs_mostly_run_to_the_end() {
    // Else the laws above would compare little.
    let mut executed = 0;
    for seed in 100..120 {
        let mut draw = Draw((seed * 0x9e37_79b9) | 1);
        let mut bench = Bench::new(&memory(&mut draw));
        bench.set(2, RAM + 0x4000);
        bench.set(3, RAM);
        bench.cpu.run(&mut bench.machine, 10_000);
        executed += bench.cpu.retired();
    }
    assert!(100_000 < executed, "{executed} instructions of 200000");
}
