//! Why a module is refused, or a call of it fails. Each is another sentence, and none of them harms
//! the module: the next call finds it as if nothing had been.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::fault::Fault;

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModuleError {
    /// The configured name is empty or too long.
    BadName {
        /// Its bytes.
        len: usize,
    },
    /// The configured memory limit is above what a module may have at all.
    BadMemoryLimit {
        /// Bytes it asks for.
        wanted: usize,
        /// Bytes that are allowed.
        max: usize,
    },
    /// The bytes do not begin as a module does.
    NotWasm {
        /// How they begin, in hexadecimal.
        begin: String,
    },
    /// They begin as a module does, but are none.
    Invalid(String),
    /// A module that uses what would not behave equally on every host (`docs/why/0003`).
    OutsideProfile(String),
    /// It wants the system interface, which no module is given.
    Wasi {
        /// The import, as `module.name`.
        import: String,
    },
    /// It imports something that there is not.
    UnknownImport {
        /// The import, as `module.name`.
        import: String,
    },
    /// It imports something under another type than it has.
    WrongImport {
        /// The import, as `module.name`.
        import: String,
        /// The type that the module wants.
        wanted: String,
        /// The type that there is.
        given: String,
    },
    /// Its start function or its initial data did not work out.
    Start(String),
    /// It exports no function of this name.
    NoFunction {
        /// The name.
        function: String,
        /// The first functions that it does export.
        known: Vec<String>,
    },
    /// The arguments are not what the function takes.
    WrongArguments {
        /// The function and its type.
        function: String,
        /// What is wrong with them.
        reason: String,
    },
    /// Bytes were given or asked for, and it exports no way to them.
    NoMemory(&'static str),
    /// A pointer and length of the module's do not lie inside its memory.
    BadPointer {
        /// The pointer.
        pointer: u32,
        /// The length in bytes.
        len: u32,
        /// The size of its memory.
        memory: usize,
    },
    /// The results are not what the caller wants of them.
    WrongResult {
        /// What it wants.
        wanted: &'static str,
    },
    /// It wanted more memory than its limit and did not get over it.
    OutOfMemory {
        /// Bytes it wanted to have.
        wanted: usize,
        /// Bytes it may have.
        limit: usize,
    },
    /// Its fuel is used up.
    OutOfFuel {
        /// Logical instructions it has executed.
        used: u64,
    },
    /// It did not end in time.
    Timeout {
        /// Logical instructions it has executed.
        used: u64,
    },
    /// It did something that it cannot go on from.
    Trapped(Fault),
    /// A host function refused.
    HostRefused {
        /// The function.
        function: String,
        /// Why.
        reason: String,
    },
    /// The session cannot do this now.
    Unusable(&'static str),
}

/// The kinds of errors that metrics tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErrorKind {
    /// It did not end in time.
    Timeout,
    /// It trapped.
    Panic,
    /// It ran out of memory.
    OutOfMemory,
    /// It ran out of fuel.
    Fuel,
    /// It cannot be loaded or started.
    Load,
    /// It was called wrongly, or answered so.
    Argument,
    /// A host function refused.
    Host,
}

impl ErrorKind {
    /// Every kind. The first three are those of seed *wasm-runtime-primitive*.
    pub const ALL: [ErrorKind; 7] = [
        ErrorKind::Timeout,
        ErrorKind::Panic,
        ErrorKind::OutOfMemory,
        ErrorKind::Fuel,
        ErrorKind::Load,
        ErrorKind::Argument,
        ErrorKind::Host,
    ];

    /// The value of the label `type`.
    pub const fn label(self) -> &'static str {
        match self {
            ErrorKind::Timeout => "timeout",
            ErrorKind::Panic => "panic",
            ErrorKind::OutOfMemory => "oom",
            ErrorKind::Fuel => "fuel",
            ErrorKind::Load => "load",
            ErrorKind::Argument => "argument",
            ErrorKind::Host => "host",
        }
    }
}

impl ModuleError {
    /// Which kind it is to metrics.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            ModuleError::Timeout { .. } => ErrorKind::Timeout,
            ModuleError::Trapped(_) => ErrorKind::Panic,
            ModuleError::OutOfMemory { .. } => ErrorKind::OutOfMemory,
            ModuleError::OutOfFuel { .. } => ErrorKind::Fuel,
            ModuleError::HostRefused { .. } => ErrorKind::Host,
            ModuleError::NoFunction { .. }
            | ModuleError::WrongArguments { .. }
            | ModuleError::NoMemory(_)
            | ModuleError::BadPointer { .. }
            | ModuleError::WrongResult { .. }
            | ModuleError::Unusable(_) => ErrorKind::Argument,
            _ => ErrorKind::Load,
        }
    }

    /// Whether the module itself broke off: a panic of Rust or C ends so.
    pub const fn is_panic(&self) -> bool {
        matches!(self, ModuleError::Trapped(_))
    }

    /// What can be done about it.
    pub const fn help(&self) -> Option<&'static str> {
        match self {
            ModuleError::NotWasm { .. } => {
                Some("a module begins with the bytes 00 61 73 6d 01 00 00 00")
            }
            ModuleError::OutsideProfile(_) => {
                Some("build it without this feature: docs/why/0003 lists what a module may use")
            }
            ModuleError::Wasi { .. } => {
                Some("build it for `wasm32-unknown-unknown`, or `-nostdlib`, instead of WASI")
            }
            ModuleError::UnknownImport { .. } => Some(
                "host functions are imported from `env`, under the names that the host exports",
            ),
            ModuleError::OutOfMemory { .. } => Some("give it a higher memory limit, or less to do"),
            ModuleError::OutOfFuel { .. } => Some("give it more fuel, if it is no endless loop"),
            ModuleError::Timeout { .. } => Some("give it more time, if it is no endless loop"),
            ModuleError::NoMemory(_) => Some(
                "bytes need an exported `memory` and `alloc(i32) -> i32`, `malloc(i32) -> i32` or \
                 `cabi_realloc(i32, i32, i32, i32) -> i32`",
            ),
            _ => None,
        }
    }
}

impl fmt::Display for ModuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ModuleError::BadName { len } => {
                write!(f, "a module's name has 1 to 64 bytes, not {len}")
            }
            ModuleError::BadMemoryLimit { wanted, max } => write!(
                f,
                "a memory limit of {wanted} bytes is more than the {max} that a module may have"
            ),
            ModuleError::NotWasm { begin } if begin.is_empty() => f.write_str("it is empty"),
            ModuleError::NotWasm { begin } => {
                write!(f, "it is no wasm module: it begins with {begin}")
            }
            ModuleError::Invalid(text) => write!(f, "it is no valid wasm module: {text}"),
            ModuleError::OutsideProfile(text) => {
                write!(f, "it uses what is outside the deterministic profile: {text}")
            }
            ModuleError::Wasi { import } => {
                write!(f, "it imports `{import}`: modules are given no WASI")
            }
            ModuleError::UnknownImport { import } => {
                write!(f, "it imports `{import}`, which the host does not export")
            }
            ModuleError::WrongImport { import, wanted, given } => {
                write!(f, "it imports `{import}` as {wanted}, but it is {given}")
            }
            ModuleError::Start(text) => write!(f, "it does not start: {text}"),
            ModuleError::NoFunction { function, known } => no_function(f, function, known),
            ModuleError::WrongArguments { function, reason } => write!(f, "`{function}` {reason}"),
            ModuleError::NoMemory(text) => f.write_str(text),
            ModuleError::BadPointer { pointer, len, memory } => write!(
                f,
                "it answered with {len} bytes at {pointer}, outside its memory of {memory} bytes"
            ),
            ModuleError::WrongResult { wanted } => write!(f, "its result is not {wanted}"),
            ModuleError::OutOfMemory { wanted, limit } => {
                write!(f, "out of memory: it wanted {wanted} bytes and may have {limit}")
            }
            ModuleError::OutOfFuel { used } => {
                write!(f, "out of fuel after {used} instructions")
            }
            ModuleError::Timeout { used } => {
                write!(f, "timed out after {used} instructions")
            }
            ModuleError::Trapped(fault) => write!(f, "it trapped: {fault}"),
            ModuleError::HostRefused { function, reason } => {
                write!(f, "the host function `{function}` refused: {reason}")
            }
            ModuleError::Unusable(text) => f.write_str(text),
        }
    }
}

fn no_function(f: &mut fmt::Formatter<'_>, function: &str, known: &[String]) -> fmt::Result {
    write!(f, "it exports no function `{function}`")?;
    match known.split_first() {
        None => f.write_str(", nor any other"),
        Some((first, rest)) => {
            write!(f, ", but `{first}`")?;
            rest.iter().try_for_each(|name| write!(f, ", `{name}`"))
        }
    }
}

impl core::error::Error for ModuleError {}

/// What a call took, whether it succeeded or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Logical instructions.
    pub fuel: u64,
    /// Bytes of linear memory at the end.
    pub memory: usize,
}

/// A call that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub error: ModuleError,
    /// What it took up to there.
    pub spent: Spent,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl core::error::Error for Failure {}
