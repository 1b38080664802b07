//! A drawn world from boot to end, and what holds at every moment of it.

use std::fmt::Debug;

use kernel::Account;
use kernel::BootError;
use kernel::Kernel;
use kernel::Next;
use kernel::event::Event;
use kernel::limits::CALL_FUEL;
use kernel::limits::SLICE_FUEL;
use kernel::limits::START_FUEL;
use kernel::manifest::Manifest;
use kernel::time::Instant;
use kernel::trace::What;

use crate::fuzz::board::Rough;
use crate::fuzz::draw::Draw;
use crate::fuzz::reaper::END;
use crate::fuzz::reaper::END_ALL;
use crate::fuzz::world::event;

/// Fuel that one poll can take: what is left of an instruction that must be saved for, a slice, and
/// two actors made, one by a supervisor, whose modules and memories are a few pages.
const POLL_FUEL_MAX: u64 = 3 * SLICE_FUEL + 2 * (START_FUEL + (1 << 17));

/// Calls that one poll can answer.
const POLL_CALLS_MAX: u64 = 3 * SLICE_FUEL / CALL_FUEL;

/// Polls by which a world must have ended after it was told to.
const END_POLLS_MAX: usize = 20_000;

/// A kernel with its board, while it runs.
pub(super) struct Course {
    kernel: Kernel,
    board: Rough,
    draw: Draw,
    now: Instant,
    next: Next,
    places: usize,
    arena: usize,
    /// What is in use when nobody has ever lived.
    devices: usize,
    /// How long it may wait at once, in nanoseconds: so that restarts come within a period.
    patience: u64,
    /// Whether the root has given up: whom it then ended, it keeps.
    has_given_up: bool,
    /// The hash of the trace, if it is wanted.
    hash: Option<u64>,
    /// Bit n: a record of the nth kind was seen.
    kinds: u32,
}

/// What came of a course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Calls that were answered.
    pub(super) calls: u64,
    /// The hash of the whole trace, if it was wanted.
    pub(super) hash: Option<u64>,
    /// Bit n: a record of the nth kind ([`kind`]) was seen.
    pub(super) kinds: u32,
}

impl Course {
    /// Boots. Hashing the trace takes longer than living it, so it is done where it is wanted.
    pub(super) fn boot(
        manifest: &Manifest,
        mut draw: Draw,
        is_hashed: bool,
    ) -> Result<Course, BootError> {
        let mut board = Rough::new(Draw::new(draw.word()));
        let kernel = Kernel::boot(manifest, &mut board)?;
        let devices = kernel.account().devices;
        let mut course = Course {
            kernel,
            board,
            draw,
            now: Instant::ZERO,
            next: Next::Now,
            places: manifest.places,
            arena: manifest.arena,
            devices,
            patience: u64::MAX,
            has_given_up: false,
            hash: is_hashed.then_some(0xcbf2_9ce4_8422_2325),
            kinds: 0,
        };
        course.drain();
        course.check_account();
        Ok(course)
    }

    /// Lets things happen for so many polls.
    pub(super) fn live(&mut self, polls: usize) {
        for _ in 0..polls {
            if self.next == Next::Halted {
                return;
            }
            if self.board.take_request() && !self.draw.one_in(3) {
                self.board.events.push_back(Event::Entropy([self.draw.word() as u8; 32]));
            }
            if self.next == Next::Idle || self.draw.one_in(4) {
                for _ in 0..self.draw.pick(&[1, 1, 2, 70]) {
                    self.board.events.push_back(event(&mut self.draw));
                }
            }
            self.board.let_flash_work();
            self.poll();
        }
    }

    /// Ends everybody, one after the other.
    pub(super) fn end(&mut self) {
        self.patience = 1_000_000;
        for turn in 0..END_POLLS_MAX {
            let account = self.kernel.account();
            if self.next == Next::Halted {
                return;
            }
            if turn % 4 == 0 {
                // When only the reaper is left, and nobody is to come, it goes too.
                let is_last = account.actors == 1 && self.next == Next::Idle;
                let byte = if is_last { END } else { END_ALL };
                self.board.events.push_back(Event::Serial(byte));
            }
            self.poll();
        }
        panic!("the world does not end: {:?}", self.kernel.account());
    }

    /// Takes power away.
    pub(super) fn power_off(&mut self) {
        self.board.events.push_back(Event::PowerOff);
        self.poll();
        while !self.board.events.is_empty() {
            self.poll();
        }
        assert_eq!(self.next, Next::Halted, "nobody survives");
        assert_eq!(self.kernel.account().actors, 0);
    }

    /// Nothing is left of anybody who ended for good; `is_passing` says that this is everybody.
    pub(super) fn check_end(&self, is_passing: bool) {
        let account = self.kernel.account();
        if !is_passing || self.has_given_up {
            // Those who come back with their supervisor keep their place.
            let Account { actors, slots, notices, messages, is_waiting, .. } = account;
            assert_eq!((actors, slots, notices, messages, is_waiting), (0, 0, 0, 0, false));
            return;
        }
        let empty = Account {
            actors: 0,
            roles: 0,
            places: self.places,
            arena: self.arena,
            reserved: 0,
            renewals: 0,
            capabilities: self.devices,
            devices: self.devices,
            promises: 0,
            names: 0,
            locks: 0,
            regions: 0,
            shared: 0,
            slots: 0,
            notices: 0,
            messages: 0,
            codes: 0,
            bodies: 0,
            is_waiting: false,
        };
        assert_eq!(account, empty, "what was taken is given back");
    }

    /// What came of it.
    pub(super) fn outcome(&self) -> Outcome {
        Outcome { calls: self.kernel.calls(), hash: self.hash, kinds: self.kinds }
    }

    fn poll(&mut self) {
        let (fuel, calls) = (self.kernel.fuel(), self.kernel.calls());
        self.next = self.kernel.poll(self.now, &mut self.board);
        let (fuel, calls) = (self.kernel.fuel() - fuel, self.kernel.calls() - calls);
        assert!(fuel <= POLL_FUEL_MAX, "one poll took {fuel} logical instructions");
        assert!(calls <= POLL_CALLS_MAX, "one poll answered {calls} calls");
        self.drain();
        self.check_account();
        self.now = match self.next {
            Next::At(at) => at.min(self.now.saturating_add_nanos(self.patience)).max(self.now),
            Next::Now => self.now.saturating_add_nanos(1_000),
            _ => self.now.saturating_add_nanos(1_000_000),
        };
    }

    fn drain(&mut self) {
        let (mut hash, mut kinds, mut has_given_up) = (self.hash, self.kinds, self.has_given_up);
        self.kernel.drain_trace(|record, head, tail| {
            hash = hash.map(|hash| {
                let bytes = head.iter().chain(tail).copied();
                bytes.fold(fold(hash, record), mix)
            });
            kinds |= 1 << kind(&record.what);
            has_given_up |= record.what == What::GiveUp && [head, tail].concat() == b"root";
        });
        (self.hash, self.kinds, self.has_given_up) = (hash, kinds, has_given_up);
        assert_eq!(self.kernel.trace_lost(), 0, "a trace drained after each poll loses nothing");
    }

    /// What is taken and what is left is all there is, at every moment.
    fn check_account(&self) {
        let account = self.kernel.account();
        let Account { actors, roles, devices, promises, names, locks, regions, .. } = account;
        assert_eq!(account.places + roles, self.places, "{account:?}");
        let taken = account.reserved + account.shared;
        assert_eq!(account.arena + taken, self.arena, "{account:?}");
        let renewals = account.renewals;
        let due = (roles + renewals, actors + renewals);
        assert_eq!((account.codes, account.bodies), due, "{account:?}");
        assert_eq!(devices, self.devices);
        let due = devices + roles + promises + names + locks + regions + 2 * actors;
        assert_eq!(account.capabilities, due, "{account:?}");
    }
}

fn mix(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
}

fn fold(hash: u64, what: &impl Debug) -> u64 {
    struct Bytes(u64);
    impl std::fmt::Write for Bytes {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            self.0 = text.bytes().fold(self.0, mix);
            Ok(())
        }
    }
    let mut bytes = Bytes(hash);
    // Writing into a hash cannot fail.
    let _ = std::fmt::write(&mut bytes, format_args!("{what:?}"));
    bytes.0
}

/// How many kinds of records there are.
pub(super) const KINDS: u32 = 27;

/// The kind of a record as a number.
fn kind(what: &What) -> u32 {
    match what {
        What::Boot { .. } => 0,
        What::Spawn { .. } => 1,
        What::Grant { .. } => 2,
        What::Send { .. } => 3,
        What::Receive { .. } => 4,
        What::Refuse { .. } => 5,
        What::Log => 6,
        What::Derive { .. } => 7,
        What::Delete { .. } => 8,
        What::Revoke { .. } => 9,
        What::Pin { .. } => 10,
        What::Flush => 11,
        What::Preempt => 12,
        What::Sleep { .. } => 13,
        What::Input(_) => 14,
        What::Overrun(_) => 15,
        What::LogLost { .. } => 16,
        What::Exit(_) => 17,
        What::Release { .. } => 18,
        What::Shutdown { .. } => 19,
        What::Restart { .. } => 20,
        What::GiveUp => 21,
        What::StartFailed => 22,
        What::Register | What::Unregister => 23,
        What::Priority { .. } => 24,
        What::Reload { .. } | What::ReloadDue => 25,
        What::Flash { .. } => 26,
    }
}
