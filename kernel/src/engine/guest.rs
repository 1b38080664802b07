//! A live instance whose functions a host calls: entered, left for a host function or for want of
//! fuel, and resumed.
//!
//! A call of a host function always leaves as a value. So the host may answer it with whatever it
//! has borrowed, and the instance holds nothing of the host's.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;
use wasmi::Extern;
use wasmi::Func;
use wasmi::FuncType;
use wasmi::Memory;
use wasmi::ResumableCall;
use wasmi::ResumableCallHostTrap;
use wasmi::ResumableCallOutOfFuel;
use wasmi::Store;
use wasmi::TrapCode;
use wasmi::Val;

use crate::engine::code::Code;
use crate::engine::import::Quota;
use crate::engine::value::Value;
use crate::engine::wasmi::fault_of;
use crate::engine::wasmi::start_text;
use crate::fault::Fault;

/// What a guest's store carries.
struct Desk {
    quota: Quota,
    called: Option<Called>,
}

/// A host function that the guest has called.
#[derive(Debug)]
pub(crate) struct Called {
    /// Which of the code's imports.
    pub(crate) import: usize,
    pub(crate) arguments: Vec<Value>,
}

/// An instance with its memory and, while it is out, its suspended call.
pub(crate) struct Guest {
    store: Store<Desk>,
    instance: wasmi::Instance,
    memory: Option<Memory>,
    suspended: Suspended,
    results: Vec<Val>,
}

enum Suspended {
    Nothing,
    Called(Box<ResumableCallHostTrap>),
    /// The function ended in a tail call of the host: nothing of it is left but this call, whose
    /// answer is its own. wasmi resumes no such call.
    CalledLast,
    OutOfFuel(Box<ResumableCallOutOfFuel>),
}

/// Why a guest stopped running.
#[derive(Debug)]
pub(crate) enum Halt {
    /// The function returned: [`Guest::results`].
    Finished,
    /// It has called a host function: [`Guest::answer`] goes on.
    Called(Called),
    /// The fuel does not suffice for what comes next: [`Guest::refuel`] goes on, once there is this
    /// much.
    OutOfFuel(u64),
    /// It can never go on.
    Faulted(Fault),
}

/// Why there is no instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OpenError {
    /// It starts with more memory than it may have, in bytes.
    TooMuchMemory(usize),
    /// Its start function takes more fuel than there is.
    OutOfFuel,
    /// Its start function faulted.
    Faulted(Fault),
    /// Something else is wrong, in wasmi's words.
    Start(String),
}

impl Guest {
    /// Makes an instance with at most `memory_max` bytes of linear memory and runs the module's
    /// start function, if it has one, which may not call the host. All imports must be functions.
    pub(crate) fn open(code: &Code, memory_max: usize, fuel: u64) -> Result<Guest, OpenError> {
        let quota = Quota::new(memory_max);
        let mut store = Store::new(&code.engine, Desk { quota, called: None });
        store.limiter(|desk| &mut desk.quota);
        store.set_fuel(fuel).expect("the engine counts fuel");
        let types = code.module.imports().map(|import| import.ty().func().cloned());
        let mut externs = Vec::with_capacity(code.imports().len());
        for (import, signature) in types.enumerate() {
            let signature = signature.expect("the caller has seen to the imports");
            externs.push(Extern::Func(host_function(&mut store, signature, import)));
        }
        let made = wasmi::Instance::new(&mut store, &code.module, &externs);
        let instance = made.map_err(|error| why_not_open(&store, &error))?;
        let memory = instance.get_memory(&store, "memory");
        store.data_mut().quota.is_made = true;
        let suspended = Suspended::Nothing;
        Ok(Guest { store, instance, memory, suspended, results: Vec::new() })
    }

    /// Calls an exported function, which must exist and take these. It must not be suspended.
    pub(crate) fn call(&mut self, function: &str, arguments: &[Value]) -> Halt {
        assert!(matches!(self.suspended, Suspended::Nothing), "one call at a time");
        let function = self.instance.get_func(&self.store, function);
        let function = function.expect("the caller has looked the function up");
        let results = function.ty(&self.store).results().len();
        self.store.data_mut().quota.denied = None;
        self.results.clear();
        self.results.resize(results, Val::I32(0));
        let arguments: Vec<Val> = arguments.iter().map(|value| value.to_wasm()).collect();
        let ended = function.call_resumable(&mut self.store, &arguments, &mut self.results);
        self.leave(ended)
    }

    /// Goes on after [`Halt::Called`] with the result of the host function, of its type.
    pub(crate) fn answer(&mut self, result: Option<Value>) -> Halt {
        let result = result.map(Value::to_wasm);
        match core::mem::replace(&mut self.suspended, Suspended::Nothing) {
            Suspended::Called(call) => {
                let ended = call.resume(&mut self.store, result.as_slice(), &mut self.results);
                self.leave(ended)
            }
            Suspended::CalledLast => {
                self.results.clear();
                self.results.extend(result);
                Halt::Finished
            }
            _ => panic!("only a call of the host is answered"),
        }
    }

    /// Goes on after [`Halt::OutOfFuel`], once there is enough.
    pub(crate) fn refuel(&mut self) -> Halt {
        let Suspended::OutOfFuel(call) =
            core::mem::replace(&mut self.suspended, Suspended::Nothing)
        else {
            panic!("only a guest out of fuel is refuelled");
        };
        let ended = call.resume(&mut self.store, &mut self.results);
        self.leave(ended)
    }

    /// What the last function gave. References are left out.
    pub(crate) fn results(&self) -> Vec<Value> {
        self.results.iter().filter_map(Value::from_wasm).collect()
    }

    /// Fuel that is left.
    pub(crate) fn fuel(&self) -> u64 {
        self.store.get_fuel().expect("the engine counts fuel")
    }

    /// Sets the fuel that is left.
    pub(crate) fn set_fuel(&mut self, fuel: u64) {
        self.store.set_fuel(fuel).expect("the engine counts fuel");
    }

    /// Linear memory; empty if the module exports none.
    pub(crate) fn memory(&self) -> &[u8] {
        self.memory.map_or(&[], |memory| memory.data(&self.store))
    }

    /// The same, to be written to.
    pub(crate) fn memory_mut(&mut self) -> &mut [u8] {
        match self.memory {
            Some(memory) => memory.data_mut(&mut self.store),
            None => &mut [],
        }
    }

    /// Whether it exports a memory.
    pub(crate) fn has_memory(&self) -> bool {
        self.memory.is_some()
    }

    /// The size of memory that was refused first since the last call began, in bytes.
    pub(crate) fn denied(&self) -> Option<usize> {
        self.store.data().quota.denied
    }

    fn leave(&mut self, ended: Result<ResumableCall, wasmi::Error>) -> Halt {
        let called = self.store.data_mut().called.take();
        match (ended, called) {
            (Ok(ResumableCall::Finished), _) => Halt::Finished,
            (Ok(ResumableCall::HostTrap(call)), Some(called)) => {
                self.suspended = Suspended::Called(Box::new(call));
                Halt::Called(called)
            }
            (Ok(ResumableCall::OutOfFuel(call)), _) => {
                let required = call.required_fuel();
                self.suspended = Suspended::OutOfFuel(Box::new(call));
                Halt::OutOfFuel(required)
            }
            (Err(_), Some(called)) => {
                self.suspended = Suspended::CalledLast;
                Halt::Called(called)
            }
            (Err(error), None) => Halt::Faulted(fault_of(&error)),
            (Ok(ResumableCall::HostTrap(_)), None) => {
                unreachable!("who leaves says what it has called")
            }
        }
    }
}

/// A function that leaves the engine as a value.
fn host_function(store: &mut Store<Desk>, signature: FuncType, import: usize) -> Func {
    Func::new(store, signature, move |mut caller, arguments, _| {
        let arguments = arguments.iter().filter_map(Value::from_wasm).collect();
        caller.data_mut().called = Some(Called { import, arguments });
        // wasmi boxes every error; this one has nothing behind it that would take a second box.
        Err(wasmi::Error::i32_exit(0))
    })
}

fn why_not_open(store: &Store<Desk>, error: &wasmi::Error) -> OpenError {
    if store.data().called.is_some() {
        return OpenError::Start("the start function may not call the host".to_string());
    }
    if let Some(wanted) = store.data().quota.denied {
        return OpenError::TooMuchMemory(wanted);
    }
    match error.as_trap_code() {
        Some(TrapCode::OutOfFuel) => OpenError::OutOfFuel,
        Some(_) => OpenError::Faulted(fault_of(error)),
        None => OpenError::Start(start_text(error)),
    }
}
