//! `tohost` and `fromhost`: how test programs talk to whoever runs them (the host-target
//! interface of the RISC-V test suites).

use crate::machine::Verdict;
use crate::memory::Memory;
use crate::symbol::Symbols;

/// The upper word of a command that prints the byte in the lower one.
const PRINT_BYTE: u32 = 0x0101_0000;
/// The number of the only call that is served: write to a file.
const WRITE: u32 = 64;
/// The longest text that is printed at once.
const TEXT_MAX: u32 = 1 << 20;

/// The two words and what was printed.
#[derive(Clone, Debug)]
pub(super) struct Host {
    to: u32,
    from: Option<u32>,
    printed: Vec<u8>,
}

impl Host {
    /// The host of a program that has the symbol, in RAM.
    pub(super) fn find(symbols: &Symbols, memory: &Memory) -> Option<Host> {
        let to = symbols.address("tohost")?;
        memory.word(to)?;
        Some(Host { to, from: symbols.address("fromhost"), printed: Vec::new() })
    }

    pub(super) fn address(&self) -> u32 {
        self.to
    }

    pub(super) fn take_printed(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.printed)
    }

    /// The program may have written. 1 is a pass, any other odd number a test that failed, and an
    /// even one the address of a call.
    pub(super) fn look(&mut self, memory: &mut Memory) -> Option<Verdict> {
        let command = memory.word(self.to)?;
        let upper = memory.word(self.to.wrapping_add(4)).unwrap_or(0);
        if upper == PRINT_BYTE {
            self.printed.push(command as u8);
            self.answer(memory);
            return None;
        }
        if command == 0 {
            return None;
        }
        if command & 1 == 1 {
            return Some(Verdict::Exit(command >> 1));
        }
        // The arguments of a call are words of 64 bits.
        let argument = |memory: &Memory, index: u32| memory.word(command + index * 8);
        let length = argument(memory, 3).unwrap_or(0);
        let text = argument(memory, 2)
            .filter(|_| argument(memory, 0) == Some(WRITE) && length <= TEXT_MAX)
            .and_then(|start| memory.bytes(start, length));
        let Some(text) = text else {
            return Some(Verdict::Failure(format!("unknown call to the host at {command:#010x}")));
        };
        self.printed.extend_from_slice(text);
        memory.write(command, &length.to_le_bytes());
        self.answer(memory);
        None
    }

    fn answer(&self, memory: &mut Memory) {
        memory.write(self.to, &[0; 8]);
        if let Some(from) = self.from {
            memory.write(from, &1_u32.to_le_bytes());
        }
    }
}
