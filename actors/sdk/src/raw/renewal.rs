//! Host functions about actors in granted memory, other code for them, and what outlives both.

use abi::handle::Handle;
use abi::refusal::Refusal;

use crate::raw::checked;
use crate::raw::done;
use crate::raw::word;

imports! {
    fn sys_spawn_memory(
        handle: i64, module: i64, options: *const u8, options_len: usize
    ) -> i64;
    fn sys_reload(child: i64, module: *const u8, len: usize) -> i32;
    fn sys_reload_memory(child: i64, module: i64) -> i32;
    fn sys_reload_notice(on: i32) -> i32;
    fn sys_cap_keep(handles: *const u64, count: usize) -> i32;
    fn sys_state_save(key: *const u8, key_len: usize, bytes: *const u8, len: usize) -> i32;
    fn sys_state_load(key: *const u8, key_len: usize, buffer: *mut u8, len: usize) -> i32;
}

pub(crate) fn spawn_from(
    spawner: Handle,
    module: Handle,
    options: &[u8],
) -> Result<Handle, Refusal> {
    let (pointer, len) = (options.as_ptr(), options.len());
    // SAFETY: the kernel reads `options` during the call only.
    let word = unsafe { sys_spawn_memory(word(spawner), word(module), pointer, len) };
    checked(word).map(Handle::from_word)
}

/// Whether the other code is yet to take over.
pub(crate) fn reload(child: Handle, module: &[u8]) -> Result<bool, Refusal> {
    // SAFETY: the kernel reads `module` during the call only.
    number(unsafe { sys_reload(word(child), module.as_ptr(), module.len()) }).map(|word| word != 0)
}

/// Whether the other code is yet to take over.
pub(crate) fn reload_from(child: Handle, module: Handle) -> Result<bool, Refusal> {
    // SAFETY: no memory is handed over.
    number(unsafe { sys_reload_memory(word(child), word(module)) }).map(|word| word != 0)
}

pub(crate) fn reload_notice(is_on: bool) -> Result<(), Refusal> {
    // SAFETY: no memory is handed over.
    done(unsafe { sys_reload_notice(i32::from(is_on)) })
}

/// Handles as words, one after another.
pub(crate) fn keep(handles: &[u64]) -> Result<usize, Refusal> {
    // SAFETY: the kernel reads `handles` during the call only.
    number(unsafe { sys_cap_keep(handles.as_ptr(), handles.len()) })
}

pub(crate) fn save_state(key: &[u8], bytes: &[u8]) -> Result<(), Refusal> {
    // SAFETY: the kernel reads both until the call returns.
    done(unsafe { sys_state_save(key.as_ptr(), key.len(), bytes.as_ptr(), bytes.len()) })
}

pub(crate) fn load_state(key: &[u8], buffer: &mut [u8]) -> Result<usize, Refusal> {
    let (into, len) = (buffer.as_mut_ptr(), buffer.len());
    // SAFETY: the kernel reads `key` and writes `buffer` until the call returns; one of them is
    // borrowed mutably, so they do not overlap.
    number(unsafe { sys_state_load(key.as_ptr(), key.len(), into, len) })
}

fn number(code: i32) -> Result<usize, Refusal> {
    checked(i64::from(code)).map(|number| number as usize)
}
