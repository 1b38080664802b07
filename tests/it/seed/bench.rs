//! A board on which running takes no time, so that moments are exact, and what actors did on it.

use std::convert::Infallible;

use abi::graphics::FramebufferInfo;
use abi::graphics::PixelFormat;
use abi::rights::Rights;
use devices::flash::Flash;
use devices::flash::Quality;
use devices::flash::SECTOR;
use devices::stream::Seed;
use kernel::Kernel;
use kernel::Next;
use kernel::bare::Nothing;
use kernel::device::Board;
use kernel::device::Framebuffer;
use kernel::event::Event;
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
use kernel::native::Native;
use kernel::time::Duration;
use kernel::time::Instant;
use kernel::trace::Capacity;
use kernel::trace::What;

/// What the node is called.
pub(crate) const IDENTITY: &str = "orrery-bench";

/// Pixels across the screen.
const WIDTH: usize = 32;

/// Pixels down the screen.
const HEIGHT: usize = 16;

/// A moment, in milliseconds since power came on.
pub(crate) fn at_ms(millis: u64) -> Instant {
    Instant::ZERO + Duration::from_millis(millis)
}

/// What happens where actors are.
pub(crate) struct World {
    /// Who is there from the beginning.
    pub(crate) actors: Vec<ActorManifest>,
    /// What happens from outside, in the order of the moments.
    pub(crate) events: Vec<(Instant, Event)>,
    /// How many slices are looked at.
    pub(crate) slices: usize,
    pub(crate) supervisors: Vec<SupervisorManifest>,
    /// Memory that can be granted.
    pub(crate) regions: Vec<Region>,
}

/// One thing that happened.
struct Fact {
    at: Instant,
    actor: Option<u64>,
    what: What,
    text: Vec<u8>,
}

/// All that happened.
pub(crate) struct Run {
    facts: Vec<Fact>,
    serial: Vec<u8>,
    pixels: Vec<u8>,
    /// What lies on the flash.
    pub(crate) flash: Vec<u8>,
}

impl World {
    pub(crate) fn of(actors: Vec<ActorManifest>) -> World {
        World {
            actors,
            events: Vec::new(),
            slices: 5_000,
            supervisors: Vec::new(),
            regions: Vec::new(),
        }
    }

    /// Boots and runs until nothing more can happen, or the slices are used up.
    pub(crate) fn run(self) -> Run {
        let places = self.actors.len() + 8;
        let manifest = Manifest {
            identity: IDENTITY.to_owned(),
            places,
            supervisors: self.supervisors,
            actors: self.actors,
            regions: self.regions,
            arena: 16 << 20,
            trace: Capacity::one_poll(places),
            engine: EngineKind::Wasmi,
        };
        let mut board = Desk::new(self.events);
        let mut kernel = Kernel::boot(&manifest, &mut board).expect("the test's own manifest");
        let mut facts = Vec::new();
        for _ in 0..self.slices {
            let next = kernel.poll(board.now, &mut board);
            kernel.drain_trace(|record, head, tail| {
                facts.push(Fact {
                    at: record.at,
                    actor: record.actor.map(|id| id.word()),
                    what: record.what,
                    text: [head, tail].concat(),
                });
            });
            board.follow_flash();
            let moment = match next {
                Next::Now => Some(board.now),
                Next::At(at) => Some(at),
                Next::Idle => None,
                Next::Halted => break,
            };
            let Some(soonest) = moment.into_iter().chain(board.next_event()).min() else { break };
            board.now = board.now.max(soonest);
        }
        let flash = board.flash.bytes().to_vec();
        Run { facts, serial: board.line.0, pixels: board.screen.0, flash }
    }
}

impl Run {
    /// The lines that an actor logged, those of all who had this name.
    pub(crate) fn logged(&self, name: &str) -> Vec<String> {
        self.logged_at(name).into_iter().map(|(_, line)| line).collect()
    }

    /// The same with their moments.
    pub(crate) fn logged_at(&self, name: &str) -> Vec<(Instant, String)> {
        let logs = self.of(name).filter(|fact| fact.what == What::Log);
        logs.map(|fact| (fact.at, String::from_utf8_lossy(&fact.text).into_owned())).collect()
    }

    /// What actors of this name did, apart from being made and given things.
    pub(crate) fn did(&self, name: &str) -> Vec<(Instant, What)> {
        let is_birth = |what: &What| matches!(what, What::Spawn { .. } | What::Grant { .. });
        let facts = self.of(name).filter(|fact| !is_birth(&fact.what));
        facts.map(|fact| (fact.at, fact.what)).collect()
    }

    /// How actors of this name were made.
    pub(crate) fn born(&self, name: &str) -> Vec<What> {
        let facts = self.of(name).map(|fact| fact.what);
        facts.filter(|what| matches!(what, What::Spawn { .. })).collect()
    }

    /// The log of all actors, in order: `name: line`.
    pub(crate) fn log(&self) -> Vec<String> {
        let logs = self.facts.iter().filter(|fact| fact.what == What::Log);
        logs.map(|fact| {
            let name = fact.actor.and_then(|id| self.name(id)).unwrap_or_default();
            format!("{name}: {}", String::from_utf8_lossy(&fact.text))
        })
        .collect()
    }

    /// What went out on the serial line, the log included.
    pub(crate) fn serial(&self) -> String {
        String::from_utf8_lossy(&self.serial).into_owned()
    }

    /// The four bytes of a pixel.
    pub(crate) fn pixel(&self, x: usize, y: usize) -> [u8; 4] {
        let at = 4 * (y * WIDTH + x);
        self.pixels[at..at + 4].try_into().expect("four bytes")
    }

    fn of(&self, name: &str) -> impl Iterator<Item = &Fact> {
        let is_of = move |fact: &&Fact| fact.actor.and_then(|id| self.name(id)) == Some(name);
        self.facts.iter().filter(is_of)
    }

    fn name(&self, id: u64) -> Option<&str> {
        let is_birth =
            |fact: &&Fact| fact.actor == Some(id) && matches!(fact.what, What::Spawn { .. });
        let birth = self.facts.iter().find(is_birth)?;
        core::str::from_utf8(&birth.text).ok()
    }
}

/// An actor of priority 16 with two megabytes of memory, the log in slot 1 and the clock in slot 2.
pub(crate) fn actor(name: &str, program: Program) -> ActorManifest {
    let log = Grant { object: GrantObject::Log, rights: Rights::WRITE };
    let clock = Grant { object: GrantObject::Clock, rights: Rights::READ };
    ActorManifest {
        name: name.to_owned(),
        program,
        priority: 16,
        memory: 2 << 20,
        shared: 0,
        mailbox: MAILBOX_MESSAGES,
        supervisor: None,
        child: ChildSpec::TEMPORARY,
        names: Vec::new(),
        grants: vec![log, clock],
    }
}

/// A module in wasm's text format.
pub(crate) fn wasm(text: &str) -> Program {
    Program::Wasm(wat::parse_str(text).expect("the test's own module is right").into())
}

/// A service of the kernel image.
pub(crate) fn service(name: &str, make: fn() -> Box<dyn Native>) -> ActorManifest {
    ActorManifest { memory: 0, grants: Vec::new(), ..actor(name, Program::Native(make)) }
}

/// The same actor with one more grant, in the next slot: the third is the first.
pub(crate) fn granted(
    mut actor: ActorManifest,
    object: GrantObject,
    rights: Rights,
) -> ActorManifest {
    actor.grants.push(Grant { object, rights });
    actor
}

/// The same actor, able to send to another.
pub(crate) fn knowing(actor: ActorManifest, other: &str) -> ActorManifest {
    granted(actor, GrantObject::Endpoint(other.to_owned()), Rights::WRITE)
}

/// The same actor with another priority.
pub(crate) fn with_priority(actor: ActorManifest, priority: u8) -> ActorManifest {
    ActorManifest { priority, ..actor }
}

/// A board with a small screen, a serial line and four sectors of flash, and neither pins nor ports.
struct Desk {
    now: Instant,
    events: Vec<(Instant, Event)>,
    line: Line,
    screen: Screen,
    flash: Flash,
}

impl Desk {
    fn new(mut events: Vec<(Instant, Event)>) -> Desk {
        // The next one is the last.
        events.reverse();
        Desk {
            now: Instant::ZERO,
            events,
            line: Line(Vec::new()),
            screen: Screen(vec![0; 4 * WIDTH * HEIGHT]),
            flash: Flash::new(vec![0xff; 4 * SECTOR], Quality::SERIAL, Seed(1), "desk"),
        }
    }

    /// The flash says in its time that it is done.
    fn follow_flash(&mut self) {
        let is_followed = self.events.iter().any(|(_, event)| *event == Event::FlashDone);
        if let Some(busy) = self.flash.busy_for()
            && !is_followed
        {
            let done = self.now + busy;
            let place = self.events.partition_point(|(at, _)| done < *at);
            self.events.insert(place, (done, Event::FlashDone));
        }
    }

    fn next_event(&self) -> Option<Instant> {
        self.events.last().map(|(at, _)| *at)
    }
}

/// Keeps what is written to it.
struct Line(Vec<u8>);

/// Keeps its pixels.
struct Screen(Vec<u8>);

impl embedded_io::ErrorType for Line {
    type Error = Infallible;
}

impl embedded_io::Write for Line {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl embedded_io::WriteReady for Line {
    fn write_ready(&mut self) -> Result<bool, Infallible> {
        Ok(true)
    }
}

impl Framebuffer for Screen {
    fn info(&self) -> FramebufferInfo {
        let (width, height) = (WIDTH as u32, HEIGHT as u32);
        FramebufferInfo { width, height, stride: 4 * width, format: PixelFormat::Bgra8888 }
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) {
        self.0[offset..offset + bytes.len()].copy_from_slice(bytes);
    }

    fn flush(&mut self) {}
}

impl Board for Desk {
    type Serial = Line;
    type Pin = Nothing;
    type Framebuffer = Screen;
    type Flash = Flash;

    fn event(&mut self) -> Option<Event> {
        let (at, event) = *self.events.last()?;
        if self.now < at {
            return None;
        }
        self.events.pop();
        if event == Event::FlashDone {
            self.flash.finish();
        }
        Some(event)
    }

    fn serial(&mut self) -> &mut Line {
        &mut self.line
    }

    fn pin(&mut self, _: u8) -> Option<&mut Nothing> {
        None
    }

    fn request_entropy(&mut self) {}

    fn framebuffer(&mut self) -> Option<&mut Screen> {
        Some(&mut self.screen)
    }

    fn flash(&mut self) -> Option<&mut Flash> {
        Some(&mut self.flash)
    }
}
