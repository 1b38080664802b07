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

pub(super) fn define<H: Host + 'static>(engine: &mut Engine<H>) {
    functions! { engine, ["env", "sp"];
        "print" Log: fn(i32, i32);
        "sp_log" Log: fn(i32, i32);
        "sp_yield" Yield: fn();
        "sp_sched_yield" Yield: fn();
        "sp_sleep" Sleep(Convention { words: sleep, result: general }): fn(i32) -> i32;
        "sp_get_capabilities" Capabilities(WRITES): fn(i32, i32) -> i32;
        "sp_fs_open" FileOpen(DIRECTORY): fn(i64, i32, i32) -> i64;
        "sp_fs_read" FileRead(FILE): fn(i64, i32, i32, i32) -> i32;
        "sp_fs_size" FileSize(FILE): fn(i64) -> i32;
        "sp_fs_close" FileClose: fn(i64);
        "sp_fs_mkdir" MakeDirectory(DIRECTORY): fn(i64, i32, i32) -> i32;
        "sp_mutex_create" MutexCreate(LOCK): fn() -> i64;
        "sp_mutex_lock" MutexLock(LOCK): fn(i64) -> i32;
        "sp_mutex_try_lock" MutexTryLock(LOCK): fn(i64) -> i32;
        "sp_mutex_unlock" MutexUnlock(LOCK): fn(i64) -> i32;
        "sp_sem_create" SemaphoreCreate(CREATE): fn(i32) -> i64;
        "sp_sem_acquire" SemaphoreAcquire(PERMITS): fn(i64) -> i32;
        "sp_sem_try_acquire" SemaphoreTryAcquire(PERMITS): fn(i64) -> i32;
        "sp_sem_release" SemaphoreRelease(PERMITS): fn(i64) -> i32;
        "sp_gpio_read" PinRead(GENERAL): fn(i64, i32) -> i32;
        "sp_gpio_write" PinWrite(GENERAL): fn(i64, i32, i32) -> i32;
        "sp_net_connect" Network(GENERAL): fn(i64, i32, i32, i32) -> i64;
        "sp_net_send" Network(GENERAL): fn(i64, i32, i32) -> i32;
        "sp_net_recv" Network(GENERAL): fn(i64, i32, i32) -> i32;
    }
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
