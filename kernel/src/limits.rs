//! Every bound of the kernel, named, with the relations between them proven.

/// Places for actors, unless the manifest says less.
pub const ACTORS_MAX: usize = 16 * 1024 + 2;

/// Capabilities one actor can hold. A cspace finds its free slot in one 64-bit word.
pub const SLOTS: usize = 64;

/// Bytes of payload in one message. Larger data is granted as memory.
pub const PAYLOAD_MAX: usize = 1024;

/// Bytes that the largest message takes in an actor's memory.
pub const MESSAGE_MAX: usize = abi::message::Header::BYTES + PAYLOAD_MAX;

/// Messages in one mailbox, unless the manifest says otherwise.
pub const MAILBOX_MESSAGES: usize = 16;

/// Messages that a manifest or a spawner may ask for.
pub const MAILBOX_MESSAGES_MAX: usize = 1024;

/// Bytes of payload in one mailbox, however many messages it takes.
pub const MAILBOX_BYTES: usize = 4096;

/// Supervisors, the root included.
pub const SUPERVISORS_MAX: usize = 64;

/// Restarts within a period that a supervisor can allow.
pub const INTENSITY_MAX: u16 = 1000;

/// Names and paths in the namespace, mounts included.
pub const NAMES_MAX: usize = 256;

/// Bytes of a flat name (seed 001).
pub const FLAT_NAME_MAX: usize = 63;

/// Bytes of a path (seed 001).
pub const PATH_MAX: usize = 127;

/// Regions of memory that actors can have made at once.
pub const REGIONS_MAX: usize = 256;

/// Mutexes and semaphores at once.
pub const LOCKS_MAX: usize = 256;

/// Slices that higher priorities may take in a row while a lower one is ready.
pub const PASSED_OVER_MAX: u32 = 32;

/// Priorities; the larger number runs first.
pub const PRIORITIES: usize = 32;

/// Logical instructions in one slice: 10 µs on the `pc` profile, 2.1 ms on an ESP32-C6.
pub const SLICE_FUEL: u64 = 20_000;

/// Logical instructions that entering the kernel costs.
pub const CALL_FUEL: u64 = 10;

/// Logical instructions that a service of the kernel image takes for a message, beside its calls.
pub const NATIVE_FUEL: u64 = 100;

/// Bytes of linear memory of an actor whose maker cannot say how much, unless it starts with more.
pub const PLAIN_MEMORY: usize = 128 * 1024;

/// Bytes that such an actor may have beside what it starts with (seed 001: heap).
pub const PLAIN_HEAP: usize = 64 * 1024;

/// Actors that one actor can be linked to.
pub const LINKS_MAX: usize = 16;

/// Bytes of a key under which state is saved (seed 001).
pub const STATE_KEY_MAX: usize = 63;

/// Bytes that the kernel copies for one logical instruction, as wasmi's bulk operations do.
pub const BYTES_PER_FUEL: u64 = 64;

/// Logical instructions that one byte of log costs: a serial line is slow.
pub const LOG_FUEL_PER_BYTE: u64 = 16;

/// Logical instructions for a module's start function and its allocation of the message buffer.
pub const START_FUEL: u64 = 10 * SLICE_FUEL;

/// Bytes of one line in the log; the rest is cut off and marked.
pub const LOG_LINE_MAX: usize = 256;

/// Bytes of log that wait for the serial line.
pub const CONSOLE_BYTES: usize = 4096;

/// Bytes of log in one call, however many lines they are. More could never wait for the serial line
/// at once.
pub const LOG_MAX: usize = CONSOLE_BYTES;

/// Bytes of entropy that the kernel keeps.
pub const ENTROPY_BYTES: usize = 256;

/// Bytes of flash that one call programs at most: the page of serial NOR chips (Winbond W25Q64JV
/// datasheet, 8.2.13 "Page Program").
pub const FLASH_PAGE: u32 = 256;

/// Bytes of an actor's name.
pub const NAME_MAX: usize = abi::process::ProcessRecord::NAME_BYTES;

/// Calls nested in one actor.
pub const RECURSION_MAX: usize = 256;

/// Bytes of interpreter stack in one actor.
pub const STACK_MAX: usize = 64 * 1024;

/// Elements of one table in a module.
pub const TABLE_MAX: usize = 4096;

/// Tables of one instance.
pub const TABLES_MAX: usize = 4;

/// Bytes of stack that a library has at least, as many as the image's own actors.
pub const LIBRARY_STACK: u64 = 8192;

/// Bytes or elements that a library can be aligned to: a page.
pub const LIBRARY_ALIGN_MAX: u64 = 1 << 16;

/// Bytes of linear memory of a module that a service calls, unless its configuration says otherwise
/// (seed *wasm-runtime-primitive*, as the five that follow).
pub const MODULE_MEMORY: usize = 64 << 20;

/// Bytes of linear memory that such a configuration may ask for.
pub const MODULE_MEMORY_MAX: usize = 256 << 20;

/// Logical instructions of one call of a module, unless its configuration says otherwise.
pub const MODULE_FUEL: u64 = 1_000_000_000;

/// Modules in a cache, unless its configuration says otherwise.
pub const CACHE_MODULES: usize = 10;

/// Bytes of wasm in a cache, unless its configuration says otherwise.
pub const CACHE_BYTES: usize = 512 << 20;

/// Seconds after its last use that a cache keeps a module, unless its configuration says otherwise.
pub const CACHE_SECONDS: u64 = 3600;

/// Bytes of a module's name.
pub const MODULE_NAME_MAX: usize = 64;

/// Logical instructions that a module is handed at once, and after which a call that is watched looks
/// at the clock: about a tenth of a millisecond. Some instructions take native stack until the next
/// time.
pub const WATCH_FUEL: u64 = 5 * SLICE_FUEL;

/// Modules that metrics tell apart.
pub const METRIC_MODULES_MAX: usize = 64;

/// Functions of one module that metrics tell apart.
pub const METRIC_FUNCTIONS_MAX: usize = 32;

/// Bytes in one piece that nothing takes which an actor makes or grows, for what the kernel itself
/// needs with it. The most is a new life: a cspace of [`SLOTS`], its notices and its own records.
pub const HEADROOM: usize = 8 * 1024;

/// Events that one poll takes in.
pub const EVENTS_PER_POLL: usize = 64;

/// Trace records that one poll can write, apart from those of deaths.
pub const TRACE_RECORDS: usize = 16 * 1024;

/// Bytes of text that one poll can write with them.
pub const TRACE_BYTES: usize = 256 * 1024;

/// Bytes of a payload that its trace record keeps.
pub const TRACE_PAYLOAD_MAX: usize = 128;

// A mailbox takes at least one message of any length, else a sender could wait for ever.
const _: () = assert!(PAYLOAD_MAX <= MAILBOX_BYTES);

// One poll cannot overrun a drained trace. An event writes at most two records and a call at most
// four, but a line of log costs more than a call, so that only the last call of a slice writes
// lines that are not paid for; what deaths write is counted for each place
// (`trace::Capacity::one_poll`).
const _: () = {
    let events = 2 * EVENTS_PER_POLL;
    let calls = 4 * (SLICE_FUEL / CALL_FUEL) as usize;
    assert!(CALL_FUEL <= LOG_FUEL_PER_BYTE);
    assert!(events + calls + LOG_MAX <= TRACE_RECORDS);
};

// An index of a place fits an id, and one more value says "none".
const _: () = assert!(ACTORS_MAX < u16::MAX as usize);

// Nor can it overrun its text: payloads are paid for by the call that moves them, log lines by the
// byte.
const _: () = {
    let fuel = CALL_FUEL + TRACE_PAYLOAD_MAX as u64 / BYTES_PER_FUEL;
    assert!((SLICE_FUEL / fuel) as usize * TRACE_PAYLOAD_MAX <= TRACE_BYTES);
    assert!((SLICE_FUEL / LOG_FUEL_PER_BYTE) as usize + LOG_MAX <= TRACE_BYTES);
};

// One slice cannot overrun a drained console: each byte costs fuel, and so does each call,
// which covers the name and brackets in front of the line.
const _: () =
    assert!((SLICE_FUEL / LOG_FUEL_PER_BYTE) as usize + LOG_LINE_MAX <= CONSOLE_BYTES / 2);

// A handle's slot has its bit in the cspace's one word.
const _: () = assert!(SLOTS <= u64::BITS as usize);

// So has a priority in the scheduler's one word.
const _: () = assert!(PRIORITIES <= u32::BITS as usize);

// A module may have by default what it may have at all.
const _: () = assert!(MODULE_MEMORY <= MODULE_MEMORY_MAX);
