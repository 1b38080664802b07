//! Host functions about the node and those who live on it.

use abi::refusal::Refusal;

use crate::raw::checked;
use crate::raw::done;

imports! {
    fn sys_proc_stop(id: i64) -> i32;
    fn sys_node_name(buffer: *mut u8, len: usize) -> i32;
}

pub(crate) fn stop(id: u64) -> Result<(), Refusal> {
    // SAFETY: no memory is handed over.
    done(unsafe { sys_proc_stop(id as i64) })
}

pub(crate) fn name(buffer: &mut [u8]) -> Result<usize, Refusal> {
    // SAFETY: the kernel writes `buffer` during the call only, and it is borrowed mutably.
    let code = unsafe { sys_node_name(buffer.as_mut_ptr(), buffer.len()) };
    checked(i64::from(code)).map(|count| count as usize)
}
