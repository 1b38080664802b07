//! Parts that several boards are built of. A part knows neither the board nor the kernel's state.
//!
//! | module | noun |
//! |---|---|
//! | [`heap`] | the memory that is given out |
//! | [`ring`] | bytes between an interrupt and the one who waits for it |
//! | [`uart`] | a serial line behind a 16550 |
//! | [`keyboard`] | keys and what they type |
//! | [`mouse`] | how far it went |
//! | [`pointer`] | where the pointer is |
//! | [`desk`] | keyboard and pointer, however they are connected |
//! | [`card`] | a card with digital outputs that is not there |
//! | [`screen`] | a screen |
//! | [`disk`] | a disk that is used as flash |
//! | [`line`] | the board's serial line |
//! | [`plugged`] | devices of a virtual machine that were found |
//! | [`computer`] | all of it, as the kernel meets it |
#![no_std]
#![warn(missing_docs)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod heap;
pub mod ring;
pub mod uart;
pub mod keyboard;
pub mod mouse;
pub mod pointer;
pub mod desk;
pub mod card;
pub mod screen;
pub mod disk;
pub mod line;
pub mod plugged;
pub mod computer;
