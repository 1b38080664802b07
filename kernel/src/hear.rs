//! What comes from outside and with time: events reach those who hold the device, moments those who
//! wait for them.

use abi::refusal::Refusal;
use abi::rights::Rights;

use crate::actor::Activity;
use crate::actor::Turn;
use crate::capability::Object;
use crate::event::Event;
use crate::input::Message;
use crate::input::message_of;
use crate::limits::ENTROPY_BYTES;
use crate::mailbox::Envelope;
use crate::state::State;
use crate::trace::What;

impl State {
    /// Lets every actor go on whose moment has come.
    pub(crate) fn wake_due(&mut self) {
        while let Some(index) = self.timers.pop_due(self.now) {
            let actor = self.actors[index].as_mut().expect("timers die with their actor");
            let word = match actor.activity {
                Activity::Sleeping => 0,
                Activity::Calling => {
                    self.fail_call(index, Refusal::Timeout);
                    continue;
                }
                _ => Refusal::Timeout.word(),
            };
            actor.turn = Turn::Answer(word);
            self.make_ready(index);
        }
    }

    /// Tells every holder of a device what happened to it.
    pub(crate) fn input(&mut self, event: Event) {
        self.inputs += 1;
        self.record_of(None, What::Input(event), &[]);
        let Some(message) = message_of(&event) else {
            return self.absorb(event);
        };
        let mut told = false;
        for device in 0..self.devices.len() {
            let root = self.devices[device];
            if !message.object.is_within(&self.cspaces.at(root).object) {
                continue;
            }
            let mut cursor = root;
            while let Some(place) = self.cspaces.next_descendant(root, cursor) {
                cursor = place;
                if self.actors.len() <= place.space() {
                    continue;
                }
                let capability = self.cspaces.at(place);
                let reads = Rights::READ.is_within(capability.rights);
                if reads && message.object.is_within(&capability.object) {
                    told |= self.tell(place.space(), capability.badge, &message);
                }
            }
        }
        if !told {
            self.record_of(None, What::Overrun(event), &[]);
        }
    }

    /// Takes in what is no message.
    fn absorb(&mut self, event: Event) {
        match event {
            Event::Entropy(bytes) => {
                let room = ENTROPY_BYTES - self.entropy.len();
                self.entropy.extend(bytes.iter().take(room));
            }
            Event::Interrupt(line) => self.interrupt(line),
            Event::FlashDone => self.flash_done(),
            Event::Preempt { actor, fuel } => {
                if let Some(index) = self.alive_word(actor).map(|actor| actor.id.index())
                    && let Some(actor) = &mut self.actors[index]
                {
                    actor.preempt_at = Some(fuel);
                }
            }
            _ => (),
        }
    }

    /// An interrupt coalesces with those that nobody has waited for.
    fn interrupt(&mut self, line: u8) {
        let object = Object::Interrupt(line);
        let root = self.devices.iter().find(|root| self.cspaces.at(**root).object == object);
        let Some(root) = root.copied() else {
            return self.record_of(None, What::Overrun(Event::Interrupt(line)), &[]);
        };
        let pending = self.interrupts.entry(line).or_default();
        *pending = pending.saturating_add(1);
        let count = *pending;
        let mut cursor = root;
        while let Some(place) = self.cspaces.next_descendant(root, cursor) {
            cursor = place;
            let holder = self.actors.get(place.space()).and_then(Option::as_ref);
            if holder.is_some_and(|holder| holder.activity == Activity::Watching(line)) {
                self.interrupts.insert(line, 0);
                self.finish(place.space(), count);
            }
        }
    }

    /// A capability to an interrupt line has left an actor: who has none left waits in vain.
    pub(crate) fn line_lost(&mut self, line: u8, index: usize) {
        let actor = self.actors.get(index).and_then(Option::as_ref);
        let is_watching = actor.is_some_and(|actor| actor.activity == Activity::Watching(line));
        let object = Object::Interrupt(line);
        if is_watching && !self.cspaces.held(index).any(|(_, held)| held.object == object) {
            self.finish(index, Refusal::Stale.word());
        }
    }

    /// Puts an input into one mailbox; says whether it is there.
    fn tell(&mut self, index: usize, badge: u64, message: &Message) -> bool {
        let inputs = self.inputs;
        let actor = self.actors[index].as_mut().expect("only the living hold capabilities");
        if actor.input_seen == inputs {
            return true;
        }
        if !actor.mailbox.make_room(message.payload().len()) {
            return false;
        }
        actor.input_seen = inputs;
        let opcode = message.opcode;
        let envelope = Envelope { sender: None, badge, opcode, capability: None };
        self.post(index, envelope, message.payload());
        true
    }
}
