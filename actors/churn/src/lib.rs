//! Churn: changes files without end, and proves what is left of them.
//!
//! It is given, in slot 1, the file service, and a log. In any order it may also be given another
//! endpoint, the key-value store, and memory to read with its [`Orders`] as text.
//!
//! At its start it looks at everything below its directory: each entry is there once, is what the
//! listing says, and can be read to its end, and the contents of each file prove that they are no
//! mixture of two versions. It says `consistent: N files, M directories`, or `BROKEN: <path>: <why>`.
//! Then it waits for a message. [`GO`] begins a workload, [`CHECK`] looks again, and then what is
//! there must also be what the workload left. Who sends a message with an address is answered with
//! the last line.
//!
//! A second one with another directory, and another seed if it has the same store, may run beside it.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

mod disk;
mod orders;
mod random;
mod record;
#[cfg(test)]
mod shelf;
mod store;
mod survey;
mod tree;
mod work;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use sdk::abi::object::ObjectKind;
use sdk::endpoint::Endpoint;
use sdk::endpoint::Inbox;
use sdk::file::Files;
use sdk::grant::Grants;
use sdk::kv::Kv;
use sdk::memory::Memory;

use crate::orders::Orders;
use crate::survey::Broken;
use crate::tree::Tree;
use crate::work::Work;

const FILES: Endpoint = Endpoint::slot(1);

/// The opcode that begins a workload.
const GO: u32 = 1;
/// The opcode to look again.
const CHECK: u32 = 2;

/// Operations between two lines about them.
const PERIOD: u32 = 50;

/// Bytes that orders have at most.
const ORDERS_MAX: usize = 256;

sdk::heap!(32 * 1024);
sdk::entry!(main);

fn main() {
    let orders = match read_orders() {
        Ok(orders) => orders,
        Err(why) => {
            sdk::log!("{why}");
            sdk::entry::exit(1);
        }
    };
    let mut churn = Churn::new(&orders);
    say(&churn.look());
    let mut inbox = new_inbox();
    loop {
        let mut message = match inbox.receive() {
            Ok(message) => message,
            Err(refusal) => {
                sdk::log!("no message can be received: {refusal}");
                sdk::entry::exit(1);
            }
        };
        let line = match message.opcode() {
            _ if message.is_shutdown() => return,
            GO => churn.go(),
            CHECK => churn.look(),
            _ => continue,
        };
        let line = say(&line);
        // Who sent it without an address wants no answer, and who is gone gets none.
        let _ = message.reply(message.opcode(), line.as_bytes());
    }
}

/// An inbox that takes nothing of the stack, which is small.
#[inline(never)]
fn new_inbox() -> Box<Inbox> {
    Box::new(Inbox::new())
}

/// The orders, or what they are by themselves. The error is why they are none.
fn read_orders() -> Result<Orders, String> {
    let Some(handle) = Grants::new().find(ObjectKind::Memory) else {
        return Ok(Orders::default());
    };
    let memory = Memory::new(handle);
    let mut bytes = [0; ORDERS_MAX];
    let size = memory.size().unwrap_or(0).min(ORDERS_MAX as u64) as usize;
    let read = memory.read(0, &mut bytes[..size]);
    read.map_err(|refusal| format!("the orders cannot be read: {refusal}"))?;
    let text = core::str::from_utf8(&bytes[..size]);
    let text = text.map_err(|_| String::from("the orders are not text"))?;
    Orders::parse(text.trim_end_matches('\0')).map_err(|word| format!("the orders say {word}"))
}

/// Says how it went.
fn say(line: &Result<String, Broken>) -> String {
    let line = match line {
        Ok(line) => line.clone(),
        Err(broken) => format!("{broken}"),
    };
    sdk::log::log(&line);
    line
}

/// A workload and whether it can go on.
struct Churn {
    work: Work<Files, Kv>,
    operations: u32,
    /// Whether what was found last is whole.
    is_whole: bool,
    /// Whether anything was changed, so that it is known what must be found.
    has_begun: bool,
}

impl Churn {
    #[inline(never)]
    fn new(orders: &Orders) -> Box<Churn> {
        let store = Grants::new().find_behind(1, ObjectKind::Endpoint).filter(|_| orders.has_kv);
        let store = store.map(|store| Kv::new(Endpoint::new(store)));
        // Two that have the same store have other keys.
        let prefix = format!("churn/{}/", orders.seed);
        let files = Files::new(FILES);
        let work = Work::new(files, store, &orders.directory, &prefix, orders.seed);
        let operations = orders.operations;
        Box::new(Churn { work, operations, is_whole: false, has_begun: false })
    }

    /// Looks at everything there is, and says how much that is.
    fn look(&mut self) -> Result<String, Broken> {
        self.is_whole = false;
        let work = &mut self.work;
        let tree = survey::survey(&mut work.disk, &work.top)?;
        let values = match &mut work.store {
            Some(store) => store::survey(store, &work.prefix)?,
            None => Tree::default(),
        };
        let mut line = format!(
            "consistent: {} files, {} directories",
            tree.files().count(),
            tree.directories().count()
        );
        if work.store.is_some() {
            line.push_str(&format!(", {} values", values.files().count()));
        }
        if self.has_begun {
            work.compare(&tree, &values)?;
        }
        (work.tree, work.values) = (tree, values);
        self.is_whole = true;
        Ok(line)
    }

    /// Does its operations.
    fn go(&mut self) -> Result<String, Broken> {
        if !self.is_whole {
            self.look()?;
        }
        if !self.has_begun {
            self.work.begin()?;
            self.has_begun = true;
        }
        let mut refused = 0;
        for count in 1..=self.operations {
            self.is_whole = false;
            refused += u32::from(!self.work.step()?);
            self.is_whole = true;
            if count.is_multiple_of(PERIOD) && count < self.operations {
                sdk::log!("done: {count} operations");
            }
        }
        let done = self.operations;
        match refused {
            0 => Ok(format!("done: {done} operations")),
            _ => Ok(format!("done: {done} operations, {refused} without room")),
        }
    }
}
