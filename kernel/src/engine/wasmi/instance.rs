//! A running module of wasmi.

use abi::message::Header;
use alloc::string::String;
use alloc::string::ToString;
use wasmi::Func;
use wasmi::Global;
use wasmi::Memory;
use wasmi::ResumableCall;
use wasmi::ResumableCallHostTrap;
use wasmi::ResumableCallOutOfFuel;
use wasmi::Store;
use wasmi::TrapCode;
use wasmi::Val;
use wasmi::errors::ErrorKind;
use wasmi::errors::InstantiationError;

use crate::call::Host;
use crate::engine::import::Quota;
use crate::engine::instance::Entry;
use crate::engine::instance::Exit;
use crate::engine::module::HANDLER;
use crate::engine::module::INITIALIZE;
use crate::engine::module::LoadError;
use crate::engine::module::MESSAGE_BUFFER;
use crate::engine::module::START;
use crate::engine::value::ValueType;
use crate::engine::wasmi::Engine;
use crate::engine::wasmi::link::Cell;
use crate::engine::wasmi::link::Left;
use crate::engine::wasmi::module::Module;
use crate::fault::Fault;
use crate::limits::MESSAGE_MAX;
use crate::limits::START_FUEL;

/// A module with its memory and, between two slices, its suspended call.
pub(crate) struct Instance<H> {
    store: Store<Cell<H>>,
    start: Option<Func>,
    handler: Option<Func>,
    /// Values that the entry returns that was entered last: a handler one, `_start` none.
    outputs: usize,
    memory: Option<Memory>,
    /// Fuel that its making took.
    start_fuel: u64,
    /// Where messages are put, once the handler can be entered.
    message_buffer: usize,
    /// Where the module wants them.
    exported_buffer: Option<Global>,
    suspended: Suspended,
}

enum Suspended {
    Nothing,
    Left(ResumableCallHostTrap),
    /// The entry ended in a tail call of the host: nothing of it is left but this call, whose answer
    /// is its own. wasmi resumes no such call.
    LeftLast(Left),
    OutOfFuel(ResumableCallOutOfFuel),
}

impl<H: Host + 'static> Engine<H> {
    /// Makes an instance with at most `memory_max` bytes of linear memory and runs the module's
    /// start function, if it has one.
    pub(crate) fn instantiate(
        &self,
        module: &Module,
        memory_max: usize,
    ) -> Result<Instance<H>, LoadError> {
        let quota = Quota::new(memory_max);
        let mut store =
            Store::new(&self.shared.engine, Cell { host: None, left: None, memory: None, quota });
        store.limiter(|cell| &mut cell.quota);
        store.set_fuel(START_FUEL).expect("the engine counts fuel");
        let linked = match &module.library {
            None => self.shared.linker.instantiate_and_start(&mut store, &module.module),
            Some(library) => library.instantiate(&self.shared.linker, &mut store, &module.module),
        };
        let instance = linked.map_err(|error| match store.data().quota.denied {
            Some(wanted) => LoadError::TooMuchMemory { wanted, allowed: memory_max },
            None => LoadError::Start(start_text(&error)),
        })?;
        // A library's memory is imported; it need not export it.
        let memory = store.data().memory.or_else(|| instance.get_memory(&store, "memory"));
        if let Some(initialize) = instance.get_func(&store, INITIALIZE) {
            let done = initialize.call(&mut store, &[], &mut []);
            done.map_err(|error| LoadError::Start(start_text(&error)))?;
        }
        let handler = instance.get_func(&store, HANDLER);
        let start = instance.get_func(&store, START);
        store.data_mut().memory = memory;
        store.data_mut().quota.is_made = true;
        let mut made = Instance {
            start,
            handler,
            outputs: 0,
            memory,
            start_fuel: 0,
            message_buffer: 0,
            exported_buffer: instance.get_global(&store, MESSAGE_BUFFER),
            suspended: Suspended::Nothing,
            store,
        };
        if !module.entries.has_start {
            made.make_message_buffer()?;
        }
        made.start_fuel = START_FUEL - made.fuel();
        made.set_fuel(0);
        Ok(made)
    }
}

/// Where messages are put: the module's own buffer, or memory grown for the purpose, which no
/// code in the module knows of.
fn message_buffer<H>(
    store: &mut Store<Cell<H>>,
    memory: Memory,
    exported: Option<wasmi::Global>,
) -> Result<usize, LoadError> {
    let end = memory.data_size(&*store);
    if let Some(global) = exported {
        let Val::I32(address) = global.get(&*store) else {
            return Err(LoadError::BadMessageBuffer);
        };
        let address = address as u32 as usize;
        let fits = address.checked_add(MESSAGE_MAX).is_some_and(|last| last <= end);
        return if fits { Ok(address) } else { Err(LoadError::BadMessageBuffer) };
    }
    // The size of a page is 1 or 65536; growing by one shows which.
    let mut grow = |pages: usize| {
        memory.grow(&mut *store, pages as u64).map_err(|_| LoadError::TooMuchMemory {
            wanted: end + MESSAGE_MAX,
            allowed: store.data().quota.memory_max,
        })?;
        Ok(memory.data_size(&*store))
    };
    let page = grow(1)? - end;
    grow(MESSAGE_MAX.div_ceil(page) - 1)?;
    Ok(end)
}

impl<H: Host + 'static> Instance<H> {
    /// Enters the instance. It must not be suspended.
    pub(crate) fn enter(&mut self, host: H, entry: Entry) -> (H, Exit) {
        assert!(matches!(self.suspended, Suspended::Nothing), "one entry at a time");
        let mut outputs = [Val::I32(0)];
        self.store.data_mut().host = Some(host);
        let ended = match entry {
            Entry::Start => {
                self.outputs = 0;
                let start = self.start.expect("only what has a start is started");
                start.call_resumable(&mut self.store, &[], &mut [])
            }
            Entry::Message { opcode, sender, len } => {
                let inputs = [
                    Val::I32(opcode as i32),
                    Val::I64(sender as i64),
                    // An address in a 32-bit memory.
                    Val::I32((self.message_buffer + Header::BYTES) as i32),
                    Val::I32(len as i32),
                ];
                self.outputs = 1;
                let handler = self.handler.expect("only a handler is entered with a message");
                handler.call_resumable(&mut self.store, &inputs, &mut outputs)
            }
        };
        self.leave(ended, &outputs)
    }

    /// Goes on after [`Exit::Left`] with the result of the call.
    pub(crate) fn answer(&mut self, host: H, word: u64) -> (H, Exit) {
        let call = match core::mem::replace(&mut self.suspended, Suspended::Nothing) {
            Suspended::Left(call) => call,
            // What the entry gives back is of 32 bits, or nothing.
            Suspended::LeftLast(Left(_, result)) => {
                return (host, self.finish(result(word) as i32));
            }
            _ => panic!("only a call that has left is answered"),
        };
        let left = self.store.data_mut().left.take();
        let Left(kind, result) = left.expect("a call that leaves says how it goes on");
        let word = result(word);
        let input = match kind {
            None => None,
            Some(ValueType::I64) => Some(Val::I64(word as i64)),
            Some(_) => Some(Val::I32(word as i32)),
        };
        let mut outputs = [Val::I32(0)];
        self.store.data_mut().host = Some(host);
        let outputs_used = &mut outputs[..self.outputs];
        let ended = call.resume(&mut self.store, input.as_slice(), outputs_used);
        self.leave(ended, &outputs)
    }

    /// Goes on after [`Exit::OutOfFuel`], once [`Instance::fuel`] is at least
    /// [`Instance::fuel_required`].
    pub(crate) fn refuel(&mut self, host: H) -> (H, Exit) {
        let Suspended::OutOfFuel(call) =
            core::mem::replace(&mut self.suspended, Suspended::Nothing)
        else {
            panic!("only an instance out of fuel is refuelled");
        };
        let mut outputs = [Val::I32(0)];
        self.store.data_mut().host = Some(host);
        let ended = call.resume(&mut self.store, &mut outputs[..self.outputs]);
        self.leave(ended, &outputs)
    }

    /// Whether it is entered once for each message.
    pub(crate) fn is_handler(&self) -> bool {
        self.handler.is_some()
    }

    /// Whether it is entered by its start before anything else.
    pub(crate) fn has_start(&self) -> bool {
        self.start.is_some()
    }

    /// Logical instructions that its making took.
    pub(crate) fn start_fuel(&self) -> u64 {
        self.start_fuel
    }

    /// Fuel that is left.
    pub(crate) fn fuel(&self) -> u64 {
        self.store.get_fuel().expect("the engine counts fuel")
    }

    /// Sets the fuel that is left.
    pub(crate) fn set_fuel(&mut self, fuel: u64) {
        self.store.set_fuel(fuel).expect("the engine counts fuel");
    }

    /// Out of fuel: how much the next step needs.
    pub(crate) fn fuel_required(&self) -> Option<u64> {
        match &self.suspended {
            Suspended::OutOfFuel(call) => Some(call.required_fuel()),
            _ => None,
        }
    }

    /// Linear memory; empty if the module has none.
    pub(crate) fn memory(&mut self) -> &mut [u8] {
        match self.memory {
            Some(memory) => memory.data_mut(&mut self.store),
            None => &mut [],
        }
    }

    /// Bytes of linear memory.
    pub(crate) fn memory_size(&self) -> usize {
        self.memory.map_or(0, |memory| memory.data_size(&self.store))
    }

    /// Where a handler's messages are put: header first, payload behind it.
    pub(crate) fn message_buffer(&self) -> usize {
        self.message_buffer
    }

    /// The entry has returned. After a start comes the handler, if there is one.
    fn finish(&mut self, answer: i32) -> Exit {
        if self.outputs != 0 || self.handler.is_none() {
            return Exit::Finished(answer);
        }
        match self.make_message_buffer() {
            Ok(()) => Exit::Finished(1),
            Err(_) => Exit::Faulted(Fault::Limit),
        }
    }

    /// Finds the place for messages. What a language's runtime does at its start must not take it for
    /// its own, so it comes after.
    fn make_message_buffer(&mut self) -> Result<(), LoadError> {
        if let (Some(_), Some(memory)) = (self.handler, self.memory) {
            let exported = self.exported_buffer;
            self.message_buffer = message_buffer(&mut self.store, memory, exported)?;
        }
        Ok(())
    }

    fn leave(
        &mut self,
        ended: Result<ResumableCall, wasmi::Error>,
        outputs: &[Val; 1],
    ) -> (H, Exit) {
        let host = self.store.data_mut().host.take().expect("the host went in with the entry");
        let exit = match ended {
            Ok(ResumableCall::Finished) => self.finish(outputs[0].i32().unwrap_or(0)),
            Ok(ResumableCall::HostTrap(call)) => {
                self.suspended = Suspended::Left(call);
                Exit::Left
            }
            Ok(ResumableCall::OutOfFuel(call)) => {
                self.suspended = Suspended::OutOfFuel(call);
                Exit::OutOfFuel
            }
            Err(error) => match self.store.data_mut().left.take() {
                Some(left) => {
                    self.suspended = Suspended::LeftLast(left);
                    Exit::Left
                }
                None => Exit::Faulted(fault_of(&error)),
            },
        };
        (host, exit)
    }
}

/// Why a module does not start. wasmi's own words about an instance that cannot be made have numbers
/// of stores in them, which differ from run to run.
pub(crate) fn start_text(error: &wasmi::Error) -> String {
    let ErrorKind::Instantiation(reason) = error.kind() else { return error.to_string() };
    let text = match reason {
        InstantiationError::ElementSegmentDoesNotFit { .. } => "an element segment does not fit",
        InstantiationError::FailedToInstantiateTable(_) => "a table is too large",
        InstantiationError::FailedToInstantiateMemory(_) => "its memory cannot be made",
        InstantiationError::TooManyTables => "it has too many tables",
        InstantiationError::TooManyMemories => "it has too many memories",
        _ => "its instance cannot be made",
    };
    text.to_string()
}

/// What a trap of wasmi is to an actor.
pub(crate) fn fault_of(error: &wasmi::Error) -> Fault {
    match error.as_trap_code() {
        Some(TrapCode::UnreachableCodeReached) => Fault::Unreachable,
        Some(TrapCode::MemoryOutOfBounds) => Fault::MemoryOutOfBounds,
        Some(TrapCode::TableOutOfBounds) => Fault::TableOutOfBounds,
        Some(TrapCode::IndirectCallToNull) => Fault::IndirectCallToNull,
        Some(TrapCode::IntegerDivisionByZero) => Fault::IntegerDivisionByZero,
        Some(TrapCode::IntegerOverflow) => Fault::IntegerOverflow,
        Some(TrapCode::BadConversionToInteger) => Fault::BadConversion,
        Some(TrapCode::StackOverflow) => Fault::StackOverflow,
        Some(TrapCode::BadSignature) => Fault::BadSignature,
        _ => Fault::Limit,
    }
}
