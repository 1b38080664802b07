//! A kernel on its board, turned by hand.

use kernel::Kernel;
use kernel::Next;
use kernel::bare::Bare;
use kernel::event::Event;
use kernel::manifest::Manifest;
use kernel::time::Instant;
use kernel::trace::What;

/// Nanoseconds that pass with each poll.
const POLL_NANOS: u64 = 1_000;

/// Polls within which every population comes to rest.
const POLLS_MAX: usize = 1 << 20;

/// A kernel, its board and what time it is.
pub(crate) struct World {
    kernel: Kernel,
    board: Bare,
    now: Instant,
}

impl World {
    /// Boots.
    pub(crate) fn begin(manifest: &Manifest) -> World {
        let mut board = Bare::default();
        let kernel = Kernel::boot(manifest, &mut board).expect("the population is right");
        World { kernel, board, now: Instant::ZERO }
    }

    /// Boots and lets everybody run until nothing more can happen.
    pub(crate) fn boot(manifest: &Manifest) -> World {
        let mut world = World::begin(manifest);
        world.settle();
        world
    }

    /// Lets a byte arrive, which the next poll takes in.
    pub(crate) fn tell(&mut self, byte: u8) {
        self.board.happen(Event::Serial(byte));
    }

    /// Turns once. The trace stays where it is.
    pub(crate) fn turn(&mut self) -> Next {
        self.now = self.now.saturating_add_nanos(POLL_NANOS);
        self.kernel.poll(self.now, &mut self.board)
    }

    /// Takes the trace out, as the simulator does after each turn; says how many records are so.
    pub(crate) fn count(&mut self, is_counted: impl Fn(&What) -> bool) -> usize {
        let mut count = 0;
        self.kernel.drain_trace(|record, _, _| count += usize::from(is_counted(&record.what)));
        count
    }

    /// Turns so many times and takes the trace out each time; says how many messages arrived.
    pub(crate) fn turns(&mut self, turns: usize) -> usize {
        let mut received = 0;
        for _ in 0..turns {
            self.turn();
            received += self.count(|what| matches!(what, What::Receive { .. }));
        }
        received
    }

    /// Turns until nothing more can happen.
    pub(crate) fn settle(&mut self) {
        for _ in 0..POLLS_MAX {
            let next = self.turn();
            self.count(|_| false);
            if next != Next::Now {
                return;
            }
        }
        panic!("the population does not come to rest");
    }
}
