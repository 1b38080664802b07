//! What a badge names. A badge says all there is to know, so that nothing is kept for those who
//! have a file open; where something can be removed, it counts lives, and a badge of a former life
//! names nothing.

use crate::index::Directory;
use crate::mount::Mount;
use crate::volume::Id;

/// A directory or a file of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    /// The directory above all others.
    Root,
    /// The file at this place of the index.
    ArchiveFile(u32),
    ArchiveDirectory(Directory),
    /// A file, draft or directory of a volume, or its top.
    Volume(Mount, Id),
    /// `/proc`.
    Processes,
    /// `/proc/stat`.
    Statistics,
    /// `/proc/ACTOR`, by the actor's id.
    Actor(u64),
    /// `/proc/ACTOR/status`.
    Status(u64),
    /// `/proc/ACTOR/caps`.
    Held(u64),
    /// `/dev`.
    Devices,
    /// `/dev/null`.
    Nothing,
    /// `/dev/tty1`.
    Terminal,
}

/// The kind of node is in the highest byte. None is 0, as the badge of what is narrowed must not be.
const KIND_SHIFT: u32 = 56;

/// Bits of an index into the archive.
const FIRST_BITS: u32 = 32;

/// Bits of a place in a volume.
const PLACE_BITS: u32 = 8;

/// An actor's id is its generation, of fewer than 32 bits, above its index of 16 bits, with 16 in
/// between that are 0 and left out here.
const INDEX_BITS: u32 = 16;

impl Node {
    /// The node that this badge names; `None` if no such badge was ever given. 0 is what the root
    /// has in a manifest.
    pub(crate) fn from_badge(badge: u64) -> Option<Node> {
        let rest = badge & !(u64::MAX << KIND_SHIFT);
        let node = match badge >> KIND_SHIFT {
            0 => return (badge == 0).then_some(Node::Root),
            1 => Node::Root,
            2 => Node::ArchiveFile(rest as u32),
            3 => {
                let len = (rest >> FIRST_BITS) as u16;
                Node::ArchiveDirectory(Directory { first: rest as u32, len })
            }
            4 => {
                let generation = rest >> PLACE_BITS;
                Node::Volume(Mount::Scratch, Id { place: rest as u8, generation })
            }
            5 => Node::Processes,
            6 => Node::Statistics,
            7 => Node::Actor(unpacked(rest)),
            8 => Node::Status(unpacked(rest)),
            9 => Node::Held(unpacked(rest)),
            10 => {
                let generation = rest >> PLACE_BITS;
                Node::Volume(Mount::Home, Id { place: rest as u8, generation })
            }
            11 => Node::Devices,
            12 => Node::Nothing,
            13 => Node::Terminal,
            _ => return None,
        };
        // What was given has nothing but what it says.
        (node.badge() == badge).then_some(node)
    }

    /// The badge that names this.
    pub(crate) fn badge(self) -> u64 {
        let (kind, rest) = match self {
            Node::Root => (1, 0),
            Node::ArchiveFile(index) => (2, u64::from(index)),
            Node::ArchiveDirectory(Directory { first, len }) => {
                (3, u64::from(len) << FIRST_BITS | u64::from(first))
            }
            Node::Volume(mount, Id { place, generation }) => {
                let kind = if mount == Mount::Scratch { 4 } else { 10 };
                (kind, generation << PLACE_BITS | u64::from(place))
            }
            Node::Processes => (5, 0),
            Node::Statistics => (6, 0),
            Node::Actor(id) => (7, packed(id)),
            Node::Status(id) => (8, packed(id)),
            Node::Held(id) => (9, packed(id)),
            Node::Devices => (11, 0),
            Node::Nothing => (12, 0),
            Node::Terminal => (13, 0),
        };
        kind << KIND_SHIFT | rest & !(u64::MAX << KIND_SHIFT)
    }
}

/// An id in 48 bits.
fn packed(id: u64) -> u64 {
    (id >> 32) << INDEX_BITS | id & u64::from(u16::MAX)
}

/// The inverse of [`packed`].
fn unpacked(bits: u64) -> u64 {
    (bits >> INDEX_BITS) << 32 | bits & u64::from(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_has_a_badge_of_its_own() {
        let id = 0x7fff_ffff_0000_ffff;
        let scratch = |place, generation| Node::Volume(Mount::Scratch, Id { place, generation });
        let directory = |first, len| Node::ArchiveDirectory(Directory { first, len });
        let nodes = [
            Node::Root,
            Node::ArchiveFile(0),
            Node::ArchiveFile(u32::MAX),
            directory(0, 1),
            directory(1, 0),
            directory(u32::MAX, u16::MAX),
            scratch(0, 0),
            scratch(31, 0),
            scratch(0, 31),
            Node::Volume(Mount::Home, Id { place: 0, generation: 0 }),
            Node::Devices,
            Node::Nothing,
            Node::Terminal,
            scratch(255, (1 << 48) - 1),
            Node::Processes,
            Node::Statistics,
            Node::Actor(id),
            Node::Status(id),
            Node::Held(id),
            Node::Actor(0x1_0000_0000),
            Node::Actor(0x1_0000_0001),
            Node::Actor(0x2_0000_0000),
        ];
        let mut badges: Vec<u64> = nodes.iter().map(|node| node.badge()).collect();
        for (node, badge) in nodes.iter().zip(&badges) {
            assert_eq!(Node::from_badge(*badge), Some(*node));
        }
        badges.sort_unstable();
        badges.dedup();
        assert_eq!(badges.len(), nodes.len());
        assert!(!badges.contains(&0), "the kernel gives no such badge");
    }

    #[test]
    fn a_badge_that_nobody_was_given_names_nothing() {
        assert_eq!(Node::from_badge(0), Some(Node::Root));
        for badge in [1, 2, 0x0100_0000_0000_0001, 0x0e << 56, u64::MAX, 0x0600_0000_0000_0007] {
            assert_eq!(Node::from_badge(badge), None, "{badge:#x}");
        }
        let mut state = 1u64;
        for _ in 0..10_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let badge = state & 0x0fff_ffff_ffff_ffff;
            if let Some(node) = Node::from_badge(badge) {
                assert_eq!(node.badge(), badge);
            }
        }
    }
}
