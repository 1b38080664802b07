//! Whether there is memory left. A kernel does not outlive memory that it takes and that is not there,
//! so whoever has little is asked before.

use alloc::vec::Vec;

/// Says whether there are so many bytes more, in one piece.
pub type Room<'a> = dyn FnMut(usize) -> bool + 'a;

/// Gives back what a list has too much, if there is memory for a shorter copy.
pub(crate) fn shrink<T>(list: &mut Vec<T>, room: &mut Room<'_>) {
    if list.len() < list.capacity() && room(list.len() * size_of::<T>()) {
        list.shrink_to_fit();
    }
}
