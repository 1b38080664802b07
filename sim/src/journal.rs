//! What a board's flash was told, request by request: the material of a power-cut exploration.
//!
//! Whoever uses the flash is a server: it receives a message, does what it says, and receives the
//! next. So what it tells the flash between two messages belongs to one request, and a power cut
//! there may leave the files as they were before the request or as they are after it.

use std::collections::BTreeMap;

use devices::flash::Operation;
use kernel::id::ActorId;

/// One message that a user of the flash received.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who received it.
    pub actor: String,
    /// What it was, as the trace has it.
    pub about: String,
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

    /// An actor received a message.
    pub fn receive(&mut self, id: ActorId, actor: &str, about: String) {
        self.received.insert(id, (actor.to_owned(), about));
        self.working.remove(&id);
    }

    /// An actor made the flash work.
    pub fn tell(&mut self, id: ActorId, actor: &str, operation: Operation) {
        let Journal { requests, received, .. } = self;
        let request = *self.working.entry(id).or_insert_with(|| {
            let boot = || (actor.to_owned(), "before its first message".to_owned());
            let (actor, about) = received.get(&id).cloned().unwrap_or_else(boot);
            requests.push(Request { actor, about });
            requests.len() - 1
        });
        self.told.push(Told { operation, request });
    }

    /// Whether an actor of this name has received a message.
    pub fn has_received(&self, name: &str) -> bool {
        self.received.values().any(|(actor, _)| actor == name)
    }
}
