//! What an event looks like to the actors that hold its device.

use abi::input::KeyEvent;
use abi::message;

use crate::capability::Object;
use crate::event::Event;

/// A message from a device.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message {
    /// Which device.
    pub(crate) object: Object,
    /// What the message is about.
    pub(crate) opcode: u32,
    bytes: [u8; KeyEvent::BYTES],
    len: usize,
}

impl Message {
    fn new(object: Object, opcode: u32, payload: &[u8]) -> Message {
        let mut bytes = [0; KeyEvent::BYTES];
        bytes[..payload.len()].copy_from_slice(payload);
        Message { object, opcode, bytes, len: payload.len() }
    }

    /// The encoded event.
    pub(crate) fn payload(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// The message for actors, or `None` if the event is for the kernel itself.
pub(crate) fn message_of(event: &Event) -> Option<Message> {
    match event {
        Event::Key(key) => Some(Message::new(Object::Keyboard, message::KEY_EVENT, &key.encode())),
        Event::Pointer(pointer) => {
            Some(Message::new(Object::Pointer, message::POINTER_EVENT, &pointer.encode()))
        }
        Event::Serial(byte) => Some(Message::new(Object::Serial, message::SERIAL_EVENT, &[*byte])),
        Event::Pin { pin, high } => {
            let mut payload = [0; 8];
            payload[0] = *pin;
            payload[4] = u8::from(*high);
            let object = Object::Pins(1u64.checked_shl(u32::from(*pin)).unwrap_or(0));
            Some(Message::new(object, message::PIN_EVENT, &payload))
        }
        Event::Entropy(_)
        | Event::Interrupt(_)
        | Event::FlashDone
        | Event::Preempt { .. }
        | Event::PowerOff => None,
    }
}
