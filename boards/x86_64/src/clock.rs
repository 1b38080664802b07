//! Time since power-on: the processor's counter, and how fast it and the timer count by the one
//! clock of a PC whose speed is written down (Intel, "8254 Programmable Interval Timer", 1993).

use kernel::time::Duration;
use kernel::time::Instant;

use crate::apic;
use crate::cpu;

/// Ticks of the 8254 in a second.
const PIT_HERTZ: u64 = 1_193_182;

/// How many of them to watch: 20 ms.
const WATCHED: u16 = 23_864;

// The port that starts its third counter and says when that is through, and the counter's own.
const GATE: u16 = 0x61;
const COUNTER: u16 = 0x42;
const MODE: u16 = 0x43;
const ONCE: u8 = 0xb0;
const SPEAKER: u8 = 0x02;
const STARTS: u8 = 0x01;
const IS_THROUGH: u8 = 0x20;

/// The clock.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: u64,
    /// Nanoseconds of one of the processor's ticks, times 2^32.
    nanos: u64,
    /// The timer's ticks of one nanosecond, times 2^32.
    timer: u64,
}

impl Clock {
    /// A clock that has just been started.
    pub fn begin() -> Clock {
        let start = cpu::ticks();
        let gate = cpu::read_port(GATE) & !SPEAKER & !STARTS;
        cpu::write_port(GATE, gate);
        cpu::write_port(MODE, ONCE);
        for byte in WATCHED.to_le_bytes() {
            cpu::write_port(COUNTER, byte);
        }
        cpu::write_port(GATE, gate | STARTS);
        apic::set_timer(u32::MAX);
        let first = cpu::ticks();
        while cpu::read_port(GATE) & IS_THROUGH == 0 {
            core::hint::spin_loop();
        }
        let ticks = (cpu::ticks() - first).max(1);
        let timer = u64::from(u32::MAX - apic::timer_left());
        apic::set_timer(0);
        let nanos = u64::from(WATCHED) * 1_000_000_000 / PIT_HERTZ;
        Clock { start, nanos: (nanos << 32) / ticks, timer: (timer << 32) / nanos }
    }

    /// What time it is.
    pub fn now(&self) -> Instant {
        let ticks = cpu::ticks().saturating_sub(self.start);
        let nanos = (u128::from(ticks) * u128::from(self.nanos)) >> 32;
        Instant::from_nanos(nanos as u64)
    }

    /// Has the timer interrupt after this time, at least one of its ticks.
    pub fn set_alarm(&self, after: Duration) {
        let ticks = (after.as_nanos() * u128::from(self.timer)) >> 32;
        apic::set_timer(ticks.clamp(1, u128::from(u32::MAX)) as u32);
    }
}
