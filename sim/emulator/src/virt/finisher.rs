//! The finisher: a program ends the run by writing to it (SiFive, test finisher).

use crate::exception::Width;
use crate::machine::Refused;
use crate::machine::Verdict;

const COMMAND: u32 = 0;
const PASS: u32 = 0x5555;
const FAIL: u32 = 0x3333;
const RESET: u32 = 0x7777;

pub(super) fn read(_offset: u32, _width: Width) -> Result<u32, Refused> {
    Ok(0)
}

/// What a write means; half a word is enough.
pub(super) fn write(offset: u32, width: Width, value: u32) -> Result<Option<Verdict>, Refused> {
    if width == Width::Byte {
        return Err(Refused);
    }
    if offset != COMMAND {
        return Ok(None);
    }
    Ok(match value & 0xffff {
        PASS => Some(Verdict::Exit(0)),
        FAIL => Some(Verdict::Exit(value >> 16)),
        RESET => Some(Verdict::Failure("the program asks for a reset".to_owned())),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_is_0_and_a_failure_has_its_code() {
        assert_eq!(write(0, Width::Word, 0x5555), Ok(Some(Verdict::Exit(0))));
        assert_eq!(write(0, Width::Word, 0x7_3333), Ok(Some(Verdict::Exit(7))));
        assert_eq!(write(0, Width::Word, 1), Ok(None));
        assert_eq!(write(4, Width::Word, 0x5555), Ok(None));
        assert_eq!(write(0, Width::Byte, 0x55), Err(Refused));
    }
}
