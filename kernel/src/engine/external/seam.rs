//! What the kernel and an engine from outside ask of each other. Whoever boots a kernel may bring one
//! ([`crate::Foundry::external`]); it runs modules with the fuel that wasmi counts.
//!
//! An instance is lent the [`Outside`] by value for as long as it runs, as all engines are lent
//! their host. So an engine may keep a running instance wherever it likes.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use core::any::Any;

use crate::call::Call;
use crate::fault::Fault;

/// Makes modules runnable.
pub trait ExternalEngine {
    /// Compiles a module, which is valid, of the deterministic profile and no shared library. The
    /// error says why it belongs on wasmi, which then runs it in the same world.
    fn load(&mut self, wasm: &[u8]) -> Result<Rc<dyn ExternalModule>, String>;
}

/// A module that can be instantiated any number of times.
pub trait ExternalModule {
    /// Makes an instance with its data and its tables in place; no function of it has run. `None` if
    /// that does not work out. Then wasmi tries, and says why not.
    fn open(&self, bounds: ExternalBounds) -> Option<Box<dyn ExternalInstance>>;
}

/// What an instance may have when it is made.
#[derive(Clone, Copy, Debug)]
pub struct ExternalBounds {
    /// Bytes of linear memory.
    pub memory_max: usize,
    /// Tables.
    pub tables_max: usize,
    /// Elements of each table.
    pub elements_max: usize,
}

/// Where an instance can be entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExternalEntry {
    /// The module's start function.
    StartSection,
    /// `_initialize`.
    Initialize,
    /// `_start`.
    Start,
    /// `handle_message` with opcode, sender, address and length of the payload.
    Handler([u64; 4]),
}

/// Why an instance stopped running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExternalExit {
    /// The function returned this, or nothing, which is 0.
    Finished(u64),
    /// A call of the host was not answered; [`ExternalInstance::answer`] goes on.
    Left,
    /// So much fuel is required for what comes next; [`ExternalInstance::refuel`] goes on.
    OutOfFuel(u64),
    /// It can never go on.
    Faulted(Fault),
}

/// What an instance hands back when it stops running.
pub type ExternalReturn = (Box<dyn Outside>, ExternalExit);

/// A module with its memory and, between two slices, its suspended call.
pub trait ExternalInstance {
    /// Calls a function; if the module does not have it, that is as if it had returned. It must not be
    /// suspended.
    fn enter(&mut self, outside: Box<dyn Outside>, entry: ExternalEntry) -> ExternalReturn;

    /// Goes on after [`ExternalExit::Left`] with the result of the call.
    fn answer(&mut self, outside: Box<dyn Outside>, word: u64) -> ExternalReturn;

    /// Goes on after [`ExternalExit::OutOfFuel`], once there is as much as required.
    fn refuel(&mut self, outside: Box<dyn Outside>) -> ExternalReturn;

    /// Fuel that is left.
    fn fuel(&self) -> u64;

    /// Sets the fuel that is left.
    fn set_fuel(&mut self, fuel: u64);

    /// The memory that the module exports as `memory`; empty if it exports none.
    fn memory(&mut self) -> &mut [u8];

    /// Bytes of that memory.
    fn memory_size(&self) -> usize;

    /// Grows that memory without fuel; whether it could. It must not be suspended.
    fn grow_memory(&mut self, pages: u64) -> bool;

    /// A global of 32 bits that the module exports under this name. It must not be suspended.
    fn global(&mut self, name: &str) -> Option<u32>;
}

/// The outside of an instance while it runs.
pub trait Outside: Any + Send {
    /// The module calls one of the functions it imports. `None` if the answer comes later, or if
    /// nothing may be called yet.
    fn call(
        &mut self,
        import: usize,
        words: [u64; Call::WORDS],
        memory: &mut [u8],
        fuel: &mut u64,
    ) -> Option<u64>;

    /// Whether the memory may have so many bytes.
    fn may_grow(&mut self, bytes: usize) -> bool;

    /// Whether a table may have so many elements.
    fn may_grow_table(&mut self, elements: u64) -> bool;
}
