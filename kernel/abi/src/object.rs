//! What a capability can name, as an actor sees it.

use crate::rights::Rights;
use crate::word::u32_at;
use crate::word::u64_at;

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $text:literal;)+) => {
        /// The kind of object behind a capability.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u32)]
        pub enum ObjectKind {
            $($(#[doc = $doc])+ $name = $code,)+
        }

        impl ObjectKind {
            /// The kind with this code.
            pub const fn from_code(code: u32) -> Option<ObjectKind> {
                match code {
                    $($code => Some(ObjectKind::$name),)+
                    _ => None,
                }
            }

            /// Its name in manifests and traces.
            pub const fn name(self) -> &'static str {
                match self {
                    $(ObjectKind::$name => $text,)+
                }
            }
        }
    };
}

kinds! {
    /// A mailbox one can send to.
    Endpoint = 1, "endpoint";
    /// A range of bytes.
    Memory = 2, "memory";
    /// The pixels of the screen.
    Framebuffer = 3, "framebuffer";
    /// A set of digital pins.
    Pins = 4, "pins";
    /// The serial log: whoever holds it may call `sys_log`.
    Log = 5, "log";
    /// Time: whoever holds it may read it and sleep.
    Clock = 6, "clock";
    /// Unpredictable bytes.
    Entropy = 7, "entropy";
    /// Key presses, delivered as messages.
    Keyboard = 8, "keyboard";
    /// Pointer and touch, delivered as messages.
    Pointer = 9, "pointer";
    /// The serial line, bytes in delivered as messages, bytes out by `sys_cap_mem_write`.
    Serial = 10, "serial";
    /// The table of all actors.
    Processes = 11, "processes";
    /// Names and paths below a prefix.
    Namespace = 12, "namespace";
    /// The power to make actors under one supervisor.
    Spawner = 13, "spawner";
    /// An actor as the one who made it holds it: it can be ended, and its end is told.
    Child = 14, "child";
    /// The answer that a caller waits for: sending to it answers, once.
    Reply = 15, "reply";
    /// A file server's directory: an endpoint that only speaks about files (`file`, `bus`).
    Directory = 16, "directory";
    /// A file of a file server: an endpoint that only speaks the file protocol.
    File = 17, "file";
    /// A lock that one actor holds at a time.
    Mutex = 18, "mutex";
    /// A lock with a number of permits.
    Semaphore = 19, "semaphore";
    /// A wire from a device: its interrupts coalesce.
    Interrupt = 20, "interrupt";
    /// A range of x86 I/O ports.
    Ports = 21, "ports";
    /// A range of flash memory.
    Flash = 22, "flash";
}

/// What `sys_cap_info` tells about a capability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectInfo {
    /// What it names.
    pub kind: ObjectKind,
    /// What its holder may do with it.
    pub rights: Rights,
    /// The badge that receivers see when it is used to send.
    pub badge: u64,
    /// Memory, framebuffer and flash: bytes. Pins: the highest pin plus one. Processes: bytes of the
    /// table. Spawner: actors that can still be made. Ports: how many. Otherwise 0.
    pub size: u64,
}

impl ObjectInfo {
    /// Bytes of the encoded form: kind u32, rights u32, badge u64, size u64.
    pub const BYTES: usize = 24;

    /// The bytes that cross the boundary.
    pub fn encode(&self) -> [u8; ObjectInfo::BYTES] {
        let mut bytes = [0; ObjectInfo::BYTES];
        bytes[0..4].copy_from_slice(&(self.kind as u32).to_le_bytes());
        bytes[4..8].copy_from_slice(&self.rights.bits().to_le_bytes());
        bytes[8..16].copy_from_slice(&self.badge.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.size.to_le_bytes());
        bytes
    }

    /// The inverse of [`ObjectInfo::encode`]; `None` for an unknown kind or right.
    pub fn decode(bytes: &[u8; ObjectInfo::BYTES]) -> Option<ObjectInfo> {
        Some(ObjectInfo {
            kind: ObjectKind::from_code(u32_at(bytes, 0))?,
            rights: Rights::from_bits(u32_at(bytes, 4))?,
            badge: u64_at(bytes, 8),
            size: u64_at(bytes, 16),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn info_survives_the_boundary() {
        let info = ObjectInfo {
            kind: ObjectKind::Framebuffer,
            rights: Rights::READ | Rights::GRANT,
            badge: 0x0123_4567_89ab_cdef,
            size: 4_096_000,
        };
        assert_eq!(ObjectInfo::decode(&info.encode()), Some(info));
    }
}
