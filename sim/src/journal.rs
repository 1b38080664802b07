//! What a board's flash was told, request by request: the material of a power-cut exploration.
//!
//! Whoever uses the flash is a server: it receives a message, does what it says, and receives the
//! next. So what it tells the flash between two messages belongs to one request, and a power cut
//! there may leave the files as they were before the request or as they are after it.

use std::collections::BTreeMap;

use devices::flash::Operation;
use kernel::id::ActorId;
use kernel::trace::Record;
use kernel::trace::What;

use crate::cast::Cast;
use crate::trace::Description;

/// One message that a user of the flash received.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who received it.
    pub actor: String,
    /// What it was, as the trace has it.
    pub about: String,
    /// Whether it was one at all: before its first message an actor does what it does at its start,
    /// such as ending what a power cut has left.
    pub is_message: bool,
}

/// One operation and the request that it belongs to.
#[derive(Clone, Debug)]
pub struct Told {
    /// What the flash did.
    pub operation: Operation,
    /// The place of the request in [`Journal::requests`].
    pub request: usize,
}

/// Everything since it was begun.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    /// The flash before the first operation.
    pub image: Vec<u8>,
    /// Requests that made the flash work, in their order.
    pub requests: Vec<Request>,
    /// Operations in their order.
    pub told: Vec<Told>,
    /// What each actor received last.
    received: BTreeMap<ActorId, (String, String)>,
    /// The request that each actor is working at, once it used the flash for it.
    working: BTreeMap<ActorId, usize>,
}

impl Journal {
    /// Begins with this on the flash.
    pub fn new(image: &[u8]) -> Journal {
        Journal { image: image.to_vec(), ..Journal::default() }
    }

    /// Takes a record down if it is a message or something that the flash was told; `doing` is what
    /// the flash does now.
    pub fn note(&mut self, cast: &Cast, record: &Record, text: &[u8], doing: Option<&Operation>) {
        let Some(id) = record.actor else { return };
        match record.what {
            What::Receive { .. } => {
                self.receive(id, &cast.name(id), Description { cast, record, text }.to_string());
            }
            // A slice ends with the operation that it begins, so this one is under way.
            What::Flash { .. } => {
                let doing = doing.expect("the flash does what it was just told").clone();
                self.tell(id, &cast.name(id), doing);
            }
            _ => (),
        }
    }

    /// An actor received a message.
    fn receive(&mut self, id: ActorId, actor: &str, about: String) {
        self.received.insert(id, (actor.to_owned(), about));
        self.working.remove(&id);
    }

    /// An actor made the flash work.
    fn tell(&mut self, id: ActorId, actor: &str, operation: Operation) {
        let Journal { requests, received, .. } = self;
        let request = *self.working.entry(id).or_insert_with(|| {
            let message = received.get(&id).cloned();
            let is_message = message.is_some();
            let boot = || (actor.to_owned(), "before its first message".to_owned());
            let (actor, about) = message.unwrap_or_else(boot);
            requests.push(Request { actor, about, is_message });
            requests.len() - 1
        });
        self.told.push(Told { operation, request });
    }

    /// Whether an actor of this name has received a message.
    pub fn has_received(&self, name: &str) -> bool {
        self.received.values().any(|(actor, _)| actor == name)
    }
}
