//! Runs WebAssembly where it lies.
//!
//! A module is not translated. Its bytes are the code, and may lie in flash that is mapped into the
//! address space; beside them stands a small table of what the bytes do not say where it is needed
//! ([`Module::heap_bytes`]). What can be seen from outside is that of wasmi 2.0.0 in the kernel's
//! configuration: results, traps, memory, and the fuel at every call of the host, at every place
//! where it runs out, and at every trap (`docs/why/0002-logical-time.md`).
//!
//! The interpreter knows nothing of actors. A call of the host is answered at once or leaves as a
//! value.
#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod trap;
mod room;
mod float;
mod number;
mod side;
mod leb;
mod kind;
mod charge;
mod constant;
mod frame;
mod register;
mod surroundings;
mod scan;
mod module;
mod section;
mod ledger;
mod load;
mod tariff;
mod host;
mod store;
mod bulk;
mod activation;
mod execute;
mod instance;

pub use host::Host;
pub use instance::Exit;
pub use instance::Given;
pub use instance::Instance;
pub use instance::OpenError;
pub use kind::ExternType;
pub use kind::FunctionType;
pub use kind::GlobalType;
pub use kind::Limits;
pub use kind::MemoryType;
pub use kind::TableType;
pub use kind::ValueType;
pub use module::LoadError;
pub use module::Module;
pub use room::Room;
pub use section::Export;
pub use section::Import;
pub use side::Place;
pub use tariff::Charge;
pub use tariff::FunctionTariff;
pub use tariff::tariffs;
pub use trap::Trap;

extern crate alloc;
