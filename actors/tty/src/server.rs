//! What comes in by message, and what becomes of it.

use core::time::Duration;
use sdk::Refusal;
use sdk::Rights;
use sdk::abi::file;
use sdk::abi::message::SERIAL_EVENT;
use sdk::abi::object::ObjectKind;
use sdk::capability;
use sdk::capability::Owned;
use sdk::clock::Clock;
use sdk::endpoint::Endpoint;
use sdk::endpoint::KERNEL;
use sdk::endpoint::Message;
use sdk::log::Sparse;
use sdk::payload;
use sdk::serial::Serial;
use sdk::tty;
use sdk::tty::Modes;
use sdk::tty::Size;

use crate::crowd::Crowd;
use crate::discipline::Discipline;
use crate::output::Output;
use crate::queue::Asker;
use crate::queue::Protocol;
use crate::queue::Queue;
use crate::queue::Reader;
use crate::queue::Writer;
use crate::wire::Wire;

/// Bytes that go to the line at once.
const PIECE: usize = 256;

/// How long one waits to tell somebody something who has too much to do.
const RETRY: Duration = Duration::from_millis(20);

/// The badge of the terminal as a file. There is one, and everybody means the same by it.
const FILE_BADGE: u64 = 1;

/// A request that has been understood: its answer, or that it is answered later.
enum Done {
    /// This status, and nothing else.
    Status(u32),
    /// The size.
    Size(Size),
    /// The terminal as a file.
    File,
}

/// A terminal.
#[derive(Debug)]
pub(crate) struct Server {
    wire: Wire,
    has_clock: bool,
    discipline: Discipline,
    output: Output,
    crowd: Crowd<Owned>,
    queue: Queue,
    size: Size,
    /// What the one in front has yet to be told.
    interrupt_is_due: bool,
    resize_is_due: bool,
    /// Whether somebody had too much to do to be told something.
    tries_again: bool,
    losses: Sparse,
}

impl Server {
    /// A terminal on this line. Without a clock nothing is held back from the line.
    pub(crate) fn new(serial: Serial, clock: Option<Clock>) -> Server {
        Server {
            wire: Wire::new(serial, clock),
            has_clock: clock.is_some(),
            discipline: Discipline::default(),
            output: Output::default(),
            crowd: Crowd::default(),
            queue: Queue::default(),
            size: Size::PLAIN,
            interrupt_is_due: false,
            resize_is_due: false,
            tries_again: false,
            losses: Sparse::default(),
        }
    }

    /// How long it may wait for the next message; `None` if as long as it takes.
    pub(crate) fn patience(&self) -> Option<Duration> {
        if !self.has_clock {
            return None;
        }
        let retry = self.tries_again.then_some(RETRY);
        let output = self.output.is_due().then(|| self.wire.patience());
        retry.into_iter().chain(output).min()
    }

    /// Does what a message asks for. The error is why not, and that nobody was told.
    pub(crate) fn serve(&mut self, message: &mut Message<'_>) -> Result<(), Refusal> {
        if message.sender() == KERNEL {
            self.hear(message);
            return Ok(());
        }
        let reply = message.take_capability().ok_or(Refusal::NoCapability)?;
        let opcode = message.opcode();
        let (id, payload) = (message.sender(), message.payload());
        if opcode == tty::FOREGROUND {
            return self.enter(id, reply);
        }
        let protocol = match file::is_request(opcode) {
            true => Protocol::File,
            false => Protocol::Terminal(opcode),
        };
        let asker = Asker::new(id, reply, protocol);
        let done = match opcode {
            tty::READ => return self.read(asker, payload),
            tty::WRITE => return self.write(asker, payload),
            file::READ_AT => return self.read(asker, payload.get(4..).unwrap_or_default()),
            file::WRITE_AT => return self.write(asker, payload.get(4..).unwrap_or_default()),
            // Of a terminal there is never a new version, and it has no end.
            file::COMMIT | file::SIZE => Ok(Done::Status(0)),
            tty::GET_MODES => Ok(Done::Status(self.discipline.modes().bits())),
            tty::SET_MODES => self.set_modes(id, payload),
            tty::GET_SIZE => Ok(Done::Size(self.size)),
            tty::SET_SIZE => self.set_size(payload),
            tty::BACKGROUND => self.leave(id).map(|()| Done::Status(0)),
            tty::OPEN => Ok(Done::File),
            _ => Err(Refusal::OutOfRange),
        };
        tell(asker, done)
    }

    /// Moves on what can be moved: bytes to the line, what was typed to who reads it.
    pub(crate) fn settle(&mut self) {
        self.tries_again = false;
        self.drain();
        self.tell_front();
        loop {
            let Server { crowd, discipline, .. } = self;
            let may_read = |id| crowd.may_read(id);
            let (count, again) =
                self.queue.serve_reader(may_read, |buffer| discipline.peek(buffer));
            self.tries_again |= again;
            match count {
                Some(count) => self.discipline.consume(count),
                None => break,
            }
        }
        let lost = self.discipline.take_lost();
        if lost != 0
            && let Some(count) = self.losses.count()
        {
            sdk::log!("{lost} bytes typed were lost: nobody reads them (complaint {count})");
        }
    }

    /// Takes in what the kernel says.
    fn hear(&mut self, message: &Message<'_>) {
        if let Some(notice) = message.exit_notice() {
            self.queue.bury(notice.id);
            // Most of those who end were never in the foreground.
            let _ = self.leave(notice.id);
        }
        if message.opcode() == SERIAL_EVENT
            && let Some(byte) = message.payload().first()
            && self.discipline.feed(*byte, &mut self.output)
        {
            self.queue.serve_writers(<[u8]>::len);
            self.interrupt_is_due = true;
        }
    }

    fn read(&mut self, asker: Asker, payload: &[u8]) -> Result<(), Refusal> {
        let max = match payload::Reader::new(payload).u32() {
            None => return tell(asker, Err(Refusal::Invalid)),
            Some(0) => return tell(asker, Ok(Done::Status(0))),
            Some(max) => max as usize,
        };
        let waits = self.queue.add_reader(Reader { asker, max });
        waits.or_else(|(asker, refusal)| tell(asker, Err(refusal)))
    }

    fn write(&mut self, asker: Asker, bytes: &[u8]) -> Result<(), Refusal> {
        let modes = self.discipline.modes();
        // The bytes of those who came before go before.
        let taken = match self.queue.has_writers() {
            true => 0,
            false => self.output.write(bytes, modes),
        };
        if taken == bytes.len() {
            return tell(asker, Ok(Done::Status(taken as u32)));
        }
        let rest = bytes[taken..].to_vec();
        let waits = self.queue.add_writer(Writer { asker, total: bytes.len(), rest });
        waits.or_else(|(asker, refusal)| tell(asker, Err(refusal)))
    }

    fn set_modes(&mut self, id: u64, payload: &[u8]) -> Result<Done, Refusal> {
        if !self.crowd.is_front(id) {
            return Err(Refusal::NoRight);
        }
        let bits = payload::Reader::new(payload).u32();
        let modes = bits.and_then(Modes::from_bits).ok_or(Refusal::Invalid)?;
        self.change_modes(modes);
        Ok(Done::Status(0))
    }

    fn change_modes(&mut self, modes: Modes) {
        self.discipline.set_modes(modes);
        if !modes.has(Modes::FLOW) {
            // Nobody could let it go on.
            self.output.is_stopped = false;
        }
    }

    fn set_size(&mut self, payload: &[u8]) -> Result<Done, Refusal> {
        let size = Size::decode(payload).ok_or(Refusal::Invalid)?;
        self.resize_is_due |= size != self.size;
        self.size = size;
        Ok(Done::Status(0))
    }

    /// Puts the asker in front. The address that came along stays here.
    fn enter(&mut self, id: u64, reply: Owned) -> Result<(), Refusal> {
        let address = Endpoint::new(reply.handle());
        let entered = self.crowd.enter(id, reply, self.discipline.modes());
        let status = match entered {
            Ok(modes) => {
                self.change_modes(modes);
                // They were for who was in front before.
                (self.interrupt_is_due, self.resize_is_due) = (false, false);
                0
            }
            Err(refusal) => refusal as i32,
        };
        let told = address.send(tty::FOREGROUND, &status.to_le_bytes());
        if told.is_err() && entered.is_ok() {
            // Who does not know that it is in front must not be.
            self.leave(id)?;
        }
        told
    }

    fn leave(&mut self, id: u64) -> Result<(), Refusal> {
        let was_front = self.crowd.is_front(id);
        if let Some(modes) = self.crowd.leave(id)? {
            self.change_modes(modes);
        }
        if was_front {
            self.interrupt_is_due = false;
        }
        Ok(())
    }

    /// Hands bytes on, and takes others in their place.
    fn drain(&mut self) {
        let mut piece = [0; PIECE];
        loop {
            let modes = self.discipline.modes();
            self.queue.serve_writers(|bytes| self.output.write(bytes, modes));
            let room = self.wire.room().min(PIECE);
            let count = self.output.take(&mut piece[..room]);
            if count == 0 {
                return;
            }
            if let Err(refusal) = self.wire.write(&piece[..count])
                && let Some(count) = self.losses.count()
            {
                sdk::log!("the line takes nothing: {refusal} (complaint {count})");
            }
        }
    }

    /// Tells the one in front what it has yet to be told.
    fn tell_front(&mut self) {
        let Some(front) = self.crowd.front() else {
            (self.interrupt_is_due, self.resize_is_due) = (false, false);
            return;
        };
        let front = Endpoint::new(front.handle());
        if self.interrupt_is_due {
            self.interrupt_is_due = front.send(tty::INTERRUPT, &[]) == Err(Refusal::Full);
        }
        if self.resize_is_due {
            let told = front.send(tty::RESIZED, &self.size.encode());
            self.resize_is_due = told == Err(Refusal::Full);
        }
        self.tries_again |= self.interrupt_is_due || self.resize_is_due;
    }
}

/// Answers.
fn tell(mut asker: Asker, done: Result<Done, Refusal>) -> Result<(), Refusal> {
    match done {
        Ok(Done::Status(status)) => asker.answer(&mut [0; 4], status.cast_signed()),
        Ok(Done::Size(size)) => {
            let mut bytes = [0; 4 + Size::BYTES];
            bytes[4..].copy_from_slice(&size.encode());
            asker.answer(&mut bytes, 0)
        }
        Ok(Done::File) => {
            let rights = Rights::READ | Rights::WRITE | Rights::GRANT;
            match capability::narrow(ObjectKind::File, rights, FILE_BADGE).map(Owned::new) {
                Ok(file) => asker.give(file.handle(), rights),
                Err(refusal) => asker.answer(&mut [0; 4], refusal as i32),
            }
        }
        Err(refusal) => asker.answer(&mut [0; 4], refusal as i32),
    }
}
