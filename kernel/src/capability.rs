//! An unforgeable reference to an object, with rights and a badge.

use abi::object::ObjectKind;
use abi::refusal::Refusal;
use abi::rights::Rights;
use core::ops::Range;

use crate::id::ActorId;

/// What a capability names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Object {
    /// The mailbox of an actor.
    Endpoint(ActorId),
    /// A range of a region.
    Memory(MemoryRange),
    /// A set of pins: bit n is pin n.
    Pins(u64),
    /// The screen.
    Framebuffer,
    /// The serial log.
    Log,
    /// Time.
    Clock,
    /// Unpredictable bytes.
    Entropy,
    /// The keyboard.
    Keyboard,
    /// The pointer.
    Pointer,
    /// The serial line.
    Serial,
    /// The process table.
    Processes,
    /// Names below a prefix, by the prefix's number.
    Namespace(u16),
    /// The power to make actors under a supervisor, by the supervisor's number.
    Spawner(u16),
    /// An actor as the one who made it holds it.
    Child(ActorId),
    /// The answer that an actor waits for.
    Reply(ActorId),
    /// A file server's directory.
    Directory(ActorId),
    /// A file server's file.
    File(ActorId),
    /// A lock, by its number.
    Mutex(u16),
    /// A lock with permits, by its number.
    Semaphore(u16),
    /// An interrupt line.
    Interrupt(u8),
    /// x86 I/O ports.
    Ports(PortRange),
    /// A range of the flash.
    Flash(FlashRange),
}

/// Some x86 I/O ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PortRange {
    /// The first.
    pub first: u16,
    /// How many.
    pub count: u16,
}

impl PortRange {
    fn is_within(&self, other: &PortRange) -> bool {
        let end = |range: &PortRange| u32::from(range.first) + u32::from(range.count);
        other.first <= self.first && end(self) <= end(other)
    }
}

/// Some bytes of one region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MemoryRange {
    /// Index of the region.
    pub region: u16,
    /// First byte.
    pub offset: u32,
    /// Number of bytes.
    pub len: u32,
}

impl MemoryRange {
    /// The part of this range at `offset`, or a refusal if it sticks out.
    pub fn part(self, offset: u64, len: u64) -> Result<MemoryRange, Refusal> {
        let end = offset.checked_add(len).ok_or(Refusal::OutOfRange)?;
        if end <= u64::from(self.len) {
            // Both fit in 32 bits, because `end` is at most `self.len`.
            Ok(MemoryRange { offset: self.offset + offset as u32, len: len as u32, ..self })
        } else {
            Err(Refusal::OutOfRange)
        }
    }

    /// Where its bytes are in the region.
    pub fn span(self) -> Range<usize> {
        let start = self.offset as usize;
        start..start + self.len as usize
    }
}

/// Some bytes of the flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FlashRange {
    /// First byte.
    pub offset: u32,
    /// Number of bytes.
    pub len: u32,
}

impl FlashRange {
    /// The part of this range at `offset`, or a refusal if it sticks out.
    pub fn part(self, offset: u64, len: u64) -> Result<FlashRange, Refusal> {
        let end = offset.checked_add(len).ok_or(Refusal::OutOfRange)?;
        if u64::from(self.len) < end {
            return Err(Refusal::OutOfRange);
        }
        // Both fit in 32 bits, because `end` is at most `self.len`.
        Ok(FlashRange { offset: self.offset + offset as u32, len: len as u32 })
    }

    fn is_within(&self, other: &FlashRange) -> bool {
        let end = |range: &FlashRange| u64::from(range.offset) + u64::from(range.len);
        other.offset <= self.offset && end(self) <= end(other)
    }
}

impl Object {
    /// Its kind, as actors see it.
    pub const fn kind(&self) -> ObjectKind {
        match self {
            Object::Endpoint(_) => ObjectKind::Endpoint,
            Object::Memory(_) => ObjectKind::Memory,
            Object::Pins(_) => ObjectKind::Pins,
            Object::Framebuffer => ObjectKind::Framebuffer,
            Object::Log => ObjectKind::Log,
            Object::Clock => ObjectKind::Clock,
            Object::Entropy => ObjectKind::Entropy,
            Object::Keyboard => ObjectKind::Keyboard,
            Object::Pointer => ObjectKind::Pointer,
            Object::Serial => ObjectKind::Serial,
            Object::Processes => ObjectKind::Processes,
            Object::Namespace(_) => ObjectKind::Namespace,
            Object::Spawner(_) => ObjectKind::Spawner,
            Object::Child(_) => ObjectKind::Child,
            Object::Reply(_) => ObjectKind::Reply,
            Object::Directory(_) => ObjectKind::Directory,
            Object::File(_) => ObjectKind::File,
            Object::Mutex(_) => ObjectKind::Mutex,
            Object::Semaphore(_) => ObjectKind::Semaphore,
            Object::Interrupt(_) => ObjectKind::Interrupt,
            Object::Ports(_) => ObjectKind::Ports,
            Object::Flash(_) => ObjectKind::Flash,
        }
    }

    /// The actor behind it, if what is sent through it goes to a mailbox.
    pub const fn actor(&self) -> Option<ActorId> {
        match self {
            Object::Endpoint(id) | Object::Child(id) | Object::Directory(id) | Object::File(id) => {
                Some(*id)
            }
            _ => None,
        }
    }

    /// Which one of its kind, as a word: an id, a set of pins, a number. 0 where there is only one.
    pub const fn word(&self) -> u64 {
        match self {
            Object::Endpoint(id)
            | Object::Child(id)
            | Object::Reply(id)
            | Object::Directory(id)
            | Object::File(id) => id.word(),
            Object::Memory(range) => range.region as u64,
            Object::Pins(set) => *set,
            Object::Namespace(number)
            | Object::Spawner(number)
            | Object::Mutex(number)
            | Object::Semaphore(number) => *number as u64,
            Object::Interrupt(line) => *line as u64,
            Object::Ports(range) => range.first as u64,
            Object::Flash(range) => range.offset as u64,
            _ => 0,
        }
    }

    /// The same object of the actor's next life; other objects stay what they are.
    pub fn with_actor(self, old: ActorId, new: ActorId) -> Object {
        if self.actor() != Some(old) {
            return self;
        }
        match self {
            Object::Endpoint(_) => Object::Endpoint(new),
            Object::Child(_) => Object::Child(new),
            Object::Directory(_) => Object::Directory(new),
            Object::File(_) => Object::File(new),
            other => other,
        }
    }

    /// Whether this is the other object or a part of it.
    pub fn is_within(&self, other: &Object) -> bool {
        match (self, other) {
            (Object::Memory(part), Object::Memory(whole)) => {
                let end = |range: &MemoryRange| u64::from(range.offset) + u64::from(range.len);
                part.region == whole.region
                    && whole.offset <= part.offset
                    && end(part) <= end(whole)
            }
            (Object::Pins(part), Object::Pins(whole)) => part & !whole == 0,
            (Object::Ports(part), Object::Ports(whole)) => part.is_within(whole),
            (Object::Flash(part), Object::Flash(whole)) => part.is_within(whole),
            // Who has an actor in hand can send to it; who can send can be held to one protocol.
            (Object::Endpoint(part), Object::Child(whole)) => part == whole,
            (
                Object::Directory(part) | Object::File(part),
                Object::Endpoint(whole) | Object::Child(whole),
            ) => part == whole,
            _ => self == other,
        }
    }
}

/// An object, what may be done with it, and the badge that receivers see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Capability {
    /// What it names.
    pub object: Object,
    /// What its holder may do.
    pub rights: Rights,
    /// 0, or what the holder of the original wrote on it.
    pub badge: u64,
}

impl Capability {
    /// A capability derived from this one. It never has more than this one: asking for more is
    /// refused, not silently cut (seL4 cuts; we found that surprising).
    pub fn derive(&self, wanted: Capability) -> Result<Capability, Refusal> {
        if !wanted.rights.is_within(self.rights) {
            return Err(Refusal::NoRight);
        }
        if !wanted.object.is_within(&self.object) {
            return Err(Refusal::OutOfRange);
        }
        if self.badge != 0 && wanted.badge != self.badge {
            return Err(Refusal::Badged);
        }
        Ok(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROM: MemoryRange = MemoryRange { region: 0, offset: 100, len: 50 };

    #[test]
    fn a_part_never_sticks_out() {
        assert_eq!(ROM.part(10, 40), Ok(MemoryRange { region: 0, offset: 110, len: 40 }));
        assert_eq!(ROM.part(50, 0).map(|part| part.len), Ok(0));
        assert_eq!(ROM.part(11, 40), Err(Refusal::OutOfRange));
        assert_eq!(ROM.part(u64::MAX, 2), Err(Refusal::OutOfRange));
    }

    #[test]
    fn deriving_never_gains() {
        let held = Capability { object: Object::Memory(ROM), rights: Rights::READ, badge: 0 };
        let more = Capability { rights: Rights::READ | Rights::WRITE, ..held };
        assert_eq!(held.derive(more), Err(Refusal::NoRight));
        let wide = MemoryRange { len: 51, ..ROM };
        let wider = Capability { object: Object::Memory(wide), ..held };
        assert_eq!(held.derive(wider), Err(Refusal::OutOfRange));
        let badged = Capability { badge: 7, ..held };
        assert_eq!(held.derive(badged), Ok(badged));
        assert_eq!(badged.derive(Capability { badge: 8, ..held }), Err(Refusal::Badged));
    }
}
