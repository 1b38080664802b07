//! What comes in and what goes out: messages become requests, and what is to be given is given.

use alloc::vec::Vec;
use sdk::Handle;
use sdk::Refusal;
use sdk::Rights;
use sdk::abi::bus;
use sdk::abi::bus::Header;
use sdk::abi::file;
use sdk::abi::object::ObjectKind;
use sdk::capability;
use sdk::capability::Owned;
use sdk::endpoint::Endpoint;
use sdk::endpoint::Inbox;
use sdk::endpoint::Message;
use sdk::endpoint::PAYLOAD_MAX;
use sdk::memory::Memory;
use sdk::payload::Reader;
use sdk::process::Processes;
use sdk::tty::Terminal;
use sdk::vfs;
use sdk::vfs::Entry;
use sdk::vfs::ListingWriter;

use crate::archive::Source;
use crate::archive::normal;
use crate::index::File;
use crate::request::Request;
use crate::request::answer_header;
use crate::server::Answer;
use crate::server::Opened;
use crate::server::Reply;
use crate::watch::Listener;

/// All that is served, from where the kernel has it.
pub(crate) type Server = crate::server::Server<Memory, Processes, Listening>;

/// Memory that is offered and not used yet.
const OFFERS_MAX: usize = 4;

/// Bytes of a long file that are copied at once.
const COPIED: usize = 512;

/// What is kept between messages.
pub(crate) struct Service {
    pub(crate) server: Server,
    ramdisk: Memory,
    /// Who serves `/dev/tty1`.
    terminal: Option<Handle>,
    /// Memory for the next write of each of these senders, the latest last.
    offers: Vec<(u64, Owned)>,
}

/// A watcher's endpoint.
#[derive(Debug)]
pub(crate) struct Listening(Owned);

impl Listener for Listening {
    fn tell(&self, payload: &[u8]) -> Result<(), Refusal> {
        Endpoint::new(self.0.handle()).send(bus::request(bus::CHANGED), payload)
    }
}

impl Source for Memory {
    fn read(&self, offset: u32, buffer: &mut [u8]) -> bool {
        Memory::read(*self, offset, buffer).is_ok()
    }
}

impl Service {
    pub(crate) fn new(server: Server, ramdisk: Memory, terminal: Option<Handle>) -> Service {
        let server = server.with_terminal(terminal.is_some());
        Service { server, ramdisk, terminal, offers: Vec::new() }
    }

    /// Answers one message. The error is why its sender gets no answer.
    pub(crate) fn serve(&mut self, message: &mut Message<'_>) -> Result<(), Refusal> {
        if file::is_request(message.opcode()) {
            return self.answer(message);
        }
        if message.sender() == sdk::endpoint::KERNEL {
            // A client has died whose answer was on its way, or who watched.
            self.server.watchers.retain(|listening| capability::info(listening.0.handle()).is_ok());
            return Ok(());
        }
        if let Some(kind) = bus::kind_of(message.opcode()) {
            return self.exchange(kind, message);
        }
        match message.opcode() {
            vfs::LIST => self.list(message),
            vfs::READ => self.read(message),
            _ => Err(Refusal::OutOfRange),
        }
    }

    /// Answers a request of the bus.
    fn exchange(&mut self, kind: u8, message: &mut Message<'_>) -> Result<(), Refusal> {
        if kind == bus::OFFER {
            return self.keep_offer(message);
        }
        let mut answer = [0; PAYLOAD_MAX];
        let (header, data) = answer.split_at_mut(Header::BYTES);
        let request = match Request::decode(kind, message.payload()) {
            Ok(request) => request,
            Err(refusal) => return refuse(message, kind, 0, refusal),
        };
        let granted = (request.flags & bus::GRANTED != 0).then(|| self.offer_of(message.sender()));
        let memory = granted.flatten();
        let memory = memory.as_ref().map(|memory| Memory::new(memory.handle()));
        let source = memory.as_ref().map(|memory| memory as &dyn Source);
        let seq = request.seq;
        match self.server.exchange(message.badge(), &request, source, data) {
            Ok(Reply::Bytes(len)) => {
                header.copy_from_slice(&answer_header(kind, 0, seq, len as u32));
                say(message, kind, &answer[..Header::BYTES + len])
            }
            Ok(Reply::Archived(offset, size)) => {
                match self.ramdisk.part(Rights::READ | Rights::GRANT, offset, size) {
                    Ok(part) => grant(message, seq, Owned::new(part.handle()), size),
                    Err(refusal) => refuse(message, kind, seq, refusal),
                }
            }
            Ok(Reply::Long(path, size)) => match self.copied(&path, size) {
                Ok(memory) => grant(message, seq, memory, size),
                Err(refusal) => refuse(message, kind, seq, refusal),
            },
            Ok(Reply::Watch(path, hidden)) => self.watch(message, seq, &path, hidden),
            Err(refusal) => refuse(message, kind, seq, refusal),
        }
    }

    /// Keeps the endpoint that came along, and says so through it.
    fn watch(
        &mut self,
        message: &mut Message<'_>,
        seq: u32,
        path: &str,
        hidden: usize,
    ) -> Result<(), Refusal> {
        let address = message.capability().ok_or(Refusal::NoCapability)?;
        if capability::info(address)?.kind != ObjectKind::Endpoint {
            // The answer to a call can be sent once.
            return refuse(message, bus::WATCH, seq, Refusal::WrongObject);
        }
        let address = message.take_capability().ok_or(Refusal::NoCapability)?;
        let endpoint = Endpoint::new(address.handle());
        let added = self.server.watchers.add(Listening(address), path, hidden);
        let opcode = bus::answer(bus::WATCH);
        match added {
            Ok(()) => endpoint.send(opcode, &answer_header(bus::WATCH, 0, seq, 0)),
            Err((address, refusal)) => {
                Endpoint::new(address.0.handle()).send(opcode, &refused(bus::WATCH, seq, refusal))
            }
        }
    }

    fn keep_offer(&mut self, message: &mut Message<'_>) -> Result<(), Refusal> {
        let sender = message.sender();
        let memory = message.take_capability().ok_or(Refusal::NoCapability)?;
        self.offers.retain(|(from, _)| *from != sender);
        if self.offers.len() == OFFERS_MAX {
            self.offers.remove(0);
        }
        self.offers.push((sender, memory));
        Ok(())
    }

    fn offer_of(&mut self, sender: u64) -> Option<Owned> {
        let place = self.offers.iter().position(|(from, _)| *from == sender)?;
        Some(self.offers.remove(place).1)
    }

    /// A copy of a file in memory that can be passed on. [`Refusal::TooLong`]: there is no such
    /// memory, and the file has to be read piece by piece.
    fn copied(&mut self, path: &str, size: u32) -> Result<Owned, Refusal> {
        let memory = Memory::create(size).map_err(|_| Refusal::TooLong)?;
        let owned = Owned::new(memory.handle());
        let mut piece = [0; COPIED];
        let mut offset = 0;
        while offset < size {
            let piece = &mut piece[..COPIED.min((size - offset) as usize)];
            let count = self.server.read_at(path, offset, piece)?;
            if count == 0 {
                return Err(Refusal::NotAvailable);
            }
            memory.write(offset, &piece[..count])?;
            // It was read within a piece.
            offset += count as u32;
        }
        Ok(owned)
    }

    /// Answers a request of the file protocol.
    fn answer(&mut self, message: &mut Message<'_>) -> Result<(), Refusal> {
        let mut bytes = [0; PAYLOAD_MAX];
        let (status, contents) = bytes.split_at_mut(file::STATUS_BYTES);
        let (badge, opcode) = (message.badge(), message.opcode());
        let answer = self.server.answer(badge, opcode, message.payload(), contents);
        let (code, len) = match answer {
            Ok(Answer::Capability(opened)) => match give(message, opened) {
                Ok(()) => return Ok(()),
                Err(refusal) => {
                    self.server.take_back(opened);
                    (refusal as i32, 0)
                }
            },
            Ok(Answer::Terminal) => match self.give_terminal(message) {
                Ok(()) => return Ok(()),
                Err(refusal) => (refusal as i32, 0),
            },
            Ok(Answer::Status(number)) => (number.cast_signed(), 0),
            Ok(Answer::Bytes(len)) => (len as i32, len),
            Err(refusal) => (refusal as i32, 0),
        };
        status.copy_from_slice(&code.to_le_bytes());
        message.reply(file::ANSWER, &bytes[..file::STATUS_BYTES + len])
    }

    /// Answers with the file that whoever serves the terminal gives of it: only he can give away
    /// that it is read.
    #[inline(never)]
    fn give_terminal(&self, message: &mut Message<'_>) -> Result<(), Refusal> {
        let terminal = self.terminal.ok_or(Refusal::NotFound)?;
        let given = Terminal::new(Endpoint::new(terminal)).open(&mut Inbox::new())?;
        let rights = Rights::READ | Rights::WRITE;
        message.reply_with(file::ANSWER, &0i32.to_le_bytes(), given.handle(), rights)
    }

    fn list(&self, message: &mut Message<'_>) -> Result<(), Refusal> {
        let server = &self.server;
        let first = Reader::new(message.payload()).u32().unwrap_or(0) as usize;
        let in_ramdisk = server.index.len();
        let mut answer = ListingWriter::new((in_ramdisk + server.scratch.file_count()) as u32);
        for file in server.index.files_from(first) {
            if answer.push(Entry { name: &file.name, size: file.size }).is_none() {
                return message.reply(vfs::LIST, answer.payload());
            }
        }
        let first = first.saturating_sub(in_ramdisk);
        server.scratch.each_file(first, |name, size| answer.push(Entry { name, size }));
        message.reply(vfs::LIST, answer.payload())
    }

    fn read(&mut self, message: &mut Message<'_>) -> Result<(), Refusal> {
        let found = normal(message.payload()).and_then(|name| self.server.index.find(name));
        let answered = match found {
            Some(file) => answer_file(self.ramdisk, file, message),
            None => self.answer_whole(message),
        };
        match answered {
            // Whoever asks is told why the ramdisk cannot be read or passed on.
            Err(refusal @ (Refusal::NoRight | Refusal::OutOfRange | Refusal::NoSlot)) => {
                message.reply(vfs::READ, &vfs::encode_status(Err(refusal)))
            }
            other => other,
        }
    }

    /// Answers with a file that is not of the ramdisk. None of them can be passed on as memory.
    fn answer_whole(&mut self, message: &mut Message<'_>) -> Result<(), Refusal> {
        let mut answer = [0; PAYLOAD_MAX];
        let (status, contents) = answer.split_at_mut(PAYLOAD_MAX - vfs::INLINE_MAX);
        let (code, len) = match self.server.read_whole(message.payload(), contents) {
            Ok(len) => (Ok(len as u32), len),
            Err(Refusal::NotFound | Refusal::WrongObject) => (Err(vfs::NO_SUCH_FILE), 0),
            Err(refusal) => (Err(refusal), 0),
        };
        status.copy_from_slice(&vfs::encode_status(code));
        message.reply(vfs::READ, &answer[..PAYLOAD_MAX - vfs::INLINE_MAX + len])
    }
}

/// Answers with what was opened.
fn give(message: &mut Message<'_>, opened: Opened) -> Result<(), Refusal> {
    let Opened { kind, rights, badge } = opened;
    let given = Owned::new(capability::narrow(kind, rights | Rights::GRANT, badge)?);
    message.reply_with(file::ANSWER, &0i32.to_le_bytes(), given.handle(), rights)
}

/// Answers a request of the bus with memory.
fn grant(message: &mut Message<'_>, seq: u32, memory: Owned, size: u32) -> Result<(), Refusal> {
    let header = answer_header(bus::READ, bus::GRANTED, seq, size);
    let opcode = bus::answer(bus::READ);
    match message.reply_with(opcode, &header, memory.handle(), Rights::READ | Rights::GRANT) {
        // Whoever asks is told that it cannot be passed on.
        Err(refusal @ (Refusal::NoRight | Refusal::NoSlot)) => {
            refuse(message, bus::READ, seq, refusal)
        }
        other => other,
    }
}

/// Answers that something is not done.
fn refuse(message: &mut Message<'_>, kind: u8, seq: u32, refusal: Refusal) -> Result<(), Refusal> {
    say(message, kind, &refused(kind, seq, refusal))
}

fn refused(kind: u8, seq: u32, refusal: Refusal) -> [u8; Header::BYTES + 4] {
    let mut answer = [0; Header::BYTES + 4];
    let (header, code) = answer.split_at_mut(Header::BYTES);
    header.copy_from_slice(&answer_header(kind, bus::REFUSED, seq, 4));
    code.copy_from_slice(&(refusal as i32).to_le_bytes());
    answer
}

/// Answers, if an answer is wanted: nothing came along with a request of which nobody wants to hear
/// again.
fn say(message: &mut Message<'_>, kind: u8, answer: &[u8]) -> Result<(), Refusal> {
    match message.capability() {
        Some(_) => message.reply(bus::answer(kind), answer),
        None => Ok(()),
    }
}

fn answer_file(ramdisk: Memory, file: &File, message: &mut Message<'_>) -> Result<(), Refusal> {
    let mut answer = [0; PAYLOAD_MAX];
    let (status, contents) = answer.split_at_mut(PAYLOAD_MAX - vfs::INLINE_MAX);
    status.copy_from_slice(&vfs::encode_status(Ok(file.size)));
    if let Some(contents) = contents.get_mut(..file.size as usize) {
        ramdisk.read(file.offset, contents)?;
        let end = PAYLOAD_MAX - vfs::INLINE_MAX + file.size as usize;
        return message.reply(vfs::READ, &answer[..end]);
    }
    let part = ramdisk.part(Rights::READ | Rights::GRANT, file.offset, file.size)?;
    let part = Owned::new(part.handle());
    message.reply_with(vfs::READ, status, part.handle(), Rights::READ)
}
