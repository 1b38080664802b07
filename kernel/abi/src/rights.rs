//! What a capability lets its holder do.

use core::fmt;
use core::ops::BitOr;

/// A set of rights. The bits are those of the earlier systems (field notes, seed 002 and 004).
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Rights(u32);

impl Rights {
    /// Nothing at all.
    pub const NONE: Rights = Rights(0);
    /// Receive from an endpoint, read memory, read a pin.
    pub const READ: Rights = Rights(1);
    /// Send to an endpoint, write memory, draw, drive a pin.
    pub const WRITE: Rights = Rights(2);
    /// Pass the capability on inside a message.
    pub const GRANT: Rights = Rights(8);
    /// Every right there is.
    pub const ALL: Rights = Rights(1 | 2 | 8);

    /// The set with these bits, or `None` if a bit means nothing.
    pub const fn from_bits(bits: u32) -> Option<Rights> {
        if bits & !Rights::ALL.0 == 0 { Some(Rights(bits)) } else { None }
    }

    /// The bits of the set.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Whether `other` has every right of this set.
    pub const fn is_within(self, other: Rights) -> bool {
        self.0 & !other.0 == 0
    }
}

impl BitOr for Rights {
    type Output = Rights;

    fn bitor(self, other: Rights) -> Rights {
        Rights(self.0 | other.0)
    }
}

impl fmt::Display for Rights {
    /// `read+write+grant`, or `none`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [(Rights::READ, "read"), (Rights::WRITE, "write"), (Rights::GRANT, "grant")];
        let mut separator = "";
        for (right, name) in names {
            if right.is_within(*self) {
                write!(f, "{separator}{name}")?;
                separator = "+";
            }
        }
        if separator.is_empty() { f.write_str("none") } else { Ok(()) }
    }
}

impl fmt::Debug for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
