//! The one module that knows wasmi and its parser: it turns bytes into running instances.
//!
//! An instance borrows its [`Host`] by value for as long as it runs: the host
//! goes in with [`Instance::enter`] and comes out with the [`Exit`]. Calls that can be answered at
//! once are answered in place; everything else leaves the engine as a value. The engine knows
//! nothing of actors, capabilities or time but the host's one method.
//!
//! Execution is counted in wasmi 2.0.0's own fuel, which depends on the module alone and is equal
//! on every host: our logical time (`docs/why/0002-logical-time.md`).

mod code;
mod guest;
mod import;
mod library;
mod instance;
mod module;
mod value;

pub use code::Code;
pub use code::CodeImport;
pub(crate) use guest::Called;
pub(crate) use guest::Guest;
pub(crate) use guest::Halt;
pub(crate) use guest::OpenError;
pub(crate) use import::Signature;
pub use instance::Entry;
pub use instance::Exit;
pub use instance::Instance;
pub use module::LoadError;
pub use module::Module;
pub use module::imports;
pub use value::FunctionType;
pub use value::Value;
pub use value::ValueType;

use crate::call::CallName;
use crate::call::Convention;
use crate::call::Host;
use crate::limits::RECURSION_MAX;
use crate::limits::STACK_MAX;
use alloc::vec::Vec;
use import::Cell;

/// Compiles modules and links them to the host's calls.
pub struct Engine<H> {
    engine: wasmi::Engine,
    linker: wasmi::Linker<Cell<H>>,
    imports: Vec<Import>,
}

/// One function that modules can import.
struct Import {
    module: &'static str,
    name: &'static str,
    signature: wasmi::FuncType,
}

impl<H: Host + 'static> Default for Engine<H> {
    fn default() -> Engine<H> {
        let engine = wasmi::Engine::new(&config());
        let linker = wasmi::Linker::new(&engine);
        Engine { engine, linker, imports: Vec::new() }
    }
}

impl<H: Host + 'static> Engine<H> {
    /// Lets modules import `module.name` and makes it call the host. The signature is the type of
    /// the function as its caller sees it: `define::<fn(i64, i32) -> i32>(…)`.
    pub(crate) fn define<S: Signature<H>>(
        &mut self,
        module: &'static str,
        name: &'static str,
        call: CallName,
        convention: Convention,
    ) {
        let signature = S::define(&mut self.linker, module, name, call, convention);
        self.imports.push(Import { module, name, signature });
    }
}

/// What a module may use and how it is counted: the deterministic profile.
fn config() -> wasmi::Config {
    // wasmi 2.0.0 reaches the next instruction after `table.grow` and `memory.grow` by a call that is
    // no tail call: a high price keeps a loop of them from filling the native stack in one slice.
    let costs = wasmi::OperatorCost {
        table_grow: u8::MAX,
        memory_grow: u8::MAX,
        ..wasmi::OperatorCost::default()
    };
    let mut config = wasmi::Config::default();
    config
        .consume_fuel(true)
        .operator_cost(costs)
        .compilation_mode(wasmi::CompilationMode::Eager)
        .ignore_custom_sections(true)
        .wasm_custom_page_sizes(true)
        .wasm_multi_memory(false)
        .set_max_recursion_depth(RECURSION_MAX)
        .set_max_stack_height(STACK_MAX)
        .set_min_stack_height(256)
        .set_max_cached_stacks(1);
    config
}
