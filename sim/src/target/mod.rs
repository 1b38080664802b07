//! What a board of a scenario can be beside a kernel that is linked into the simulator: firmware in
//! an emulator, in QEMU, or on a desk.
//!
//! Whatever it is, the simulator turns the handle of its kernel and is told what comes of it
//! (`boards/protocol`). The world around it, time, serial line, keys and wires, is the simulator's;
//! what the firmware does to pins, screen and flash is done here once more, so that everything that
//! can be seen of a linked kernel can be seen of it. What it read from its flash must be what is
//! here.

pub mod program;
pub mod monitor;
pub mod emulated;
pub mod qemu;
pub mod serial;

use std::fmt;

use devices::picture::Picture;
use kernel::BootError;

use crate::scenario::profile::ProfileName;

/// A way to bring up a board.
pub trait Target: Send + Sync + fmt::Debug {
    /// What follows `--on`.
    fn name(&self) -> String;

    /// Why it has no board of this kind, if it has none.
    fn lacks(&self, profile: ProfileName) -> Option<String>;

    /// Switches a board on and gives it this to boot.
    ///
    /// # Errors
    /// When there is no such board, or it cannot be reached.
    fn start(&self, start: &Start<'_>) -> Result<Box<dyn Line>, TargetError>;
}

/// What a board begins with.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    /// Which kind of board.
    pub profile: ProfileName,
    /// The image, as `boards/protocol` writes it.
    pub image: &'a [u8],
    /// What is in its flash; empty if it has none.
    pub flash: &'a [u8],
}

/// The serial line of a board that is switched on, for as long as this lives.
pub trait Line {
    /// Sends all of these.
    ///
    /// # Errors
    /// When the board can no longer be reached.
    fn send(&mut self, bytes: &[u8]) -> Result<(), TargetError>;

    /// Waits for what the board sends; adds at least one byte.
    ///
    /// # Errors
    /// When the board can no longer be reached, or has been silent for too long.
    fn receive(&mut self, bytes: &mut Vec<u8>) -> Result<(), TargetError>;

    /// Whether its flash holds what it held when it was last switched off, whatever
    /// [`Start::flash`] says.
    fn keeps_flash(&self) -> bool {
        false
    }

    /// What its devices are like now, read from outside past its firmware, as far as they can be.
    ///
    /// # Errors
    /// When the board can no longer be reached.
    fn look(&mut self) -> Result<Look, TargetError> {
        Ok(Look::default())
    }
}

/// What can be seen of a board from outside. `None` cannot be seen.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// What its screen shows.
    pub picture: Option<Picture>,
    /// The outputs that are high (bit n is pin n).
    pub pins: Option<u64>,
    /// The bytes of its flash.
    pub flash: Option<Vec<u8>>,
}

/// Why a board does not go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetError {
    /// Something is missing on this computer: what, and how it comes here.
    Missing(String),
    /// The board cannot be reached.
    Unreachable(String),
    /// The board has stopped: in its own words, or in those of whoever watched.
    Stopped(String),
    /// It is another board, or another firmware, than is wanted.
    Other(String),
    /// It did something that the models of its devices do not do.
    Unlike(String),
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TargetError::Missing(what) => f.write_str(what),
            TargetError::Unreachable(why) => write!(f, "the board cannot be reached: {why}"),
            TargetError::Stopped(why) => write!(f, "the board has stopped: {why}"),
            TargetError::Other(why) => write!(f, "the board is another: {why}"),
            TargetError::Unlike(what) => write!(f, "the board is unlike its model: {what}"),
        }
    }
}

impl std::error::Error for TargetError {}

/// Why a board of a scenario does not come up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartError {
    /// Its kernel refuses the manifest.
    Boot(BootError),
    /// It is not here.
    Target(TargetError),
}

impl From<BootError> for StartError {
    fn from(error: BootError) -> StartError {
        StartError::Boot(error)
    }
}

impl From<TargetError> for StartError {
    fn from(error: TargetError) -> StartError {
        StartError::Target(error)
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartError::Boot(error) => write!(f, "the kernel refuses to boot: {error}"),
            StartError::Target(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for StartError {}
