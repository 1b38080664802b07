//! What came of a run: how far it got, what it took down, and why it failed.

use std::path::PathBuf;

use devices::flash::Wear;
use devices::picture::Picture;
use kernel::time::Instant;

use crate::authority::Authority;
use crate::journal::Journal;
use crate::machine::Machine;
use crate::world::World;

/// What came of a run. What takes time to tell is told when it is asked for.
pub struct Report {
    /// Steps that were done.
    pub steps: usize,
    /// The world as the run left it.
    pub world: World,
    /// Who could reach what after boot.
    pub authority_at_boot: Authority,
    /// What the steps took down, in their order.
    pub takes: Vec<Take>,
    /// What flashes were told, each for the exploration at this step.
    pub journals: Vec<(usize, Journal)>,
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
}

impl Report {
    /// When it ended.
    pub fn end(&self) -> Instant {
        self.world.now()
    }

    /// Messages that were sent.
    pub fn messages(&self) -> usize {
        self.world.messages().len()
    }

    /// Frames that were finished.
    pub fn frames(&self) -> u64 {
        self.world.machines().iter().map(Machine::frames).sum()
    }

    /// Slices that ended because their fuel did.
    pub fn preempts(&self) -> u64 {
        self.world.trace().preempts()
    }

    /// Actors that were started again.
    pub fn restarts(&self) -> u32 {
        self.world.machines().iter().map(Machine::restarts_of_all).sum()
    }

    /// Logical instructions that were executed.
    pub fn fuel(&self) -> u64 {
        self.world.machines().iter().map(Machine::fuel).sum()
    }

    /// The hash of the whole trace.
    pub fn hash(&self) -> String {
        self.world.trace().hash()
    }

    /// The trace as it is read.
    pub fn trace(&self) -> String {
        self.world.trace().text()
    }

    /// Who could reach what at the end.
    pub fn authority(&self) -> Authority {
        self.world.authority()
    }

    /// The last picture of every board, in the order of the scenario.
    pub fn pictures(&self) -> Vec<Picture> {
        self.world.machines().iter().map(Machine::picture).collect()
    }

    /// The life of each board's flash; `None` has none.
    pub fn wear(&self) -> Vec<Option<Wear>> {
        self.world.machines().iter().map(Machine::wear).collect()
    }
}

/// Something that a step took down, to be compared with what was approved.
#[derive(Clone, Debug)]
pub struct Take {
    /// Which step.
    pub step: usize,
    /// The stem of its file.
    pub name: String,
    /// What it is.
    pub content: Content,
}

/// What was taken down.
#[derive(Clone, Debug)]
pub enum Content {
    /// The trace so far, the serial line so far, or who can reach what.
    Text(String),
    /// The picture on the screen, and how it reads.
    Frame {
        /// Its pixels.
        picture: Picture,
        /// Its rendering as text.
        sketch: String,
    },
    /// A picture in Wokwi's manner.
    Screenshot {
        /// Its pixels.
        picture: Picture,
        /// Where to write it.
        save_to: Option<PathBuf>,
        /// What it must equal.
        compare_with: Option<PathBuf>,
    },
}

/// A step that did not come true.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Which step.
    pub step: usize,
    /// When.
    pub at: Instant,
    /// What was expected.
    pub expected: String,
    /// What there was to see instead.
    pub seen: String,
    /// The trace before it.
    pub trace: Vec<String>,
}
