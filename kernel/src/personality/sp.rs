//! The personality of seed *sovelmaos*: files, locks and pins by capability.
//!
//! Names and types are those of the seed's code where it has them and of its design where it has
//! not: there `sp_yield`, `sp_sleep`, `sp_log`, `sp_gpio_*` and `sp_net_*` are only named. A result
//! below 0 is one of the seed's codes; [`NOT_AVAILABLE`] is added to them.

use abi::refusal::Refusal;

use crate::call::Call;
use crate::call::Convention;
use crate::call::Host;
use crate::engine::Engine;
use crate::personality::is_refused;
use crate::personality::millis;

const CAP_NOT_FOUND: i64 = -1;
const NO_MEMORY_EXPORT: i64 = -2;
const MEMORY_READ_FAILED: i64 = -3;
const INVALID_UTF8: i64 = -4;
const PERMISSION_DENIED: i64 = -5;
const NOT_A_DIRECTORY: i64 = -6;
const FS_ERROR: i64 = -7;
const BUFFER_TOO_SMALL: i64 = -8;
const MEMORY_WRITE_FAILED: i64 = -9;
const NOT_A_FILE: i64 = -10;
const MUTEX_LOCKED: i64 = -11;
const SEM_NO_PERMITS: i64 = -12;
const INVALID_HANDLE: i64 = -13;

/// This board has no such device: not a code of the seed.
const NOT_AVAILABLE: i64 = -14;

functions! { ["env", "sp"];
    /// Writes a line to the log.
    "print" Log: fn(text: Bytes, len: Len);
    /// Writes a line to the log.
    "sp_log" Log: fn(text: Bytes, len: Len);
    /// Lets others of the same priority run.
    "sp_yield" Yield: fn();
    /// Lets others of the same priority run.
    "sp_sched_yield" Yield: fn();
    /// Waits so long. 0, or a negative code.
    "sp_sleep" Sleep(Convention { words: sleep, result: general }):
        fn(milliseconds: Word32) -> Word32;
    /// Writes what the caller holds, 16 bytes for each capability. How many, or a negative code.
    "sp_get_capabilities" Capabilities(WRITES): fn(buffer: Buffer, len: Len) -> Word32;
    /// Opens a file or a directory below a directory. Its handle, or a negative code.
    "sp_fs_open" FileOpen(DIRECTORY): fn(directory: Handle, path: Bytes, len: Len) -> Handle;
    /// Reads from a file. How many bytes, or a negative code.
    "sp_fs_read" FileRead(FILE):
        fn(file: Handle, buffer: Buffer, len: Len, offset: Word32) -> Word32;
    /// Bytes of a file, or a negative code.
    "sp_fs_size" FileSize(FILE): fn(file: Handle) -> Word32;
    /// Gives a file or a directory up.
    "sp_fs_close" FileClose: fn(file: Handle);
    /// Makes a directory. 0, or a negative code.
    "sp_fs_mkdir" MakeDirectory(DIRECTORY): fn(directory: Handle, path: Bytes, len: Len) -> Word32;
    /// Makes a mutex. Its handle, or a negative code.
    "sp_mutex_create" MutexCreate(LOCK): fn() -> Handle;
    /// Waits until the mutex is the caller's. 0, or a negative code.
    "sp_mutex_lock" MutexLock(LOCK): fn(mutex: Handle) -> Word32;
    /// Takes the mutex if nobody has it. 0, or a negative code.
    "sp_mutex_try_lock" MutexTryLock(LOCK): fn(mutex: Handle) -> Word32;
    /// Hands the mutex to who waits. 0, or a negative code.
    "sp_mutex_unlock" MutexUnlock(LOCK): fn(mutex: Handle) -> Word32;
    /// Makes a semaphore. Its handle, or a negative code.
    "sp_sem_create" SemaphoreCreate(CREATE): fn(permits: Word32) -> Handle;
    /// Waits for a permit. 0, or a negative code.
    "sp_sem_acquire" SemaphoreAcquire(PERMITS): fn(semaphore: Handle) -> Word32;
    /// Takes a permit if there is one. 0, or a negative code.
    "sp_sem_try_acquire" SemaphoreTryAcquire(PERMITS): fn(semaphore: Handle) -> Word32;
    /// Gives a permit. 0, or a negative code.
    "sp_sem_release" SemaphoreRelease(PERMITS): fn(semaphore: Handle) -> Word32;
    /// Whether a pin is high: 1 or 0, or a negative code.
    "sp_gpio_read" PinRead(GENERAL): fn(pins: Handle, pin: Word32) -> Word32;
    /// Drives a pin. 0, or a negative code.
    "sp_gpio_write" PinWrite(GENERAL): fn(pins: Handle, pin: Word32, level: Word32) -> Word32;
    /// Opens a connection. Its handle, or a negative code.
    "sp_net_connect" Network(GENERAL):
        fn(network: Handle, host: Bytes, len: Len, port: Word32) -> Handle;
    /// Sends bytes. How many, or a negative code.
    "sp_net_send" Network(GENERAL): fn(socket: Handle, bytes: Bytes, len: Len) -> Word32;
    /// Receives bytes. How many, or a negative code.
    "sp_net_recv" Network(GENERAL): fn(socket: Handle, buffer: Buffer, len: Len) -> Word32;
}

const GENERAL: Convention = Convention { result: general, ..Convention::NATIVE };
const WRITES: Convention = Convention { result: writes, ..Convention::NATIVE };
const DIRECTORY: Convention = Convention { result: directory, ..Convention::NATIVE };
const FILE: Convention = Convention { result: file, ..Convention::NATIVE };
const LOCK: Convention = Convention { result: lock, ..Convention::NATIVE };
const PERMITS: Convention = Convention { result: permits, ..Convention::NATIVE };
const CREATE: Convention = Convention { result: create, ..Convention::NATIVE };

fn sleep([time, ..]: [u64; Call::WORDS]) -> [u64; Call::WORDS] {
    [Call::SUITABLE.word(), millis(time), 0, 0, 0, 0, 0]
}

/// The seed's code of a refusal. What depends on the function is given.
fn code(word: u64, wrong_object: i64, locked: i64, bad_pointer: i64) -> u64 {
    if !is_refused(word) {
        return word;
    }
    let code = match Refusal::from_code(word.cast_signed()) {
        Some(Refusal::NoCapability | Refusal::Stale | Refusal::Dead) => CAP_NOT_FOUND,
        Some(Refusal::NoMemory) => NO_MEMORY_EXPORT,
        Some(Refusal::BadPointer) => bad_pointer,
        Some(Refusal::Invalid) => INVALID_UTF8,
        Some(Refusal::NoRight) => PERMISSION_DENIED,
        Some(Refusal::WrongObject) => wrong_object,
        Some(Refusal::BufferTooSmall) => BUFFER_TOO_SMALL,
        Some(Refusal::Locked) => locked,
        Some(Refusal::OutOfRange) => INVALID_HANDLE,
        Some(Refusal::NotAvailable) => NOT_AVAILABLE,
        _ => FS_ERROR,
    };
    code.cast_unsigned()
}

fn general(word: u64) -> u64 {
    code(word, INVALID_HANDLE, MUTEX_LOCKED, MEMORY_READ_FAILED)
}

fn writes(word: u64) -> u64 {
    code(word, INVALID_HANDLE, MUTEX_LOCKED, MEMORY_WRITE_FAILED)
}

fn directory(word: u64) -> u64 {
    code(word, NOT_A_DIRECTORY, MUTEX_LOCKED, MEMORY_READ_FAILED)
}

fn file(word: u64) -> u64 {
    code(word, NOT_A_FILE, MUTEX_LOCKED, MEMORY_WRITE_FAILED)
}

fn lock(word: u64) -> u64 {
    code(word, INVALID_HANDLE, MUTEX_LOCKED, MEMORY_READ_FAILED)
}

fn permits(word: u64) -> u64 {
    code(word, INVALID_HANDLE, SEM_NO_PERMITS, MEMORY_READ_FAILED)
}

/// Less than no permits is what the seed does not permit.
fn create(word: u64) -> u64 {
    if word == Refusal::OutOfRange.word() {
        return PERMISSION_DENIED.cast_unsigned();
    }
    permits(word)
}
