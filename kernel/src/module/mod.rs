//! Modules that services of the kernel image call: code that is no actor, called function by
//! function within limits (seed *wasm-runtime-primitive*).
//!
//! Actors never see any of this. They send a message to a service, and the service is fast and safe
//! because a module does its work:
//!
//! ```
//! use kernel::module::Cache;
//! use kernel::module::CacheConfig;
//! use kernel::module::Config;
//! use kernel::module::Deadline;
//! use kernel::module::Rate;
//! use kernel::time::Duration;
//! use kernel::time::Instant;
//!
//! // (func (export "double") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
//! let wasm = b"\0asm\x01\0\0\0\x01\x06\x01\x60\x01\x7f\x01\x7f\x03\x02\x01\0\x07\x0a\x01\
//!     \x06double\0\0\x0a\x09\x01\x07\0\x20\0\x41\x02\x6c\x0b";
//! let mut cache = Cache::new(CacheConfig::default());
//! let mut module = cache.load(Instant::ZERO, wasm, Config::new("double"))?;
//!
//! let mut deadline = Deadline::after(Duration::from_millis(10), Rate::NANOSECOND);
//! let output = module.call("double", &[21.into()], &mut deadline).expect("it is harmless");
//! assert_eq!(output.int(), Ok(42));
//! # Ok::<(), kernel::module::ModuleError>(())
//! ```
//!
//! Every [`Module::call`] has a fresh instance: fresh memory, fresh globals, nothing of the call
//! before. So a call that traps, runs out of fuel, time or memory leaves the module as it was. A
//! [`Session`] keeps one instance for several calls, for hosts that pass data by pointer.
//!
//! There is no WASI, and nothing else is ambient: a module reaches what [`Module::export`] gives it.

mod allocator;
mod argument;
mod cache;
mod config;
mod deadline;
mod error;
mod exposition;
mod host;
mod metrics;
mod names;
mod session;
mod shelf;

pub use argument::Argument;
pub use cache::Cache;
pub use cache::CacheStats;
pub use config::CacheConfig;
pub use config::Config;
pub use deadline::Deadline;
pub use deadline::Rate;
pub use error::ErrorKind;
pub use error::Failure;
pub use error::ModuleError;
pub use error::Spent;
pub use host::Memory;
pub use host::Number;
pub use host::Outcome;
pub use host::Parameters;
pub use metrics::BUCKETS;
pub use metrics::Metrics;
pub use metrics::ModuleMetrics;
pub use metrics::Timing;
pub use session::Session;
pub use shelf::Evicted;
pub use shelf::Shelf;

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::engine::Code;
use crate::engine::CodeImport;
use crate::engine::FunctionType;
use crate::engine::Guest;
use crate::engine::LoadError;
use crate::engine::Value;
use host::HostFunction;

/// Where modules import host functions from.
const HOST: &str = "env";

/// How a module begins: its magic number and version 1.
const MAGIC: [u8; 8] = *b"\0asm\x01\0\0\0";

/// What wasmi's parser says of features that are switched off in the engine's configuration.
const OUTSIDE: [&str; 5] =
    ["enabled", "multiple memor", "SIMD", "gc feature", "references required"];

/// Functions that an error names.
const NAMED_MAX: usize = 8;

/// What all handles of a module share.
#[derive(Debug)]
struct Library {
    code: Code,
    /// Names of parameters, for functions that have some.
    names: BTreeMap<String, Vec<String>>,
}

/// A handle to a module: shared code, with limits and host functions of its own. It stays valid
/// when the cache lets go of the module.
pub struct Module<'host> {
    library: Arc<Library>,
    config: Config,
    functions: Vec<HostFunction<'host>>,
}

impl<'host> Module<'host> {
    /// Compiles a module. [`Cache::load`] does so only when it has to.
    pub fn load(wasm: &[u8], config: Config) -> Result<Module<'host>, ModuleError> {
        config.check()?;
        Ok(Module::of(Arc::new(library(wasm)?), config))
    }

    fn of(library: Arc<Library>, config: Config) -> Module<'host> {
        Module { library, config, functions: Vec::new() }
    }

    /// Lets the module import `env.name`. A tuple of numbers is what the function takes, nothing or
    /// a number what it gives; what it refuses ends the call with its words.
    ///
    /// ```
    /// # use kernel::module::{Config, Memory, Module, ModuleError};
    /// # fn example(wasm: &[u8]) -> Result<(), ModuleError> {
    /// let mut lines: Vec<String> = Vec::new();
    /// let mut module = Module::load(wasm, Config::new("libimage"))?;
    /// module.export("log", |memory: &mut Memory<'_>, (pointer, len): (i32, i32)| {
    ///     lines.push(memory.text(pointer, len)?.to_owned());
    ///     Ok(())
    /// });
    /// # Ok(())
    /// # }
    /// ```
    pub fn export<P: Parameters, R: Outcome>(
        &mut self,
        name: &str,
        function: impl FnMut(&mut Memory<'_>, P) -> Result<R, String> + 'host,
    ) {
        self.functions.retain(|known| known.name != name);
        self.functions.push(HostFunction::new(name, function));
    }

    /// Calls a function in a fresh instance. The instance lives on in the output, whose bytes may
    /// lie in its memory.
    pub fn call(
        &mut self,
        function: &str,
        arguments: &[Argument<'_>],
        deadline: &mut Deadline<'_>,
    ) -> Result<Output, Failure> {
        // What is called wrongly is not worth an instance.
        let fitted = self
            .function(function)
            .and_then(|signature| argument::fit(function, &signature, arguments));
        fitted.map_err(|error| Failure { error, spent: Spent::default() })?;
        let mut session = self.open()?;
        let values = session.call_since(0, function, arguments, deadline)?;
        let spent = session.spent();
        Ok(Output { values, spent, guest: session.guest })
    }

    /// The same with arguments by name, if the module says how its parameters are called: by its
    /// name section, as compilers write it. Bytes named `input` are for `input_ptr` and the
    /// parameter behind it.
    pub fn call_named(
        &mut self,
        function: &str,
        arguments: &[(&str, Argument<'_>)],
        deadline: &mut Deadline<'_>,
    ) -> Result<Output, Failure> {
        let names = self.parameters(function);
        let arranged = argument::arrange(function, names, arguments);
        let arranged = arranged.map_err(|error| Failure { error, spent: Spent::default() })?;
        self.call(function, &arranged, deadline)
    }

    /// An instance to be called more than once.
    pub fn open(&mut self) -> Result<Session<'_, 'host>, Failure> {
        Session::open(self)
    }

    /// What it is called and may have.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Changes how much fuel each later call may take.
    pub fn set_fuel_limit(&mut self, fuel: u64) {
        self.config.fuel_limit = fuel;
    }

    /// The type of an exported function.
    pub fn function(&self, name: &str) -> Result<FunctionType, ModuleError> {
        self.code().function(name).ok_or_else(|| {
            let known = self.code().functions().take(NAMED_MAX);
            let known = known.map(|(name, _)| name.to_string()).collect();
            ModuleError::NoFunction { function: name.to_string(), known }
        })
    }

    /// Every exported function.
    pub fn functions(&self) -> impl Iterator<Item = (&str, FunctionType)> {
        self.code().functions()
    }

    /// What a function calls its parameters, if the module says so.
    pub fn parameters(&self, function: &str) -> Option<&[String]> {
        let count = self.code().function(function)?.parameters.len();
        self.library.names.get(function)?.get(..count)
    }

    fn code(&self) -> &Code {
        &self.library.code
    }

    /// Which host function answers each import.
    fn links(&self) -> Result<Vec<usize>, ModuleError> {
        self.code().imports().iter().map(|import| self.link(import)).collect()
    }

    fn link(&self, import: &CodeImport) -> Result<usize, ModuleError> {
        let index = self.functions.iter().position(|function| function.name == import.name);
        let index = index.ok_or_else(|| ModuleError::UnknownImport { import: shown(import) })?;
        let given = &self.functions[index].signature;
        match &import.function {
            Some(wanted) if wanted == given => Ok(index),
            wanted => Err(ModuleError::WrongImport {
                import: shown(import),
                wanted: wanted.as_ref().map_or_else(no_function, FunctionType::to_string),
                given: given.to_string(),
            }),
        }
    }
}

impl fmt::Debug for Module<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Module").field("config", &self.config).finish_non_exhaustive()
    }
}

/// What a call gave, with the instance in whose memory it lies.
pub struct Output {
    values: Vec<Value>,
    spent: Spent,
    guest: Guest,
}

impl Output {
    /// The results as they are.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The one whole number that was returned.
    pub fn int(&self) -> Result<i64, ModuleError> {
        match self.values[..] {
            [Value::I32(value)] => Ok(value.into()),
            [Value::I64(value)] => Ok(value),
            _ => Err(ModuleError::WrongResult { wanted: "one whole number" }),
        }
    }

    /// The bytes that were returned: a pointer and a length, as two `i32` or as one `i64` with the
    /// pointer in its upper half.
    pub fn bytes(&self) -> Result<&[u8], ModuleError> {
        let (pointer, len) = match self.values[..] {
            [Value::I32(pointer), Value::I32(len)] => {
                (pointer.cast_unsigned(), len.cast_unsigned())
            }
            [Value::I64(packed)] => {
                let packed = packed.cast_unsigned();
                ((packed >> 32) as u32, packed as u32)
            }
            _ => {
                return Err(ModuleError::WrongResult { wanted: "bytes: i32, i32 or a packed i64" });
            }
        };
        session::bytes_at(&self.guest, pointer, len)
    }

    /// The bytes that were returned, as text.
    pub fn text(&self) -> Result<&str, ModuleError> {
        let wrong = ModuleError::WrongResult { wanted: "text in UTF-8" };
        core::str::from_utf8(self.bytes()?).map_err(|_| wrong)
    }

    /// What the call took.
    pub fn spent(&self) -> Spent {
        self.spent
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Output { values, spent, guest: _ } = self;
        f.debug_struct("Output").field("values", values).field("spent", spent).finish()
    }
}

/// Compiles and checks everything that can be told without the host.
fn library(wasm: &[u8]) -> Result<Library, ModuleError> {
    if !wasm.starts_with(&MAGIC) {
        let begin = wasm.iter().take(MAGIC.len()).map(|byte| format!("{byte:02x}"));
        return Err(ModuleError::NotWasm { begin: begin.collect::<Vec<_>>().join(" ") });
    }
    let code = Code::compile(wasm).map_err(|error| match error {
        LoadError::Invalid(text) if OUTSIDE.iter().any(|word| text.contains(word)) => {
            ModuleError::OutsideProfile(text)
        }
        LoadError::Invalid(text) => ModuleError::Invalid(text),
        error => ModuleError::Start(error.to_string()),
    })?;
    code.imports().iter().try_for_each(check_import)?;
    Ok(Library { code, names: names::parameters(wasm) })
}

fn check_import(import: &CodeImport) -> Result<(), ModuleError> {
    if import.module.starts_with("wasi") {
        return Err(ModuleError::Wasi { import: shown(import) });
    }
    if import.module != HOST {
        return Err(ModuleError::UnknownImport { import: shown(import) });
    }
    if import.function.is_none() {
        let given = "a function, as all that there is".to_string();
        let (import, wanted) = (shown(import), no_function());
        return Err(ModuleError::WrongImport { import, wanted, given });
    }
    Ok(())
}

fn shown(import: &CodeImport) -> String {
    format!("{}.{}", import.module, import.name)
}

fn no_function() -> String {
    String::from("something other than a function")
}

#[cfg(test)]
mod tests;
