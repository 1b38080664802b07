//! What the kernel is told at boot: which actors there are and what each of them is given.

use abi::rights::Rights;
pub use abi::spawn::Restart;
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::native::Native;
use crate::service::Service;
use crate::time::Duration;
use crate::trace::Capacity;

/// The whole first population.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(bound(deserialize = "'de: 'static")))]
pub struct Manifest {
    /// What the node is called, in `/node/{identity}`.
    pub identity: String,
    /// How many actors there can be at once, at most [`crate::limits::ACTORS_MAX`].
    pub places: usize,
    /// Supervisors below the root, parents before children. A supervisor stands in its parent's
    /// order where the first actor below it does.
    pub supervisors: Vec<SupervisorManifest>,
    /// The actors in the order of their start.
    pub actors: Vec<ActorManifest>,
    /// Memory that can be granted, such as the ramdisk and the font.
    pub regions: Vec<Region>,
    /// Bytes of linear memory that all actors together may have (design: the module arena).
    pub arena: usize,
    /// How much the trace keeps until it is drained.
    pub trace: Capacity,
    /// What runs the actors' modules.
    pub engine: EngineKind,
}

impl Manifest {
    /// The prefixes that grants name, each once, in the order of the grants. The number of a
    /// [`crate::capability::Object::Namespace`] is its place here.
    pub fn prefixes(&self) -> Vec<&str> {
        let mut prefixes = Vec::new();
        for grant in self.actors.iter().flat_map(|actor| &actor.grants) {
            if let GrantObject::Namespace(prefix) = &grant.object
                && !prefixes.contains(&prefix.as_str())
            {
                prefixes.push(prefix.as_str());
            }
        }
        prefixes
    }
}

/// What runs modules. It cannot be told from a trace which one did (`docs/why/0021-in-place.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum EngineKind {
    /// They are compiled, into about four times their size.
    Wasmi,
    /// They are run where they lie, with a sixth of their size beside them, and more slowly. Shared
    /// libraries are refused.
    InPlace,
}

/// Memory under a name. A borrowed region, such as one in flash, is read-only.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(bound(deserialize = "'de: 'static")))]
pub struct Region {
    /// What grants call it.
    pub name: String,
    /// Its bytes.
    #[cfg_attr(feature = "serde", serde(with = "borrowed_or_owned"))]
    pub bytes: Cow<'static, [u8]>,
}

/// What a supervisor does about the others when one of its children is restarted. The words and
/// their meaning are OTP's (Erlang/OTP documentation, "Supervisor Behaviour").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Strategy {
    /// Nothing.
    OneForOne,
    /// All of them are ended and started again.
    OneForAll,
    /// Those that were started after it are ended and started again.
    RestForOne,
}

/// How a supervisor ends a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Shutdown {
    /// At once.
    Kill,
    /// It is asked to end ([`abi::message::SHUTDOWN`]) and ended if it has not after this time.
    After(Duration),
    /// It is asked to end and waited for. Supervisors below supervisors are ended so.
    Wait,
}

/// How long a supervisor waits before a restart: nothing, then `first`, then twice as long for each
/// restart within the supervisor's period, but never longer than `last`. With `first` zero it
/// restarts at once, as OTP does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Backoff {
    /// Before the second restart within the period.
    pub first: Duration,
    /// At most.
    pub last: Duration,
}

/// How a supervisor decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SupervisorSpec {
    /// What it does about the others.
    pub strategy: Strategy,
    /// Restarts within the period that it puts up with: one more and it gives up, ends its children
    /// and itself. At most [`crate::limits::INTENSITY_MAX`].
    pub intensity: u16,
    /// The period.
    pub period: Duration,
    /// How long it waits before a restart.
    pub backoff: Backoff,
}

impl SupervisorSpec {
    /// The supervisor above all others: OTP's defaults.
    pub const ROOT: SupervisorSpec = SupervisorSpec {
        strategy: Strategy::OneForOne,
        intensity: 1,
        period: Duration::from_secs(5),
        backoff: Backoff { first: Duration::ZERO, last: Duration::ZERO },
    };
}

/// How a supervisor treats one of its children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ChildSpec {
    /// Whether it is started again.
    pub restart: Restart,
    /// How it is ended.
    pub shutdown: Shutdown,
}

impl ChildSpec {
    /// What becomes of an actor of which nothing is said: it is never started again.
    pub const TEMPORARY: ChildSpec =
        ChildSpec { restart: Restart::Temporary, shutdown: Shutdown::Kill };
}

/// One supervisor.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SupervisorManifest {
    /// What actors and other supervisors call it; unique among supervisors.
    pub name: String,
    /// The supervisor above it; `None` is the root.
    pub parent: Option<String>,
    /// How it decides.
    pub spec: SupervisorSpec,
    /// How the one above treats it.
    pub child: ChildSpec,
}

/// What an actor runs.
#[derive(Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(bound(deserialize = "'de: 'static")))]
pub enum Program {
    /// A wasm module.
    #[cfg_attr(feature = "serde", serde(with = "borrowed"))]
    Wasm(Cow<'static, [u8]>),
    /// A service of the kernel image.
    Service(Service),
    /// Code of whoever links the kernel. It cannot be written down.
    #[cfg_attr(feature = "serde", serde(skip))]
    Native(fn() -> Box<dyn Native>),
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Program::Native(_) => f.write_str("native"),
            Program::Service(service) => write!(f, "service {service:?}"),
            Program::Wasm(bytes) => write!(f, "wasm of {} bytes", bytes.len()),
        }
    }
}

/// One actor.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(bound(deserialize = "'de: 'static")))]
pub struct ActorManifest {
    /// What it is called; unique, at most [`crate::limits::NAME_MAX`] bytes.
    pub name: String,
    /// Its code.
    pub program: Program,
    /// 0 to 31, larger runs first.
    pub priority: u8,
    /// Bytes of linear memory it may have.
    pub memory: usize,
    /// Bytes of memory that it may make to share with others, as long as the arena has them.
    pub shared: usize,
    /// Messages that its mailbox takes, at most [`crate::limits::MAILBOX_MESSAGES_MAX`].
    pub mailbox: usize,
    /// Its supervisor; `None` is the root.
    pub supervisor: Option<String>,
    /// How its supervisor treats it.
    pub child: ChildSpec,
    /// Names and paths under which it is registered in each of its lives. `{identity}` in them is
    /// what the node is called.
    pub names: Vec<String>,
    /// What it is given: the first in slot 1, and so on. Slot 0 is its own endpoint.
    pub grants: Vec<Grant>,
}

/// One capability given at boot.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Grant {
    /// What it names.
    pub object: GrantObject,
    /// What its holder may do with it.
    pub rights: Rights,
}

/// What a grant can name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum GrantObject {
    /// The endpoint of the actor with this name.
    Endpoint(String),
    /// The region with this name.
    Region(String),
    /// The pins with these numbers (bit n is pin n).
    Pins(u64),
    /// The screen.
    Framebuffer,
    /// The serial log.
    Log,
    /// Time.
    Clock,
    /// Unpredictable bytes.
    Entropy,
    /// The keyboard.
    Keyboard,
    /// The pointer.
    Pointer,
    /// The serial line.
    Serial,
    /// The process table. Its holder may also end any actor, if it may write.
    Processes,
    /// Names and paths below this prefix: `/node/local`. The empty prefix is everything, flat names
    /// included.
    Namespace(String),
    /// The power to make actors under this supervisor; `None` is the root.
    Spawner(Option<String>),
    /// The actor with this name as the one who made it would hold it.
    Child(String),
    /// The file server with this name, at its root directory.
    Directory(String),
    /// An interrupt line.
    Interrupt(u8),
    /// x86 I/O ports: the first and how many.
    Ports(u16, u16),
    /// A range of the flash: its first byte and how many.
    Flash(u32, u32),
}

/// Bytes that stay where they are written down: a module in flash is not copied to be run.
#[cfg(feature = "serde")]
mod borrowed {
    use alloc::borrow::Cow;
    use serde::Deserialize;
    use serde::Deserializer;
    use serde::Serializer;

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de: 'static, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Cow<'static, [u8]>, D::Error> {
        <&'static [u8]>::deserialize(from).map(Cow::Borrowed)
    }
}

/// The same for bytes that may be written to if they are owned, which they then are again.
#[cfg(feature = "serde")]
mod borrowed_or_owned {
    use alloc::borrow::Cow;
    use serde::Deserialize;
    use serde::Deserializer;
    use serde::Serialize;
    use serde::Serializer;

    #[derive(Serialize, Deserialize)]
    enum Bytes<'a> {
        Borrowed(&'a [u8]),
        Owned(&'a [u8]),
    }

    #[expect(clippy::ptr_arg, reason = "whether it is owned is what is written down")]
    pub(super) fn serialize<S: Serializer>(
        bytes: &Cow<'static, [u8]>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match bytes {
            Cow::Borrowed(bytes) => Bytes::Borrowed(bytes).serialize(to),
            Cow::Owned(bytes) => Bytes::Owned(bytes).serialize(to),
        }
    }

    pub(super) fn deserialize<'de: 'static, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Cow<'static, [u8]>, D::Error> {
        Ok(match Bytes::<'static>::deserialize(from)? {
            Bytes::Borrowed(bytes) => Cow::Borrowed(bytes),
            Bytes::Owned(bytes) => Cow::Owned(bytes.to_vec()),
        })
    }
}
