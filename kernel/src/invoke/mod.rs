//! Answers the calls of the running actor: decode first, which may refuse and changes nothing;
//! then do, which cannot fail.
//!
//! One signature for all calls and one `match`. What the kernel knows is answered in place; what
//! needs a device, another actor's turn or time leaves the engine as a [`Left`].

mod decode;
mod object;
mod flash;
mod message;
mod name;
mod population;
mod renewal;

use abi::handle::Handle;
use abi::object::ObjectKind;
use abi::refusal::Refusal;
use abi::rights::Rights;
use alloc::boxed::Box;

use crate::actor::Task;
use crate::call::Answer;
use crate::call::Call;
use crate::call::CallName;
use crate::call::Host;
use crate::call::Reply;
use crate::capability::Object;
use crate::fault::ExitReason;
use crate::invoke::decode::range;
use crate::invoke::decode::rights_of;
use crate::invoke::decode::signed;
use crate::invoke::decode::word_place;
use crate::limits::BYTES_PER_FUEL;
use crate::limits::CALL_FUEL;
use crate::state::Left;
use crate::state::Source;
use crate::state::State;
use crate::trace::What;

/// What a call comes to, and how many bytes the kernel moved for it.
struct Outcome {
    answer: Answer,
    moved: u64,
}

impl Outcome {
    fn word(word: u64) -> Result<Outcome, Refusal> {
        Ok(Outcome { answer: Answer::Now(word), moved: 0 })
    }

    fn handle(handle: Handle) -> Result<Outcome, Refusal> {
        Outcome::word(handle.word())
    }

    fn done() -> Result<Outcome, Refusal> {
        Outcome::word(0)
    }

    fn moved(bytes: usize) -> Result<Outcome, Refusal> {
        let moved = bytes as u64;
        Ok(Outcome { answer: Answer::Now(moved), moved })
    }
}

impl Host for Box<State> {
    fn call(&mut self, call: Call, memory: &mut [u8]) -> Reply {
        self.calls += 1;
        self.toll = 0;
        let (mut answer, moved) = match self.invoke(call, memory) {
            Ok(Outcome { answer, moved }) => (answer, moved),
            Err(refusal) => {
                self.record(What::Refuse { call: call.name, refusal }, &[]);
                (Answer::Now(refusal.word()), 0)
            }
        };
        if let Answer::Now(word) = answer
            && self.is_outranked
        {
            self.left = Some(Left::Preempted(word));
            answer = Answer::Leave;
        }
        Reply { answer, fuel: CALL_FUEL + self.toll + moved / BYTES_PER_FUEL }
    }
}

impl State {
    fn invoke(&mut self, call: Call, memory: &mut [u8]) -> Result<Outcome, Refusal> {
        let [a, b, c, d, e, f, g] = call.words;
        let handle = Handle::from_word(a);
        if call.name.may_wait() && self.running().is_service {
            return Err(Refusal::NotAvailable);
        }
        match call.name {
            CallName::Log => self.log(&[], range(memory, a, b)?.of(memory)),
            CallName::LogLevel => self.log_level(a, range(memory, b, c)?.of(memory)),
            CallName::Print => self.print(range(memory, a, b)?.of(memory)),
            CallName::Exit => self.leave(Left::Exit(ExitReason::Exited(a as i32))),
            CallName::Yield => self.leave(Left::Yield),
            CallName::Identity => Outcome::word(self.running().id.word()),

            CallName::Send | CallName::SendRights | CallName::SendMove => {
                let passed = self.passed(call)?;
                self.send(handle, b as u32, range(memory, c, d)?.of(memory), passed)
            }
            CallName::Reply => {
                let passed = self.passed(call)?;
                self.reply(handle, b as u32, range(memory, c, d)?.of(memory), passed)
            }
            CallName::SendTo => self.send_to(a, b as u32, range(memory, c, d)?.of(memory)),
            CallName::SendWord => self.send_to(a, b as u32, &(c as u32).to_le_bytes()),
            CallName::Call => {
                let reply = range(memory, e, f)?;
                self.call_and_wait(handle, b as u32, range(memory, c, d)?.of(memory), reply, g)
            }
            CallName::Receive => self.receive(handle, range(memory, b, c)?, memory, None),
            CallName::ReceiveTimeout => {
                self.held_kind(Call::SUITABLE, ObjectKind::Clock, Rights::READ)?;
                self.receive(handle, range(memory, b, c)?, memory, Some(d))
            }
            CallName::ReceiveParts => self.receive_parts(call, memory),

            CallName::Read => self.read(handle, b, range(memory, c, d)?.of_mut(memory)),
            CallName::Write => self.write(handle, b, range(memory, c, d)?, memory),
            CallName::ScreenSize => {
                self.held_kind(Call::SUITABLE, ObjectKind::Framebuffer, Rights::NONE)?;
                let screen = self.screen.ok_or(Refusal::NotAvailable)?;
                Outcome::word(u64::from(screen.width) << 32 | u64::from(screen.height))
            }
            CallName::ScreenLayout => {
                self.held_kind(handle, ObjectKind::Framebuffer, Rights::NONE)?;
                let layout = self.screen.ok_or(Refusal::NotAvailable)?.encode();
                store(&layout, range(memory, b, c)?.of_mut(memory))
            }
            CallName::ScreenFlush => {
                self.held_kind(handle, ObjectKind::Framebuffer, Rights::WRITE)?;
                self.leave(Left::Flush)
            }
            CallName::Time => {
                self.held_kind(handle, ObjectKind::Clock, Rights::READ)?;
                Outcome::word(self.now.nanos())
            }
            CallName::Sleep => {
                self.held_kind(handle, ObjectKind::Clock, Rights::READ)?;
                self.leave(Left::Sleep(self.now.saturating_add_nanos(b)))
            }
            CallName::PinRead => {
                let bit = self.pin(handle, b, Rights::READ)?;
                Outcome::word(u64::from(self.pins & (1 << bit) != 0))
            }
            CallName::PinWrite => {
                let pin = self.pin(handle, b, Rights::WRITE)?;
                self.leave(Left::Pin { pin, high: c as u32 != 0 })
            }
            CallName::InterruptWait => self.wait_for_interrupt(handle),
            CallName::PortRead => self.port(handle, b, c, Rights::READ, None),
            CallName::PortWrite => self.port(handle, b, c, Rights::WRITE, Some(d)),
            CallName::Network => Err(Refusal::NotAvailable),

            CallName::MemoryCreate => self.make_memory(a).and_then(Outcome::handle),
            CallName::FlashInfo => {
                let info = self.flash_info(handle)?;
                store(&info.encode(), range(memory, b, c)?.of_mut(memory))
            }
            CallName::FlashRead => self.flash_read(handle, signed(b)?, range(memory, c, d)?),
            CallName::FlashProgram => self.flash_program(handle, signed(b)?, range(memory, c, d)?),
            CallName::FlashErase => self.flash_erase(handle, signed(b)?),

            CallName::Info => {
                let info = self.info(self.held(handle, Rights::NONE)?);
                store(&info.encode(), range(memory, b, c)?.of_mut(memory))
            }
            CallName::Capabilities => self.capabilities(range(memory, a, b)?.of_mut(memory)),
            CallName::Copy => {
                let held = self.held(handle, Rights::NONE)?;
                self.derive(handle, held)
            }
            CallName::Mint => self.mint(handle, rights_of(b)?, c),
            CallName::MintRange => self.mint_range(handle, rights_of(b)?, c, d),
            CallName::Narrow => self.narrow(handle, b, rights_of(c)?, d),
            CallName::Move => self.move_here(handle),
            CallName::Delete => self.delete(handle),
            CallName::Revoke => self.revoke(handle),

            CallName::Spawn => {
                let options = range(memory, d, e)?.of(memory);
                self.spawn(handle, Source::Own(range(memory, b, c)?), options)
            }
            CallName::SpawnMemory => {
                let module = self.granted_module(b)?;
                self.spawn(handle, module, range(memory, c, d)?.of(memory))
            }
            CallName::Reload => self.reload(handle, Source::Own(range(memory, b, c)?)),
            CallName::ReloadMemory => {
                let module = self.granted_module(b)?;
                self.reload(handle, module)
            }
            CallName::ReloadNotice => {
                self.running().wants_notice = a as u32 != 0;
                Outcome::done()
            }
            CallName::Keep => {
                let bytes = b.saturating_mul(size_of::<u64>() as u64);
                self.keep(range(memory, a, bytes)?.of(memory))
            }
            CallName::SpawnPlain => self.spawn_plain(Source::Own(range(memory, a, b)?), c),
            CallName::Stop => self.stop(handle),
            CallName::StopActor => self.stop_actor(a),
            CallName::Link => self.link(handle),
            CallName::Unlink => self.unlink(handle),
            CallName::TrapExits => {
                self.running().traps_exits = a as u32 != 0;
                Outcome::done()
            }
            CallName::ListActors => self.list_actors(a, b, c, memory),
            CallName::ProcessCapabilities => {
                self.process_capabilities(handle, b, range(memory, c, d)?.of_mut(memory))
            }

            CallName::Register | CallName::Mount => {
                let is_mount = call.name == CallName::Mount;
                let endpoint = Handle::from_word(d);
                self.name(handle, range(memory, b, c)?.of(memory), endpoint, is_mount)
            }
            CallName::Unregister | CallName::Unmount => {
                let is_mount = call.name == CallName::Unmount;
                self.unname(handle, range(memory, b, c)?.of(memory), is_mount)
            }
            CallName::Lookup => self.look_up(handle, range(memory, b, c)?.of(memory), false),
            CallName::LookupActor => self.look_up(handle, range(memory, b, c)?.of(memory), true),
            CallName::ListNames => {
                let place = range(memory, d, e)?;
                self.list_names(handle, range(memory, b, c)?, place, memory)
            }
            CallName::ListPaths => {
                let (place, size) = (range(memory, c, d)?, word_place(memory, e)?);
                self.list_paths(range(memory, a, b)?, place, size, memory)
            }
            CallName::ReverseLookup => self.reverse_look_up(a, range(memory, b, c)?, memory),
            CallName::NodeName => {
                let place = range(memory, a, b)?.of_mut(memory);
                let len = place.len().min(self.identity.len());
                place[..len].copy_from_slice(&self.identity.as_bytes()[..len]);
                Outcome::word(self.identity.len() as u64)
            }

            CallName::FileOpen => {
                let path = range(memory, b, c)?.of(memory);
                let directory = self.directory(handle, Rights::READ)?;
                self.begin_path(directory, Task::Open, path).and_then(|left| self.leave(left))
            }
            CallName::MakeDirectory | CallName::FileRemove => {
                let path = range(memory, b, c)?.of(memory);
                let directory = self.directory(handle, Rights::WRITE)?;
                let makes = call.name == CallName::MakeDirectory;
                let task = if makes { Task::MakeDirectory } else { Task::Remove };
                self.begin_path(directory, task, path).and_then(|left| self.leave(left))
            }
            CallName::FileRead => {
                let into = range(memory, b, c)?;
                // A negative offset is beyond the end of every file.
                let offset = u32::try_from(d).map_err(|_| Refusal::OutOfRange)?;
                let held = self.file(handle, Rights::READ)?;
                let left = self.begin_file(held, Task::Read { file: handle, into, offset })?;
                self.leave(left)
            }
            CallName::FileSize => {
                if self.directory(handle, Rights::READ).is_ok() {
                    // As in seed 002, a directory has no size.
                    return Outcome::done();
                }
                let held = self.file(handle, Rights::READ)?;
                let left = self.begin_file(held, Task::Size)?;
                self.leave(left)
            }
            CallName::FileClose => {
                if self.directory(handle, Rights::NONE).is_err() {
                    self.file(handle, Rights::NONE)?;
                }
                self.delete(handle)
            }
            CallName::ReadFile => {
                let (path, into) = (range(memory, a, b)?, range(memory, c, d)?);
                let task = Task::Load { into, size: Some(word_place(memory, e)?) };
                let directory = self.directory(Call::SUITABLE, Rights::READ)?;
                let left = self.begin_path(directory, task, path.of(memory))?;
                self.leave(left)
            }
            CallName::SaveState => {
                let key = range(memory, a, b)?;
                let task = Task::Save { key, from: range(memory, c, d)? };
                self.state_file(key.of(memory), task, Rights::WRITE)
            }
            CallName::LoadState => {
                let task = Task::Load { into: range(memory, c, d)?, size: None };
                self.state_file(range(memory, a, b)?.of(memory), task, Rights::READ)
            }

            CallName::MutexCreate => self.make_lock(None).and_then(Outcome::handle),
            CallName::SemaphoreCreate => {
                let permits = u32::try_from((a as u32).cast_signed());
                let permits = permits.map_err(|_| Refusal::OutOfRange)?;
                self.make_lock(Some(permits)).and_then(Outcome::handle)
            }
            CallName::MutexLock => self.lock_or_wait(handle, ObjectKind::Mutex),
            CallName::SemaphoreAcquire => self.lock_or_wait(handle, ObjectKind::Semaphore),
            CallName::MutexTryLock => {
                self.try_lock(handle, ObjectKind::Mutex).and_then(|()| Outcome::done())
            }
            CallName::SemaphoreTryAcquire => {
                self.try_lock(handle, ObjectKind::Semaphore).and_then(|()| Outcome::done())
            }
            CallName::MutexUnlock => {
                self.give_lock(handle, ObjectKind::Mutex).and_then(|()| Outcome::done())
            }
            CallName::SemaphoreRelease => {
                self.give_lock(handle, ObjectKind::Semaphore).and_then(|()| Outcome::done())
            }
        }
    }

    fn leave(&mut self, left: Left) -> Result<Outcome, Refusal> {
        assert!(self.left.is_none(), "an actor leaves once at a time");
        self.left = Some(left);
        Ok(Outcome { answer: Answer::Leave, moved: 0 })
    }

    fn lock_or_wait(&mut self, handle: Handle, kind: ObjectKind) -> Result<Outcome, Refusal> {
        match self.take_lock(handle, kind)? {
            None => Outcome::done(),
            Some(left) => self.leave(left),
        }
    }

    fn wait_for_interrupt(&mut self, handle: Handle) -> Result<Outcome, Refusal> {
        let Object::Interrupt(line) = self.held(handle, Rights::READ)?.object else {
            return Err(Refusal::WrongObject);
        };
        match self.interrupts.insert(line, 0) {
            None | Some(0) => self.leave(Left::Interrupt(line)),
            Some(count) => Outcome::word(count),
        }
    }

    fn port(
        &mut self,
        handle: Handle,
        offset: u64,
        bytes: u64,
        rights: Rights,
        value: Option<u64>,
    ) -> Result<Outcome, Refusal> {
        let Object::Ports(range) = self.held(handle, rights)?.object else {
            return Err(Refusal::WrongObject);
        };
        let is_width = matches!(bytes, 1 | 2 | 4);
        let end = offset.saturating_add(bytes);
        if !is_width || u64::from(range.count) < end {
            return Err(Refusal::OutOfRange);
        }
        let value = value.map(|value| u32::try_from(value).map_err(|_| Refusal::OutOfRange));
        // Both are small: the offset lies inside the range, which lies below 65536.
        let (port, bytes) = (range.first + offset as u16, bytes as u8);
        self.leave(Left::Port { port, bytes, value: value.transpose()? })
    }
}

/// Copies a record to the caller, whose buffer must hold all of it.
fn store(record: &[u8], into: &mut [u8]) -> Result<Outcome, Refusal> {
    let place = into.get_mut(..record.len()).ok_or(Refusal::BufferTooSmall)?;
    place.copy_from_slice(record);
    Outcome::done()
}
