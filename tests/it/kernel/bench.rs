//! A board without devices, and actors written in wasm's text format.

use abi::rights::Rights;
use kernel::BootError;
use kernel::Kernel;
use kernel::Next;
use kernel::bare::Bare;
use kernel::limits::MAILBOX_MESSAGES;
use kernel::manifest::ActorManifest;
use kernel::manifest::ChildSpec;
use kernel::manifest::EngineKind;
use kernel::manifest::Grant;
use kernel::manifest::GrantObject;
use kernel::manifest::Manifest;
use kernel::manifest::Program;
use kernel::manifest::Region;
use kernel::manifest::SupervisorManifest;
use kernel::time::Instant;
use kernel::trace::Capacity;
use kernel::trace::Record;
use kernel::trace::What;

/// Places for actors that are made while the test runs.
const SPARE: usize = 8;

/// Bytes of linear memory for all actors.
pub(crate) const ARENA: usize = 8 << 20;

/// An actor of priority 16 with two pages of memory, the log in slot 1 and the clock in slot 2.
pub(crate) fn actor(name: &str, text: &str) -> ActorManifest {
    let log = Grant { object: GrantObject::Log, rights: Rights::WRITE };
    let clock = Grant { object: GrantObject::Clock, rights: Rights::READ };
    ActorManifest {
        name: name.to_owned(),
        program: Program::Wasm(
            wat::parse_str(text).expect("the test's own module is right").into(),
        ),
        priority: 16,
        memory: 2 << 16,
        shared: 0,
        mailbox: MAILBOX_MESSAGES,
        supervisor: None,
        child: ChildSpec::TEMPORARY,
        names: Vec::new(),
        grants: vec![log, clock],
    }
}

/// The same actor with one more grant, in slot 3 and following: an endpoint.
pub(crate) fn knowing(mut actor: ActorManifest, other: &str, rights: Rights) -> ActorManifest {
    let object = GrantObject::Endpoint(other.to_owned());
    actor.grants.push(Grant { object, rights });
    actor
}

/// The reason why these actors do not boot.
pub(crate) fn refusal(actors: Vec<ActorManifest>) -> String {
    outcome(actors).expect_err("it boots")
}

/// Whether these actors boot, or the reason why not.
pub(crate) fn outcome(actors: Vec<ActorManifest>) -> Result<(), String> {
    boot(actors).map(drop).map_err(|error| error.to_string())
}

/// The same where this engine runs their modules.
pub(crate) fn outcome_on(actors: Vec<ActorManifest>, engine: EngineKind) -> Result<(), String> {
    let manifest = Manifest { engine, ..manifest(Vec::new(), Vec::new(), actors) };
    Kernel::boot(&manifest, &mut Bare::default()).map(drop).map_err(|error| error.to_string())
}

/// A kernel with these actors, and its board.
pub(crate) fn machine(actors: Vec<ActorManifest>) -> (Kernel, Bare) {
    (boot(actors).expect("the test's own manifest is right"), Bare::default())
}

fn boot(actors: Vec<ActorManifest>) -> Result<Kernel, BootError> {
    boot_under(Vec::new(), Vec::new(), actors)
}

fn boot_under(
    supervisors: Vec<SupervisorManifest>,
    regions: Vec<Region>,
    actors: Vec<ActorManifest>,
) -> Result<Kernel, BootError> {
    Kernel::boot(&manifest(supervisors, regions, actors), &mut Bare::default())
}

fn manifest(
    supervisors: Vec<SupervisorManifest>,
    regions: Vec<Region>,
    actors: Vec<ActorManifest>,
) -> Manifest {
    let places = actors.len() + SPARE;
    Manifest {
        identity: String::from("bench"),
        places,
        supervisors,
        actors,
        regions,
        arena: ARENA,
        trace: Capacity::one_poll(places),
        engine: EngineKind::Wasmi,
    }
}

/// What some actors did within so many slices, or until nothing more can happen.
pub(crate) struct Run {
    records: Vec<(Record, String)>,
}

impl Run {
    /// Boots and runs. A moment passes with each slice; waiting is skipped.
    pub(crate) fn of(actors: Vec<ActorManifest>, slices: usize) -> Run {
        Run::under(Vec::new(), actors, slices)
    }

    /// The same with supervisors.
    pub(crate) fn under(
        supervisors: Vec<SupervisorManifest>,
        actors: Vec<ActorManifest>,
        slices: usize,
    ) -> Run {
        let kernel = boot_under(supervisors, Vec::new(), actors);
        Run::with(kernel.expect("the test's own manifest is right"), slices)
    }

    /// The same with memory that can be granted, called 0 and so on.
    pub(crate) fn with_regions(
        actors: Vec<ActorManifest>,
        regions: impl IntoIterator<Item = Vec<u8>>,
        slices: usize,
    ) -> Run {
        let region = |(index, bytes): (usize, Vec<u8>)| Region {
            name: index.to_string(),
            bytes: bytes.into(),
        };
        let regions = regions.into_iter().enumerate().map(region).collect();
        let kernel = boot_under(Vec::new(), regions, actors);
        Run::with(kernel.expect("the test's own manifest is right"), slices)
    }

    fn with(mut kernel: Kernel, slices: usize) -> Run {
        let mut board = Bare::default();
        let mut now = Instant::ZERO;
        let mut records = Vec::new();
        for _ in 0..slices {
            let next = kernel.poll(now, &mut board);
            kernel.drain_trace(|record, head, tail| {
                let text = String::from_utf8_lossy(&[head, tail].concat()).into_owned();
                records.push((*record, text));
            });
            now = match next {
                Next::Now => now.saturating_add_nanos(1_000),
                Next::At(at) => at,
                Next::Idle | Next::Halted => break,
            };
        }
        Run { records }
    }

    /// The lines that an actor logged.
    pub(crate) fn logged(&self, name: &str) -> Vec<&str> {
        let own = self.records.iter().filter(|(record, _)| self.is_of(record, name));
        own.filter(|(record, _)| record.what == What::Log).map(|(_, text)| text.as_str()).collect()
    }

    /// The lines that all lives of an actor logged.
    pub(crate) fn logged_in_any_life(&self, name: &str) -> Vec<&str> {
        let lives = self
            .records
            .iter()
            .filter(|(record, text)| matches!(record.what, What::Spawn { .. }) && text == name);
        let lives: Vec<_> = lives.map(|(spawn, _)| spawn.actor).collect();
        let logs = self
            .records
            .iter()
            .filter(|(record, _)| record.what == What::Log && lives.contains(&record.actor));
        logs.map(|(_, text)| text.as_str()).collect()
    }

    /// How often something happened.
    pub(crate) fn count(&self, what: What) -> usize {
        self.when(what).len()
    }

    /// When something happened.
    pub(crate) fn when(&self, what: What) -> Vec<Instant> {
        let same = self.records.iter().filter(|(record, _)| record.what == what);
        same.map(|(record, _)| record.at).collect()
    }

    /// What an actor did, apart from its birth.
    pub(crate) fn did(&self, name: &str) -> Vec<What> {
        let own = self.records.iter().filter(|(record, _)| self.is_of(record, name));
        own.map(|(record, _)| record.what)
            .filter(|what| !matches!(what, What::Spawn { .. } | What::Grant { .. }))
            .collect()
    }

    fn is_of(&self, record: &Record, name: &str) -> bool {
        let mut spawns = self.records.iter();
        let id = spawns.find_map(|(spawn, text)| {
            (matches!(spawn.what, What::Spawn { .. }) && text == name).then_some(spawn.actor)
        });
        id.is_some_and(|id| record.actor == id)
    }
}
