//! What lies in a receiver's buffer after `sys_cap_recv`.

use crate::handle::Handle;
use crate::word::u32_at;
use crate::word::u64_at;

/// Opcodes from here on are the kernel's own; actors cannot send them.
pub const KERNEL_OPCODES: u32 = 0xff00_0000;

/// The kernel as a sender.
pub const KERNEL_SENDER: u64 = 0;

/// A key went down or up. Payload: [`crate::input::KeyEvent`]. The number is seed 004's.
pub const KEY_EVENT: u32 = 5;

/// The pointer moved or a button changed. Payload: [`crate::input::PointerEvent`].
pub const POINTER_EVENT: u32 = 6;

/// One byte arrived on the serial line. Payload: that byte.
pub const SERIAL_EVENT: u32 = 0xff00_0002;

/// An input pin changed. Payload: pin u32, level u32.
pub const PIN_EVENT: u32 = 0xff00_0020;

/// An actor that the receiver could send to, or that it made, has ended. Payload:
/// [`crate::exit::ExitNotice`]. Seed 001 calls it `MSG_CHILD_EXIT`.
pub const EXIT_NOTICE: u32 = 0xff00_0010;

/// Requests to and the answer from the namespace service (seed 001; `kernel::service`).
pub const NS_REGISTER: u32 = 0xff00_0014;
/// See [`NS_REGISTER`].
pub const NS_LOOKUP: u32 = 0xff00_0015;
/// See [`NS_REGISTER`].
pub const NS_LIST: u32 = 0xff00_0016;
/// See [`NS_REGISTER`].
pub const NS_MOUNT: u32 = 0xff00_0017;
/// See [`NS_REGISTER`].
pub const NS_UNMOUNT: u32 = 0xff00_0018;
/// See [`NS_REGISTER`].
pub const NS_REPLY: u32 = 0xff00_0019;

/// Which features does this node have? No payload (seed 001; `kernel::service`).
pub const CAPS_REQUEST: u32 = 0xff00_001d;

/// They are, as lines `name=value`.
pub const CAPS_REPLY: u32 = 0xff00_001e;

/// Please end: a supervisor waits for it and will not wait for ever. No payload.
pub const SHUTDOWN: u32 = 0xff00_00a0;

/// Other code takes over at the next receive: what is not saved by then is lost. No payload. Only
/// who has asked for it is told.
pub const RELOAD: u32 = 0xff00_00a1;

/// The fixed part of a received message; the payload follows it at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Id of the sending actor, [`KERNEL_SENDER`] for the kernel.
    pub sender: u64,
    /// Badge of the capability it was sent through, 0 if none.
    pub badge: u64,
    /// Handle of the capability that came along, in the receiver's own cspace.
    pub capability: Option<Handle>,
    /// What the message is about.
    pub opcode: u32,
    /// Bytes of payload behind the header.
    pub payload_len: u32,
}

impl Header {
    /// Bytes of the encoded form: sender u64, badge u64, capability u64, opcode u32, length u32.
    pub const BYTES: usize = 32;

    /// The bytes that cross the boundary.
    pub fn encode(&self) -> [u8; Header::BYTES] {
        let capability = self.capability.map_or(Handle::NONE_WORD, Handle::word);
        let mut bytes = [0; Header::BYTES];
        bytes[0..8].copy_from_slice(&self.sender.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.badge.to_le_bytes());
        bytes[16..24].copy_from_slice(&capability.to_le_bytes());
        bytes[24..28].copy_from_slice(&self.opcode.to_le_bytes());
        bytes[28..32].copy_from_slice(&self.payload_len.to_le_bytes());
        bytes
    }

    /// The inverse of [`Header::encode`].
    pub fn decode(bytes: &[u8; Header::BYTES]) -> Header {
        let capability = u64_at(bytes, 16);
        Header {
            sender: u64_at(bytes, 0),
            badge: u64_at(bytes, 8),
            capability: (capability != Handle::NONE_WORD).then_some(Handle::from_word(capability)),
            opcode: u32_at(bytes, 24),
            payload_len: u32_at(bytes, 28),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_survives_the_boundary() {
        let header = Header {
            sender: 0x1_0000_0002,
            badge: 7,
            capability: Some(Handle::new(3, 9)),
            opcode: 2,
            payload_len: 9,
        };
        assert_eq!(Header::decode(&header.encode()), header);
        let bare = Header { capability: None, ..header };
        assert_eq!(Header::decode(&bare.encode()), bare);
    }
}
