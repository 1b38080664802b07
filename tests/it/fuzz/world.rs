//! A drawn world: who there is, what each is given, who watches whom, and what happens.

use std::borrow::Cow;
use std::time::Duration;

use abi::input::KeyEvent;
use abi::input::PointerEvent;
use abi::rights::Rights;
use kernel::event::Event;
use kernel::manifest::ActorManifest;
use kernel::manifest::Backoff;
use kernel::manifest::ChildSpec;
use kernel::manifest::EngineKind;
use kernel::manifest::Grant;
use kernel::manifest::GrantObject;
use kernel::manifest::Manifest;
use kernel::manifest::Program;
use kernel::manifest::Region;
use kernel::manifest::Restart;
use kernel::manifest::Shutdown;
use kernel::manifest::Strategy;
use kernel::manifest::SupervisorManifest;
use kernel::manifest::SupervisorSpec;
use kernel::native::Native;
use kernel::trace::Capacity;

use crate::fuzz::clerk::clerk;
use crate::fuzz::draw::Draw;
use crate::fuzz::guest::guest;
use crate::fuzz::import::Import;
use crate::fuzz::memory::PAGE;
use crate::fuzz::reaper::reaper;
use crate::fuzz::role::role_of;
use crate::fuzz::smith::smith;

const GUESTS: [&str; 6] = ["g0", "g1", "g2", "g3", "g4", "g5"];

/// A manifest and what is known of it.
pub(super) struct World {
    /// Who there is.
    pub(super) manifest: Manifest,
    /// Whether nobody of the manifest is ever started again: at the end nothing may be left.
    pub(super) is_passing: bool,
    /// Whether some actor may end the one who ends everybody: then only power ends the world.
    pub(super) is_armed: bool,
}

/// Draws a world.
pub(super) fn world(draw: &mut Draw, known: &[Import]) -> World {
    let guests = &GUESTS[..2 + draw.below(5)];
    let is_passing = draw.one_in(2);
    let supervisors = supervisors(draw);
    // What is spawned knows only what a plain spawn hands on: its maker, log, clock and names.
    let handed_on = ['E', 'A', 'C', 'N'];
    let seedling = guest(draw, known, &[], &handed_on);
    let sprout = guest(draw, known, &seedling, &handed_on);
    let mut actors = vec![service("reaper", 31, reaper), service("clerk", 12, clerk)];
    for name in guests {
        let grants = grants(draw, guests, &supervisors);
        let held: Vec<char> = grants.iter().map(|grant| role_of(&grant.object)).collect();
        let wasm = match draw.below(8) {
            0 => smith(draw, known).unwrap_or_else(|| seedling.clone()),
            1 => seedling.clone(),
            2..=4 => guest(draw, known, &seedling, &held),
            _ => guest(draw, known, &sprout, &held),
        };
        let supervisor = if is_passing { None } else { supervisor(draw, &supervisors) };
        let child = if is_passing { ChildSpec::TEMPORARY } else { child(draw) };
        let program = Program::Wasm(wasm.into());
        let names = names(draw, name);
        actors.push(ActorManifest {
            name: (*name).into(),
            program,
            priority: draw.pick(&[4, 8, 8, 8, 16, 30, 31]),
            memory: draw.pick(&[2 * PAGE, 3 * PAGE, 4 * PAGE]),
            shared: draw.pick(&[0, 4096, 1 << 16]),
            mailbox: draw.pick(&[1, 2, 16, 16, 64]),
            supervisor,
            child,
            names,
            grants,
        });
    }
    let code = Region { name: "code".into(), bytes: Cow::Owned(sprout) };
    let scratch = Region { name: "scratch".into(), bytes: Cow::Owned(vec![7; 4096]) };
    let rom = Region { name: "rom".into(), bytes: Cow::Borrowed(&[9; 64]) };
    let places = actors.len() + draw.below(13);
    let manifest = Manifest {
        identity: "fuzz".into(),
        places,
        supervisors,
        actors,
        regions: vec![code, scratch, rom],
        arena: (24 + draw.below(16)) * PAGE,
        trace: Capacity::one_poll(places),
        engine: EngineKind::Wasmi,
    };
    let mut given = manifest.actors.iter().skip(1).flat_map(|actor| &actor.grants);
    let is_armed = given.any(|grant| {
        grant.object == GrantObject::Processes && Rights::WRITE.is_within(grant.rights)
    });
    World { manifest, is_passing, is_armed }
}

/// A service of the kernel image. Nobody can reach the reaper but by its id.
fn service(name: &str, priority: u8, make: fn() -> Box<dyn Native>) -> ActorManifest {
    let grants = match name {
        "reaper" => vec![GrantObject::Processes, GrantObject::Serial],
        _ => Vec::new(),
    };
    let all = |object| Grant { object, rights: Rights::ALL };
    ActorManifest {
        name: name.into(),
        program: Program::Native(make),
        priority,
        memory: 0,
        shared: 0,
        mailbox: 64,
        supervisor: None,
        child: ChildSpec::TEMPORARY,
        names: Vec::new(),
        grants: grants.into_iter().map(all).collect(),
    }
}

fn names(draw: &mut Draw, name: &str) -> Vec<String> {
    match draw.below(4) {
        0 => vec![name.to_owned(), format!("/node/{name}")],
        1 => vec![format!("/{name}")],
        _ => Vec::new(),
    }
}

fn grants(draw: &mut Draw, guests: &[&str], supervisors: &[SupervisorManifest]) -> Vec<Grant> {
    // Logs and clocks are what most calls want.
    let first = [GrantObject::Log, GrantObject::Clock];
    let mut grants: Vec<Grant> = first.map(|object| Grant { object, rights: Rights::ALL }).to_vec();
    for _ in 0..4 + draw.below(14) {
        let object = object(draw, guests, supervisors);
        let bits = match object {
            GrantObject::Processes => draw.pick(&[1, 1, 5, 5, 7]),
            _ => draw.pick(&[7, 7, 7, 7, 7, 3, 2, 1, 5, 6]),
        };
        grants.push(Grant { object, rights: Rights::from_bits(bits).unwrap_or(Rights::ALL) });
    }
    grants
}

fn object(draw: &mut Draw, guests: &[&str], supervisors: &[SupervisorManifest]) -> GrantObject {
    let other = draw.pick(guests).to_owned();
    match draw.below(36) {
        0..=4 => GrantObject::Endpoint(other),
        5..=6 => GrantObject::Child(other),
        27..=29 => GrantObject::Directory("clerk".into()),
        30..=31 => GrantObject::Namespace(String::new()),
        32 => GrantObject::Processes,
        33..=34 => GrantObject::Endpoint(other),
        7..=8 => GrantObject::Directory("clerk".into()),
        9 => GrantObject::Directory(other),
        10..=12 => GrantObject::Spawner(supervisor(draw, supervisors)),
        13..=14 => GrantObject::Namespace(draw.pick(&["", "", "/node", "/"]).to_owned()),
        15..=16 => GrantObject::Region(draw.pick(&["code", "scratch", "rom"]).to_owned()),
        17 => GrantObject::Pins(draw.pick(&[1, 6, u64::MAX])),
        18 => GrantObject::Interrupt(draw.below(3) as u8),
        19 => GrantObject::Ports(draw.pick(&[0, 0x60, 0xfff0]), draw.pick(&[0, 4, 15])),
        20 => GrantObject::Entropy,
        21 => GrantObject::Serial,
        22 => GrantObject::Keyboard,
        23 => GrantObject::Pointer,
        24 => GrantObject::Log,
        26 => GrantObject::Flash(draw.pick(&[0, 4096, 8192]), draw.pick(&[4096, 8192, 100])),
        25 => GrantObject::Framebuffer,
        _ => GrantObject::Clock,
    }
}

/// A supervisor's name, or the root.
fn supervisor(draw: &mut Draw, supervisors: &[SupervisorManifest]) -> Option<String> {
    let count = supervisors.len();
    supervisors.get(draw.below(count + 1)).map(|supervisor| supervisor.name.clone())
}

fn child(draw: &mut Draw) -> ChildSpec {
    let restart = draw.pick(&[Restart::Permanent, Restart::Transient, Restart::Temporary]);
    let shutdown = draw.pick(&[
        Shutdown::Kill,
        Shutdown::After(Duration::from_micros(20)),
        Shutdown::After(Duration::from_millis(20)),
        Shutdown::Wait,
    ]);
    ChildSpec { restart, shutdown }
}

/// Supervisors that give up in the end: their periods are long and their patience is not.
fn supervisors(draw: &mut Draw) -> Vec<SupervisorManifest> {
    let mut supervisors = Vec::new();
    for number in 0..draw.below(5) {
        let parent = supervisor(draw, &supervisors);
        let strategy = draw.pick(&[Strategy::OneForOne, Strategy::OneForAll, Strategy::RestForOne]);
        let first = draw.pick(&[0, 0, 10, 1000]);
        let last = draw.pick(&[0, 10, 5000]);
        let spec = SupervisorSpec {
            strategy,
            // Below each other they take the product of these deaths to give up.
            intensity: draw.pick(&[0, 1, 3]),
            period: Duration::from_secs(draw.pick(&[10, 1000])),
            backoff: Backoff {
                first: Duration::from_micros(first),
                last: Duration::from_micros(last),
            },
        };
        let name = format!("s{number}");
        supervisors.push(SupervisorManifest { name, parent, spec, child: child(draw) });
    }
    supervisors
}

/// Something that happens outside.
pub(super) fn event(draw: &mut Draw) -> Event {
    match draw.below(12) {
        0..=2 => Event::Serial(b'a' + draw.below(26) as u8),
        3..=4 => {
            let text = Some('x').filter(|_| draw.one_in(2));
            let pressed = draw.one_in(2);
            Event::Key(KeyEvent { key: draw.below(90) as u16, pressed, modifiers: 0, text })
        }
        5 => Event::Pointer(PointerEvent { x: 3, y: 4, buttons: draw.below(4) as u8 }),
        6..=7 => Event::Pin { pin: draw.pick(&[0, 1, 2, 63, 64, 255]), high: draw.one_in(2) },
        8..=9 => Event::Interrupt(draw.below(4) as u8),
        10 => Event::Entropy([draw.word() as u8; 32]),
        _ => {
            let place = draw.below(8) as u64;
            let life = 1 + draw.below(3) as u64;
            let fuel = draw.pick(&[0, 100, 20_000, 100_000, u64::MAX]);
            Event::Preempt { actor: life << 32 | place, fuel }
        }
    }
}
