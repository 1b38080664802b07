//! A bounded queue of headers with bytes behind them. It takes memory when it is to hold more than
//! ever before, and keeps it.

use alloc::collections::VecDeque;

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
    bytes: VecDeque<u8>,
    entries_max: usize,
    bytes_max: usize,
}

impl<H> ByteQueue<H> {
    /// An empty queue that takes at most this many headers and this many bytes in all.
    pub const fn new(entries_max: usize, bytes_max: usize) -> ByteQueue<H> {
        ByteQueue { entries: VecDeque::new(), bytes: VecDeque::new(), entries_max, bytes_max }
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
    pub fn make_room(&mut self, len: usize) -> bool {
        self.entries.len() < self.entries_max
            && len <= self.bytes_max - self.bytes.len()
            && has_capacity(&mut self.entries, 1, ENTRIES_FIRST, self.entries_max)
            && has_capacity(&mut self.bytes, len, BYTES_FIRST, self.bytes_max)
    }

    /// Adds an entry. The caller has asked [`ByteQueue::make_room`].
    pub fn push(&mut self, header: H, bytes: &[u8]) {
        self.push_both(header, bytes, &[]);
    }

    /// The same for bytes that come in two parts.
    pub fn push_both(&mut self, header: H, head: &[u8], tail: &[u8]) {
        let len = head.len() + tail.len();
        let has_room = self.entries.len() < self.entries.capacity()
            && len <= self.bytes.capacity() - self.bytes.len();
        assert!(has_room, "the caller asks for room first");
        self.entries.push_back((header, len));
        self.bytes.extend(head);
        self.bytes.extend(tail);
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
    pub fn pop<T>(&mut self, take: impl FnOnce(H, &[u8], &[u8]) -> T) -> Option<T> {
        let (header, len) = self.entries.pop_front()?;
        let (head, tail) = self.bytes.as_slices();
        let in_head = len.min(head.len());
        let taken = take(header, &head[..in_head], &tail[..len - in_head]);
        self.bytes.drain(..len);
        Some(taken)
    }
}

impl<H: Clone> Clone for ByteQueue<H> {
    /// The same, with the room that was made in it.
    fn clone(&self) -> ByteQueue<H> {
        let mut entries = VecDeque::with_capacity(self.entries.capacity());
        entries.extend(self.entries.iter().cloned());
        let mut bytes = VecDeque::with_capacity(self.bytes.capacity());
        bytes.extend(&self.bytes);
        let ByteQueue { entries_max, bytes_max, .. } = *self;
        ByteQueue { entries, bytes, entries_max, bytes_max }
    }
}

/// Lets a ring have room for so many more, of at most `most`; whether it has.
fn has_capacity<T>(ring: &mut VecDeque<T>, more: usize, first: usize, most: usize) -> bool {
    let wanted = ring.len() + more;
    if wanted <= ring.capacity() {
        return true;
    }
    // Twice as much as ever before, so that it is seldom asked for; or what is needed, if that is all
    // there is.
    let ample = wanted.max(2 * ring.capacity()).max(first).min(most);
    let ample = if is_left_beside(ample * size_of::<T>()) { ample } else { wanted };
    is_left_beside(ample * size_of::<T>()) && ring.try_reserve_exact(ample - ring.len()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn bytes_come_out_as_they_went_in_around_the_end() {
        let mut queue = ByteQueue::new(4, 8);
        for round in 0u8..20 {
            let bytes = [round, round + 1, round + 2];
            assert!(queue.make_room(3));
            queue.push(round, &bytes);
            let got = queue.pop(|header, head, tail| (header, [head, tail].concat()));
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
        assert_eq!((queue.entries.capacity(), queue.bytes.capacity()), (0, 0));
        let fill = |queue: &mut ByteQueue<u32>| {
            for number in 0..100 {
                assert!(queue.make_room(10));
                queue.push(number, &[0; 10]);
            }
        };
        fill(&mut queue);
        let taken = (queue.entries.capacity(), queue.bytes.capacity());
        assert!(100 <= taken.0 && taken.0 <= 200, "{taken:?}");
        assert!(1000 <= taken.1 && taken.1 <= 2000, "{taken:?}");
        while queue.pop(|_, _, _| ()).is_some() {}
        fill(&mut queue);
        assert_eq!((queue.entries.capacity(), queue.bytes.capacity()), taken);
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
