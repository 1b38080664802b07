//! Shell: shows `hello.txt`, then takes commands from the keyboard.
//!
//! It is given, in slot 1, the file service, in slot 2, the screen service, then the process table,
//! a log and a clock, where there are; without one of these it does without. Every command is a
//! line in the log, so that a trace can be followed: `ready` once it takes commands, the command
//! itself when it is entered, `done` when it is over.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod palette;
mod layout;
mod scrollback;
mod printer;
mod editor;
mod command;
mod mail;
mod files;
mod pen;
mod view;
mod dialogue;

use sdk::Refusal;

use crate::dialogue::Dialogue;

sdk::heap!(28 * 1024);
sdk::entry!(main);

fn main() {
    sdk::log!("Shell actor started");
    match run() {
        Ok(()) => sdk::log!("done"),
        Err(refusal) => {
            sdk::log!("the screen cannot be used any more: {refusal}");
            sdk::entry::exit(1);
        }
    }
}

/// Serves the keyboard until the command to exit. The error is why that is impossible.
fn run() -> Result<(), Refusal> {
    let mut dialogue = Dialogue::open()?;
    dialogue.greet()?;
    sdk::log!("ready");
    while dialogue.step()?.is_continue() {}
    Ok(())
}
