//! A version of a file that is open: one that was, or one that is being made.

use alloc::string::String;
use alloc::vec::Vec;

use crate::list::List;

/// Where the bytes of a version are.
#[derive(Debug)]
pub(crate) enum Body {
    /// Here: it is small enough to lie in the metadata.
    Inline(Vec<u8>),
    List(List),
}

/// The block at the end of a list that grows.
#[derive(Debug)]
pub(crate) struct Tip {
    pub(crate) block: u32,
    pub(crate) index: u32,
    /// Where in the block the next byte goes, the page counted.
    pub(crate) offset: u32,
    /// The block with the index before.
    pub(crate) previous: u32,
    /// The position in the file of the next byte.
    pub(crate) position: u32,
    /// The last bytes of the block, which are not programmed yet.
    pub(crate) page: Vec<u8>,
}

#[derive(Debug)]
pub(crate) struct Version {
    /// What it will be called; `None` for one that can only be read.
    pub(crate) path: Option<String>,
    /// What it is made of, apart from what the tip has instead.
    pub(crate) body: Body,
    /// What is being written: everything before the tip's position is the tip's list, what follows
    /// is still the body's.
    pub(crate) tip: Option<Tip>,
    /// The block that was read last, with its index: reading goes on there.
    pub(crate) cursor: Option<(u32, u32)>,
    /// Whether writing failed: then nobody knows what it is.
    pub(crate) is_broken: bool,
}

impl Version {
    pub(crate) fn new(path: Option<String>, body: Body) -> Version {
        Version { path, body, tip: None, cursor: None, is_broken: false }
    }

    /// Bytes of this version.
    pub(crate) fn size(&self) -> u32 {
        let size = match &self.body {
            Body::Inline(bytes) => bytes.len() as u32,
            Body::List(list) => list.size,
        };
        self.tip.as_ref().map_or(size, |tip| tip.position.max(size))
    }
}
