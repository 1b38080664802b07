//! A kernel at the other end of a line.

use abi::flash::FlashInfo;
use abi::process::ProcessRecord;
use devices::flash::SECTOR;
use kernel::Next;
use kernel::authority::Held;
use kernel::device::Board;
use kernel::device::flash_shape;
use kernel::limits::EVENTS_PER_POLL;
use kernel::limits::FLASH_PAGE;
use kernel::manifest::Manifest;
use kernel::time::Instant;
use kernel::trace::Record;
use protocol::frame::Received;
use protocol::frame::Receiver;
use protocol::frame::Sender;
use protocol::frame::decode;
use protocol::image;
use protocol::image::Content;
use protocol::image::Drive;
use protocol::message::BoardInfo;
use protocol::message::HeapInfo;
use protocol::message::Pace;
use protocol::message::Reply;
use protocol::message::Request;
use protocol::message::VERSION;

use crate::board::VirtualBoard;
use crate::cast::id_of;
use crate::scenario::profile::ProfileName;
use crate::target::Line;
use crate::target::Look;
use crate::target::Start;
use crate::target::Target;
use crate::target::TargetError;

/// Characters of what a board said between frames that an error shows.
const SAID_MAX: usize = 2000;

/// What came of turning the handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polled {
    /// When it was turned last.
    pub at: Instant,
    /// When to turn it again.
    pub next: Next,
    /// Logical instructions that the last turn took.
    pub used: u64,
}

/// The conversation with a board's firmware, and what it has told.
pub struct Remote {
    line: Box<dyn Line>,
    sender: Sender,
    receiver: Receiver,
    /// Bytes that have come, and how many of them were heard.
    heard: (Vec<u8>, usize),
    /// What was no frame: a boot loader's words, or a panic's.
    said: Vec<u8>,
    records: Vec<(Record, Vec<u8>)>,
    fuel: u64,
}

impl Remote {
    /// Switches a board on and boots the population.
    pub fn boot(
        target: &dyn Target,
        profile: ProfileName,
        manifest: &Manifest,
        board: &mut VirtualBoard,
    ) -> Result<Remote, TargetError> {
        let content = Content { drive: Drive::Host, manifest: manifest.clone() };
        let image = image::write(&content).ok_or_else(|| {
            TargetError::Other("a service of this program cannot be sent to it".to_owned())
        })?;
        let flash = board.flash().map_or_else(Vec::new, |flash| flash.bytes().to_vec());
        let line = target.start(&Start { profile, image: &image, flash: &flash })?;
        let mut remote = Remote {
            line,
            sender: Sender::default(),
            receiver: Receiver::default(),
            heard: (Vec::new(), 0),
            said: Vec::new(),
            records: Vec::new(),
            fuel: 0,
        };
        remote.meet(profile, &image, flash_shape(board))?;
        if remote.line.keeps_flash() {
            remote.restore(&flash)?;
        }
        let size = u32::try_from(flash.len()).unwrap_or(u32::MAX);
        remote.ask(&Request::Boot { flash: size }, |reply| unexpected(&reply))?;
        Ok(remote)
    }

    /// Makes sure that the board is what is wanted.
    fn meet(
        &mut self,
        profile: ProfileName,
        bytes: &[u8],
        flash: Option<FlashInfo>,
    ) -> Result<(), TargetError> {
        let mut info = None;
        self.ask(&Request::Hello, |reply| match reply {
            Reply::Board(found) => {
                info = Some(found);
                Ok(())
            }
            reply => unexpected(&reply),
        })?;
        let info: BoardInfo = info.ok_or(TargetError::Stopped("it says nothing".to_owned()))?;
        let name = &info.name;
        if info.version != VERSION {
            let found = info.version;
            return Err(TargetError::Other(format!(
                "the firmware of {name} speaks version {found}, this program version {VERSION}: \
                 build and flash it again"
            )));
        }
        if info.screen != Some(profile.layout()) {
            return Err(TargetError::Other(format!(
                "the screen of {name} is {:?}, that of `{}` is {:?}",
                info.screen,
                profile.name(),
                profile.layout()
            )));
        }
        let wanted = image::checksum_of(bytes).expect("it has just been written");
        if info.image != wanted {
            return Err(TargetError::Other(format!(
                "{name} has the image {:08x}, the scenario needs {wanted:08x}",
                info.image
            )));
        }
        let Some(flash) = flash else { return Ok(()) };
        let fits = info.flash.is_some_and(|found| {
            flash.size <= found.size && found == FlashInfo { size: found.size, ..flash }
        });
        if fits {
            return Ok(());
        }
        Err(TargetError::Other(format!("its flash is {:?}, wanted is {flash:?}", info.flash)))
    }

    /// Brings the board's flash to what the scenario begins with, as far as it is otherwise.
    fn restore(&mut self, flash: &[u8]) -> Result<(), TargetError> {
        for (number, wanted) in flash.chunks(SECTOR).enumerate() {
            // The board's flash is addressed by 32 bits, and has been found to be as long as ours.
            let at = (number * SECTOR) as u32;
            let mut found: Vec<u8> = Vec::new();
            self.ask(&Request::ReadFlash { at, len: wanted.len() as u32 }, |reply| match reply {
                Reply::Flash(bytes) => {
                    found.extend(bytes);
                    Ok(())
                }
                reply => unexpected(&reply),
            })?;
            if found == wanted {
                continue;
            }
            self.ask(&Request::EraseFlash { at }, |reply| unexpected(&reply))?;
            let pages = wanted.chunks(FLASH_PAGE as usize).zip((at..).step_by(FLASH_PAGE as usize));
            for (page, at) in pages.filter(|(page, _)| page.iter().any(|byte| *byte != 0xff)) {
                let bytes = page.to_vec();
                self.ask(&Request::ProgramFlash { at, bytes }, |reply| unexpected(&reply))?;
            }
        }
        Ok(())
    }

    /// Turns the handle, again before `until` if nothing but time passes; what came of it is done to
    /// the board here.
    pub fn poll(
        &mut self,
        now: Instant,
        until: Instant,
        pace: Pace,
        board: &mut VirtualBoard,
    ) -> Result<Polled, TargetError> {
        // The kernel's time begins with power, the board's with the world.
        let powered = board.now().since(now);
        let mut events = Vec::new();
        while events.len() < EVENTS_PER_POLL
            && let Some(event) = board.event()
        {
            events.push(event);
        }
        let room = board.line().room() as u32;
        let mut polled = None;
        let mut records = std::mem::take(&mut self.records);
        self.ask(&Request::Poll { now, until, pace, room, events }, |reply| match reply {
            Reply::Record(record, text) => {
                records.push((record, text.to_vec()));
                Ok(())
            }
            Reply::Polled { at, next, fuel, used, lost } => {
                polled = Some((Polled { at, next, used }, fuel, lost));
                Ok(())
            }
            Reply::Turn { at } => {
                board.advance(at + powered);
                Ok(())
            }
            reply => board.follow(&reply),
        })?;
        self.records = records;
        let (polled, fuel, lost) =
            polled.ok_or_else(|| stopped("it does not say when to go on"))?;
        if lost != 0 {
            return Err(stopped(&format!("its trace had no room for {lost} records")));
        }
        if polled.at < now || until.max(now) < polled.at {
            return Err(stopped("it does not keep to the time it was given"));
        }
        self.fuel = fuel;
        Ok(polled)
    }

    /// Takes what the kernel wrote down.
    pub fn drain(&mut self) -> Vec<(Record, Vec<u8>)> {
        std::mem::take(&mut self.records)
    }

    /// Logical instructions since boot.
    pub fn fuel(&self) -> u64 {
        self.fuel
    }

    /// The actors that live.
    pub fn processes(&mut self) -> Result<Vec<ProcessRecord>, TargetError> {
        let mut processes = Vec::new();
        self.ask(&Request::Processes, |reply| match reply {
            Reply::Process(process) => {
                id_of(process.id).ok_or_else(|| stopped("it names an actor that cannot be"))?;
                processes.push(process);
                Ok(())
            }
            reply => unexpected(&reply),
        })?;
        Ok(processes)
    }

    /// Who can reach what.
    pub fn authority(&mut self) -> Result<Vec<Held>, TargetError> {
        let mut all = Vec::new();
        self.ask(&Request::Authority, |reply| match reply {
            Reply::Held(held) => {
                all.push(held);
                Ok(())
            }
            reply => unexpected(&reply),
        })?;
        Ok(all)
    }

    /// How much memory the board gives out, and what of it is free.
    pub fn heap(&mut self) -> Result<HeapInfo, TargetError> {
        let mut heap = None;
        self.ask(&Request::Heap, |reply| match reply {
            Reply::Heap(found) => {
                heap = Some(found);
                Ok(())
            }
            reply => unexpected(&reply),
        })?;
        heap.ok_or_else(|| stopped("it does not say what is free"))
    }

    /// What its devices are like, seen from outside.
    pub fn look(&mut self) -> Result<Look, TargetError> {
        self.line.look()
    }

    /// Asks, and hears every reply up to the last.
    fn ask(
        &mut self,
        request: &Request,
        mut each: impl FnMut(Reply<'_>) -> Result<(), TargetError>,
    ) -> Result<(), TargetError> {
        let frame = self.sender.frame(request).map_err(|error| stopped(&error.to_string()))?;
        self.line.send(frame)?;
        loop {
            let (bytes, heard) = &mut self.heard;
            while let Some(byte) = bytes.get(*heard) {
                *heard += 1;
                match self.receiver.push(*byte) {
                    None => (),
                    Some(Received::Noise(noise, _)) => self.said.extend(noise),
                    Some(Received::Message(message)) => {
                        let reply: Reply<'_> =
                            decode(message).map_err(|error| stopped(&error.to_string()))?;
                        if let Reply::Failed(why) = reply {
                            return Err(stopped(why));
                        }
                        let is_last = reply.is_last();
                        if !matches!(reply, Reply::Done) {
                            each(reply)?;
                        }
                        if is_last {
                            return Ok(());
                        }
                    }
                }
            }
            bytes.clear();
            *heard = 0;
            self.line.receive(&mut self.heard.0).map_err(|error| self.with_words(error))?;
        }
    }

    /// An error with the last that the board said in plain text.
    fn with_words(&self, error: TargetError) -> TargetError {
        let said = [&self.said[..], self.receiver.unfinished()].concat();
        let said = String::from_utf8_lossy(&said[said.len().saturating_sub(SAID_MAX)..]);
        let said = said.trim().replace('\0', "");
        if said.is_empty() {
            return error;
        }
        match error {
            TargetError::Unreachable(why) | TargetError::Stopped(why) => {
                TargetError::Stopped(format!("{why}; its last words:\n{said}"))
            }
            error => error,
        }
    }
}

fn stopped(why: &str) -> TargetError {
    TargetError::Stopped(why.to_owned())
}

fn unexpected(reply: &Reply<'_>) -> Result<(), TargetError> {
    Err(stopped(&format!("it answers {reply:?}, which was not asked")))
}
