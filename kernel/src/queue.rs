//! A bounded queue of headers with bytes behind them. It takes memory when it is to hold more than
//! ever before, and keeps it.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::headroom::is_left_beside;

/// Headers for which a queue takes memory at first.
const ENTRIES_FIRST: usize = 2;

/// Bytes behind them for which it does.
const BYTES_FIRST: usize = 64;

/// First in, first out. Neither [`ByteQueue::push`] nor [`ByteQueue::pop`] allocates;
/// [`ByteQueue::make_room`] does, and says so if there is no memory.
#[derive(Debug)]
pub struct ByteQueue<H> {
    entries: VecDeque<(H, usize)>,
    /// A ring: all of it is there, whether it holds something or not.
    bytes: Vec<u8>,
    /// Where the oldest byte is.
    first: usize,
    /// Bytes that it holds.
    held: usize,
    entries_max: usize,
    bytes_max: usize,
}

impl<H> ByteQueue<H> {
    /// An empty queue that takes at most this many headers and this many bytes in all.
    pub const fn new(entries_max: usize, bytes_max: usize) -> ByteQueue<H> {
        ByteQueue {
            entries: VecDeque::new(),
            bytes: Vec::new(),
            first: 0,
            held: 0,
            entries_max,
            bytes_max,
        }
    }

    /// Headers in the queue.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Makes sure that one more entry with this many bytes fits. It does not if that is more than the
    /// queue may have, or if there is no memory for it.
    #[inline]
    pub fn make_room(&mut self, len: usize) -> bool {
        let is_allowed = self.entries.len() < self.entries_max && len <= self.bytes_max - self.held;
        is_allowed && (self.has_room(len) || self.take_memory(len))
    }

    #[inline]
    fn has_room(&self, len: usize) -> bool {
        self.entries.len() < self.entries.capacity() && len <= self.bytes.len() - self.held
    }

    /// Takes memory for one more entry; whether there was any.
    #[cold]
    fn take_memory(&mut self, len: usize) -> bool {
        let (count, capacity) = (self.entries.len(), self.entries.capacity());
        let Some(entries) =
            enough::<(H, usize)>(count + 1, capacity, ENTRIES_FIRST, self.entries_max)
        else {
            return false;
        };
        if self.entries.try_reserve_exact(entries - count).is_err() {
            return false;
        }
        let size = self.bytes.len();
        let Some(bytes) = enough::<u8>(self.held + len, size, BYTES_FIRST, self.bytes_max) else {
            return false;
        };
        if self.bytes.try_reserve_exact(bytes - size).is_err() {
            return false;
        }
        if size < bytes {
            // What lies around the end would not any more.
            self.bytes.rotate_left(self.first);
            self.first = 0;
            self.bytes.resize(bytes, 0);
        }
        true
    }

    /// Adds an entry. The caller has asked [`ByteQueue::make_room`].
    #[inline]
    pub fn push(&mut self, header: H, bytes: &[u8]) {
        assert!(self.has_room(bytes.len()), "the caller asks for room first");
        self.entries.push_back((header, bytes.len()));
        self.append(bytes);
    }

    /// The same for bytes that come in two parts.
    pub fn push_both(&mut self, header: H, head: &[u8], tail: &[u8]) {
        let len = head.len() + tail.len();
        assert!(self.has_room(len), "the caller asks for room first");
        self.entries.push_back((header, len));
        self.append(head);
        self.append(tail);
    }

    /// Puts bytes behind the others, around the end of the ring if need be.
    #[inline]
    fn append(&mut self, bytes: &[u8]) {
        let size = self.bytes.len();
        let behind = self.first + self.held;
        let at = if size <= behind { behind - size } else { behind };
        self.held += bytes.len();
        if bytes.len() <= size - at {
            self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
            return;
        }
        let (head, tail) = bytes.split_at(size - at);
        self.bytes[at..].copy_from_slice(head);
        self.bytes[..tail.len()].copy_from_slice(tail);
    }

    /// The oldest header and the length of its bytes.
    pub fn front(&self) -> Option<(&H, usize)> {
        self.entries.front().map(|(header, len)| (header, *len))
    }

    /// Every header, the oldest first.
    pub fn headers(&self) -> impl Iterator<Item = &H> {
        self.entries.iter().map(|(header, _)| header)
    }

    /// Takes the oldest entry out. Its bytes come in two parts, because they may lie around the
    /// end of the ring.
    #[inline]
    pub fn pop<T>(&mut self, take: impl FnOnce(&H, &[u8], &[u8]) -> T) -> Option<T> {
        let (header, len) = self.entries.front()?;
        let (len, behind) = (*len, &self.bytes[self.first..]);
        let taken = if len <= behind.len() {
            take(header, &behind[..len], &[])
        } else {
            take(header, behind, &self.bytes[..len - behind.len()])
        };
        self.entries.pop_front();
        self.held -= len;
        let first = self.first + len;
        self.first = match first.checked_sub(self.bytes.len()) {
            // An empty ring begins anew, where the last bytes were.
            _ if self.held == 0 => 0,
            Some(around) => around,
            None => first,
        };
        Some(taken)
    }
}

impl<H: Clone> Clone for ByteQueue<H> {
    /// The same, with the room that was made in it.
    fn clone(&self) -> ByteQueue<H> {
        let mut entries = VecDeque::with_capacity(self.entries.capacity());
        entries.extend(self.entries.iter().cloned());
        ByteQueue { entries, bytes: self.bytes.clone(), ..*self }
    }
}

/// How much a ring shall have room for that is to hold so many: what it has, if that will do; else
/// twice as much as ever before, so that it is seldom asked for; or what is needed, if that is all
/// there is. `None` if there is not even that.
fn enough<T>(wanted: usize, capacity: usize, first: usize, most: usize) -> Option<usize> {
    if wanted <= capacity {
        return Some(capacity);
    }
    let ample = wanted.max(2 * capacity).max(first).min(most);
    let is_left = |count: &usize| is_left_beside(count * size_of::<T>());
    [ample, wanted].into_iter().find(is_left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_out_as_they_went_in_around_the_end() {
        let mut queue = ByteQueue::new(4, 8);
        for round in 0u8..20 {
            let bytes = [round, round + 1, round + 2];
            assert!(queue.make_room(3));
            queue.push(round, &bytes);
            let got = queue.pop(|header, head, tail| (*header, [head, tail].concat()));
            assert_eq!(got, Some((round, Vec::from(bytes))));
        }
        assert!(queue.is_empty());
    }

    #[test]
    fn room_is_bounded_by_entries_and_by_bytes() {
        let mut queue = ByteQueue::new(2, 8);
        assert!(!queue.make_room(9));
        assert!(queue.make_room(8));
        queue.push('a', &[0; 8]);
        assert!(queue.make_room(0));
        assert!(!queue.make_room(1));
        queue.push('b', &[]);
        assert!(!queue.make_room(0));
    }

    #[test]
    fn memory_is_taken_for_more_than_ever_before_alone() {
        let mut queue = ByteQueue::new(1000, 100_000);
        assert_eq!((queue.entries.capacity(), queue.bytes.len()), (0, 0));
        let fill = |queue: &mut ByteQueue<u32>| {
            for number in 0..100 {
                assert!(queue.make_room(10));
                queue.push(number, &[0; 10]);
            }
        };
        fill(&mut queue);
        let taken = (queue.entries.capacity(), queue.bytes.len());
        assert!(100 <= taken.0 && taken.0 <= 200, "{taken:?}");
        assert!(1000 <= taken.1 && taken.1 <= 2000, "{taken:?}");
        while queue.pop(|_, _, _| ()).is_some() {}
        fill(&mut queue);
        assert_eq!((queue.entries.capacity(), queue.bytes.len()), taken);
    }

    #[test]
    fn room_that_was_made_is_there_in_a_copy() {
        let mut queue = ByteQueue::new(4, 8);
        queue.make_room(3);
        queue.push('a', &[1, 2, 3]);
        assert!(queue.make_room(5));
        let mut copy = queue.clone();
        copy.push('b', &[4; 5]);
        assert_eq!(copy.headers().collect::<Vec<_>>(), [&'a', &'b']);
        assert_eq!(queue.len(), 1);
    }

    #[test]
    fn who_has_not_made_room_is_stopped() {
        let pushed = std::panic::catch_unwind(|| ByteQueue::new(1, 8).push('a', &[1]));
        assert!(pushed.is_err());
    }
}
