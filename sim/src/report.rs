//! What came of a run: how far it got, what it took down, and why it failed.

use std::path::PathBuf;

use devices::flash::Wear;
use devices::picture::Picture;
use kernel::time::Instant;

use crate::journal::Journal;

/// What came of a run.
#[derive(Debug)]
pub struct Report {
    /// Steps that were done.
    pub steps: usize,
    /// When it ended.
    pub end: Instant,
    /// Messages that were sent.
    pub messages: usize,
    /// Frames that were finished.
    pub frames: u64,
    /// Slices that ended because their fuel did.
    pub preempts: u64,
    /// Actors that were started again.
    pub restarts: u32,
    /// Logical instructions that were executed.
    pub fuel: u64,
    /// The hash of the whole trace.
    pub hash: String,
    /// The trace as it is read.
    pub trace: String,
    /// Who could reach what after boot.
    pub authority_at_boot: String,
    /// Who could reach what at the end.
    pub authority: String,
    /// What the steps took down, in their order.
    pub takes: Vec<Take>,
    /// The last picture of every board, by name.
    pub pictures: Vec<(String, Picture)>,
    /// The life of each board's flash; `None` has none.
    pub wear: Vec<Option<Wear>>,
    /// What flashes were told, each for the exploration at this step.
    pub journals: Vec<(usize, Journal)>,
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
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
