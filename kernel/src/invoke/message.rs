//! Calls that send, receive and wait for an answer, and those about files, which are such calls.

use abi::bus;
use abi::handle::Handle;
use abi::message::KERNEL_OPCODES;
use abi::object::ObjectKind;
use abi::refusal::Refusal;
use abi::rights::Rights;

use crate::actor::Buffer;
use crate::actor::Lay;
use crate::actor::Renewal;
use crate::actor::Task;
use crate::actor::Turn;
use crate::call::Answer;
use crate::call::Call;
use crate::call::CallName;
use crate::capability::Capability;
use crate::capability::Object;
use crate::cspace::Place;
use crate::id::ActorId;
use crate::invoke::Outcome;
use crate::invoke::decode::long_place;
use crate::invoke::decode::range;
use crate::invoke::decode::rights_of;
use crate::invoke::decode::word_place;
use crate::limits::PAYLOAD_MAX;
use crate::mailbox::Envelope;
use crate::receive::receive;
use crate::state::Left;
use crate::state::State;
use crate::state::excerpt;
use crate::time::Instant;
use crate::trace::What;

/// A capability that comes along.
#[derive(Clone, Copy)]
pub(super) enum Passed {
    /// This part of its rights is derived for the receiver.
    Derived(Place, Capability),
    /// It leaves the sender.
    Moved(Place, Capability),
}

impl State {
    /// The capability that a call passes, if any.
    pub(super) fn passed(&self, call: Call) -> Result<Option<Passed>, Refusal> {
        let [_, _, _, _, word, rights, _] = call.words;
        let has_rights = matches!(call.name, CallName::SendRights | CallName::Reply);
        if word == Handle::NONE_WORD {
            // The rights must make sense even if they are for nothing.
            if has_rights {
                rights_of(rights)?;
            }
            return Ok(None);
        }
        let wanted = has_rights.then(|| rights_of(rights)).transpose()?;
        let handle = Handle::from_word(word);
        let held = self.held(handle, Rights::GRANT)?;
        let place = self.cspaces.find(self.current, handle)?;
        if call.name == CallName::SendMove {
            return Ok(Some(Passed::Moved(place, held)));
        }
        Ok(Some(Passed::Derived(
            place,
            Capability { rights: wanted.unwrap_or(held.rights), ..held },
        )))
    }

    /// Sends through an endpoint, or answers a call.
    pub(super) fn send(
        &mut self,
        handle: Handle,
        opcode: u32,
        payload: &[u8],
        passed: Option<Passed>,
    ) -> Result<Outcome, Refusal> {
        let held = self.held(handle, Rights::NONE)?;
        if let Object::Reply(caller) = held.object {
            self.held(handle, Rights::WRITE)?;
            return self.answer(caller, opcode, payload, passed);
        }
        let to = listener(held, opcode)?;
        self.send_through(to, held.badge, opcode, payload, passed)
    }

    /// Sends through a capability that is not needed any more. If it goes through, the capability is
    /// given up, unless the answer to a call has used it up.
    pub(super) fn reply(
        &mut self,
        handle: Handle,
        opcode: u32,
        payload: &[u8],
        passed: Option<Passed>,
    ) -> Result<Outcome, Refusal> {
        let outcome = self.send(handle, opcode, payload, passed)?;
        if self.cspaces.find(self.current, handle).is_ok() {
            self.delete(handle)?;
        }
        Ok(outcome)
    }

    /// Sends to an actor by its id. The receiver can answer: if it cannot send to the caller yet,
    /// the caller's address comes along.
    pub(super) fn send_to(
        &mut self,
        id: u64,
        opcode: u32,
        payload: &[u8],
    ) -> Result<Outcome, Refusal> {
        let held = self.held_actor(id, Rights::WRITE)?;
        let to = held.object.actor().ok_or(Refusal::WrongObject)?;
        let own = self.running().id;
        let is_known = to == own || self.actor_in(to.index(), own.word(), Rights::WRITE).is_some();
        // A service of the kernel image may give the address a name.
        let rights =
            if self.is_service(to) { Rights::WRITE | Rights::GRANT } else { Rights::WRITE };
        let address = Capability { object: Object::Endpoint(own), rights, badge: 0 };
        let passed = (!is_known).then_some(Passed::Derived(self.running().own, address));
        self.send_through(to, held.badge, opcode, payload, passed)
    }

    fn send_through(
        &mut self,
        to: ActorId,
        badge: u64,
        opcode: u32,
        payload: &[u8],
        passed: Option<Passed>,
    ) -> Result<Outcome, Refusal> {
        if !self.may_say(opcode, to) {
            return Err(Refusal::OutOfRange);
        }
        if PAYLOAD_MAX < payload.len() {
            return Err(Refusal::TooLong);
        }
        let receiver = self.alive_mut(to).ok_or(Refusal::Dead)?;
        if !receiver.mailbox.make_room(payload.len()) {
            return Err(Refusal::Full);
        }
        let (envelope, capability) = self.envelope(to, badge, opcode, passed)?;
        // A payload is at most a kilobyte.
        let len = payload.len() as u32;
        self.record(What::Send { to, opcode, len, capability }, excerpt(payload));
        self.post(to.index(), envelope, payload);
        self.lend_for_reply(to, capability);
        Ok(Outcome { answer: Answer::Now(0), moved: payload.len() as u64 })
    }

    /// Whoever has been passed the capability to answer a call is waited for.
    fn lend_for_reply(&mut self, to: ActorId, passed: Option<(Object, Rights)>) {
        if let Some((Object::Reply(caller), _)) = passed
            && let Some(caller) = self.alive(caller)
        {
            let effective = caller.effective;
            self.lend_to(to.index(), effective);
            self.take_back(self.current);
        }
    }

    /// The kernel's opcodes are for the services of the kernel image and come from them.
    fn may_say(&self, opcode: u32, to: ActorId) -> bool {
        let own = self.actors[self.current].as_ref();
        opcode < KERNEL_OPCODES || self.is_service(to) || own.is_some_and(|own| own.is_service)
    }

    fn is_service(&self, id: ActorId) -> bool {
        self.alive(id).is_some_and(|actor| actor.is_service)
    }

    /// Answers a call: the caller goes on.
    fn answer(
        &mut self,
        caller: ActorId,
        opcode: u32,
        payload: &[u8],
        passed: Option<Passed>,
    ) -> Result<Outcome, Refusal> {
        if !self.may_say(opcode, caller) {
            return Err(Refusal::OutOfRange);
        }
        if PAYLOAD_MAX < payload.len() {
            return Err(Refusal::TooLong);
        }
        let (envelope, capability) = self.envelope(caller, 0, opcode, passed)?;
        let len = payload.len() as u32;
        self.record(What::Send { to: caller, opcode, len, capability }, excerpt(payload));
        self.deliver(caller, envelope, payload);
        self.lend_for_reply(caller, capability);
        Ok(Outcome { answer: Answer::Now(0), moved: payload.len() as u64 })
    }

    /// An envelope whose capability is in the receiver's cspace already.
    fn envelope(
        &mut self,
        to: ActorId,
        badge: u64,
        opcode: u32,
        passed: Option<Passed>,
    ) -> Result<(Envelope, Option<(Object, Rights)>), Refusal> {
        let object = match passed {
            Some(Passed::Derived(_, capability) | Passed::Moved(_, capability)) => {
                Some(capability.object)
            }
            None => None,
        };
        if object == Some(Object::Reply(to)) {
            // A caller that waits could never use it, and would wait for ever.
            return Err(Refusal::WrongObject);
        }
        let (handle, passed) = match passed {
            None => (None, None),
            Some(Passed::Derived(from, wanted)) => {
                (Some(self.cspaces.derive(from, wanted, to.index())?), Some(wanted))
            }
            Some(Passed::Moved(from, held)) => {
                let moved = self.cspaces.relocate(from, to.index())?;
                if let Object::Mutex(number) | Object::Semaphore(number) = held.object {
                    self.lock_lost(number, from.space());
                }
                (Some(moved), Some(held))
            }
        };
        let sender = Some(self.running().id);
        let envelope = Envelope { sender, badge, opcode, capability: handle };
        Ok((envelope, passed.map(|passed| (passed.object, passed.rights))))
    }

    /// Sends and waits for the answer.
    pub(super) fn call_and_wait(
        &mut self,
        handle: Handle,
        opcode: u32,
        payload: &[u8],
        reply: Buffer,
        timeout: u64,
    ) -> Result<Outcome, Refusal> {
        let held = self.held(handle, Rights::NONE)?;
        let to = listener(held, opcode)?;
        if !self.may_say(opcode, to) {
            return Err(Refusal::OutOfRange);
        }
        let deadline = self.deadline(timeout)?;
        self.begin_call(held, opcode, payload)?;
        self.leave(Left::Call { turn: Turn::Reply(reply), deadline })
    }

    /// When a time is up; a negative one never is. Waiting for a moment needs a clock.
    fn deadline(&self, nanos: u64) -> Result<Option<Instant>, Refusal> {
        if nanos.cast_signed() < 0 {
            return Ok(None);
        }
        self.held_kind(Call::SUITABLE, ObjectKind::Clock, Rights::READ)?;
        Ok(Some(self.now.saturating_add_nanos(nanos)))
    }

    pub(super) fn receive(
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
        let deadline = timeout.map(|nanos| self.now.saturating_add_nanos(nanos));
        self.receive_or_wait(Lay::Whole(buffer), deadline, memory)
    }

    /// Receives from the caller's own mailbox, in parts.
    pub(super) fn receive_parts(
        &mut self,
        call: Call,
        memory: &mut [u8],
    ) -> Result<Outcome, Refusal> {
        let [opcode, pointer, len, size, source, timeout, _] = call.words;
        let lay = Lay::Parts {
            opcode: word_place(memory, opcode)?,
            payload: range(memory, pointer, len)?,
            size: word_place(memory, size)?,
            source: long_place(memory, source)?,
        };
        let deadline = self.deadline(timeout)?;
        self.receive_or_wait(lay, deadline, memory)
    }

    fn receive_or_wait(
        &mut self,
        lay: Lay,
        deadline: Option<Instant>,
        memory: &mut [u8],
    ) -> Result<Outcome, Refusal> {
        let current = self.current;
        if self.running().renewal == Renewal::Due {
            return self.leave(Left::Receive { lay, deadline });
        }
        match receive(self, current, lay, memory) {
            None => self.leave(Left::Receive { lay, deadline }),
            Some(received) => {
                let received = received?;
                let word = received.word(lay);
                Ok(Outcome { answer: Answer::Now(word), moved: received.bytes })
            }
        }
    }

    /// The directory of this handle.
    pub(super) fn directory(&self, handle: Handle, rights: Rights) -> Result<Capability, Refusal> {
        self.held_kind(handle, ObjectKind::Directory, rights).map(|(_, held)| held)
    }

    /// The file of this handle.
    pub(super) fn file(&self, handle: Handle, rights: Rights) -> Result<Capability, Refusal> {
        self.held_kind(handle, ObjectKind::File, rights).map(|(_, held)| held)
    }

    /// Keeps or fetches what an actor of this name saved under a key.
    pub(super) fn state_file(
        &mut self,
        key: &[u8],
        task: Task,
        rights: Rights,
    ) -> Result<Outcome, Refusal> {
        let directory = self.directory(Call::SUITABLE, rights)?;
        let left = self.begin_state(directory, task, key)?;
        self.leave(left)
    }
}

/// Who hears what is said through a capability. Through a directory it is about files alone, and
/// what changes them takes the right to write.
fn listener(held: Capability, opcode: u32) -> Result<ActorId, Refusal> {
    let (to, needed) = match held.object {
        Object::Endpoint(to) | Object::Child(to) => (Some(to), Rights::WRITE),
        Object::Directory(to) => match bus::kind_of(opcode) {
            Some(kind) if bus::only_looks(kind) => (Some(to), Rights::READ),
            Some(_) => (Some(to), Rights::WRITE),
            None => (None, Rights::WRITE),
        },
        _ => (None, Rights::WRITE),
    };
    if !needed.is_within(held.rights) {
        return Err(Refusal::NoRight);
    }
    to.ok_or(Refusal::WrongObject)
}
