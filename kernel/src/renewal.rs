//! Other code for an actor that lives. Whoever it was for others it stays: its id, its mailbox with
//! what waits in it, its cspace, its names, its links and its supervisor. What it began is over: its
//! memory and its stack are gone, and mutexes go to who waits for them, as after a crash.
//!
//! The change happens where the actor is about to receive, so that no message is lost or done twice.

use crate::actor::Activity;
use crate::actor::Renewal;
use crate::actor::Turn;
use crate::state::State;
use crate::trace::What;

impl State {
    /// Whether the old code of an actor is done with all messages that it has taken.
    pub(crate) fn is_about_to_receive(&self, place: usize) -> bool {
        let actor = self.actors[place].as_ref().expect("a living actor is renewed");
        let is_running = place == self.current;
        !is_running && matches!(actor.turn, Turn::Start | Turn::Handle | Turn::Receive(_))
    }

    /// Other code waits to take over: the actor is told if it wants to be. Memory for both is taken
    /// from the arena, which has it.
    pub(crate) fn begin_renewal(&mut self, place: usize) -> Renewal {
        let memory = self.memory_max(place);
        let actor = self.actors[place].as_mut().expect("a living actor is renewed");
        if actor.renewal == Renewal::Nothing {
            self.arena -= memory;
            actor.renewal = if actor.wants_notice { Renewal::Announced } else { Renewal::Due };
        }
        let renewal = actor.renewal;
        if renewal == Renewal::Announced {
            self.wake(place);
        }
        renewal
    }

    /// The actor of a place begins anew, with other code in its place.
    pub(crate) fn begin_anew(&mut self, place: usize, is_idle: bool, memory: usize) {
        self.end_renewal(place);
        self.schedule.remove(place);
        self.timers.cancel(place);
        self.abandon_locks(place);
        self.take_back(place);
        let actor = self.actors[place].as_mut().expect("a living actor is renewed");
        actor.wants_notice = false;
        actor.memory = memory;
        actor.activity = Activity::Waiting;
        actor.turn = if is_idle { Turn::Handle } else { Turn::Start };
        let id = actor.id;
        // Memory is at most four gibibytes less a page.
        self.record_of(Some(id), What::Reload { memory: memory as u32 }, &[]);
        if !is_idle || self.has_mail(place) {
            self.make_ready(place);
        }
    }

    /// Nothing waits to take over any more, so its memory is free.
    pub(crate) fn end_renewal(&mut self, place: usize) {
        let memory = self.memory_max(place);
        let Some(actor) = self.actors[place].as_mut() else { return };
        if actor.renewal != Renewal::Nothing {
            actor.renewal = Renewal::Nothing;
            self.arena += memory;
        }
    }

    /// Bytes of linear memory that the actor of a place may have.
    pub(crate) fn memory_max(&self, place: usize) -> usize {
        self.roles[place].as_ref().map_or(0, |role| role.part.memory)
    }
}
