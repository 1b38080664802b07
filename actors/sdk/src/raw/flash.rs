//! Host functions about flash, and about memory that an actor makes.

use abi::flash::FlashInfo;
use abi::handle::Handle;
use abi::refusal::Refusal;

use crate::raw::checked;
use crate::raw::done;
use crate::raw::word;

imports! {
    fn sys_flash_info(handle: i64, buffer: *mut u8, len: usize) -> i32;
    fn sys_flash_read(handle: i64, offset: i32, buffer: *mut u8, len: usize) -> i32;
    fn sys_flash_program(handle: i64, offset: i32, bytes: *const u8, len: usize) -> i32;
    fn sys_flash_erase(handle: i64, offset: i32) -> i32;
    fn sys_mem_create(len: usize) -> i64;
}

pub(crate) fn info(handle: Handle) -> Result<FlashInfo, Refusal> {
    let mut bytes = [0; FlashInfo::BYTES];
    // SAFETY: the kernel writes `bytes` during the call only.
    done(unsafe { sys_flash_info(word(handle), bytes.as_mut_ptr(), bytes.len()) })?;
    Ok(FlashInfo::decode(&bytes))
}

pub(crate) fn read(handle: Handle, offset: u32, buffer: &mut [u8]) -> Result<(), Refusal> {
    let (into, len) = (buffer.as_mut_ptr(), buffer.len());
    // SAFETY: the kernel writes `buffer` until the call returns.
    done(unsafe { sys_flash_read(word(handle), offset.cast_signed(), into, len) })
}

pub(crate) fn program(handle: Handle, offset: u32, bytes: &[u8]) -> Result<(), Refusal> {
    let (from, len) = (bytes.as_ptr(), bytes.len());
    // SAFETY: the kernel reads `bytes` until the call returns.
    done(unsafe { sys_flash_program(word(handle), offset.cast_signed(), from, len) })
}

pub(crate) fn erase(handle: Handle, offset: u32) -> Result<(), Refusal> {
    // SAFETY: no memory is handed over.
    done(unsafe { sys_flash_erase(word(handle), offset.cast_signed()) })
}

pub(crate) fn make_memory(len: u32) -> Result<Handle, Refusal> {
    // SAFETY: no memory is handed over.
    checked(unsafe { sys_mem_create(len as usize) }).map(Handle::from_word)
}
