//! What the actor of a place is, whichever life it is in: what a restart needs to know.

use abi::process::ProcessRecord;
use abi::process::ProcessState;
use alloc::string::String;
use alloc::vec::Vec;

use crate::actor::Activity;
use crate::actor::Actor;
use crate::cspace::Place;
use crate::id::ActorId;
use crate::manifest::ChildSpec;

/// What an actor shall be.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// What it is called.
    pub(crate) name: String,
    /// 0 to 31, larger runs first.
    pub(crate) priority: u8,
    /// Bytes of linear memory it may have; they are its own in the arena.
    pub(crate) memory: usize,
    /// Bytes of memory that it may have made and that are in use, by whomever.
    pub(crate) shared: usize,
    /// Messages that its mailbox takes.
    pub(crate) mailbox: usize,
    /// How its supervisor treats it.
    pub(crate) child: ChildSpec,
    /// Whether it is a service of the kernel image.
    pub(crate) is_service: bool,
}

/// The part that an actor plays. It outlives the actor as long as a supervisor may start it again.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    /// What the actor shall be.
    pub(crate) part: Part,
    /// What it is given in each life, in the order of its slots.
    pub(crate) standing: Vec<Standing>,
    /// The root of all capabilities to it, which stays from life to life.
    pub(crate) root: Place,
    /// Its latest life.
    pub(crate) life: ActorId,
}

impl Role {
    /// The line of its present life in the process table, after so many restarts.
    pub(crate) fn record(&self, actor: &Actor, restarts: u32) -> ProcessRecord {
        let mut name = [0; ProcessRecord::NAME_BYTES];
        name[..self.part.name.len()].copy_from_slice(self.part.name.as_bytes());
        ProcessRecord {
            id: actor.id.word(),
            fuel: actor.fuel,
            memory: u32::try_from(actor.memory).unwrap_or(u32::MAX),
            queued: u16::try_from(actor.mailbox.len()).unwrap_or(u16::MAX),
            priority: self.part.priority,
            state: match actor.activity {
                Activity::Ready => ProcessState::Ready,
                Activity::Sleeping => ProcessState::Sleeping,
                _ => ProcessState::Waiting,
            },
            restarts,
            name,
        }
    }
}

/// A capability that is given in each life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The kernel's own copy.
    Held(Place),
    /// It was revoked: its slot stays empty.
    Gone,
}

/// What a hidden capability is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Nothing any more.
    Free,
    /// A name stands for it.
    Name,
    /// All that an actor hands out of its own endpoint hangs below it.
    Own,
    /// An actor is given it in each life.
    Standing {
        /// Whose.
        place: usize,
        /// Which of its grants.
        index: usize,
    },
}
