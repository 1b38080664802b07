//! Answers the calls of the running actor: decode first, which may refuse and changes nothing;
//! then do, which cannot fail.
//!
//! One signature for all calls and one `match`. What the kernel knows is answered in place; what
//! needs a device, another actor's turn or time leaves the engine as a [`Left`].

use abi::handle::Handle;
use abi::message::KERNEL_OPCODES;
use abi::object::ObjectInfo;
use abi::process::ProcessRecord;
use abi::refusal::Refusal;
use abi::rights::Rights;
use alloc::borrow::Cow;
use alloc::boxed::Box;

use crate::actor::Buffer;
use crate::call::Answer;
use crate::call::Call;
use crate::call::CallName;
use crate::call::Host;
use crate::call::Reply;
use crate::capability::Capability;
use crate::capability::MemoryRange;
use crate::capability::Object;
use crate::limits::BYTES_PER_FUEL;
use crate::limits::CALL_FUEL;
use crate::limits::LOG_FUEL_PER_BYTE;
use crate::limits::LOG_LINE_MAX;
use crate::limits::PAYLOAD_MAX;
use crate::mailbox::Envelope;
use crate::receive::receive;
use crate::state::Left;
use crate::state::State;
use crate::state::excerpt;
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

    fn moved(bytes: usize) -> Result<Outcome, Refusal> {
        let moved = bytes as u64;
        Ok(Outcome { answer: Answer::Now(moved), moved })
    }
}

impl Host for Box<State> {
    fn call(&mut self, call: Call, memory: &mut [u8]) -> Reply {
        match self.invoke(call, memory) {
            Ok(Outcome { answer, moved }) => {
                Reply { answer, fuel: CALL_FUEL + moved / BYTES_PER_FUEL }
            }
            Err(refusal) => {
                self.record(What::Refuse { call: call.name, refusal }, &[]);
                Reply { answer: Answer::Now(refusal.word()), fuel: CALL_FUEL }
            }
        }
    }
}

impl State {
    fn invoke(&mut self, call: Call, memory: &mut [u8]) -> Result<Outcome, Refusal> {
        let [a, b, c, d, e, f] = call.words;
        let handle = Handle::from_word(a);
        match call.name {
            CallName::Log => self.log(range(memory, a, b)?.of(memory)),
            CallName::Exit => self.leave(Left::Exit(a as i32)),
            CallName::Send => {
                let payload = range(memory, c, d)?.of(memory);
                self.send(handle, b as u32, payload, passed(e, None))
            }
            CallName::SendRights => {
                let payload = range(memory, c, d)?.of(memory);
                let rights = rights_of(f)?;
                self.send(handle, b as u32, payload, passed(e, Some(rights)))
            }
            CallName::Receive => self.receive(handle, range(memory, b, c)?, memory, None),
            CallName::ReceiveTimeout => {
                self.held_object(Object::Clock, Rights::READ)?;
                self.receive(handle, range(memory, b, c)?, memory, Some(d))
            }
            CallName::Read => self.read(handle, b, range(memory, c, d)?.of_mut(memory)),
            CallName::Write => self.write(handle, b, range(memory, c, d)?, memory),
            CallName::ScreenSize => {
                self.held_object(Object::Framebuffer, Rights::NONE)?;
                let screen = self.screen.ok_or(Refusal::NotAvailable)?;
                Outcome::word(u64::from(screen.width) << 32 | u64::from(screen.height))
            }
            CallName::ScreenLayout => {
                self.expect_object(handle, Object::Framebuffer, Rights::NONE)?;
                let layout = self.screen.ok_or(Refusal::NotAvailable)?.encode();
                store(&layout, range(memory, b, c)?.of_mut(memory))
            }
            CallName::ScreenFlush => {
                self.expect_object(handle, Object::Framebuffer, Rights::WRITE)?;
                self.leave(Left::Flush)
            }
            CallName::Info => {
                let info = self.info(self.held(handle, Rights::NONE)?);
                store(&info.encode(), range(memory, b, c)?.of_mut(memory))
            }
            CallName::Copy => {
                let held = self.held(handle, Rights::NONE)?;
                self.derive(handle, held)
            }
            CallName::Mint => {
                let held = self.held(handle, Rights::NONE)?;
                self.derive(handle, Capability { rights: rights_of(b)?, badge: c, ..held })
            }
            CallName::MintRange => {
                let held = self.held(handle, Rights::NONE)?;
                let Object::Memory(whole) = held.object else { return Err(Refusal::WrongObject) };
                let object = Object::Memory(whole.part(c, d)?);
                self.derive(handle, Capability { object, rights: rights_of(b)?, ..held })
            }
            CallName::Delete => self.delete(handle),
            CallName::Revoke => self.revoke(handle),
            CallName::Time => {
                self.expect_object(handle, Object::Clock, Rights::READ)?;
                Outcome::word(self.now.nanos())
            }
            CallName::Sleep => {
                self.expect_object(handle, Object::Clock, Rights::READ)?;
                self.leave(Left::Sleep(self.now.saturating_add_nanos(b)))
            }
            CallName::Yield => self.leave(Left::Yield),
            CallName::Identity => Outcome::word(self.running().id.word()),
            CallName::PinRead => {
                let bit = self.pin(handle, b, Rights::READ)?;
                Outcome::word(u64::from(self.pins & (1 << bit) != 0))
            }
            CallName::PinWrite => {
                let pin = self.pin(handle, b, Rights::WRITE)?;
                self.leave(Left::Pin { pin, high: c != 0 })
            }
        }
    }

    fn leave(&mut self, left: Left) -> Result<Outcome, Refusal> {
        assert!(self.left.is_none(), "an actor leaves once at a time");
        self.left = Some(left);
        Ok(Outcome { answer: Answer::Leave, moved: 0 })
    }

    fn log(&mut self, text: &[u8]) -> Result<Outcome, Refusal> {
        self.held_object(Object::Log, Rights::WRITE)?;
        let mut charged = 0;
        for line in text.trim_ascii_end().split(|byte| *byte == b'\n') {
            let kept = &line[..line.len().min(LOG_LINE_MAX)];
            let name = &self.actors[self.current].as_ref().expect("the running actor lives").name;
            self.console.line(name, kept);
            self.record(What::Log, kept);
            charged += (kept.len() as u64 + 1) * LOG_FUEL_PER_BYTE;
        }
        Ok(Outcome { answer: Answer::Now(0), moved: charged * BYTES_PER_FUEL })
    }

    fn send(
        &mut self,
        handle: Handle,
        opcode: u32,
        payload: &[u8],
        passed: Option<(Handle, Option<Rights>)>,
    ) -> Result<Outcome, Refusal> {
        let held = self.held(handle, Rights::WRITE)?;
        let Object::Endpoint(to) = held.object else { return Err(Refusal::WrongObject) };
        if KERNEL_OPCODES <= opcode {
            return Err(Refusal::OutOfRange);
        }
        if PAYLOAD_MAX < payload.len() {
            return Err(Refusal::TooLong);
        }
        let receiver = self.alive(to).ok_or(Refusal::Dead)?;
        let receiver_priority = receiver.priority;
        if !receiver.mailbox.has_room_for(payload.len()) {
            return Err(Refusal::Full);
        }
        // The capability is in the receiver's cspace before the message is queued, or neither is.
        let passed = passed.map(|(passed, rights)| self.pass(passed, rights, to.index()));
        let passed = passed.transpose()?;
        let envelope = Envelope {
            sender: Some(self.running().id),
            badge: held.badge,
            opcode,
            capability: passed.map(|(handle, _)| handle),
        };
        // A payload is at most a kilobyte.
        let len = payload.len() as u32;
        let capability = passed.map(|(_, capability)| (capability.object, capability.rights));
        self.record(What::Send { to, opcode, len, capability }, excerpt(payload));
        self.post(to.index(), envelope, payload);
        let outranked = self.running().priority < receiver_priority;
        if outranked && self.schedule.is_ready(to.index()) {
            return self.leave(Left::Preempted(0));
        }
        Ok(Outcome { answer: Answer::Now(0), moved: payload.len() as u64 })
    }

    /// Derives a capability into the receiver's cspace.
    fn pass(
        &mut self,
        handle: Handle,
        rights: Option<Rights>,
        into: usize,
    ) -> Result<(Handle, Capability), Refusal> {
        let held = self.held(handle, Rights::GRANT)?;
        let wanted = Capability { rights: rights.unwrap_or(held.rights), ..held };
        let from = self.cspaces.find(self.current, handle)?;
        Ok((self.cspaces.derive(from, wanted, into)?, wanted))
    }

    fn receive(
        &mut self,
        handle: Handle,
        buffer: Buffer,
        memory: &mut [u8],
        timeout: Option<u64>,
    ) -> Result<Outcome, Refusal> {
        let held = self.held(handle, Rights::READ)?;
        let Object::Endpoint(owner) = held.object else { return Err(Refusal::WrongObject) };
        if owner != self.running().id {
            // A mailbox has one reader: reading another's is a right that nobody can have.
            return Err(Refusal::NoRight);
        }
        let current = self.current;
        if let Some(received) = receive(self, current, buffer.of_mut(memory)) {
            let received = received?;
            return Ok(Outcome { answer: Answer::Now(received.sender), moved: received.bytes });
        }
        let deadline = timeout.map(|nanos| self.now.saturating_add_nanos(nanos));
        self.leave(Left::Receive { buffer, deadline })
    }

    fn read(&mut self, handle: Handle, offset: u64, into: &mut [u8]) -> Result<Outcome, Refusal> {
        match self.held(handle, Rights::READ)?.object {
            Object::Memory(range) => {
                let part = range.part(signed(offset)?, into.len() as u64)?;
                into.copy_from_slice(&self.regions[usize::from(part.region)].bytes[span(part)]);
                Outcome::moved(into.len())
            }
            Object::Processes => self.read_processes(signed(offset)?, into),
            Object::Entropy => {
                if self.entropy.len() < into.len() {
                    return Err(Refusal::NotAvailable);
                }
                let drawn = self.entropy.drain(..into.len());
                for (byte, drawn) in into.iter_mut().zip(drawn) {
                    *byte = drawn;
                }
                Outcome::moved(into.len())
            }
            _ => Err(Refusal::WrongObject),
        }
    }

    /// Whole records only: the table has no other boundaries.
    fn read_processes(&self, offset: u64, into: &mut [u8]) -> Result<Outcome, Refusal> {
        let record_bytes = ProcessRecord::BYTES as u64;
        if !offset.is_multiple_of(record_bytes) {
            return Err(Refusal::OutOfRange);
        }
        let first = usize::try_from(offset / record_bytes).map_err(|_| Refusal::OutOfRange)?;
        let living = self.actors.iter().flatten().skip(first);
        let mut count = 0;
        for (actor, place) in living.zip(into.chunks_exact_mut(ProcessRecord::BYTES)) {
            place.copy_from_slice(&actor.record().encode());
            count += 1;
        }
        Outcome::moved(count * ProcessRecord::BYTES)
    }

    fn write(
        &mut self,
        handle: Handle,
        offset: u64,
        from: Buffer,
        memory: &[u8],
    ) -> Result<Outcome, Refusal> {
        match self.held(handle, Rights::WRITE)?.object {
            Object::Memory(range) => {
                let part = range.part(signed(offset)?, from.len as u64)?;
                match &mut self.regions[usize::from(part.region)].bytes {
                    Cow::Borrowed(_) => Err(Refusal::NoRight),
                    Cow::Owned(bytes) => {
                        bytes[span(part)].copy_from_slice(from.of(memory));
                        Outcome::moved(from.len)
                    }
                }
            }
            Object::Framebuffer => {
                let screen = self.screen.ok_or(Refusal::NotAvailable)?;
                let end = signed(offset)?.checked_add(from.len as u64);
                let size = screen.size() as u64;
                if end.is_none_or(|end| size < end) {
                    return Err(Refusal::OutOfRange);
                }
                self.left = Some(Left::Draw { offset: offset as usize, pixels: from });
                Ok(Outcome { answer: Answer::Leave, moved: from.len as u64 })
            }
            Object::Serial => {
                self.console.push(from.of(memory));
                let moved = from.len as u64 * LOG_FUEL_PER_BYTE * BYTES_PER_FUEL;
                Ok(Outcome { answer: Answer::Now(from.len as u64), moved })
            }
            _ => Err(Refusal::WrongObject),
        }
    }

    fn derive(&mut self, handle: Handle, wanted: Capability) -> Result<Outcome, Refusal> {
        let from = self.cspaces.find(self.current, handle)?;
        let derived = self.cspaces.derive(from, wanted, self.current)?;
        let Capability { object, rights, .. } = wanted;
        self.record(What::Derive { handle: derived, object, rights }, &[]);
        Outcome::word(derived.word())
    }

    fn delete(&mut self, handle: Handle) -> Result<Outcome, Refusal> {
        let place = match self.cspaces.find(self.current, handle) {
            // The holder knows already: the notice would tell it nothing.
            Err(Refusal::Dead) => {
                self.cspaces.forget(self.current, handle);
                return Outcome::word(0);
            }
            found => found?,
        };
        self.cspaces.delete(place);
        self.record(What::Delete { handle }, &[]);
        Outcome::word(0)
    }

    fn revoke(&mut self, handle: Handle) -> Result<Outcome, Refusal> {
        let place = self.cspaces.find(self.current, handle)?;
        let mut count = 0;
        self.cspaces.revoke(place, |_, _, _| count += 1);
        self.record(What::Revoke { handle, count }, &[]);
        Ok(Outcome { answer: Answer::Now(0), moved: u64::from(count) * BYTES_PER_FUEL })
    }

    fn info(&self, held: Capability) -> ObjectInfo {
        let size = match held.object {
            Object::Memory(range) => u64::from(range.len),
            Object::Pins(set) => u64::from(u64::BITS - set.leading_zeros()),
            Object::Framebuffer => self.screen.map_or(0, |screen| screen.size() as u64),
            Object::Processes => {
                (self.actors.iter().flatten().count() * ProcessRecord::BYTES) as u64
            }
            _ => 0,
        };
        ObjectInfo { kind: held.object.kind(), rights: held.rights, badge: held.badge, size }
    }

    fn expect_object(&self, handle: Handle, object: Object, rights: Rights) -> Result<(), Refusal> {
        let held = self.held(handle, rights)?;
        if held.object == object { Ok(()) } else { Err(Refusal::WrongObject) }
    }

    /// A pin that the capability includes.
    fn pin(&self, handle: Handle, pin: u64, rights: Rights) -> Result<u8, Refusal> {
        let Object::Pins(set) = self.held(handle, rights)?.object else {
            return Err(Refusal::WrongObject);
        };
        let is_included = pin < u64::from(u64::BITS) && set & (1 << pin) != 0;
        if is_included { Ok(pin as u8) } else { Err(Refusal::OutOfRange) }
    }
}

/// A pointer and a length that lie inside the caller's memory.
fn range(memory: &[u8], pointer: u64, len: u64) -> Result<Buffer, Refusal> {
    let end = pointer.checked_add(len).ok_or(Refusal::BadPointer)?;
    if end <= memory.len() as u64 {
        // Both are at most the memory's length, which is a `usize`.
        Ok(Buffer { start: pointer as usize, len: len as usize })
    } else {
        Err(Refusal::BadPointer)
    }
}

/// An offset crosses as a signed 32-bit word; a negative one is outside every object.
fn signed(offset: u64) -> Result<u64, Refusal> {
    if offset <= i32::MAX as u64 { Ok(offset) } else { Err(Refusal::OutOfRange) }
}

fn rights_of(word: u64) -> Result<Rights, Refusal> {
    let bits = u32::try_from(word).map_err(|_| Refusal::OutOfRange)?;
    Rights::from_bits(bits).ok_or(Refusal::OutOfRange)
}

/// The capability that comes along, if any, and which of its rights.
fn passed(word: u64, rights: Option<Rights>) -> Option<(Handle, Option<Rights>)> {
    (word != Handle::NONE_WORD).then_some((Handle::from_word(word), rights))
}

fn span(range: MemoryRange) -> core::ops::Range<usize> {
    let start = range.offset as usize;
    start..start + range.len as usize
}

/// Copies a record to the caller, whose buffer must hold all of it.
fn store(record: &[u8], into: &mut [u8]) -> Result<Outcome, Refusal> {
    let place = into.get_mut(..record.len()).ok_or(Refusal::BufferTooSmall)?;
    place.copy_from_slice(record);
    Outcome::word(0)
}
