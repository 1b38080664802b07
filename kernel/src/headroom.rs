//! The memory that actors never get: in it the kernel's own small tables grow.
//!
//! Whatever an actor can make the kernel take is asked for in a way that may fail, and is refused if
//! it does. What comes with it, such as a name or a row of a table, is small. So it is refused too if
//! it would leave less than [`HEADROOM`] in one piece, and the small things are always there.

use alloc::vec::Vec;
use core::hint::black_box;

use crate::limits::HEADROOM;

/// Whether there is memory for so many bytes, and for the kernel itself behind them. It costs as much
/// as taking memory once and giving it back, so it is asked when something is made or grows, and
/// never for a message.
pub(crate) fn is_left_beside(bytes: usize) -> bool {
    let mut probe: Vec<u8> = Vec::new();
    let taken = probe.try_reserve_exact(HEADROOM.saturating_add(bytes));
    // Memory that nobody looks at would not have to be taken.
    black_box(&probe);
    taken.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_has_is_not_left() {
        assert!(is_left_beside(0));
        assert!(!is_left_beside(isize::MAX as usize));
        assert!(!is_left_beside(usize::MAX));
    }
}
