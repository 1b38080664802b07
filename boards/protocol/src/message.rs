//! What is asked and what is told.
//!
//! Each request is answered by replies of which the last [`Reply::is_last`]. The others are told in
//! the order in which things happened.

use abi::flash::FlashInfo;
use abi::graphics::FramebufferInfo;
use abi::process::ProcessRecord;
use alloc::string::String;
use alloc::vec::Vec;
use kernel::Next;
use kernel::authority::Held;
use kernel::event::Event;
use kernel::time::Instant;
use kernel::trace::Record;
use serde::Deserialize;
use serde::Serialize;

/// Raised whenever a message or an image changes; `boards/protocol/format.txt` is what they are.
pub const VERSION: u32 = 3;

/// Bytes of a screen or of flash that one reply carries.
pub const PIECE: usize = 1024;

/// What the host asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// Who is there?
    Hello,
    /// Boot the image's population.
    Boot {
        /// Bytes of flash that it has; 0 is none.
        flash: u32,
    },
    /// Turn the handle: once, and on by itself for as long as nothing comes of it but that an actor
    /// used its slice up, and there is time until the next thing that the host knows of.
    Poll {
        /// What time it is.
        now: Instant,
        /// Before this instant it may be turned again.
        until: Instant,
        /// How long slices take.
        pace: Pace,
        /// Bytes that the serial line takes.
        room: u32,
        /// What happened, oldest first; at most [`kernel::limits::EVENTS_PER_POLL`].
        events: Vec<Event>,
    },
    /// What do the actors do?
    Processes,
    /// Who can reach what?
    Authority,
    /// What is in the flash?
    ReadFlash {
        /// The first byte.
        at: u32,
        /// How many.
        len: u32,
    },
    /// Erase a sector of the flash.
    EraseFlash {
        /// Its first byte.
        at: u32,
    },
    /// Program bytes of one page of the flash.
    ProgramFlash {
        /// The first byte.
        at: u32,
        /// What they are to be.
        bytes: Vec<u8>,
    },
    /// How much memory is left?
    Heap,
}

/// What the board tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply<'a> {
    /// Last: who is there.
    Board(BoardInfo),
    /// Something that the kernel wrote down.
    Record(Record, #[serde(borrow)] &'a [u8]),
    /// What follows happens in a later turn than the one that was asked for.
    Turn {
        /// When.
        at: Instant,
    },
    /// The serial line was given this.
    Serial(#[serde(borrow)] &'a [u8]),
    /// A pin was driven.
    Pin {
        /// Its number.
        pin: u8,
        /// Its level now.
        high: bool,
    },
    /// Bytes of the screen.
    Draw {
        /// Where they begin.
        offset: u32,
        /// What they are now.
        #[serde(borrow)]
        bytes: &'a [u8],
    },
    /// The same bytes of the screen, over and over.
    Fill {
        /// Where they begin.
        offset: u32,
        /// What is repeated: one pixel.
        #[serde(borrow)]
        pixel: &'a [u8],
        /// How often.
        count: u32,
    },
    /// The screen shows what was drawn.
    Flush,
    /// A range of the flash was read.
    Read {
        /// The first byte.
        at: u32,
        /// How many.
        len: u32,
        /// The checksum of what was read.
        checksum: u32,
    },
    /// A range of the flash was erased.
    Erase {
        /// The first byte.
        from: u32,
        /// The byte behind the last.
        to: u32,
    },
    /// Bytes of the flash were programmed.
    Program {
        /// The first byte.
        at: u32,
        /// What was told to the chip.
        #[serde(borrow)]
        bytes: &'a [u8],
    },
    /// Entropy is wanted.
    Entropy,
    /// One actor.
    Process(ProcessRecord),
    /// One capability.
    Held(Held),
    /// Bytes of the flash.
    Flash(#[serde(borrow)] &'a [u8]),
    /// Last: the handle was turned.
    Polled {
        /// When it was turned last.
        at: Instant,
        /// When to turn it again.
        next: Next,
        /// Logical instructions since boot.
        fuel: u64,
        /// How many of them the last turn took.
        used: u64,
        /// Records that did not fit between two turns.
        lost: u64,
    },
    /// Last: all has been told.
    Done,
    /// Last: it cannot be done, and why.
    Failed(#[serde(borrow)] &'a str),
    /// Last: how much memory there is, and how much of it is free.
    Heap(HeapInfo),
}

impl Reply<'_> {
    /// Whether nothing more is told about the request.
    pub fn is_last(&self) -> bool {
        matches!(
            self,
            Reply::Board(_)
                | Reply::Polled { .. }
                | Reply::Done
                | Reply::Failed(_)
                | Reply::Heap(_)
        )
    }
}

/// How long a board's processor takes for what actors do, in virtual time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// Picoseconds for a logical instruction.
    pub picos_per_fuel: u64,
    /// Nanoseconds for the way into an actor and out again.
    pub switch_nanos: u64,
}

impl Pace {
    /// Nanoseconds of a slice of this many logical instructions.
    pub const fn nanos(self, fuel: u64) -> u64 {
        if fuel == 0 {
            return 0;
        }
        self.switch_nanos + fuel.saturating_mul(self.picos_per_fuel) / 1_000
    }
}

/// The memory from which a board's firmware takes whatever is not there from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeapInfo {
    /// All of its bytes.
    pub bytes: u64,
    /// Those that nobody has.
    pub free: u64,
}

/// Who a board is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardInfo {
    /// [`VERSION`] of its firmware.
    pub version: u32,
    /// What it is called: the folder below `boards/`.
    pub name: String,
    /// The checksum of its image.
    pub image: u32,
    /// Its screen.
    pub screen: Option<FramebufferInfo>,
    /// Its flash.
    pub flash: Option<FlashInfo>,
}
