//! What the kernel is told at boot: which actors there are and what each of them is given.

use abi::rights::Rights;
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::trace::Capacity;

/// The whole first population.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// The actors in the order of their start.
    pub actors: Vec<ActorManifest>,
    /// Memory that can be granted, such as the ramdisk and the font.
    pub regions: Vec<Region>,
    /// Bytes of linear memory that all actors together may have (design: the module arena).
    pub arena: usize,
    /// How much the trace keeps until it is drained.
    pub trace: Capacity,
}

/// Memory under a name. A borrowed region, such as one in flash, is read-only.
#[derive(Clone, Debug)]
pub struct Region {
    /// What grants call it.
    pub name: String,
    /// Its bytes.
    pub bytes: Cow<'static, [u8]>,
}

/// One actor.
#[derive(Clone, Debug)]
pub struct ActorManifest {
    /// What it is called; unique, at most [`crate::limits::NAME_MAX`] bytes.
    pub name: String,
    /// Its code.
    pub wasm: Cow<'static, [u8]>,
    /// 0 to 31, larger runs first.
    pub priority: u8,
    /// Bytes of linear memory it may have.
    pub memory: usize,
    /// What it is given: the first in slot 1, and so on. Slot 0 is its own endpoint.
    pub grants: Vec<Grant>,
}

/// One capability given at boot.
#[derive(Clone, Debug)]
pub struct Grant {
    /// What it names.
    pub object: GrantObject,
    /// What its holder may do with it.
    pub rights: Rights,
}

/// What a grant can name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantObject {
    /// The endpoint of the actor with this name.
    Endpoint(String),
    /// The region with this name.
    Region(String),
    /// The pins with these numbers (bit n is pin n).
    Pins(u64),
    /// The screen.
    Framebuffer,
    /// The serial log.
    Log,
    /// Time.
    Clock,
    /// Unpredictable bytes.
    Entropy,
    /// The keyboard.
    Keyboard,
    /// The pointer.
    Pointer,
    /// The serial line.
    Serial,
    /// The process table.
    Processes,
}
