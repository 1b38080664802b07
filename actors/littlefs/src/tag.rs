//! The word before everything in a log: what follows, which entry it is about, how long it is
//! (SPEC.md, "Metadata tags").

/// Type of a name: a file.
pub(crate) const FILE: u16 = 0x001;
/// Type of a name: a directory.
pub(crate) const DIRECTORY: u16 = 0x002;
/// Type of a name: the superblock, which is no entry for people.
pub(crate) const SUPERBLOCK: u16 = 0x0ff;
/// The family of what an entry holds.
pub(crate) const STRUCT: u16 = 0x200;
/// The first pair of a directory.
pub(crate) const DIRECTORY_STRUCT: u16 = 0x200;
/// The bytes of a small file.
pub(crate) const INLINE: u16 = 0x201;
/// Head and size of a skip list.
pub(crate) const LIST: u16 = 0x202;
/// The family of custom attributes.
pub(crate) const ATTRIBUTE: u16 = 0x300;
/// An entry comes in before the one that has its id.
pub(crate) const CREATE: u16 = 0x401;
/// An entry goes out.
pub(crate) const DELETE: u16 = 0x4ff;
/// A commit is over.
pub(crate) const CRC: u16 = 0x500;
/// What the bytes behind the commit were when it was made.
pub(crate) const FORWARD_CRC: u16 = 0x5ff;
/// The next pair is another directory's; with the lowest bit set it goes on with this directory.
pub(crate) const TAIL: u16 = 0x600;
/// A pair's share of the global state.
pub(crate) const MOVE_STATE: u16 = 0x7ff;

/// The id of what is about no entry.
pub(crate) const NO_ID: u16 = 0x3ff;
/// The length that says that an attribute was removed.
pub(crate) const REMOVED: u16 = 0x3ff;
/// The most bytes that can follow a tag.
pub(crate) const LENGTH_MAX: u32 = 0x3fe;

/// A tag, with its valid bit (which is 0 where it is valid).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag(pub(crate) u32);

impl Tag {
    /// What the first tag of a log is laid over.
    pub(crate) const FIRST: Tag = Tag(0xffff_ffff);

    pub(crate) const fn new(kind: u16, id: u16, length: u16) -> Tag {
        Tag((kind as u32) << 20 | (id as u32) << 10 | length as u32)
    }

    /// Whether something was written here.
    pub(crate) const fn is_valid(self) -> bool {
        self.0 & 0x8000_0000 == 0
    }

    /// The full type: family and chunk.
    pub(crate) const fn kind(self) -> u16 {
        (self.0 >> 20) as u16 & 0x7ff
    }

    /// The upper three bits of the type.
    pub(crate) const fn family(self) -> u16 {
        self.kind() & 0x700
    }

    /// Whether a commit ends here. The lowest bit of the type belongs to what follows.
    pub(crate) const fn is_crc(self) -> bool {
        self.kind() & 0x780 == CRC
    }

    pub(crate) const fn id(self) -> u16 {
        (self.0 >> 10) as u16 & 0x3ff
    }

    /// The length as written.
    pub(crate) const fn length(self) -> u16 {
        self.0 as u16 & 0x3ff
    }

    /// How many bytes follow.
    pub(crate) const fn size(self) -> usize {
        if self.length() == REMOVED { 0 } else { self.length() as usize }
    }

    /// The tag that is stored as these bytes behind `self`.
    pub(crate) fn next(self, bytes: [u8; 4]) -> Tag {
        Tag(u32::from_be_bytes(bytes) ^ self.0)
    }

    /// How `tag` is stored behind `self`.
    pub(crate) fn before(self, tag: Tag) -> [u8; 4] {
        (tag.0 ^ self.0).to_be_bytes()
    }

    /// What the next tag is laid over: behind a commit, the commit says what unwritten looks like.
    pub(crate) const fn base(self) -> Tag {
        if self.is_crc() { Tag(self.0 ^ ((self.kind() as u32 & 1) << 31)) } else { self }
    }
}

/// The little-endian word at this place, if there is one.
pub(crate) fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(quad(bytes, at)?))
}

/// The four bytes at this place, if there are so many.
pub(crate) fn quad(bytes: &[u8], at: usize) -> Option<[u8; 4]> {
    bytes.get(at..)?.first_chunk().copied()
}
