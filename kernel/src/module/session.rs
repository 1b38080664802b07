//! One instance of a module, kept for more than one call: for hosts that pass data by pointer.

use alloc::format;
use alloc::vec::Vec;
use core::fmt;

use crate::engine::Called;
use crate::engine::Guest;
use crate::engine::Halt;
use crate::engine::OpenError;
use crate::engine::Value;
use crate::limits::START_FUEL;
use crate::module::Module;
use crate::module::allocator::Allocator;
use crate::module::argument::Argument;
use crate::module::argument::Fitted;
use crate::module::argument::fit;
use crate::module::deadline::Deadline;
use crate::module::error::Failure;
use crate::module::error::ModuleError;
use crate::module::error::Spent;
use crate::module::host::Memory;

/// A live instance. Its memory is its own and goes with it.
pub struct Session<'module, 'host> {
    module: &'module mut Module<'host>,
    pub(super) guest: Guest,
    /// Which host function answers each import.
    links: Vec<usize>,
    /// Fuel that the guest has not been handed yet.
    pool: u64,
    /// All the fuel that there ever was.
    given: u64,
    state: State,
}

/// What can be done next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Ready,
    /// In the middle of a call that wants so much fuel.
    Suspended(u64),
    /// A call broke off in the middle and left its memory as it was.
    Broken,
}

impl<'module, 'host> Session<'module, 'host> {
    /// Links the imports, makes an instance and runs its start function.
    pub(super) fn open(module: &'module mut Module<'host>) -> Result<Self, Failure> {
        let given = module.config().fuel_limit;
        let fail = |error, used| Failure { error, spent: Spent { fuel: used, memory: 0 } };
        let links = module.links().map_err(|error| fail(error, 0))?;
        let start = given.min(START_FUEL);
        let limit = module.config().memory_limit;
        let opened = Guest::open(module.code(), limit, start);
        let guest = opened.map_err(|error| match error {
            OpenError::TooMuchMemory(wanted) => fail(ModuleError::OutOfMemory { wanted, limit }, 0),
            OpenError::Faulted(fault) => fail(ModuleError::Trapped(fault), 0),
            OpenError::OutOfFuel if start < START_FUEL => {
                fail(ModuleError::OutOfFuel { used: start }, start)
            }
            OpenError::OutOfFuel => {
                let reason = format!("its start function takes more than {start} instructions");
                fail(ModuleError::Start(reason), start)
            }
            OpenError::Start(text) => fail(ModuleError::Start(text), 0),
        })?;
        let pool = given - start;
        Ok(Session { module, guest, links, pool, given, state: State::Ready })
    }

    /// Calls an exported function. Numbers find their types; bytes are laid into memory that the
    /// module allocates, and stay there.
    pub fn call(
        &mut self,
        function: &str,
        arguments: &[Argument<'_>],
        deadline: &mut Deadline<'_>,
    ) -> Result<Vec<Value>, Failure> {
        let began = self.used();
        self.call_since(began, function, arguments, deadline)
    }

    /// The same, with time counted from an earlier instruction.
    pub(super) fn call_since(
        &mut self,
        began: u64,
        function: &str,
        arguments: &[Argument<'_>],
        deadline: &mut Deadline<'_>,
    ) -> Result<Vec<Value>, Failure> {
        let ended = self.try_call(began, function, arguments, deadline);
        ended.map_err(|error| self.failure(error))
    }

    fn try_call(
        &mut self,
        began: u64,
        function: &str,
        arguments: &[Argument<'_>],
        deadline: &mut Deadline<'_>,
    ) -> Result<Vec<Value>, ModuleError> {
        self.check_ready()?;
        let signature = self.module.function(function)?;
        let mut values = Vec::with_capacity(signature.parameters.len());
        for argument in fit(function, &signature, arguments)? {
            match argument {
                Fitted::Number(value) => values.push(value),
                Fitted::Bytes(bytes) => {
                    let pointer = self.place(began, bytes, deadline)?;
                    // Memories have 32-bit addresses.
                    values.push(Value::I32(pointer.cast_signed()));
                    values.push(Value::I32(bytes.len() as i32));
                }
            }
        }
        self.enter(began, function, &values, deadline)
    }

    /// Goes on with a call that ran out of fuel or time. What has passed before does not count
    /// against this deadline.
    pub fn resume(&mut self, deadline: &mut Deadline<'_>) -> Result<Vec<Value>, Failure> {
        let State::Suspended(required) = self.state else {
            let error = ModuleError::Unusable("no call of this session is suspended");
            return Err(self.failure(error));
        };
        let began = self.used();
        let ended = self.run(began, Halt::OutOfFuel(required), deadline);
        ended.map_err(|error| self.failure(error))
    }

    /// Lays bytes into memory that the module allocates; answers where.
    pub fn write_bytes(
        &mut self,
        bytes: &[u8],
        deadline: &mut Deadline<'_>,
    ) -> Result<u32, Failure> {
        let began = self.used();
        let placed = self.check_ready().and_then(|()| self.place(began, bytes, deadline));
        placed.map_err(|error| self.failure(error))
    }

    /// Gives allocated bytes back. A module that exports nothing for it gets them back with the end
    /// of the session.
    pub fn free(
        &mut self,
        pointer: u32,
        len: usize,
        deadline: &mut Deadline<'_>,
    ) -> Result<(), Failure> {
        let code = self.module.code();
        let free = Allocator::of(code).and_then(|allocator| allocator.free(code));
        let Some((name, parameters)) = free else { return Ok(()) };
        let values = [Value::I32(pointer.cast_signed()), Value::I32(len.max(1) as i32)];
        let began = self.used();
        let freed = self
            .check_ready()
            .and_then(|()| self.enter(began, name, &values[..parameters], deadline));
        freed.map(drop).map_err(|error| self.failure(error))
    }

    /// Bytes of the module's memory.
    pub fn read_bytes(&self, pointer: u32, len: u32) -> Result<&[u8], Failure> {
        let bytes = bytes_at(&self.guest, pointer, len);
        bytes.map_err(|error| self.failure(error))
    }

    /// Fuel that is left.
    pub fn fuel_remaining(&self) -> u64 {
        self.pool.saturating_add(self.guest.fuel())
    }

    /// Adds fuel: for the next call, or for one that ran out and is resumed.
    pub fn add_fuel(&mut self, fuel: u64) {
        let fuel = fuel.min(u64::MAX - self.given);
        self.given += fuel;
        self.pool += fuel;
    }

    /// Bytes of linear memory that it has now.
    pub fn memory_used(&self) -> usize {
        self.guest.memory().len()
    }

    /// What the session has taken so far.
    pub fn spent(&self) -> Spent {
        Spent { fuel: self.used(), memory: self.memory_used() }
    }

    fn used(&self) -> u64 {
        self.given - self.fuel_remaining()
    }

    fn failure(&self, error: ModuleError) -> Failure {
        Failure { error, spent: self.spent() }
    }

    fn check_ready(&self) -> Result<(), ModuleError> {
        match self.state {
            State::Ready => Ok(()),
            State::Suspended(_) => {
                Err(ModuleError::Unusable("a call of this session is suspended: resume it"))
            }
            State::Broken => {
                Err(ModuleError::Unusable("a call of this session broke off: open another"))
            }
        }
    }

    /// Allocates and fills. A call that is suspended in the middle of this could not go on with its
    /// arguments, so it is broken.
    fn place(
        &mut self,
        began: u64,
        bytes: &[u8],
        deadline: &mut Deadline<'_>,
    ) -> Result<u32, ModuleError> {
        let allocator = Allocator::of(self.module.code()).filter(|_| self.guest.has_memory());
        let missing = ModuleError::NoMemory("it exports no memory and allocator for bytes");
        let allocator = allocator.ok_or(missing)?;
        let limit = self.module.config().memory_limit;
        let wanted = bytes.len().saturating_add(self.memory_used());
        let out_of_memory = ModuleError::OutOfMemory { wanted, limit };
        // Not every language can allocate nothing; one byte they can.
        let Ok(len) = i32::try_from(bytes.len().max(1)) else { return Err(out_of_memory) };
        let values = &allocator.arguments(len)[..allocator.count()];
        let allocated = self.enter(began, allocator.name, values, deadline);
        if allocated.is_err() {
            self.state = State::Broken;
        }
        let pointer = match allocated?.first() {
            Some(Value::I32(pointer)) if *pointer != 0 => pointer.cast_unsigned(),
            _ => return Err(out_of_memory),
        };
        let memory = self.guest.memory_mut();
        let size = memory.len();
        let start = pointer as usize;
        let room = start.checked_add(bytes.len()).and_then(|end| memory.get_mut(start..end));
        // The length was a positive i32.
        let wrong = ModuleError::BadPointer { pointer, len: bytes.len() as u32, memory: size };
        room.ok_or(wrong)?.copy_from_slice(bytes);
        Ok(pointer)
    }

    fn enter(
        &mut self,
        began: u64,
        function: &str,
        values: &[Value],
        deadline: &mut Deadline<'_>,
    ) -> Result<Vec<Value>, ModuleError> {
        self.hand_out(began, 0, deadline)?;
        let halt = self.guest.call(function, values);
        self.run(began, halt, deadline)
    }

    /// Runs until the call ends or cannot go on.
    fn run(
        &mut self,
        began: u64,
        mut halt: Halt,
        deadline: &mut Deadline<'_>,
    ) -> Result<Vec<Value>, ModuleError> {
        self.state = State::Broken;
        loop {
            halt = match halt {
                Halt::Finished => {
                    self.state = State::Ready;
                    return Ok(self.guest.results());
                }
                Halt::Faulted(fault) => {
                    let limit = self.module.config().memory_limit;
                    return Err(match self.guest.denied() {
                        Some(wanted) => ModuleError::OutOfMemory { wanted, limit },
                        None => ModuleError::Trapped(fault),
                    });
                }
                Halt::OutOfFuel(required) => {
                    self.state = State::Suspended(required);
                    self.hand_out(began, required, deadline)?;
                    self.state = State::Broken;
                    self.guest.refuel()
                }
                Halt::Called(called) => self.answer(&called)?,
            };
        }
    }

    /// Gives the guest its next slice, of at least so much fuel.
    fn hand_out(
        &mut self,
        began: u64,
        required: u64,
        deadline: &mut Deadline<'_>,
    ) -> Result<(), ModuleError> {
        let (left, used) = (self.fuel_remaining(), self.used());
        if left < required {
            return Err(ModuleError::OutOfFuel { used });
        }
        let granted = deadline.grant(used - began, required);
        let slice = granted.ok_or(ModuleError::Timeout { used })?.min(left);
        self.guest.set_fuel(slice);
        self.pool = left - slice;
        Ok(())
    }

    /// Answers a call of a host function, at the guest's cost.
    fn answer(&mut self, called: &Called) -> Result<Halt, ModuleError> {
        let function = &mut self.module.functions[self.links[called.import]];
        let mut memory = Memory::new(self.guest.memory_mut());
        let result = (function.body)(&mut memory, &called.arguments);
        let fuel = memory.fuel();
        let result = result.map_err(|reason| ModuleError::HostRefused {
            function: function.name.clone(),
            reason,
        })?;
        // What the slice cannot pay is paid from what is left beside it.
        let owed = fuel.saturating_sub(self.guest.fuel());
        self.guest.set_fuel(self.guest.fuel().saturating_sub(fuel));
        self.pool = self.pool.saturating_sub(owed);
        Ok(self.guest.answer(result))
    }
}

/// Bytes of a guest's memory.
pub(super) fn bytes_at(guest: &Guest, pointer: u32, len: u32) -> Result<&[u8], ModuleError> {
    let memory = guest.memory();
    let start = pointer as usize;
    let end = start.checked_add(len as usize);
    let bytes = end.and_then(|end| memory.get(start..end));
    bytes.ok_or(ModuleError::BadPointer { pointer, len, memory: memory.len() })
}

impl fmt::Debug for Session<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.module.config().name;
        f.debug_struct("Session").field("module", name).field("spent", &self.spent()).finish()
    }
}
