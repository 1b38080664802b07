//! Shell: shows `hello.txt`, then takes commands from its window, from a terminal on the serial
//! line, or from both.
//!
//! It is given, in slot 1, the file service, in slot 2, the screen service, in slot 3, a terminal;
//! then, in any order, what there is of the process table, a log, a clock, names, a spawner, the
//! serial line, children, and a directory to keep its history in. Without one of these it does
//! without, and a command that needs it says so; it must have a screen service, a terminal, names
//! among which there is `/dev/tty1`, or a serial line, of which it makes a terminal itself. Every
//! command that is entered in the window is a line in the log, so that a trace can be followed:
//! `ready` once commands are taken, the command itself when it is entered, `done` when all is over.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod palette;
mod control;
mod layout;
mod printer;
mod scrollback;
mod word;
mod manual;
mod command;
mod key;
mod decoder;
mod typed;
mod history;
mod editor;
mod complete;
mod mail;
mod address;
mod files;
mod pen;
mod view;
mod window;
mod wire;
mod terminal;
mod front;
mod population;
mod dialogue;
mod listing;
mod loading;
mod talking;
mod values;
mod session;

use sdk::Refusal;

use crate::dialogue::Dialogue;

sdk::heap!(36 * 1024);
sdk::entry!(main);

fn main() {
    sdk::log!("Shell actor started");
    match run() {
        Ok(()) => sdk::log!("done"),
        Err(refusal) => {
            sdk::log!("there is no screen and no line to be used: {refusal}");
            sdk::entry::exit(1);
        }
    }
}

/// Serves until the command to exit. The error is why that is impossible.
fn run() -> Result<(), Refusal> {
    let mut dialogue = Dialogue::open()?;
    dialogue.greet()?;
    sdk::log!("ready");
    dialogue.invite()?;
    while dialogue.step()?.is_continue() {}
    Ok(())
}
