//! A bounded queue of headers with bytes behind them, in memory taken once.

use alloc::collections::VecDeque;

/// First in, first out. Neither [`ByteQueue::push`] nor [`ByteQueue::pop`] allocates.
#[derive(Clone, Debug)]
pub struct ByteQueue<H> {
    entries: VecDeque<(H, usize)>,
    bytes: VecDeque<u8>,
    entries_max: usize,
    bytes_max: usize,
}

impl<H> ByteQueue<H> {
    /// A queue for this many headers and this many bytes in all.
    pub fn with_capacity(entries_max: usize, bytes_max: usize) -> ByteQueue<H> {
        ByteQueue {
            entries: VecDeque::with_capacity(entries_max),
            bytes: VecDeque::with_capacity(bytes_max),
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

    /// Whether one more entry with this many bytes fits.
    pub fn has_room_for(&self, len: usize) -> bool {
        self.entries.len() < self.entries_max && len <= self.bytes_max - self.bytes.len()
    }

    /// Adds an entry. The caller has asked [`ByteQueue::has_room_for`].
    pub fn push(&mut self, header: H, bytes: &[u8]) {
        assert!(self.has_room_for(bytes.len()), "the caller asks for room first");
        self.entries.push_back((header, bytes.len()));
        self.bytes.extend(bytes);
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn bytes_come_out_as_they_went_in_around_the_end() {
        let mut queue = ByteQueue::with_capacity(4, 8);
        for round in 0u8..20 {
            let bytes = [round, round + 1, round + 2];
            queue.push(round, &bytes);
            let got = queue.pop(|header, head, tail| (header, [head, tail].concat()));
            assert_eq!(got, Some((round, Vec::from(bytes))));
        }
        assert!(queue.is_empty());
    }

    #[test]
    fn room_is_bounded_by_entries_and_by_bytes() {
        let mut queue = ByteQueue::with_capacity(2, 8);
        assert!(!queue.has_room_for(9));
        queue.push('a', &[0; 8]);
        assert!(queue.has_room_for(0));
        assert!(!queue.has_room_for(1));
        queue.push('b', &[]);
        assert!(!queue.has_room_for(0));
    }
}
