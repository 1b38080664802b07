//! Calls about capabilities themselves, and about the objects that are bytes, pins and lines of log.

use abi::handle::Handle;
use abi::object::ObjectInfo;
use abi::object::ObjectKind;
use abi::process::ProcessRecord;
use abi::refusal::Refusal;
use abi::rights::Rights;

use crate::actor::Buffer;
use crate::call::Answer;
use crate::call::Call;
use crate::capability::Capability;
use crate::capability::Object;
use crate::invoke::Outcome;
use crate::invoke::decode::signed;
use crate::limits::BYTES_PER_FUEL;
use crate::limits::LOG_FUEL_PER_BYTE;
use crate::limits::LOG_LINE_MAX;
use crate::limits::LOG_MAX;
use crate::state::Left;
use crate::state::State;
use crate::trace::What;

/// Bytes of one record of all that an actor holds (seed 002).
const RECORD_BYTES: usize = 16;

/// Bytes of a line with a level (seed 001).
const LEVEL_LINE_MAX: usize = 255;

impl State {
    /// Writes lines to the log, each with this in front.
    pub(super) fn log(&mut self, front: &[u8], text: &[u8]) -> Result<Outcome, Refusal> {
        self.held_kind(Call::SUITABLE, ObjectKind::Log, Rights::WRITE)?;
        if LOG_MAX < text.len() {
            return Err(Refusal::TooLong);
        }
        let mut charged = 0;
        for line in text.trim_ascii_end().split(|byte| *byte == b'\n') {
            let mut whole = [0; LOG_LINE_MAX];
            let len = front.len() + line.len().min(LOG_LINE_MAX - front.len());
            whole[..front.len()].copy_from_slice(front);
            whole[front.len()..len].copy_from_slice(&line[..len - front.len()]);
            let kept = &whole[..len];
            let role = self.roles[self.current].as_ref().expect("a running actor plays a role");
            self.console.line(&role.part.name, kept);
            self.record(What::Log, kept);
            charged += (kept.len() as u64 + 1) * LOG_FUEL_PER_BYTE;
        }
        Ok(Outcome { answer: Answer::Now(0), moved: charged * BYTES_PER_FUEL })
    }

    /// The same, with the level's name in front: 0 is debug, 1 is information and unnamed, 2 is a
    /// warning, 3 and more an error. What seed 001 would cut off is cut off.
    pub(super) fn log_level(&mut self, level: u64, text: &[u8]) -> Result<Outcome, Refusal> {
        let front: &[u8] = match level as u32 {
            0 => b"debug: ",
            1 => b"",
            2 => b"warning: ",
            _ => b"error: ",
        };
        self.log(front, &text[..text.len().min(LEVEL_LINE_MAX)])
    }

    /// Writes bytes as they are to the serial line, if the caller has it, or else a line to the log.
    pub(super) fn print(&mut self, text: &[u8]) -> Result<Outcome, Refusal> {
        if self.held_kind(Call::SUITABLE, ObjectKind::Serial, Rights::WRITE).is_err() {
            return self.log(&[], text);
        }
        self.console.push(text);
        let moved = text.len() as u64 * LOG_FUEL_PER_BYTE * BYTES_PER_FUEL;
        Ok(Outcome { answer: Answer::Now(0), moved })
    }

    pub(super) fn read(
        &mut self,
        handle: Handle,
        offset: u64,
        into: &mut [u8],
    ) -> Result<Outcome, Refusal> {
        match self.held(handle, Rights::READ)?.object {
            Object::Memory(range) => {
                let part = range.part(signed(offset)?, into.len() as u64)?;
                into.copy_from_slice(self.regions.bytes(part));
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
        let living = self.processes(first);
        let mut count = 0;
        for (process, place) in living.zip(into.chunks_exact_mut(ProcessRecord::BYTES)) {
            place.copy_from_slice(&process.encode());
            count += 1;
        }
        Outcome::moved(count * ProcessRecord::BYTES)
    }

    pub(super) fn write(
        &mut self,
        handle: Handle,
        offset: u64,
        from: Buffer,
        memory: &[u8],
    ) -> Result<Outcome, Refusal> {
        match self.held(handle, Rights::WRITE)?.object {
            Object::Memory(range) => {
                let part = range.part(signed(offset)?, from.len as u64)?;
                let bytes = self.regions.bytes_mut(part).ok_or(Refusal::NoRight)?;
                bytes.copy_from_slice(from.of(memory));
                Outcome::moved(from.len)
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

    pub(super) fn info(&self, held: Capability) -> ObjectInfo {
        let size = match held.object {
            Object::Memory(range) => u64::from(range.len),
            Object::Pins(set) => u64::from(u64::BITS - set.leading_zeros()),
            Object::Framebuffer => self.screen.map_or(0, |screen| screen.size() as u64),
            Object::Processes => {
                (self.actors.iter().flatten().count() * ProcessRecord::BYTES) as u64
            }
            Object::Spawner(_) => self.vacant.len() as u64,
            Object::Ports(range) => u64::from(range.count),
            Object::Flash(range) => u64::from(range.len),
            _ => 0,
        };
        ObjectInfo { kind: held.object.kind(), rights: held.rights, badge: held.badge, size }
    }

    /// A pin that the capability includes.
    pub(super) fn pin(&self, handle: Handle, pin: u64, rights: Rights) -> Result<u8, Refusal> {
        let Object::Pins(set) = self.held(handle, rights)?.object else {
            return Err(Refusal::WrongObject);
        };
        let is_included = pin < u64::from(u64::BITS) && set & (1 << pin) != 0;
        if is_included { Ok(pin as u8) } else { Err(Refusal::OutOfRange) }
    }

    /// All that the caller holds, in records of id u64, type u32, rights u32 (seed *sovelmaos*).
    pub(super) fn capabilities(&mut self, into: &mut [u8]) -> Result<Outcome, Refusal> {
        let count = self.cspaces.held(self.current).count();
        let mut places = into.chunks_exact_mut(RECORD_BYTES);
        if places.len() < count {
            return Err(Refusal::BufferTooSmall);
        }
        for (handle, capability) in self.cspaces.held(self.current) {
            let Some(place) = places.next() else { break };
            let kind: u32 = match capability.object.kind() {
                ObjectKind::File => 0,
                ObjectKind::Directory => 1,
                ObjectKind::Mutex => 2,
                ObjectKind::Semaphore => 3,
                _ => 255,
            };
            place[0..8].copy_from_slice(&handle.word().to_le_bytes());
            place[8..12].copy_from_slice(&kind.to_le_bytes());
            place[12..16].copy_from_slice(&capability.rights.bits().to_le_bytes());
        }
        let moved = (count * RECORD_BYTES) as u64;
        Ok(Outcome { answer: Answer::Now(count as u64), moved })
    }

    pub(super) fn derive(
        &mut self,
        handle: Handle,
        wanted: Capability,
    ) -> Result<Outcome, Refusal> {
        let from = self.cspaces.find(self.current, handle)?;
        let derived = self.cspaces.derive(from, wanted, self.current)?;
        let Capability { object, rights, .. } = wanted;
        self.record(What::Derive { handle: derived, object, rights }, &[]);
        Outcome::word(derived.word())
    }

    pub(super) fn mint(
        &mut self,
        handle: Handle,
        rights: Rights,
        badge: u64,
    ) -> Result<Outcome, Refusal> {
        let held = self.held(handle, Rights::NONE)?;
        self.derive(handle, Capability { rights, badge, ..held })
    }

    pub(super) fn mint_range(
        &mut self,
        handle: Handle,
        rights: Rights,
        offset: u64,
        len: u64,
    ) -> Result<Outcome, Refusal> {
        let held = self.held(handle, Rights::NONE)?;
        let object = match held.object {
            Object::Memory(whole) => Object::Memory(whole.part(offset, len)?),
            Object::Flash(whole) => Object::Flash(whole.part(offset, len)?),
            _ => return Err(Refusal::WrongObject),
        };
        self.derive(handle, Capability { object, rights, ..held })
    }

    /// A capability to less: a child's endpoint, or a directory or file of one's endpoint. Those
    /// two carry a badge, by which their server knows them.
    pub(super) fn narrow(
        &mut self,
        handle: Handle,
        kind: u64,
        rights: Rights,
        badge: u64,
    ) -> Result<Outcome, Refusal> {
        let held = self.held(handle, Rights::NONE)?;
        let kind = u32::try_from(kind).ok().and_then(ObjectKind::from_code);
        let id = held.object.actor().ok_or(Refusal::WrongObject)?;
        let object = match kind.ok_or(Refusal::OutOfRange)? {
            ObjectKind::Endpoint => Object::Endpoint(id),
            ObjectKind::Directory | ObjectKind::File if badge == 0 => {
                return Err(Refusal::OutOfRange);
            }
            ObjectKind::Directory => Object::Directory(id),
            ObjectKind::File => Object::File(id),
            _ => return Err(Refusal::WrongObject),
        };
        self.derive(handle, Capability { object, rights, badge })
    }

    /// The same capability in another slot; the old handle is stale.
    pub(super) fn move_here(&mut self, handle: Handle) -> Result<Outcome, Refusal> {
        let from = self.cspaces.find(self.current, handle)?;
        let Capability { object, rights, .. } = self.cspaces.at(from);
        let moved = self.cspaces.relocate(from, self.current)?;
        self.record(What::Derive { handle: moved, object, rights }, &[]);
        self.record(What::Delete { handle }, &[]);
        Outcome::handle(moved)
    }

    pub(super) fn delete(&mut self, handle: Handle) -> Result<Outcome, Refusal> {
        let place = match self.cspaces.find(self.current, handle) {
            // The holder knows already: the notice would tell it nothing.
            Err(Refusal::Dead) => {
                self.cspaces.forget(self.current, handle);
                return Outcome::done();
            }
            found => found?,
        };
        self.remove(place, Refusal::NoReply);
        self.record(What::Delete { handle }, &[]);
        Outcome::done()
    }

    pub(super) fn revoke(&mut self, handle: Handle) -> Result<Outcome, Refusal> {
        let place = self.cspaces.find(self.current, handle)?;
        let count = self.revoke_all(place);
        self.record(What::Revoke { handle, count }, &[]);
        Ok(Outcome { answer: Answer::Now(0), moved: u64::from(count) * BYTES_PER_FUEL })
    }
}
