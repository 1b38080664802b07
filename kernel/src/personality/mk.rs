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

functions! { ["env", "mk"];
    /// Sends a message to an actor, which can then answer. 1 is sent, 0 is not.
    "mk_send" SendTo(SENT): fn(dest: Id, opcode: Opcode, payload: Bytes, size: Len) -> Word32;
    /// Sends a payload of four bytes. 1 is sent, 0 is not.
    "mk_send_u32" SendWord(SENT): fn(dest: Id, opcode: Opcode, value: Word32) -> Word32;
    /// The caller's own id.
    "mk_self" Identity: fn() -> Id;
    /// Writes a line to the log: level 0 is debug, 1 information, 2 a warning, 3 an error.
    "mk_log" LogLevel: fn(level: Word32, text: Bytes, len: Len);
    /// Waits so long; what comes meanwhile stays in the mailbox. 0, or -1.
    "mk_sleep_ms" Sleep(Convention { words: sleep, ..DONE }): fn(milliseconds: Word32) -> Word32;
    /// Waits for a message and cuts its payload to the buffer. 0, or -1.
    "mk_recv" ReceiveParts(Convention { words: receive, ..DONE }):
        fn(opcode: Place32, buffer: Buffer, len: Len, size: Place32) -> Word32;
    /// Like mk_recv, and says who sent it.
    "mk_recv_full" ReceiveParts(Convention { words: receive_full, ..DONE }):
        fn(opcode: Place32, buffer: Buffer, len: Len, size: Place32, source: Place64) -> Word32;
    /// Like mk_recv_full, but waits no longer than this: -2 is too late.
    "mk_recv_timeout" ReceiveParts(Convention { words: receive_timeout, result: received }):
        fn(
            opcode: Place32, buffer: Buffer, len: Len, size: Place32, source: Place64,
            milliseconds: Word32
        ) -> Word32;
    /// Writes bytes to the serial line, or else a line to the log.
    "mk_print" Print: fn(text: Bytes, len: Len);
    /// Makes an actor of a module. Its id, or 0.
    "mk_spawn_wasm" SpawnPlain(ID): fn(module: Bytes, len: Len, mailbox: Word32) -> Id;
    /// Ends an actor that the caller may end. 0, or -1.
    "mk_stop" StopActor(DONE): fn(id: Id) -> Word32;
    /// Writes the ids of all actors, and how many they are. 0, or -1.
    "mk_list_actors" ListActors(DONE): fn(ids: Place64, max: Len, count: Place32) -> Word32;
    /// Gives the caller a name. 0, or -1.
    "mk_register" Register(Convention { words: register, ..DONE }):
        fn(name: Bytes, len: Len) -> Word32;
    /// The actor behind a name, whom the caller can then send to; or 0.
    "mk_lookup" LookupActor(Convention { words: named, ..ID }): fn(name: Bytes, len: Len) -> Id;
    /// Reads a whole file, and says how long it is. 0, or -1.
    "mk_read_file" ReadFile(DONE):
        fn(path: Bytes, len: Len, buffer: Buffer, buffer_len: Len, size: Place32) -> Word32;
    /// Fetches a page by HTTP; says its status and how long it is. 0, or -1.
    "mk_http_get" Network(DONE):
        fn(
            url: Bytes, len: Len, buffer: Buffer, buffer_len: Len, status: Place32, size: Place32
        ) -> Word32;
    /// Writes what this node is called. Bytes of it, or -1.
    "mk_node_name" NodeName(COUNT): fn(buffer: Buffer, len: Len) -> Word32;
    /// Writes the paths that begin so, as lines `path=id`. 0, or -1.
    "mk_ns_list" ListPaths(DONE):
        fn(prefix: Bytes, len: Len, buffer: Buffer, buffer_len: Len, size: Place32) -> Word32;
    /// Writes a name of an actor. Bytes of it, or 0.
    "mk_reverse_lookup" ReverseLookup(ID): fn(id: Id, buffer: Buffer, len: Len) -> Word32;
    /// Milliseconds since power came on, or -1.
    "mk_time_ms" Time(Convention { words: suitable, result: in_millis }): fn() -> Word64;
    /// Keeps bytes for the caller's next life. 0, or -1.
    "mk_save_state" SaveState(DONE): fn(key: Bytes, key_len: Len, bytes: Bytes, len: Len) -> Word32;
    /// Reads the bytes that an earlier life kept. How many, or -1.
    "mk_load_state" LoadState(COUNT):
        fn(key: Bytes, key_len: Len, buffer: Buffer, len: Len) -> Word32;
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
