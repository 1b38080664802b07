//! A running module that stays where it lies.

use abi::message::Header;
use alloc::string::String;
use alloc::string::ToString;
use xip::ExternType;
use xip::Given;
use xip::OpenError;
use xip::Trap;
use xip::ValueType;

use crate::call::Answer;
use crate::call::Host;
use crate::engine::import::Import;
use crate::engine::import::Quota;
use crate::engine::in_place::module::Module;
use crate::engine::instance::Entry;
use crate::engine::instance::Exit;
use crate::engine::module::LoadError;
use crate::fault::Fault;
use crate::limits::HEADROOM;
use crate::limits::MESSAGE_MAX;
use crate::limits::RECURSION_MAX;
use crate::limits::STACK_MAX;
use crate::limits::START_FUEL;
use crate::limits::TABLE_MAX;
use crate::limits::TABLES_MAX;

/// What a module hears that calls the kernel before it is made.
const TOO_EARLY: &str = "the start function may not call the kernel";

/// A module with its memory and, between two slices, its suspended call.
#[derive(Clone)]
pub(crate) struct Instance {
    instance: xip::Instance<Module>,
    quota: Quota,
    /// Fuel that its making took.
    start_fuel: u64,
    /// Where messages are put, once the handler can be entered.
    message_buffer: usize,
    /// The entry that was entered last is the handler, which gives an answer.
    is_in_handler: bool,
    suspended: Suspended,
}

#[derive(Clone)]
enum Suspended {
    Nothing,
    Left(&'static Import),
    /// With the fuel that it needs.
    OutOfFuel(u64),
}

/// The outside of an instance while it runs.
struct Outside<'a, H> {
    /// `None` while the instance is made.
    host: Option<H>,
    imports: &'a [&'static Import],
    has_memory: bool,
    quota: &'a mut Quota,
}

impl<H: Host> xip::Host for Outside<'_, H> {
    fn call(
        &mut self,
        import: usize,
        arguments: &[u64],
        memory: &mut [u8],
        fuel: &mut u64,
    ) -> Option<u64> {
        let memory = if self.has_memory { memory } else { &mut [] };
        let import = self.imports[import];
        let reply = self.host.as_mut()?.call(import.call(arguments), memory);
        *fuel = fuel.saturating_sub(reply.fuel);
        match reply.answer {
            Answer::Now(word) => Some(result(import, word)),
            Answer::Leave => None,
        }
    }

    fn may_grow(&mut self, _: usize, desired: usize) -> bool {
        self.quota.allows(desired)
    }
}

/// What a function gives whose call has been answered so.
fn result(import: &Import, word: u64) -> u64 {
    let word = (import.convention.result)(word);
    match import.shape.result {
        Some(crate::engine::value::ValueType::I64) => word,
        _ => u64::from(word as u32),
    }
}

impl Instance {
    /// What [`crate::engine::Engine::instantiate`] does.
    pub(crate) fn open<H: Host>(module: &Module, memory_max: usize) -> Result<Instance, LoadError> {
        let mut quota = Quota::new(memory_max);
        let made = Instance::make::<H>(module, &mut quota);
        let instance = made.map_err(|error| match (quota.denied, error) {
            (Some(wanted), _) => LoadError::TooMuchMemory { wanted, allowed: memory_max },
            (None, OpenError::OutOfMemory(wanted)) => LoadError::NoRoom { wanted },
            (None, error) => LoadError::Start(start_text(&error)),
        })?;
        let mut made = Instance {
            instance,
            quota,
            start_fuel: 0,
            message_buffer: 0,
            is_in_handler: false,
            suspended: Suspended::Nothing,
        };
        if let Some(initialize) = module.0.initialize {
            made.initialize::<H>(initialize).map_err(LoadError::Start)?;
        }
        made.instance.keep_tables();
        if module.0.start.is_none() {
            made.make_message_buffer::<H>()?;
        }
        made.start_fuel = START_FUEL - made.fuel();
        made.set_fuel(0);
        Ok(made)
    }

    /// All that it may have is taken now: what it starts with and what it may grow to.
    fn make<H: Host>(
        module: &Module,
        quota: &mut Quota,
    ) -> Result<xip::Instance<Module>, OpenError> {
        let given = Given {
            fuel: START_FUEL,
            calls_max: RECURSION_MAX,
            values_max: STACK_MAX / size_of::<u64>(),
            spare: HEADROOM,
            tables_max: TABLES_MAX,
            elements_max: TABLE_MAX,
            globals: &[],
            memory_reserved: quota.memory_max,
            memory: None,
            tables: &[],
        };
        let mut outside = outside::<H>(None, module, quota);
        xip::Instance::open(module.clone(), &given, &mut outside)
    }

    fn initialize<H: Host>(&mut self, initialize: u32) -> Result<(), String> {
        let module = self.instance.module().clone();
        let mut outside = outside::<H>(None, &module, &mut self.quota);
        match self.instance.enter(initialize, &[], &mut outside) {
            xip::Exit::Finished => Ok(()),
            xip::Exit::Called(_) => Err(TOO_EARLY.to_string()),
            xip::Exit::OutOfFuel(_) => Err(start_text(&OpenError::OutOfFuel)),
            xip::Exit::Trapped(trap) => Err(trap_text(trap).to_string()),
        }
    }

    /// Enters the instance. It must not be suspended.
    pub(crate) fn enter<H: Host>(&mut self, host: H, entry: Entry) -> (H, Exit) {
        assert!(matches!(self.suspended, Suspended::Nothing), "one entry at a time");
        match entry {
            Entry::Start => {
                self.is_in_handler = false;
                let start = self.instance.module().0.start;
                let start = start.expect("only what has a start is started");
                self.run(host, |instance, outside| instance.enter(start, &[], outside))
            }
            Entry::Message { opcode, sender, len } => {
                self.is_in_handler = true;
                let handler = self.instance.module().0.handler;
                let handler = handler.expect("only a handler is entered with a message");
                let payload = (self.message_buffer + Header::BYTES) as u64;
                let inputs = [u64::from(opcode), sender, payload, u64::from(len)];
                self.run(host, |instance, outside| instance.enter(handler, &inputs, outside))
            }
        }
    }

    /// Goes on after [`Exit::Left`] with the result of the call.
    pub(crate) fn answer<H: Host>(&mut self, host: H, word: u64) -> (H, Exit) {
        let Suspended::Left(import) = self.suspended else {
            panic!("only a call that has left is answered");
        };
        let value = [result(import, word)];
        let results = &value[..usize::from(import.shape.result.is_some())];
        self.run(host, |instance, outside| instance.answer(results, outside))
    }

    /// Goes on after [`Exit::OutOfFuel`], once [`Instance::fuel`] is at least
    /// [`Instance::fuel_required`].
    pub(crate) fn refuel<H: Host>(&mut self, host: H) -> (H, Exit) {
        let Suspended::OutOfFuel(_) = self.suspended else {
            panic!("only an instance out of fuel is refuelled");
        };
        self.run(host, |instance, outside| instance.refuel(outside))
    }

    /// Whether it is entered once for each message.
    pub(crate) fn is_handler(&self) -> bool {
        self.instance.module().0.handler.is_some()
    }

    /// Whether it is entered by its start before anything else.
    pub(crate) fn has_start(&self) -> bool {
        self.instance.module().0.start.is_some()
    }

    /// Logical instructions that its making took.
    pub(crate) fn start_fuel(&self) -> u64 {
        self.start_fuel
    }

    /// Fuel that is left.
    pub(crate) fn fuel(&self) -> u64 {
        self.instance.fuel()
    }

    /// Sets the fuel that is left.
    pub(crate) fn set_fuel(&mut self, fuel: u64) {
        self.instance.set_fuel(fuel);
    }

    /// Out of fuel: how much the next step needs.
    pub(crate) fn fuel_required(&self) -> Option<u64> {
        match self.suspended {
            Suspended::OutOfFuel(required) => Some(required),
            _ => None,
        }
    }

    /// Linear memory; empty if the module shows none.
    pub(crate) fn memory(&mut self) -> &mut [u8] {
        if self.has_memory() { self.instance.memory_mut() } else { &mut [] }
    }

    /// Bytes of linear memory.
    pub(crate) fn memory_size(&self) -> usize {
        if self.has_memory() { self.instance.memory().len() } else { 0 }
    }

    /// Where a handler's messages are put: header first, payload behind it.
    pub(crate) fn message_buffer(&self) -> usize {
        self.message_buffer
    }

    fn has_memory(&self) -> bool {
        self.instance.module().0.has_memory
    }

    /// Lends it the host for as long as it runs.
    fn run<H: Host>(
        &mut self,
        host: H,
        enter: impl FnOnce(&mut xip::Instance<Module>, &mut Outside<'_, H>) -> xip::Exit,
    ) -> (H, Exit) {
        self.suspended = Suspended::Nothing;
        let module = self.instance.module().clone();
        let mut outside = outside(Some(host), &module, &mut self.quota);
        let exit = enter(&mut self.instance, &mut outside);
        let host = outside.host.take().expect("the host went in with the entry");
        let exit = match exit {
            xip::Exit::Finished => self.finish::<H>(),
            xip::Exit::Called(import) => {
                self.suspended = Suspended::Left(module.0.imports[import]);
                Exit::Left
            }
            xip::Exit::OutOfFuel(required) => {
                self.suspended = Suspended::OutOfFuel(required);
                Exit::OutOfFuel
            }
            xip::Exit::Trapped(trap) => Exit::Faulted(fault_of(trap)),
        };
        (host, exit)
    }

    /// The entry has returned. After a start comes the handler, if there is one.
    fn finish<H: Host>(&mut self) -> Exit {
        if self.is_in_handler || !self.is_handler() {
            let answer = self.instance.results().first().copied().unwrap_or(0);
            return Exit::Finished(answer as i32);
        }
        match self.make_message_buffer::<H>() {
            Ok(()) => Exit::Finished(1),
            Err(_) => Exit::Faulted(Fault::Limit),
        }
    }

    /// Finds the place for messages. What a language's runtime does at its start must not take it for
    /// its own, so it comes after.
    fn make_message_buffer<H: Host>(&mut self) -> Result<(), LoadError> {
        let module = self.instance.module().clone();
        if module.0.handler.is_none() || !module.0.has_memory {
            return Ok(());
        }
        let end = self.instance.memory().len();
        // An export of that name that is no global is none of ours.
        let exported = module.0.message_buffer.as_ref();
        if let Some((ExternType::Global(kind), index)) =
            exported.map(|exported| (&exported.kind, exported.index))
        {
            let address = self.instance.global(index).filter(|_| kind.value == ValueType::I32);
            let address = address.ok_or(LoadError::BadMessageBuffer)? as u32 as usize;
            let fits = address.checked_add(MESSAGE_MAX).is_some_and(|last| last <= end);
            self.message_buffer = address;
            return if fits { Ok(()) } else { Err(LoadError::BadMessageBuffer) };
        }
        let memory = module.memory().expect("what is shown is there");
        // As many steps as wasmi takes: who fails at the second has grown by the first.
        for pages in [1, MESSAGE_MAX.div_ceil(1 << memory.page_bits) - 1] {
            let allowed = self.quota.memory_max;
            let mut outside = outside::<H>(None, &module, &mut self.quota);
            let grown = self.instance.grow_memory(pages as u32, &mut outside);
            grown.ok_or(LoadError::TooMuchMemory { wanted: end + MESSAGE_MAX, allowed })?;
        }
        self.message_buffer = end;
        Ok(())
    }
}

fn outside<'a, H>(host: Option<H>, module: &'a Module, quota: &'a mut Quota) -> Outside<'a, H> {
    Outside { host, imports: &module.0.imports, has_memory: module.0.has_memory, quota }
}

/// Why a module does not start, in the words that wasmi has for it.
fn start_text(error: &OpenError) -> String {
    let text = match error {
        OpenError::NotGiven => "its instance cannot be made",
        OpenError::TooMuchMemory(_) | OpenError::OutOfMemory(_) => "its memory cannot be made",
        OpenError::TooManyTables => "it has too many tables",
        OpenError::TableTooLarge => "a table is too large",
        OpenError::ElementsDoNotFit => "an element segment does not fit",
        OpenError::OutOfFuel => "all fuel consumed by WebAssembly",
        OpenError::StartCalledHost => TOO_EARLY,
        OpenError::Trapped(trap) => trap_text(*trap),
    };
    text.to_string()
}

fn trap_text(trap: Trap) -> &'static str {
    match trap {
        Trap::Unreachable => "wasm `unreachable` instruction executed",
        Trap::MemoryOutOfBounds => "out of bounds memory access",
        Trap::TableOutOfBounds => "undefined element: out of bounds table access",
        Trap::IndirectCallToNull => "uninitialized element 2",
        Trap::BadSignature => "indirect call type mismatch",
        Trap::IntegerDivisionByZero => "integer divide by zero",
        Trap::IntegerOverflow => "integer overflow",
        Trap::BadConversion => "invalid conversion to integer",
        Trap::StackOverflow => "call stack exhausted",
    }
}

/// What a trap is to an actor.
fn fault_of(trap: Trap) -> Fault {
    match trap {
        Trap::Unreachable => Fault::Unreachable,
        Trap::MemoryOutOfBounds => Fault::MemoryOutOfBounds,
        Trap::TableOutOfBounds => Fault::TableOutOfBounds,
        Trap::IndirectCallToNull => Fault::IndirectCallToNull,
        Trap::BadSignature => Fault::BadSignature,
        Trap::IntegerDivisionByZero => Fault::IntegerDivisionByZero,
        Trap::IntegerOverflow => Fault::IntegerOverflow,
        Trap::BadConversion => Fault::BadConversion,
        Trap::StackOverflow => Fault::StackOverflow,
    }
}
