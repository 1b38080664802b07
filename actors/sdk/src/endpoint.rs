//! Sending and receiving.

use abi::exit::ExitNotice;
use abi::handle::Handle;
use abi::message::EXIT_NOTICE;
use abi::message::Header;
use abi::refusal::Refusal;
use abi::rights::Rights;
use core::time::Duration;

use crate::capability::Owned;
use crate::clock::nanoseconds;
use crate::raw;

/// Bytes of payload that one message can have. Larger data is granted as memory.
pub const PAYLOAD_MAX: usize = 1024;

/// Bytes that the largest message takes in a buffer.
pub const MESSAGE_MAX: usize = Header::BYTES + PAYLOAD_MAX;

/// The kernel as a sender.
pub const KERNEL: u64 = abi::message::KERNEL_SENDER;

/// The time that means that there is none.
const NO_LIMIT: i64 = -1;

/// Something to send to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint(Handle);

impl Endpoint {
    /// The actor's own endpoint.
    pub const OWN: Endpoint = Endpoint(Handle::OWN_ENDPOINT);

    /// The endpoint that the manifest puts into this slot.
    pub const fn slot(slot: u32) -> Endpoint {
        Endpoint(Handle::new(0, slot))
    }

    /// The endpoint of this name.
    pub const fn new(handle: Handle) -> Endpoint {
        Endpoint(handle)
    }

    /// Its name.
    pub const fn handle(self) -> Handle {
        self.0
    }

    /// Sends. [`Refusal::Full`] means that nothing was sent: the receiver has too much to do.
    pub fn send(self, opcode: u32, payload: &[u8]) -> Result<(), Refusal> {
        raw::send(self.0, opcode, payload, None)
    }

    /// Sends, and passes the named capability with these rights.
    pub fn send_with(
        self,
        opcode: u32,
        payload: &[u8],
        capability: Handle,
        rights: Rights,
    ) -> Result<(), Refusal> {
        raw::send(self.0, opcode, payload, Some((capability, rights)))
    }

    /// Sends through an endpoint that is not needed any more, as one that came along to answer
    /// through, and gives it up. After a refusal this actor still has it.
    pub fn reply(self, opcode: u32, payload: &[u8]) -> Result<(), Refusal> {
        raw::reply(self.0, opcode, payload, None)
    }

    /// The same, and passes the named capability with these rights.
    pub fn reply_with(
        self,
        opcode: u32,
        payload: &[u8],
        capability: Handle,
        rights: Rights,
    ) -> Result<(), Refusal> {
        raw::reply(self.0, opcode, payload, Some((capability, rights)))
    }

    /// Sends, and gives the named capability away with all its rights: afterwards this actor does
    /// not have it any more. After a refusal it still has it.
    pub fn send_moving(
        self,
        opcode: u32,
        payload: &[u8],
        capability: Handle,
    ) -> Result<(), Refusal> {
        raw::send_moving(self.0, opcode, payload, capability)
    }
}

/// Where messages are received: the actor's own endpoint and a buffer for one message.
#[derive(Clone, Debug)]
pub struct Inbox {
    buffer: [u8; MESSAGE_MAX],
}

impl Default for Inbox {
    fn default() -> Inbox {
        Inbox { buffer: [0; MESSAGE_MAX] }
    }
}

impl Inbox {
    /// An inbox. An actor needs one.
    pub fn new() -> Inbox {
        Inbox::default()
    }

    /// Waits for a message.
    pub fn receive(&mut self) -> Result<Message<'_>, Refusal> {
        raw::receive(Handle::OWN_ENDPOINT, &mut self.buffer)?;
        Ok(Message::new(&self.buffer))
    }

    /// Waits for a message, but no longer than this: then it is [`Refusal::Timeout`]. Needs a
    /// clock.
    pub fn receive_within(&mut self, patience: Duration) -> Result<Message<'_>, Refusal> {
        let patience = nanoseconds(patience);
        raw::receive_timeout(Handle::OWN_ENDPOINT, &mut self.buffer, patience)?;
        Ok(Message::new(&self.buffer))
    }

    /// Asks and waits for the answer. The one who is asked gets a capability to answer once, by
    /// [`Message::reply`]; if he drops it, that is [`Refusal::NoReply`]. Other messages wait in the
    /// mailbox meanwhile.
    ///
    /// ```no_run
    /// use sdk::endpoint::Endpoint;
    /// use sdk::endpoint::Inbox;
    ///
    /// let mut inbox = Inbox::new();
    /// match inbox.call(Endpoint::slot(1), 1, b"ping") {
    ///     Ok(answer) => sdk::log!("{} bytes", answer.payload().len()),
    ///     Err(refusal) => sdk::log!("no answer: {refusal}"),
    /// }
    /// ```
    pub fn call(
        &mut self,
        to: Endpoint,
        opcode: u32,
        payload: &[u8],
    ) -> Result<Message<'_>, Refusal> {
        raw::call(to.0, opcode, payload, &mut self.buffer, NO_LIMIT)?;
        Ok(Message::new(&self.buffer))
    }

    /// Asks and waits for the answer, but no longer than this: then it is [`Refusal::Timeout`],
    /// and an answer that comes later reaches nobody.
    pub fn call_within(
        &mut self,
        to: Endpoint,
        opcode: u32,
        payload: &[u8],
        patience: Duration,
    ) -> Result<Message<'_>, Refusal> {
        raw::call(to.0, opcode, payload, &mut self.buffer, nanoseconds(patience))?;
        Ok(Message::new(&self.buffer))
    }

    /// Where a request is written that is answered in its place.
    pub(crate) fn request(&mut self) -> &mut [u8] {
        &mut self.buffer[..PAYLOAD_MAX]
    }

    /// Asks with the first bytes of [`Inbox::request`], and waits for the answer, but no longer than
    /// this.
    pub(crate) fn call_in_place(
        &mut self,
        to: Endpoint,
        opcode: u32,
        len: usize,
        patience: Option<Duration>,
    ) -> Result<Message<'_>, Refusal> {
        let limit = patience.map_or(NO_LIMIT, nanoseconds);
        raw::call_in_place(to.0, opcode, len, &mut self.buffer, limit)?;
        Ok(Message::new(&self.buffer))
    }
}

/// A message that has arrived. The capability that came with it is deleted with the message,
/// unless it is taken.
#[derive(Debug)]
pub struct Message<'a> {
    header: Header,
    payload: &'a [u8],
    capability: Option<Owned>,
}

impl<'a> Message<'a> {
    /// The message that lies in this buffer as the kernel put it there.
    pub(crate) fn new(buffer: &'a [u8; MESSAGE_MAX]) -> Message<'a> {
        let (header, payload) = buffer.split_first_chunk().expect("the header is shorter");
        let header = Header::decode(header);
        let payload = &payload[..payload.len().min(header.payload_len as usize)];
        Message { header, payload, capability: header.capability.map(Owned::new) }
    }

    /// What it is about.
    pub fn opcode(&self) -> u32 {
        self.header.opcode
    }

    /// Id of the sending actor, [`KERNEL`] for the kernel.
    pub fn sender(&self) -> u64 {
        self.header.sender
    }

    /// Badge of the capability it was sent through, 0 if none.
    pub fn badge(&self) -> u64 {
        self.header.badge
    }

    /// Whether a supervisor asks this actor to end, and will end it if it does not.
    pub fn is_shutdown(&self) -> bool {
        self.header.sender == KERNEL && self.header.opcode == abi::message::SHUTDOWN
    }

    /// Whether other code takes over at the next receive ([`crate::state::ask_for_notice`]).
    pub fn is_reload(&self) -> bool {
        self.header.sender == KERNEL && self.header.opcode == abi::message::RELOAD
    }

    /// Who has ended and why, if this is the notice of it.
    pub fn exit_notice(&self) -> Option<ExitNotice> {
        let is_notice = self.header.sender == KERNEL && self.header.opcode == EXIT_NOTICE;
        ExitNotice::decode(self.payload.first_chunk().filter(|_| is_notice)?)
    }

    /// What it says.
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// The capability that came along, if it has not been taken.
    pub fn capability(&self) -> Option<Handle> {
        self.capability.as_ref().map(Owned::handle)
    }

    /// Takes the capability that came along.
    pub fn take_capability(&mut self) -> Option<Owned> {
        self.capability.take()
    }

    /// Answers through the endpoint that came along and gives it up; [`Refusal::NoCapability`] if
    /// none did. Who is refused still has it.
    pub fn reply(&mut self, opcode: u32, payload: &[u8]) -> Result<(), Refusal> {
        self.answer(opcode, payload, None)
    }

    /// Answers, and passes the named capability with these rights.
    pub fn reply_with(
        &mut self,
        opcode: u32,
        payload: &[u8],
        capability: Handle,
        rights: Rights,
    ) -> Result<(), Refusal> {
        self.answer(opcode, payload, Some((capability, rights)))
    }

    fn answer(
        &mut self,
        opcode: u32,
        payload: &[u8],
        passed: Option<(Handle, Rights)>,
    ) -> Result<(), Refusal> {
        let to = self.capability().ok_or(Refusal::NoCapability)?;
        raw::reply(to, opcode, payload, passed)?;
        self.capability.take().map(Owned::keep);
        Ok(())
    }
}

/// The actor's own id.
pub fn identity() -> Result<u64, Refusal> {
    raw::identity()
}

/// Lets others of the same priority run.
pub fn pass_turn() {
    raw::pass_turn();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_from_its_buffer() {
        let header = Header { sender: 9, badge: 7, capability: None, opcode: 2, payload_len: 5 };
        let mut buffer = [0; MESSAGE_MAX];
        buffer[..Header::BYTES].copy_from_slice(&header.encode());
        buffer[Header::BYTES..Header::BYTES + 5].copy_from_slice(b"hello");
        let mut message = Message::new(&buffer);
        assert_eq!((message.opcode(), message.sender(), message.badge()), (2, 9, 7));
        assert_eq!(message.payload(), b"hello");
        assert_eq!(message.reply(2, b""), Err(Refusal::NoCapability));
    }

    #[test]
    fn only_the_kernel_tells_of_an_end() {
        let notice = ExitNotice { id: 9, kind: abi::exit::ExitKind::Killed, code: 0 };
        let mut header = Header {
            sender: KERNEL,
            badge: 0,
            capability: None,
            opcode: EXIT_NOTICE,
            payload_len: ExitNotice::BYTES as u32,
        };
        let mut buffer = [0; MESSAGE_MAX];
        buffer[Header::BYTES..][..ExitNotice::BYTES].copy_from_slice(&notice.encode());
        buffer[..Header::BYTES].copy_from_slice(&header.encode());
        assert_eq!(Message::new(&buffer).exit_notice(), Some(notice));
        header.sender = 9;
        buffer[..Header::BYTES].copy_from_slice(&header.encode());
        assert_eq!(Message::new(&buffer).exit_notice(), None);
        (header.sender, header.opcode) = (KERNEL, abi::message::SHUTDOWN);
        buffer[..Header::BYTES].copy_from_slice(&header.encode());
        let message = Message::new(&buffer);
        assert_eq!((message.exit_notice(), message.is_shutdown()), (None, true));
        assert!(!message.is_reload());
        header.opcode = abi::message::RELOAD;
        buffer[..Header::BYTES].copy_from_slice(&header.encode());
        assert!(Message::new(&buffer).is_reload());
    }

    #[test]
    fn a_length_beyond_the_buffer_is_cut() {
        let header =
            Header { sender: 0, badge: 0, capability: None, opcode: 1, payload_len: u32::MAX };
        let mut buffer = [0; MESSAGE_MAX];
        buffer[..Header::BYTES].copy_from_slice(&header.encode());
        assert_eq!(Message::new(&buffer).payload().len(), PAYLOAD_MAX);
    }
}
