//! The kernel of a machine, wherever it runs.

use std::cell::RefCell;

use abi::process::ProcessRecord;
use kernel::Kernel;
use kernel::authority::Held;
use kernel::manifest::Manifest;
use kernel::time::Instant;
use kernel::trace::Record;
use protocol::message::Pace;

use crate::board::VirtualBoard;
use crate::engine::EngineName;
use crate::remote::Polled;
use crate::remote::Remote;
use crate::scenario::profile::ProfileName;
use crate::target::Look;
use crate::target::StartError;
use crate::target::Target;
use crate::target::TargetError;

/// A kernel.
pub enum Heart {
    /// Linked into this program.
    Linked(Box<Kernel>),
    /// In a board's firmware. Who only looks asks as well, so it is borrowed for each question.
    Remote(RefCell<Remote>),
}

impl Heart {
    /// Boots a population.
    pub fn boot(
        target: Option<&dyn Target>,
        engine: EngineName,
        profile: ProfileName,
        manifest: &Manifest,
        board: &mut VirtualBoard,
    ) -> Result<Heart, StartError> {
        let Some(target) = target else {
            let kernel = Kernel::boot_from(manifest, board, &engine.foundry())?;
            return Ok(Heart::Linked(Box::new(kernel)));
        };
        Ok(Heart::Remote(RefCell::new(Remote::boot(target, profile, manifest, board)?)))
    }

    /// The same kernel once more; `None` if there can only be one.
    pub fn fork(&self) -> Option<Heart> {
        match self {
            Heart::Linked(kernel) => Some(Heart::Linked(Box::new(kernel.fork()?))),
            Heart::Remote(_) => None,
        }
    }

    /// Whether another engine would have loaded a library that was refused. Firmware has one engine.
    pub fn has_refused_library(&self) -> bool {
        match self {
            Heart::Linked(kernel) => kernel.has_refused_library(),
            Heart::Remote(_) => false,
        }
    }

    /// Turns the handle. A board elsewhere does so again before `until` if nothing but time passes.
    pub fn poll(
        &mut self,
        now: Instant,
        until: Instant,
        pace: Pace,
        board: &mut VirtualBoard,
    ) -> Result<Polled, TargetError> {
        match self {
            Heart::Linked(kernel) => {
                let before = kernel.fuel();
                let next = kernel.poll(now, board);
                assert_eq!(kernel.trace_lost(), 0, "what one poll writes fits the trace");
                Ok(Polled { at: now, next, used: kernel.fuel() - before })
            }
            Heart::Remote(remote) => remote.get_mut().poll(now, until, pace, board),
        }
    }

    /// Takes every trace record out, oldest first.
    pub fn drain_trace(&mut self, mut each: impl FnMut(&Record, &[u8])) {
        match self {
            Heart::Linked(kernel) => {
                kernel.drain_trace(|record, head, tail| match tail {
                    [] => each(record, head),
                    _ => each(record, &[head, tail].concat()),
                });
            }
            Heart::Remote(remote) => {
                for (record, text) in remote.get_mut().drain() {
                    each(&record, &text);
                }
            }
        }
    }

    /// Logical instructions since boot.
    pub fn fuel(&self) -> u64 {
        match self {
            Heart::Linked(kernel) => kernel.fuel(),
            Heart::Remote(remote) => remote.borrow().fuel(),
        }
    }

    /// The actors that live; nobody is known of on a board that has stopped, which its next turn
    /// tells.
    pub fn processes(&self) -> Vec<ProcessRecord> {
        match self {
            Heart::Linked(kernel) => kernel.processes().collect(),
            Heart::Remote(remote) => remote.borrow_mut().processes().unwrap_or_default(),
        }
    }

    /// The actor of this name, if it lives.
    pub fn process(&self, name: &str) -> Option<ProcessRecord> {
        match self {
            Heart::Linked(kernel) => kernel.processes().find(|process| process.name() == name),
            Heart::Remote(_) => self.processes().into_iter().find(|process| process.name() == name),
        }
    }

    /// Who can reach what; nothing is known of a board that has stopped, which its next turn tells.
    pub fn authority(&self) -> Vec<Held> {
        match self {
            Heart::Linked(kernel) => kernel.authority().collect(),
            Heart::Remote(remote) => remote.borrow_mut().authority().unwrap_or_default(),
        }
    }

    /// What its board's devices are like, seen from outside; a linked kernel has no others.
    pub fn look(&self) -> Result<Look, TargetError> {
        match self {
            Heart::Linked(_) => Ok(Look::default()),
            Heart::Remote(remote) => remote.borrow_mut().look(),
        }
    }
}
