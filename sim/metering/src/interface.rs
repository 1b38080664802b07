//! What a metered module and its engine say to each other.
//!
//! The module imports from [`MODULE`] the functions below, in this order, and nothing of what it
//! imported before but memories, tables and globals.

/// The wasm module of all imported functions.
pub const MODULE: &str = "meter";

/// `(function i32, seven words i64, fuel i64) -> (word i64, fuel i64, waits i32)`: calls an imported
/// function of the original module. If it waits, word and fuel mean nothing and [`WAIT`] follows.
pub const CALL: &str = "call";

/// `() -> (word i64, fuel i64)`: the answer of the call that has to wait.
pub const WAIT: &str = "wait";

/// `(required i64, fuel i64) -> fuel i64`: the fuel does not suffice for what comes next. There is at
/// least as much as required afterwards.
pub const REFUEL: &str = "refuel";

/// `(bytes i64) -> i32`: whether the memory may have that many.
pub const MAY_GROW: &str = "may_grow";

/// `(elements i64) -> i32`: whether a table may have that many.
pub const MAY_GROW_TABLE: &str = "may_grow_table";

/// `()`: the stack is full. It traps.
pub const OVERFLOW: &str = "overflow";

/// The imported functions in their order.
pub const IMPORTS: [&str; 6] = [CALL, WAIT, REFUEL, MAY_GROW, MAY_GROW_TABLE, OVERFLOW];

/// Exported: the fuel that is left, a global of 64 bits.
pub const FUEL: &str = "meter.fuel";

/// Exported: the start function, which does not run by itself. Only if there is one.
pub const START: &str = "meter.start";

/// Words that a call of the host takes.
pub const WORDS: usize = 7;

/// Indices of the imported functions.
pub(crate) mod index {
    pub(crate) const CALL: u32 = 0;
    pub(crate) const WAIT: u32 = 1;
    pub(crate) const REFUEL: u32 = 2;
    pub(crate) const MAY_GROW: u32 = 3;
    pub(crate) const MAY_GROW_TABLE: u32 = 4;
    pub(crate) const OVERFLOW: u32 = 5;
    pub(crate) const COUNT: u32 = 6;
}
