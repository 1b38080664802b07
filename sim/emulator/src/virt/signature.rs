//! The signature of a test program: the memory between its symbols `begin_signature` and
//! `end_signature`, as architecture test suites compare it (RISC-V Architectural Certification
//! Tests, chapter Signature).

use std::fmt;
use std::fmt::Write;

use crate::memory::Memory;
use crate::symbol::Symbols;

/// Bytes in a line.
const GRANULARITY: u32 = 4;

/// Why a program has no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureError {
    /// It has not this symbol.
    NoSymbol(&'static str),
    /// It is no whole words of RAM.
    NotMemory,
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SignatureError::NoSymbol(name) => write!(f, "the program has no symbol `{name}`"),
            SignatureError::NotMemory => f.write_str("the signature is no whole words of RAM"),
        }
    }
}

impl std::error::Error for SignatureError {}

/// The words of the signature: eight hexadecimal digits in each line, the lowest address first.
///
/// # Errors
/// When a symbol is missing, or what is between them cannot be read.
pub fn signature(symbols: &Symbols, memory: &Memory) -> Result<String, SignatureError> {
    let place = |name| symbols.address(name).ok_or(SignatureError::NoSymbol(name));
    let (begin, end) = (place("begin_signature")?, place("end_signature")?);
    let bytes = end.checked_sub(begin).filter(|bytes| bytes.is_multiple_of(GRANULARITY));
    let bytes = bytes.and_then(|bytes| memory.bytes(begin, bytes));
    let bytes = bytes.ok_or(SignatureError::NotMemory)?;
    let mut text = String::new();
    for word in bytes.chunks_exact(GRANULARITY as usize) {
        for byte in word.iter().rev() {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAM: u32 = 0x8000_0000;

    fn memory() -> Memory {
        let mut memory = Memory::new(0x1000);
        memory.map_ram(RAM, 0x1000).unwrap();
        memory.write(RAM + 4, &[0x78, 0x56, 0x34, 0x12, 1, 0, 0, 0]);
        memory
    }

    fn symbols(begin: u32, end: u32) -> Symbols {
        let mut symbols = Symbols::default();
        symbols.add("begin_signature", begin, 0);
        symbols.add("end_signature", end, 0);
        symbols
    }

    #[test]
    fn a_signature_is_the_words_between_its_symbols() {
        let text = signature(&symbols(RAM + 4, RAM + 12), &memory()).unwrap();
        assert_eq!(text, "12345678\n00000001\n");
    }

    #[test]
    fn what_is_no_words_of_ram_is_no_signature() {
        for (begin, end) in [(RAM, RAM + 6), (RAM + 8, RAM), (RAM, RAM + 0x2000), (0, 8)] {
            let found = signature(&symbols(begin, end), &memory());
            assert_eq!(found, Err(SignatureError::NotMemory), "{begin:x}..{end:x}");
        }
        let found = signature(&Symbols::default(), &memory());
        assert_eq!(found, Err(SignatureError::NoSymbol("begin_signature")));
    }
}
