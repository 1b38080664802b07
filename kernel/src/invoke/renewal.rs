//! Calls about other code for a living actor: giving it, being told of it, and clearing up after what
//! was there before.

use abi::handle::Handle;
use abi::object::ObjectKind;
use abi::refusal::Refusal;
use abi::rights::Rights;
use alloc::vec::Vec;

use crate::actor::Renewal;
use crate::capability::Object;
use crate::invoke::Outcome;
use crate::limits::CALL_FUEL;
use crate::limits::SLOTS;
use crate::state::Left;
use crate::state::Source;
use crate::state::State;

impl State {
    /// A module in memory that the caller was granted.
    pub(super) fn granted_module(&self, word: u64) -> Result<Source, Refusal> {
        let handle = Handle::from_word(word);
        let (_, held) = self.held_kind(handle, ObjectKind::Memory, Rights::READ)?;
        let Object::Memory(range) = held.object else { return Err(Refusal::WrongObject) };
        Ok(Source::Granted(range))
    }

    /// Gives a child other code, which is yet to be looked at. While the old code waits to be
    /// relieved, both have memory.
    pub(super) fn reload(&mut self, handle: Handle, wasm: Source) -> Result<Outcome, Refusal> {
        let held = self.held(handle, Rights::WRITE)?;
        let Object::Child(id) = held.object else { return Err(Refusal::WrongObject) };
        let place = id.index();
        let role = self.roles[place].as_ref().filter(|role| role.life == id);
        let part = &role.ok_or(Refusal::Dead)?.part;
        if part.is_service {
            return Err(Refusal::WrongObject);
        }
        let is_first = self.alive(id).is_some_and(|actor| actor.renewal == Renewal::Nothing);
        if is_first && self.arena < part.memory {
            return Err(Refusal::NoRoom);
        }
        self.leave(Left::Reload { wasm, place })
    }

    /// Deletes what the running actor holds, except for what it was born with, what came with
    /// messages that it has yet to receive, and the handles in these bytes.
    pub(super) fn keep(&mut self, handles: &[u8]) -> Result<Outcome, Refusal> {
        if SLOTS * size_of::<u64>() < handles.len() {
            return Err(Refusal::OutOfRange);
        }
        let named = handles.as_chunks().0.iter().map(|word| u64::from_le_bytes(*word));
        let mut kept: Vec<Handle> = named.map(Handle::from_word).collect();
        kept.extend(self.running().mailbox.capabilities());
        let role = self.roles[self.current].as_ref().expect("a running actor plays a role");
        let born = role.standing.len();
        let held = self.cspaces.held(self.current).map(|(handle, _)| handle);
        let is_left = |handle: &Handle| born < handle.slot() as usize && !kept.contains(handle);
        let left: Vec<Handle> = held.filter(is_left).collect();
        for handle in &left {
            self.delete(*handle)?;
        }
        self.toll += left.len() as u64 * CALL_FUEL;
        Outcome::word(left.len() as u64)
    }
}
