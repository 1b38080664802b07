//! The actors of the benchmarks: who throws to whom, native or wasm.

use abi::handle::Handle;
use abi::message::Header;
use abi::rights::Rights;
use kernel::call::Answer;
use kernel::call::Call;
use kernel::call::CallName;
use kernel::call::Host;
use kernel::limits::MAILBOX_MESSAGES;
use kernel::manifest::ActorManifest;
use kernel::manifest::ChildSpec;
use kernel::manifest::EngineKind;
use kernel::manifest::Grant;
use kernel::manifest::GrantObject;
use kernel::manifest::Manifest;
use kernel::manifest::Program;
use kernel::native::Native;
use kernel::trace::Capacity;

use crate::world::World;

/// Bytes of payload in every message.
pub(crate) const PAYLOAD: usize = 16;

/// Linear memory of an actor whose module has one page and, as a handler, a page for messages.
pub(crate) const TWO_PAGES: usize = 2 << 16;

/// An actor that throws a message to slot 1 for each one that it is given.
pub(crate) struct Thrower {
    payload: [u8; PAYLOAD],
}

impl Native for Thrower {
    fn handle(&mut self, host: &mut dyn Host, _: &Header, _: &[u8]) -> bool {
        let sent = send(host, 1, Handle::NONE_WORD, &mut self.payload);
        assert_eq!(sent, 0, "there is room for the message");
        true
    }
}

/// Sends a message about nothing, with a capability or without.
pub(crate) fn send(host: &mut dyn Host, to: u64, capability: u64, payload: &mut [u8]) -> u64 {
    let words = [to, 1, 0, payload.len() as u64, capability, 0, 0];
    ask(host, CallName::Send, words, payload)
}

/// Calls the kernel, which answers at once.
pub(crate) fn ask(
    host: &mut dyn Host,
    name: CallName,
    words: [u64; Call::WORDS],
    memory: &mut [u8],
) -> u64 {
    match host.call(Call { name, words }, memory).answer {
        Answer::Now(word) => word,
        Answer::Leave => unreachable!("a native actor is answered at once"),
    }
}

/// What throwers are made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Make {
    /// Rust inside the kernel image.
    Native,
    /// A module that exports `handle_message`.
    Handler,
    /// A module whose `_start` is a loop around `sys_cap_recv`.
    Loop,
}

impl Make {
    /// The code.
    pub(crate) fn program(self) -> Program {
        match self {
            Make::Native => Program::Native(|| Box::new(Thrower { payload: [0; PAYLOAD] })),
            Make::Handler => module(include_str!("handler.wat")),
            Make::Loop => module(include_str!("loop.wat")),
        }
    }
}

fn module(text: &str) -> Program {
    Program::Wasm(wat::parse_str(text).expect("the actor is well written").into())
}

/// Who throws to whom.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Round {
    /// The first two to each other; the others are there.
    Pair,
    /// Each to the next.
    Ring,
}

/// A population of throwers at rest; the first begins when a byte arrives.
pub(crate) fn throwers(count: usize, make: Make, round: Round, trace: Capacity) -> World {
    let program = make.program();
    let memory = if make == Make::Native { 0 } else { TWO_PAGES };
    let to = |index: usize| match round {
        Round::Pair => usize::from(index == 0),
        Round::Ring => (index + 1) % count,
    };
    let actors = (0..count).map(|index| {
        let mut actor = ActorManifest { memory, ..actor(index.to_string(), program.clone()) };
        actor.grants.push(endpoint(to(index).to_string()));
        if index == 0 {
            actor.grants.push(serial());
        }
        actor
    });
    World::boot(&Manifest { trace, ..manifest(actors.collect()) })
}

/// An actor of priority 16 that holds nothing.
pub(crate) fn actor(name: String, program: Program) -> ActorManifest {
    ActorManifest {
        name,
        program,
        priority: 16,
        memory: 0,
        shared: 0,
        mailbox: MAILBOX_MESSAGES,
        supervisor: None,
        child: ChildSpec::TEMPORARY,
        names: Vec::new(),
        grants: Vec::new(),
    }
}

/// The capability to send to an actor.
pub(crate) fn endpoint(name: String) -> Grant {
    Grant { object: GrantObject::Endpoint(name), rights: Rights::WRITE }
}

/// The capability to hear what arrives on the serial line.
pub(crate) fn serial() -> Grant {
    Grant { object: GrantObject::Serial, rights: Rights::READ }
}

/// A manifest with a place for each of these actors and a trace that loses nothing.
pub(crate) fn manifest(actors: Vec<ActorManifest>) -> Manifest {
    let places = actors.len();
    let arena = actors.iter().map(|actor| actor.memory).sum();
    let trace = Capacity::one_poll(places);
    let identity = String::from("bench");
    let engine = EngineKind::Wasmi;
    Manifest {
        identity,
        places,
        supervisors: vec![],
        actors,
        regions: vec![],
        arena,
        trace,
        engine,
    }
}
