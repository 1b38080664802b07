//! Random programs: a start that sets everything which is compared, a handler that goes on behind
//! what trapped, pieces that are passed through several times, and an end.

use emulator::cpu::Cpu;
use emulator::cpu::Stop;
use emulator::virt::Options;
use emulator::virt::RAM;
use emulator::virt::Virt;

use crate::assembler::*;
use crate::draw::Draw;
use crate::piece::Fix;
use crate::piece::Piece;
use crate::piece::load_constant;
use crate::piece::piece;

/// Bytes of RAM that both machines have.
pub(crate) const RAM_BYTES: u32 = 16 << 20;
/// Bytes that a program uses, and that are compared.
pub(crate) const WINDOW: u32 = 0x2_0000;
/// Where pieces begin.
pub(crate) const BODY: u32 = RAM + 0x1000;
/// What pieces load and store.
pub(crate) const DATA: u32 = RAM + 0x1_8000;
/// Nothing is there.
pub(crate) const WILD: u32 = 0xc000_0000;
const HANDLER: u32 = RAM + 0x800;
const SAVED: u32 = RAM + 0x1_f000;
const PASSES_AT: i32 = 16;
/// How often the pieces are passed through.
const PASSES: i32 = 3;
const CLINT: u32 = 0x0200_0000;
const FINISHER: u32 = 0x0010_0000;
/// Pieces of a program: their code stays below the data.
const PIECES: usize = 6000;
/// Instructions after which a program is taken to run in circles.
const LONGEST: u64 = 400_000;

/// Bytes for the start of RAM.
pub(crate) struct Program {
    pub(crate) bytes: Vec<u8>,
}

impl Program {
    pub(crate) fn new(seed: u64) -> Program {
        let mut draw = Draw::new(seed);
        let mut bytes = vec![0; WINDOW as usize];
        for byte in &mut bytes[(DATA - RAM) as usize..(SAVED - RAM) as usize] {
            *byte = draw.next() as u8;
        }
        let pieces: Vec<Piece> = (0..PIECES).map(|_| piece(&mut draw)).collect();
        put(&mut bytes, RAM, &Piece::of(&start(&mut draw)).halves);
        put(&mut bytes, HANDLER, &Piece::of(&handler()).halves);
        let body = lay_out(pieces);
        assert!(BODY + body.len() as u32 * 2 < DATA, "the code ends before the data");
        put(&mut bytes, BODY, &body);
        Program { bytes }
    }

    /// A machine with it.
    pub(crate) fn boot(&self) -> (Cpu, Virt) {
        let options = Options { ram: RAM_BYTES, ..Options::default() };
        let (mut cpu, machine) = Virt::new(&options).expect("RAM has whole pages");
        assert!(cpu.memory_mut().write(RAM, &self.bytes), "the program fits");
        (cpu, machine)
    }
}

/// How many ticks a program takes; `None` if it runs in circles.
pub(crate) fn length(program: &Program) -> Option<u64> {
    let (mut cpu, mut machine) = program.boot();
    let stop = cpu.run(&mut machine, LONGEST);
    (stop == Stop::Exit(0)).then(|| cpu.clock())
}

fn put(bytes: &mut [u8], address: u32, halves: &[u16]) {
    let start = (address - RAM) as usize;
    for (place, half) in bytes[start..].chunks_mut(2).zip(halves) {
        place.copy_from_slice(&half.to_le_bytes());
    }
}

/// Every register that is compared gets a value.
fn start(draw: &mut Draw) -> Vec<u32> {
    let mut words = Vec::new();
    let mut set = |register: u32, value: u32| {
        words.extend(load_constant(5, value));
        words.push(csrrw(0, register, 5));
    };
    let is_vectored = draw.below(2);
    set(MTVEC, HANDLER | is_vectored);
    // User mode does not sleep: nobody would wake it.
    set(MSTATUS, 1 << 21 | draw.one(&[0, 3 << 11, 1 << 3, 1 << 7]));
    for register in [MIE, MCOUNTEREN, MCAUSE, MEPC, MTVAL, MSCRATCH] {
        set(register, 0);
    }
    // Two entries that move, a range, four bytes, and all the rest.
    set(0x3b0, (DATA + 0x600) >> 2 | 7);
    set(0x3b1, (DATA + 0x800) >> 2 | 15);
    set(0x3b2, (DATA + 0x900) >> 2);
    set(0x3b3, (DATA + 0x900 + draw.below(32) * 4) >> 2);
    set(0x3b4, (DATA + 0xa00 + draw.below(16) * 4) >> 2);
    set(0x3b7, u32::MAX);
    let lock = |draw: &mut Draw| if draw.below(4) == 0 { 1 << 7 } else { 0 };
    let rights = |draw: &mut Draw| draw.one(&[0, 1, 4, 5, 3]) | lock(draw);
    let entries = [
        3 << 3 | rights(draw),
        3 << 3 | rights(draw),
        0,
        1 << 3 | rights(draw),
        2 << 3 | rights(draw),
        0,
        0,
        3 << 3 | 7,
    ];
    set(0x3a0, u32::from_le_bytes([entries[0], entries[1], entries[2], entries[3]]));
    set(0x3a1, u32::from_le_bytes([entries[4], entries[5], entries[6], entries[7]]));
    // The timer never rings.
    words.extend([lui(6, CLINT + 0x4000), addi(7, 0, -1), sw(7, 6, 0), sw(7, 6, 4)]);
    words.extend(load_constant(6, SAVED));
    words.extend([addi(7, 0, PASSES), sw(7, 6, PASSES_AT)]);
    for register in 1..32 {
        let value = match register {
            2 => DATA + 0x2800,
            8 => DATA + 0x800,
            3 => BODY,
            _ => draw.word(),
        };
        words.extend(load_constant(register, value));
    }
    // x5 is lost on the way, and the same everywhere.
    words.extend([lui(5, BODY), jalr(0, 5, 0)]);
    words
}

/// Goes on behind what trapped. A call changes the privilege, a jump to nowhere comes back to x3.
fn handler() -> Vec<u32> {
    let mut words = vec![jal(0, 64)];
    // The entries of the vector table.
    words.extend((1..16).map(|entry| jal(0, 64 - entry * 4)));
    words.push(csrrw(31, MSCRATCH, 31));
    words.extend(load_constant(31, SAVED));
    words.extend([sw(30, 31, 0), sw(29, 31, 4), csrrs(30, MCAUSE, 0), csrrs(29, MEPC, 0)]);
    // An interrupt is answered, and goes on where it came.
    let answer = [b(5, 30, 0, 16), lui(30, CLINT), sw(0, 30, 0), jal(0, 20 * 4)];
    // A jump to nowhere.
    let fetch = [addi(30, 30, -1), bne(30, 0, 12), addi(29, 3, 0), jal(0, 16 * 4)];
    // A call from user mode, or from machine mode.
    let call = [
        addi(30, 30, -7),
        lui(31, 0x2000),
        addi(31, 31, -0x800),
        beq(30, 0, 20),
        addi(30, 30, -3),
        bne(30, 0, 16),
        csrrc(0, MSTATUS, 31),
        jal(0, 8),
        csrrs(0, MSTATUS, 31),
    ];
    // Two bytes or four.
    let behind = [i(0x03, 5, 30, 29, 0), i(0x13, 7, 30, 30, 3), addi(30, 30, -3), addi(29, 29, 2)];
    for part in [&answer[..], &fetch, &call, &behind] {
        words.extend(part);
    }
    words.extend([bne(30, 0, 8), addi(29, 29, 2), csrrw(0, MEPC, 29)]);
    words.extend(load_constant(31, SAVED));
    words.extend([lw(30, 31, 0), lw(29, 31, 4), csrrw(31, MSCRATCH, 31), MRET]);
    words
}

/// Fills in where jumps lead to.
fn lay_out(pieces: Vec<Piece>) -> Vec<u16> {
    let mut starts = Vec::new();
    let mut code = Vec::new();
    for piece in &pieces {
        starts.push(code.len());
        code.extend(&piece.halves);
    }
    starts.push(code.len());
    for (index, piece) in pieces.iter().enumerate() {
        let goal = |skip: u32| starts[(index + 1 + skip as usize).min(pieces.len())];
        match piece.fix {
            Fix::Nothing => (),
            Fix::Last(skip) => {
                // The shortest branch reaches less far than six pieces can be long.
                let is_far = 127 < goal(skip) - starts[index];
                let goal = if is_far { goal(0) } else { goal(skip) };
                aim(&mut code, starts[index], piece.halves.len(), goal);
            }
            Fix::Pair(place, skip) => {
                let from = starts[index] + place;
                let offset = (goal(skip) - from) as u32 * 2;
                // The word behind `auipc` has its constant in the upper bits.
                code[from + 3] |= (offset << 4) as u16;
            }
        }
    }
    let words = [
        load_constant(5, SAVED).to_vec(),
        vec![lw(6, 5, PASSES_AT), addi(6, 6, -1), sw(6, 5, PASSES_AT), beq(6, 0, 12)],
        vec![lui(5, BODY), jalr(0, 5, 0)],
        load_constant(6, 0x5555).to_vec(),
        vec![lui(5, FINISHER), sw(6, 5, 0), jal(0, 0)],
    ];
    code.extend(Piece::of(&words.concat()).halves);
    code
}

/// A branch or jump gets its offset.
fn aim(code: &mut [u16], start: usize, halves: usize, goal: usize) {
    if halves == 1 {
        let offset = (goal - start) as u32 * 2;
        code[start] |= if code[start] & 0x4000 == 0 {
            // `c.j` and `c.jal`: offset[11|4|9:8|10|6|7|3:1|5] in bits 12 to 2.
            (offset >> 4 & 1) << 11
                | (offset >> 8 & 3) << 9
                | (offset >> 10 & 1) << 8
                | (offset >> 6 & 1) << 7
                | (offset >> 7 & 1) << 6
                | (offset >> 1 & 7) << 3
                | (offset >> 5 & 1) << 2
        } else {
            // `c.beqz` and `c.bnez`: offset[8|4:3] and [7:6|2:1|5].
            (offset >> 3 & 3) << 10
                | (offset >> 6 & 3) << 5
                | (offset >> 1 & 3) << 3
                | (offset >> 5 & 1) << 2
        } as u16;
        return;
    }
    let offset = (goal - start) as i32 * 2;
    let bits = if code[start] & 0x7f == 0x6f { jal(0, offset) } else { b(0, 0, 0, offset) };
    let old = u32::from(code[start]) | u32::from(code[start + 1]) << 16;
    let word = old | bits;
    code[start] = word as u16;
    code[start + 1] = (word >> 16) as u16;
}
