//! Everything that can happen *to* the kernel.
//!
//! This is the only door: a list of these with their instants is a complete recording of a run,
//! and feeding them back is a complete replay.

use abi::input::KeyEvent;
use abi::input::PointerEvent;

/// One thing that happened outside, taken from the board between two slices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Event {
    /// A byte arrived on the serial line.
    Serial(u8),
    /// A key went down or up.
    Key(KeyEvent),
    /// The pointer moved or a button changed.
    Pointer(PointerEvent),
    /// An input pin changed. Boards report every high input once at power-on.
    Pin {
        /// Its number on the chip.
        pin: u8,
        /// Whether it is high now.
        high: bool,
    },
    /// Unpredictable bytes for the kernel's pool.
    Entropy([u8; 32]),
    /// A device raised its interrupt line.
    Interrupt(u8),
    /// The flash has done what it was last told.
    FlashDone,
    /// A debugger wants an actor's slice to end when the actor has used this much fuel in all.
    Preempt {
        /// The actor's id.
        actor: u64,
        /// Logical instructions since its spawn.
        fuel: u64,
    },
    /// Power is about to go: stop every actor.
    PowerOff,
}
