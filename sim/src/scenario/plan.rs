//! A checked scenario: all names are resolved, all units are read, all files are loaded.
//!
//! Whoever runs a plan meets no text that could still be wrong. What remains open is only whether
//! the world does what the steps say.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use abi::exit::ExitKind;
use abi::process::ProcessState;
use devices::flash::CutMode;
use devices::flash::Quality;
use indexmap::IndexMap;
use kernel::manifest::ActorManifest;
use kernel::manifest::GrantObject;
use kernel::manifest::Manifest;
use kernel::manifest::Region;
use kernel::manifest::SupervisorManifest;
use kernel::trace::Capacity;

use crate::diagnostic::Place;
use crate::engine::EngineName;
use crate::scenario::profile::ProfileName;

/// One scenario on one choice of boards, to one of its endings.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The fact that the scenario states.
    pub name: String,
    /// Who wrote it.
    pub author: Option<String>,
    /// Where it was read from.
    pub source: PathBuf,
    /// The profile's name when the scenario runs once for each of several profiles; it then is
    /// also the name of this run's folder of snapshots.
    pub variant: Option<String>,
    /// Which of several ways to go on it is, if there are several.
    pub ending: Option<Ending>,
    /// What all randomness comes from.
    pub seed: u64,
    /// The boards by name, never empty. The only board of a scenario has its profile's name.
    pub boards: IndexMap<String, BoardPlan>,
    /// What joins pins of boards.
    pub wires: Vec<Wire>,
    /// What happens, in this order.
    pub steps: Vec<Step>,
}

/// One of several ways to go on after a beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// What it is called.
    pub name: String,
    /// How many steps are the beginning's. The other endings of the same variant have them too.
    pub begins: usize,
}

impl Plan {
    /// What tells this run from the others of its scenario, also in paths: `pc`, `cat`, `pc/cat`;
    /// `None` if there is only one.
    pub fn run(&self) -> Option<String> {
        let ending = self.ending.as_ref().map(|ending| ending.name.as_str());
        let parts: Vec<&str> = self.variant.as_deref().into_iter().chain(ending).collect();
        (!parts.is_empty()).then(|| parts.join("/"))
    }

    /// Lets an engine run the modules of all boards.
    pub fn put_on(&mut self, engine: EngineName) {
        for board in self.boards.values_mut() {
            board.engine = engine;
        }
    }

    /// The same on this engine.
    pub fn on(mut self, engine: EngineName) -> Plan {
        self.put_on(engine);
        self
    }

    /// Whether another plan has the same beginning and goes on otherwise.
    pub fn begins_as(&self, other: &Plan) -> bool {
        let is_ending = self.ending.is_some() && other.ending.is_some();
        is_ending && self.source == other.source && self.variant == other.variant
    }
}

/// One board and what it starts with.
#[derive(Clone, Debug)]
pub struct BoardPlan {
    /// Which kind of board.
    pub profile: ProfileName,
    /// Memory that grants can name; `ramdisk` is always among it.
    pub regions: Vec<Region>,
    /// Its flash, if it has one.
    pub flash: Option<FlashPlan>,
    /// The supervisors below the root, parents before children.
    pub supervisors: Vec<SupervisorManifest>,
    /// The actors in the order of their start.
    pub actors: Vec<ActorPlan>,
    /// What runs the actors' modules. A scenario cannot tell.
    pub engine: EngineName,
}

/// A flash chip and what is on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlashPlan {
    /// Its contents when the run begins, in whole sectors.
    pub image: Arc<[u8]>,
    /// What it is made for.
    pub quality: Quality,
    /// Its parts by name: first byte and bytes, in whole sectors.
    pub partitions: IndexMap<String, (u32, u32)>,
}

impl BoardPlan {
    /// What the kernel of this board is told; `identity` is what the node is called.
    pub fn manifest(&self, identity: &str) -> Manifest {
        let places = self.profile.places();
        Manifest {
            identity: identity.to_owned(),
            places,
            supervisors: self.supervisors.clone(),
            actors: self.actors.iter().map(|actor| actor.manifest.clone()).collect(),
            regions: self.regions.clone(),
            arena: self.profile.arena(),
            trace: Capacity::one_poll(places),
            engine: self.engine.kind(),
        }
    }
}

/// One actor.
#[derive(Clone, Debug)]
pub struct ActorPlan {
    /// What the kernel is told.
    pub manifest: ActorManifest,
    /// The name of the program, or the path of its wasm file as the scenario writes it; of a module
    /// written as text, the name of the actor.
    pub program: String,
    /// Names of the opcodes that it serves, for traces. Empty for a wasm file.
    pub opcodes: &'static [(u32, &'static str)],
}

/// A one-way connection: the input follows the output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wire {
    /// The driving end.
    pub output: PinPlace,
    /// The driven end.
    pub input: PinPlace,
}

/// A pin of a board of this world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinPlace {
    /// The board's name.
    pub board: String,
    /// The pin's number.
    pub pin: u8,
}

/// One thing to do or to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Where it stands in the scenario.
    pub place: Place,
    /// How it is written there, without the list's dash.
    pub text: String,
    /// What the author calls it.
    pub name: Option<String>,
    /// The board it is about. Steps that are about none, such as a delay, name the first.
    pub board: String,
    /// What to do.
    pub action: Action,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Virtual time passes.
    Delay(Duration),
    /// The keyboard types this text.
    Type(String),
    /// The keyboard presses and releases this key or chord, such as `Ctrl+C`.
    Press(String),
    /// These bytes arrive on the serial line.
    WriteSerial(Vec<u8>),
    /// The world drives an input pin.
    SetPin {
        /// Which one.
        pin: u8,
        /// To which level.
        high: bool,
    },
    /// A device raises its interrupt line.
    Interrupt(u8),
    /// An actor's slice ends when the actor has used this much fuel in all.
    Preempt {
        /// Which one; it must be alive.
        actor: String,
        /// Logical instructions since the beginning of its life.
        fuel: u64,
    },
    /// Power goes.
    CutPower {
        /// How far the flash comes with what it is doing.
        mode: CutMode,
        /// With which operation of the flash from now on; 1 is the next, `None` is now.
        operation: Option<u64>,
    },
    /// Power stays away so long and comes back. A board that has power is switched off first.
    Reboot(Duration),
    /// A bit of the flash flips.
    FlipBit {
        /// The byte.
        at: u32,
        /// The bit.
        bit: u8,
    },
    /// From here on it is written down what the flash is told.
    BeginJournal,
    /// Power goes at each operation of the flash since [`Action::BeginJournal`].
    Explore(Exploration),
    /// A finger touches the screen. Coordinates are pixels inside the screen.
    Touch {
        /// Pixels from the left edge.
        x: u16,
        /// Pixels from the top edge.
        y: u16,
        /// What it does there.
        touch: Touch,
    },
    /// The condition holds now or becomes true within this time; otherwise the scenario fails.
    Until {
        /// What must be seen.
        condition: Condition,
        /// For how long to look; zero looks once.
        within: Duration,
    },
    /// The condition never becomes true from here on; otherwise the scenario fails.
    Never {
        /// What must not be seen.
        condition: Condition,
        /// For how long; `None` watches to the end of the scenario. The steps go on meanwhile.
        duration: Option<Duration>,
    },
    /// The condition holds for a while without a break.
    StableFor {
        /// What must be seen.
        condition: Condition,
        /// For how long it holds.
        duration: Duration,
        /// When that while must be over at the latest; at least `duration`.
        within: Duration,
    },
    /// These things are compared with what was approved.
    Snapshot(Vec<Snapshot>),
    /// A picture of the screen, as Wokwi's automation takes it.
    TakeScreenshot {
        /// Where to write it, relative to the run's output; never leaves it.
        save_to: Option<PathBuf>,
        /// The existing picture that it must equal.
        compare_with: Option<PathBuf>,
    },
}

/// Every power cut that could have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exploration {
    /// How far the operations come.
    pub modes: Vec<CutMode>,
    /// Each how-manieth cut is followed by another in the world after it; 0 is never.
    pub again: u64,
    /// What is done after each cut.
    pub then: Vec<Step>,
    /// This one cut alone.
    pub only: Option<FlashCut>,
}

/// A power cut with an operation of the flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlashCut {
    /// How many operations of the chip's life come before it.
    pub operation: u64,
    /// How far it comes.
    pub mode: CutMode,
}

/// A path on a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoragePath {
    /// The partition's name.
    pub partition: String,
    /// The path on it, empty for all of it.
    pub path: String,
}

/// What a file on the flash must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFact {
    /// It is there.
    Exists,
    /// It is not there.
    Absent,
    /// This is all that is in it.
    Is(String),
    /// This is a part of what is in it.
    Holds(String),
    /// It has so many bytes.
    Size(usize),
}

/// What a finger does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// It comes down and goes up by itself.
    Tap {
        /// After this time.
        duration: Duration,
        /// Whether the next step begins only then.
        wait: bool,
    },
    /// It comes down.
    Press,
    /// It moves while it is down.
    Move,
    /// It goes up.
    Release,
}

/// Something that can be seen from outside.
///
/// Text on the serial line, in a log or in a message is an event, and so is an actor's end: it
/// counts from the start of the run, but a later step sees only what came after the match of an
/// earlier one. Pins, actors and frames have a state, which counts at the moment of looking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The serial line has shown this text.
    Serial {
        /// A part of what was written.
        text: String,
    },
    /// A line of the log contains this text.
    Log {
        /// Who wrote it; `None` is anybody.
        actor: Option<String>,
        /// A part of the line.
        text: String,
    },
    /// A pin has a level.
    Pin {
        /// Which one.
        pin: u8,
        /// Its level.
        high: bool,
    },
    /// An actor is in a state.
    Actor {
        /// Which one.
        actor: String,
        /// What it does.
        state: ProcessState,
    },
    /// An actor has been restarted exactly so often.
    Restarts {
        /// Which one.
        actor: String,
        /// How often.
        count: u32,
    },
    /// An actor is in this of its lives, or was when it died.
    Generation {
        /// Which one.
        actor: String,
        /// The first life is 1.
        generation: u32,
    },
    /// A life of an actor ended.
    Exited {
        /// Whose.
        actor: String,
        /// How.
        kind: ExitKind,
    },
    /// An actor holds a capability, with whatever right, to an object or a part of it.
    Reaches {
        /// Which one.
        actor: String,
        /// What. An endpoint stands for every capability through which one can send to its actor.
        object: GrantObject,
    },
    /// A message was sent. `None` matches anything.
    Message {
        /// Who sent it.
        from: Option<String>,
        /// Whose mailbox it went to.
        to: Option<String>,
        /// What it is about.
        opcode: Option<u32>,
        /// A part of its payload.
        text: Option<String>,
    },
    /// The board has power, or it has not.
    Power {
        /// Whether it has.
        on: bool,
    },
    /// Something is so of a file on the flash, read from outside.
    File {
        /// Which one.
        path: StoragePath,
        /// What.
        fact: FileFact,
    },
    /// This and nothing else lies below a directory of the flash, read from outside.
    Tree {
        /// Which directory.
        path: StoragePath,
        /// The paths below it in their order; directories end with a slash.
        paths: Vec<String>,
    },
    /// Each of these has been so since the step began.
    All(Vec<Condition>),
    /// The screen shows a text, in a frame that is finished or when the time to look is over.
    Frame {
        /// The text, as it can be read from the pixels.
        text: String,
    },
}

/// One thing to compare with what was approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// What it is of.
    pub kind: SnapshotKind,
    /// The stem of its file, unique within the plan.
    pub name: String,
}

/// What a snapshot is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotKind {
    /// The picture on the screen.
    Frame,
    /// What has happened so far.
    Trace,
    /// What the serial line has shown so far.
    Serial,
    /// Who can reach what, and through whom.
    Authority,
    /// What lies on the flash.
    Files,
}

impl SnapshotKind {
    /// All of them.
    pub const ALL: [SnapshotKind; 5] = [
        SnapshotKind::Frame,
        SnapshotKind::Trace,
        SnapshotKind::Serial,
        SnapshotKind::Authority,
        SnapshotKind::Files,
    ];

    /// Its name in scenarios.
    pub const fn name(self) -> &'static str {
        match self {
            SnapshotKind::Frame => "frame",
            SnapshotKind::Trace => "trace",
            SnapshotKind::Serial => "serial",
            SnapshotKind::Authority => "authority",
            SnapshotKind::Files => "files",
        }
    }
}
