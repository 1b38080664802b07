//! Seed *sovelmaos*: each of its calls, with each of its codes.
//!
//! | code | name | when |
//! |---|---|---|
//! | -1 | `CAP_NOT_FOUND` | no such handle, or one of before, or its server is dead |
//! | -2 | `NO_MEMORY_EXPORT` | there is a pointer but no memory |
//! | -3 | `MEMORY_READ_FAILED` | a path outside memory |
//! | -4 | `INVALID_UTF8` | a path that is no text |
//! | -5 | `PERMISSION_DENIED` | a right that is not held, another's mutex, less than no permits |
//! | -6 | `NOT_A_DIRECTORY` | another capability where a directory is meant |
//! | -7 | `FS_ERROR` | what the file server refuses, or does not answer |
//! | -8 | `BUFFER_TOO_SMALL` | not all records fit |
//! | -9 | `MEMORY_WRITE_FAILED` | a place outside memory |
//! | -10 | `NOT_A_FILE` | another capability where a file is meant |
//! | -11 | `MUTEX_LOCKED` | somebody has it, or the caller itself |
//! | -12 | `SEM_NO_PERMITS` | there is none to be had without waiting |
//! | -13 | `INVALID_HANDLE` | another capability where a lock or pins are meant, or another pin |
//! | -14 | | there is no such device; the seed has no code for it |

mod code;
mod file;
mod lock;

use crate::seed::Case;
use crate::seed::script::Function;
use crate::seed::script::Row;
use crate::seed::script::uncalled;

pub(super) fn cases() -> impl Iterator<Item = &'static Case> {
    [CASES, code::CASES, file::CASES, lock::CASES].into_iter().flatten()
}

const CASES: &[Case] = &[("every_sp_call_is_made_and_every_code_occurs", every_call)];

/// The calls, with the types that the seed's code gives them, or else its design.
pub(crate) const FUNCTIONS: &[Function] = &[
    ("print", "ii", ""),
    ("sp_log", "ii", ""),
    ("sp_yield", "", ""),
    ("sp_sched_yield", "", ""),
    ("sp_sleep", "i", "i"),
    ("sp_get_capabilities", "ii", "i"),
    ("sp_fs_open", "Iii", "I"),
    ("sp_fs_read", "Iiii", "i"),
    ("sp_fs_size", "I", "i"),
    ("sp_fs_close", "I", ""),
    ("sp_fs_mkdir", "Iii", "i"),
    ("sp_mutex_create", "", "I"),
    ("sp_mutex_lock", "I", "i"),
    ("sp_mutex_try_lock", "I", "i"),
    ("sp_mutex_unlock", "I", "i"),
    ("sp_sem_create", "i", "I"),
    ("sp_sem_acquire", "I", "i"),
    ("sp_sem_try_acquire", "I", "i"),
    ("sp_sem_release", "I", "i"),
    ("sp_gpio_read", "Ii", "i"),
    ("sp_gpio_write", "Iii", "i"),
    ("sp_net_connect", "Iiii", "I"),
    ("sp_net_send", "Iii", "i"),
    ("sp_net_recv", "Iii", "i"),
];

fn every_call() {
    let tables: Vec<&[Row]> = [code::TABLES, file::TABLES, lock::TABLES].concat();
    assert_eq!(uncalled(FUNCTIONS, &tables), [] as [&str; 0]);
    let seen = |code: i32| {
        let code = code.to_string();
        tables.iter().copied().flatten().any(|(_, _, expected)| *expected == code)
    };
    // A module without memory cannot log the one code that is for it: it ends with it.
    let missing: Vec<i32> = (-14..0).filter(|code| !seen(*code)).collect();
    assert_eq!(missing, [code::NO_MEMORY_EXPORT]);
}
