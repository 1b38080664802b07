//! Time since power-on, and alarms (RISC-V, "Advanced Core Local Interruptor Specification",
//! chapter 2).

use kernel::time::Instant;

use crate::device;

/// Nanoseconds of a tick: QEMU's timer has 10 MHz.
const TICK_NANOS: u64 = 100;

const ALARM: usize = 0x4000;
const NOW_LOW: usize = 0xbff8;
const NOW_HIGH: usize = 0xbffc;

/// What time it is.
pub(crate) fn now() -> Instant {
    let clint = device::clint();
    loop {
        let high = clint.read_32(NOW_HIGH);
        let low = clint.read_32(NOW_LOW);
        // The high word may have changed in between.
        if clint.read_32(NOW_HIGH) == high {
            let ticks = u64::from(high) << 32 | u64::from(low);
            return Instant::from_nanos(ticks.saturating_mul(TICK_NANOS));
        }
    }
}

/// Interrupts at this time, not before.
pub(crate) fn set_alarm(at: Instant) {
    let ticks = at.nanos().div_ceil(TICK_NANOS);
    let clint = device::clint();
    // None comes while the words are written.
    clint.write_32(ALARM + 4, u32::MAX);
    clint.write_32(ALARM, ticks as u32);
    clint.write_32(ALARM + 4, (ticks >> 32) as u32);
}
