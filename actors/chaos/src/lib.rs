//! Chaos: attacks every rule it can, and says what became of it.
//!
//! It is given a log, the file service in slot 2, the screen service in slot 3 and a clock in
//! slot 4. Each attack is a line in the log and so is its outcome; one that succeeds is a line that
//! begins with `BREACH`. Then it does its worst: it loops for ever, while all others must go on.
//!
//! If it is also given memory to read, that is attacked too, and its first letter says what the
//! worst is: `l`oop, `r`ecurse, `t`rap or `g`rab memory that it does not have.
#![cfg_attr(target_arch = "wasm32", no_std)]

mod forge;
mod random;
mod report;
mod theft;
mod strain;

use sdk::abi::object::ObjectKind;
use sdk::clock::Clock;
use sdk::endpoint::Endpoint;
use sdk::endpoint::Inbox;
use sdk::grant::Grants;
use sdk::memory::Memory;

use crate::report::Report;

const FILES: Endpoint = Endpoint::slot(2);
const SCREEN: Endpoint = Endpoint::slot(3);
const CLOCK: Clock = Clock::slot(4);

sdk::entry!(main);

fn main() {
    let orders = Grants::new().find(ObjectKind::Memory).map(Memory::new);
    let mut report = Report::new(CLOCK);
    let mut inbox = Inbox::new();
    theft::forge_handles(&mut report, FILES);
    theft::exceed_rights(&mut report, FILES);
    theft::break_messages(&mut report, FILES);
    if let Some(orders) = orders {
        theft::overreach(&mut report, orders);
    }
    strain::garbage(&mut report, &mut inbox, FILES, SCREEN);
    strain::exhaust(&mut report, &mut inbox, FILES);
    report.finish();
    do_worst(orders);
}

fn do_worst(orders: Option<Memory>) -> ! {
    let mut letter = [b'l'];
    if let Some(Err(refusal)) = orders.map(|orders| orders.read(0, &mut letter)) {
        sdk::log!("the orders cannot be read: {refusal}");
    }
    match letter[0] {
        b'r' => {
            sdk::log!("recursing");
            sdk::log!("BREACH came back from depth {}", recurse(0));
        }
        b't' => {
            sdk::log!("trapping");
            forge::trap();
        }
        b'g' => {
            sdk::log!("grabbing");
            sdk::log!("BREACH found {} outside", forge::touch_outside());
        }
        _ => (),
    }
    sdk::log!("looping");
    loop {
        core::hint::spin_loop();
    }
}

/// Calls itself until somebody stops it.
#[expect(unconditional_recursion, reason = "that is the attack")]
fn recurse(depth: u32) -> u32 {
    core::hint::black_box(recurse(core::hint::black_box(depth) + 1)) + 1
}
