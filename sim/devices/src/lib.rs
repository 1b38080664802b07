//! Device models in virtual time: what a board has, without the board.
//!
//! A model is plain data that changes only when it is called. Time is a [`std::time::Duration`]
//! since power-on and always an argument; randomness comes from a [`stream::Stream`] that the
//! caller seeds. Nothing here knows a kernel, a scenario, a thread or the clock of the host, so
//! that the same calls always leave the same state.
//!
//! What a board is made of: [`screen`], [`serial`], [`gpio`], [`keyboard`], [`pointer`],
//! [`entropy`], [`flash`]. What looks at it from outside: [`picture`], [`font`], [`reading`], [`sketch`],
//! [`vcd`].
//!
//! ```
//! use abi::graphics::{FramebufferInfo, PixelFormat};
//! use devices::screen::Screen;
//!
//! let format = PixelFormat::Rgb565;
//! let mut screen = Screen::new(FramebufferInfo { width: 320, height: 240, stride: 640, format });
//! screen.write(0, &[0x00, 0xf8]);
//! screen.flush();
//! assert_eq!(screen.picture().pixels[0], [255, 0, 0]);
//! ```
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod stream;
pub mod rectangle;
pub mod picture;
pub mod screen;
pub mod serial;
pub mod gpio;
pub mod keyboard;
pub mod pointer;
pub mod entropy;
pub mod flash;
pub mod font;
pub mod reading;
pub mod sketch;
pub mod vcd;
