//! The paths of what is in `/tmp`, as the service has them.

use sdk::abi::file::PATH_MAX;

use crate::path::SCRATCH;
use crate::scratch::NODES;
use crate::scratch::Scratch;
use crate::scratch::TOP;

/// Bytes of a path of the service that leads here: `tmp/` and what lies below it.
pub(crate) const FULL_PATH_MAX: usize = SCRATCH.len() + 1 + PATH_MAX;

impl Scratch {
    /// Tells the path and size of published files in the order of their paths, from the one at
    /// `first` on, until it is told that this is enough.
    pub(crate) fn each_file(&self, first: usize, mut each: impl FnMut(&str, u32) -> Option<()>) {
        let mut places = [TOP; NODES];
        let mut count = 0;
        for (to, from) in places.iter_mut().zip(self.files()) {
            *to = from;
            count += 1;
        }
        let places = &mut places[..count];
        // They are few, and the library's sort is as large as all else here.
        for end in 1..places.len() {
            let mut at = end;
            while 0 < at && self.is_before(places[at], places[at - 1]) {
                places.swap(at, at - 1);
                at -= 1;
            }
        }
        for place in places.iter().skip(first) {
            let mut path = [0; FULL_PATH_MAX];
            let size = self.size(self.id(*place)).unwrap_or(0);
            if each(self.path(*place, &mut path), size).is_none() {
                return;
            }
        }
    }

    fn is_before(&self, one: u8, other: u8) -> bool {
        let (mut left, mut right) = ([0; FULL_PATH_MAX], [0; FULL_PATH_MAX]);
        self.path(one, &mut left) < self.path(other, &mut right)
    }

    /// Writes the whole path of a place into the buffer, from its end.
    pub(crate) fn path<'a>(&self, place: u8, buffer: &'a mut [u8; FULL_PATH_MAX]) -> &'a str {
        let mut begin = buffer.len();
        let mut at = place;
        loop {
            let node = &self.nodes[usize::from(at)];
            let name = if at == TOP { SCRATCH } else { node.name.text() };
            begin -= name.len();
            buffer[begin..begin + name.len()].copy_from_slice(name.as_bytes());
            if at == TOP {
                return core::str::from_utf8(&buffer[begin..]).unwrap_or_default();
            }
            begin -= 1;
            buffer[begin] = b'/';
            at = node.parent;
        }
    }
}
