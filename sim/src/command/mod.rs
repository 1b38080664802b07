//! The verbs of the command line. Each says how it ended as an exit code: 0 all is well, 1 the
//! world was not as expected, 2 the command or a scenario cannot be understood.

pub mod argument;
pub mod emu_trace;
pub mod emu;
pub mod emu_board;
pub mod header;
pub mod new;
mod flash_file;
pub mod on;
pub mod sim;
pub mod actors;
pub mod build;
pub mod boards;
mod flash_found;
pub mod flash_chip;
pub mod flash;
mod check;
mod check_board;
pub mod doctor;
mod same;
pub mod test;
pub mod wasm;

/// How a verb ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All is well.
    Passed = 0,
    /// The world was not as expected.
    Failed = 1,
    /// The command or a scenario cannot be understood.
    Refused = 2,
}
