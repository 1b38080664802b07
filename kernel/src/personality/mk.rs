//! The personality of seed *actor-microkernel*: its 22 imports with their types and results.
//!
//! The seed knows actors by number and holds no capabilities. Here a number is as good as what the
//! caller holds: `mk_send` reaches an actor to which the caller has a capability, and lets it answer;
//! `mk_lookup` gives one. Time, names, the process table, making and ending actors, files and the
//! serial line need a capability of the kind, whichever slot it is in.
//!
//! Where the seed cuts a name or a path that is too long, the call is refused.

use abi::handle::Handle;
use abi::refusal::Refusal;

use crate::call::Call;
use crate::call::Convention;
use crate::call::Host;
use crate::engine::Engine;
use crate::personality::is_refused;
use crate::personality::millis;

type Words = [u64; Call::WORDS];

/// For ever, as a time in nanoseconds.
const FOR_EVER: u64 = u64::MAX;

pub(super) fn define<H: Host + 'static>(engine: &mut Engine<H>) {
    functions! { engine, ["env", "mk"];
        "mk_send" SendTo(SENT): fn(i64, i32, i32, i32) -> i32;
        "mk_send_u32" SendWord(SENT): fn(i64, i32, i32) -> i32;
        "mk_self" Identity: fn() -> i64;
        "mk_log" LogLevel: fn(i32, i32, i32);
        "mk_sleep_ms" Sleep(Convention { words: sleep, ..DONE }): fn(i32) -> i32;
        "mk_recv" ReceiveParts(Convention { words: receive, ..DONE }): fn(i32, i32, i32, i32) -> i32;
        "mk_recv_full" ReceiveParts(Convention { words: receive_full, ..DONE }): fn(i32, i32, i32, i32, i32) -> i32;
        "mk_recv_timeout" ReceiveParts(Convention { words: receive_timeout, result: received }): fn(i32, i32, i32, i32, i32, i32) -> i32;
        "mk_print" Print: fn(i32, i32);
        "mk_spawn_wasm" SpawnPlain(ID): fn(i32, i32, i32) -> i64;
        "mk_stop" StopActor(DONE): fn(i64) -> i32;
        "mk_list_actors" ListActors(DONE): fn(i32, i32, i32) -> i32;
        "mk_register" Register(Convention { words: register, ..DONE }): fn(i32, i32) -> i32;
        "mk_lookup" LookupActor(Convention { words: named, ..ID }): fn(i32, i32) -> i64;
        "mk_read_file" ReadFile(DONE): fn(i32, i32, i32, i32, i32) -> i32;
        "mk_http_get" Network(DONE): fn(i32, i32, i32, i32, i32, i32) -> i32;
        "mk_node_name" NodeName(COUNT): fn(i32, i32) -> i32;
        "mk_ns_list" ListPaths(DONE): fn(i32, i32, i32, i32, i32) -> i32;
        "mk_reverse_lookup" ReverseLookup(ID): fn(i64, i32, i32) -> i32;
        "mk_time_ms" Time(Convention { words: suitable, result: in_millis }): fn() -> i64;
        "mk_save_state" SaveState(DONE): fn(i32, i32, i32, i32) -> i32;
        "mk_load_state" LoadState(COUNT): fn(i32, i32, i32, i32) -> i32;
    }
}

/// 1 is sent, 0 is not.
const SENT: Convention = Convention { result: sent, ..Convention::NATIVE };

/// 0 is done, -1 is not.
const DONE: Convention = Convention { result: done, ..Convention::NATIVE };

/// 0 is nobody, or nothing.
const ID: Convention = Convention { result: id, ..Convention::NATIVE };

/// A number of bytes, or -1.
const COUNT: Convention = Convention { result: count, ..Convention::NATIVE };

fn sent(word: u64) -> u64 {
    u64::from(!is_refused(word))
}

fn done(word: u64) -> u64 {
    if is_refused(word) { u64::MAX } else { 0 }
}

fn id(word: u64) -> u64 {
    if is_refused(word) { 0 } else { word }
}

fn count(word: u64) -> u64 {
    if is_refused(word) { u64::MAX } else { word }
}

/// 0 is received, -2 is too late, -1 is anything else.
fn received(word: u64) -> u64 {
    if word == Refusal::Timeout.word() { (-2i64).cast_unsigned() } else { done(word) }
}

fn in_millis(word: u64) -> u64 {
    if is_refused(word) { u64::MAX } else { word / 1_000_000 }
}

fn sleep([time, ..]: Words) -> Words {
    [Call::SUITABLE.word(), millis(time), 0, 0, 0, 0, 0]
}

fn receive([opcode, buffer, len, size, ..]: Words) -> Words {
    [opcode, buffer, len, size, Call::NOWHERE, FOR_EVER, 0]
}

fn receive_full([opcode, buffer, len, size, source, ..]: Words) -> Words {
    [opcode, buffer, len, size, source, FOR_EVER, 0]
}

fn receive_timeout([opcode, buffer, len, size, source, time, _]: Words) -> Words {
    [opcode, buffer, len, size, source, millis(time), 0]
}

fn suitable(_: Words) -> Words {
    [Call::SUITABLE.word(), 0, 0, 0, 0, 0, 0]
}

fn named([name, len, ..]: Words) -> Words {
    [Call::SUITABLE.word(), name, len, 0, 0, 0, 0]
}

fn register([name, len, ..]: Words) -> Words {
    [Call::SUITABLE.word(), name, len, Handle::OWN_ENDPOINT.word(), 0, 0, 0]
}
