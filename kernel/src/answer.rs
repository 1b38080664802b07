//! Calls: a message with a capability by which it is answered, once.
//!
//! A caller waits. What it waits for is a capability to its own reply object, which travels with the
//! message as any other and is used up by the first message sent to it. When the last copy of it
//! goes unused, the caller is told; when the caller's time is up, all copies go.

use abi::refusal::Refusal;
use abi::rights::Rights;

use crate::actor::Activity;
use crate::capability::Capability;
use crate::capability::Object;
use crate::id::ActorId;
use crate::limits::PAYLOAD_MAX;
use crate::mailbox::Envelope;
use crate::state::State;
use crate::state::excerpt;
use crate::trace::What;

impl State {
    /// Sends the running actor's message with the capability to answer it. The caller then waits.
    pub(crate) fn begin_call(
        &mut self,
        through: Capability,
        opcode: u32,
        payload: &[u8],
    ) -> Result<(), Refusal> {
        let to = through.object.actor().ok_or(Refusal::WrongObject)?;
        let receiver = self.alive_mut(to).ok_or(Refusal::Dead)?;
        if PAYLOAD_MAX < payload.len() {
            return Err(Refusal::TooLong);
        }
        if !receiver.mailbox.make_room(payload.len()) {
            return Err(Refusal::Full);
        }
        let caller = self.running();
        let (id, effective, root) = (caller.id, caller.effective, caller.reply);
        if to == id {
            // It would wait for itself.
            return Err(Refusal::WrongObject);
        }
        if !caller.answer.make_room(PAYLOAD_MAX) {
            return Err(Refusal::NoRoom);
        }
        assert!(self.cspaces.is_leaf(root), "one call at a time");
        let object = Object::Reply(id);
        let rights = Rights::WRITE | Rights::GRANT;
        let reply = Capability { object, rights, badge: 0 };
        let handle = self.cspaces.derive(root, reply, to.index())?;
        let capability = Some((object, rights));
        let envelope =
            Envelope { sender: Some(id), badge: through.badge, opcode, capability: Some(handle) };
        // A payload is at most a kilobyte.
        let len = payload.len() as u32;
        self.record(What::Send { to, opcode, len, capability }, excerpt(payload));
        self.post(to.index(), envelope, payload);
        self.lend_to(to.index(), effective);
        Ok(())
    }

    /// Hands a caller its answer: the capability to answer is used up.
    pub(crate) fn deliver(&mut self, caller: ActorId, envelope: Envelope, payload: &[u8]) {
        let index = caller.index();
        let actor = self.actors[index].as_mut().expect("a reply dies with its caller");
        assert_eq!((actor.id, actor.activity), (caller, Activity::Calling));
        let root = actor.reply;
        actor.answer.push(envelope, payload);
        self.make_ready(index);
        self.revoke_all(root);
    }

    /// Ends an actor's call without an answer.
    pub(crate) fn fail_call(&mut self, index: usize, refusal: Refusal) {
        let actor = self.actors[index].as_ref().expect("a living actor calls");
        assert_eq!(actor.activity, Activity::Calling);
        let root = actor.reply;
        let file = self.job(index).and_then(|job| job.file);
        self.finish(index, refusal.word());
        self.revoke_all(root);
        self.drop_unknown(index, file);
    }

    /// A capability to answer has gone: if it was the last, the caller has waited in vain.
    pub(crate) fn reply_gone(&mut self, caller: ActorId, refusal: Refusal) {
        let Some(actor) = self.alive(caller) else { return };
        if actor.activity == Activity::Calling && self.cspaces.is_leaf(actor.reply) {
            self.fail_call(caller.index(), refusal);
        }
    }

    /// Takes the answer that an actor was handed.
    pub(crate) fn take_answer<T>(
        &mut self,
        index: usize,
        take: impl FnOnce(Envelope, &[u8], &[u8]) -> T,
    ) -> T {
        let actor = self.actors[index].as_mut().expect("a living actor was answered");
        let taken = actor.answer.pop(|envelope, head, tail| take(*envelope, head, tail));
        taken.expect("an actor is woken with its answer")
    }
}
