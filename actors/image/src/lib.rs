//! The first actors as wasm, with the manifests they are started from, and the fonts.
//!
//! The build script compiles every actor folder that has a `manifest.toml`. The bytes depend on
//! the sources and the pinned toolchain alone, not on where the checkout lies nor on how the host
//! program is built: traces can be compared because of it.
//!
//! ```
//! let echo = image::program("echo").expect("the image has an echo");
//! assert_eq!(echo.wasm[..4], *b"\0asm");
//! assert_eq!(echo.grants, [("log", "write")]);
//! ```
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod font;
pub mod program;

pub use font::FONTS;
pub use font::font;
pub use program::PROGRAMS;
pub use program::program;
