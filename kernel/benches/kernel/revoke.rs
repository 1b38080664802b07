//! What it costs to revoke a capability from which ten thousand others derive, through cspaces of
//! many actors: all directly, or each from the one before.

use abi::handle::Handle;
use abi::message::Header;
use abi::message::SERIAL_EVENT;
use kernel::call::CallName;
use kernel::call::Host;
use kernel::manifest::Manifest;
use kernel::manifest::Program;
use kernel::native::Native;
use kernel::trace::What;

use crate::baseline;
use crate::cast::actor;
use crate::cast::ask;
use crate::cast::endpoint;
use crate::cast::manifest;
use crate::cast::send;
use crate::cast::serial;
use crate::stopwatch::RUNS;
use crate::stopwatch::each;
use crate::stopwatch::time;
use crate::world::World;

/// Actors that hold the descendants.
const HOLDERS: usize = 170;

/// How many each of them holds.
const EACH: usize = 59;

/// Descendants of the capability that is revoked.
const DESCENDANTS: usize = HOLDERS * EACH;

/// What arrives on the serial line when the tree is to be built.
const BUILD: u8 = b'b';

/// What arrives when it is to be taken down.
const REVOKE: u8 = b'r';

/// Slot 0 of everybody: the own endpoint. The source's is the one that is handed out.
const OWN: u64 = 0;

pub(crate) fn figure() {
    let boxes = baseline::boxes(DESCENDANTS);
    println!("baseline            dropping one of {DESCENDANTS} boxes: {boxes:.1} ns");
    for (name, manifest) in [("wide", wide()), ("deep", deep())] {
        let mut world = World::boot(&manifest);
        let nanos = (0..RUNS).map(|_| one(&mut world)).fold(f64::INFINITY, f64::min);
        let ratio = nanos / boxes;
        println!("revoke, {name}        {nanos:.1} ns for each descendant, {ratio:.1}x a box");
    }
}

/// Builds the tree and takes it down; nanoseconds for each descendant.
fn one(world: &mut World) -> f64 {
    world.tell(BUILD);
    world.settle();
    world.tell(REVOKE);
    let took = time(|| {
        world.turn();
    });
    let is_whole =
        |what: &What| matches!(what, What::Revoke { count, .. } if *count as usize == DESCENDANTS);
    assert_eq!(world.count(is_whole), 1, "all of them go at once");
    world.settle();
    each(took, DESCENDANTS)
}

/// The source hands one capability to everybody, many times.
fn wide() -> Manifest {
    let mut source = actor(String::from("source"), Program::Native(|| Box::new(Source)));
    // Each offer is answered before the next one comes.
    source.priority += 1;
    source.grants.push(serial());
    let mut actors = vec![source];
    for index in 0..HOLDERS {
        let mut holder = actor(index.to_string(), Program::Native(|| Box::new(Holder)));
        holder.mailbox = EACH;
        holder.grants.push(endpoint(String::from("source")));
        holder.grants.push(serial());
        actors.push(holder);
    }
    manifest(actors)
}

/// Each hands what it is given to the next.
fn deep() -> Manifest {
    let mut actors = Vec::new();
    for index in 0..=HOLDERS {
        let mut relay = actor(index.to_string(), Program::Native(|| Box::new(Relay)));
        // The first is the source alone: it holds nothing of what it hands out.
        let next = if index == HOLDERS { 1 } else { index + 1 };
        relay.grants.push(endpoint(next.to_string()));
        if index == 0 {
            relay.grants.push(serial());
        }
        actors.push(relay);
    }
    manifest(actors)
}

/// Hands out what it has to whoever offers its endpoint.
struct Source;

impl Native for Source {
    fn handle(&mut self, host: &mut dyn Host, header: &Header, payload: &[u8]) -> bool {
        match header.capability {
            Some(holder) => {
                for _ in 0..EACH {
                    assert_eq!(send(host, holder.word(), OWN, &mut []), 0, "there is room");
                }
                delete(host, holder);
            }
            None if payload == [REVOKE] => revoke(host),
            None => (),
        }
        true
    }
}

/// Offers its endpoint and keeps what it is given.
struct Holder;

impl Native for Holder {
    fn handle(&mut self, host: &mut dyn Host, header: &Header, payload: &[u8]) -> bool {
        if header.opcode == SERIAL_EVENT && payload == [BUILD] {
            assert_eq!(send(host, 1, OWN, &mut []), 0, "there is room");
        }
        true
    }
}

/// Hands on what it is given, until it was handed on often enough.
struct Relay;

impl Native for Relay {
    fn handle(&mut self, host: &mut dyn Host, header: &Header, payload: &[u8]) -> bool {
        let (given, done) = match (header.capability, payload) {
            (None, [REVOKE]) => {
                revoke(host);
                return true;
            }
            (None, _) => (OWN, 0),
            (Some(given), _) => {
                let done = payload.try_into().map_or(0, u32::from_le_bytes);
                (given.word(), done)
            }
        };
        if (done as usize) < DESCENDANTS {
            let sent = send(host, 1, given, &mut (done + 1).to_le_bytes());
            assert_eq!(sent, 0, "there is room");
        }
        true
    }
}

fn revoke(host: &mut dyn Host) {
    assert_eq!(ask(host, CallName::Revoke, [OWN, 0, 0, 0, 0, 0, 0], &mut []), 0);
}

fn delete(host: &mut dyn Host, handle: Handle) {
    assert_eq!(ask(host, CallName::Delete, [handle.word(), 0, 0, 0, 0, 0, 0], &mut []), 0);
}
