//! From a message to its answer.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use core::time::Duration;
use sdk::Refusal;
use sdk::Rights;
use sdk::capability::Owned;
use sdk::clock::Clock;
use sdk::endpoint::Message;
use sdk::endpoint::PAYLOAD_MAX;
use sdk::kv;
use sdk::memory::Memory;

use crate::calendar::Calendar;
use crate::drawer::Body;
use crate::drawer::Drawer;
use crate::request;
use crate::request::Request;
use crate::store::Store;
use crate::store::Wanted;

/// Memory that is offered and not used yet.
const OFFERS_MAX: usize = 4;

/// Bytes that are copied at a time.
const PIECE: usize = 512;

/// What `length=127` and the ends of lines add to a key.
const COUNTED_OVERHEAD: usize = 12;

/// Values, time, and what was offered.
#[derive(Debug)]
pub(crate) struct Server<D> {
    store: Store<D>,
    calendar: Calendar,
    clock: Option<Clock>,
    /// Memory for the next put of each of these senders, the latest last.
    offers: Vec<(u64, Owned)>,
    /// The answer in the making.
    answer: Box<[u8; PAYLOAD_MAX]>,
}

/// What is said.
#[derive(Debug)]
enum Said {
    /// So many bytes behind the id.
    Bytes(u32, usize),
    /// A value of this length, in memory.
    Granted(Owned, u32),
}

impl<D: Drawer> Server<D> {
    /// Goes on with what is in the drawer. The time by which values end needs a clock.
    pub(crate) fn start(mut drawer: D, clock: Option<Clock>) -> Server<D> {
        let calendar = Calendar::start(&mut drawer, uptime(clock)).unwrap_or_else(|refusal| {
            sdk::log!("the time of the values that end is lost, and they last longer: {refusal}");
            Calendar::default()
        });
        let (store, offers) = (Store { drawer }, Vec::new());
        Server { store, calendar, clock, offers, answer: Box::new([0; PAYLOAD_MAX]) }
    }

    /// Answers one message. The error is why its sender gets no answer.
    pub(crate) fn serve(&mut self, message: &mut Message<'_>) -> Result<(), Refusal> {
        if message.opcode() == kv::OFFER {
            return self.keep_offer(message);
        }
        let (id, request) = request::parse(message.payload());
        self.answer[..id.len()].copy_from_slice(id);
        let said = match request {
            _ if !matches!(message.opcode(), kv::PUT | kv::GET | kv::DELETE | kv::LIST) => {
                Ok(self.say(id.len(), kv::ERROR, b"not available: no such request"))
            }
            Err(wrong) => Ok(self.say(id.len(), kv::ERROR, wrong.as_bytes())),
            Ok(request) => self.do_it(message, id.len(), &request),
        };
        let said = said.unwrap_or_else(|refusal| match refusal {
            Refusal::NotFound => Said::Bytes(kv::NOT_FOUND, 0),
            refusal => self.say(id.len(), kv::ERROR, error_text(refusal).as_bytes()),
        });
        match said {
            Said::Bytes(opcode, len) => message.reply(opcode, &self.answer[..id.len() + len]),
            Said::Granted(memory, len) => {
                let line = format!("length={len}\n");
                let end = id.len() + line.len();
                self.answer[id.len()..end].copy_from_slice(line.as_bytes());
                let answer = &self.answer[..end];
                message.reply_with(kv::VALUE, answer, memory.handle(), Rights::READ)
            }
        }
    }

    fn do_it(
        &mut self,
        message: &Message<'_>,
        at: usize,
        request: &Request<'_>,
    ) -> Result<Said, Refusal> {
        let uptime = uptime(self.clock);
        let now = self.calendar.time(uptime);
        let has_end = message.opcode() == kv::PUT && request.ttl != 0;
        let key = request.key;
        if key.is_none() && message.opcode() != kv::LIST {
            return Ok(self.say(at, kv::ERROR, b"invalid: key= is missing"));
        }
        if has_end && self.clock.is_none() {
            return Ok(self.say(at, kv::ERROR, b"not available: a ttl needs a clock"));
        }
        let kept = match self.clock {
            Some(_) => self.calendar.keep(&mut self.store.drawer, uptime, has_end),
            None => Ok(()),
        };
        // What is full can still be read and emptied.
        if has_end {
            kept?;
        }
        let key = key.unwrap_or_default();
        match message.opcode() {
            kv::PUT => {
                let end = has_end.then(|| now.saturating_add(u64::from(request.ttl) * 1000));
                self.put(message.sender(), at, request, end)
            }
            kv::GET => self.get(at, key, request, now),
            kv::DELETE => {
                self.store.delete(key, now)?;
                Ok(self.say(at, kv::OK, b""))
            }
            _ => self.list(at, request, now),
        }
    }

    fn put(
        &mut self,
        sender: u64,
        at: usize,
        request: &Request<'_>,
        end: Option<u64>,
    ) -> Result<Said, Refusal> {
        let key = request.key.unwrap_or_default();
        let place = self.offers.iter().position(|(from, _)| *from == sender);
        let offer = request.granted.and(place).map(|place| self.offers.remove(place).1);
        let body = match (request.value, request.granted, &offer) {
            (Some(value), None, _) => Body::Bytes(value),
            (None, Some(len), Some(offer)) => Body::Granted(Memory::new(offer.handle()), len),
            _ => return Ok(self.say(at, kv::ERROR, b"invalid: one value= or one offer")),
        };
        self.store.put(key, body, end)?;
        Ok(self.say(at, kv::OK, b""))
    }

    /// The value, a piece of it, or memory with it.
    fn get(
        &mut self,
        at: usize,
        key: &[u8],
        request: &Request<'_>,
        now: u64,
    ) -> Result<Said, Refusal> {
        let size = self.store.size(key, now)?;
        let room = PAYLOAD_MAX - at;
        if size as usize <= room || request.offset.is_some() {
            let offset = request.offset.unwrap_or(0);
            let len = self.store.read(key, offset, &mut self.answer[at..])?;
            return Ok(Said::Bytes(kv::VALUE, len));
        }
        if request.granted.is_none_or(|granted| granted == 0) {
            let text = format!("too long: {size} bytes; ask with granted=1, or with offset=0");
            return Ok(self.say(at, kv::ERROR, text.as_bytes()));
        }
        let memory = Owned::new(Memory::create(size)?.handle());
        let target = Memory::new(memory.handle());
        let mut piece = [0; PIECE];
        let mut done = 0;
        while done < size {
            let count = self.store.read(key, done, &mut piece)?;
            if count == 0 {
                return Err(Refusal::Corrupt);
            }
            target.write(done, &piece[..count])?;
            done += count as u32;
        }
        Ok(Said::Granted(memory, size))
    }

    fn list(&mut self, at: usize, request: &Request<'_>, now: u64) -> Result<Said, Refusal> {
        let overhead = if request.is_counted { COUNTED_OVERHEAD } else { 1 };
        let wanted = Wanted {
            prefix: request.prefix,
            after: request.after,
            limit: request.limit.map_or(usize::MAX, |limit| limit as usize),
            room: PAYLOAD_MAX - at,
            overhead,
        };
        let keys = self.store.list(wanted, now)?;
        let mut text: Vec<u8> = Vec::new();
        for key in &keys {
            if !text.is_empty() {
                text.push(b'\n');
            }
            if request.is_counted {
                text.extend_from_slice(format!("length={}\n", key.len()).as_bytes());
            }
            text.extend_from_slice(key);
        }
        Ok(self.say(at, kv::KEYS, &text))
    }

    /// Puts text behind the id.
    fn say(&mut self, at: usize, opcode: u32, text: &[u8]) -> Said {
        self.answer[at..at + text.len()].copy_from_slice(text);
        Said::Bytes(opcode, text.len())
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
}

/// What an error says.
fn error_text(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::NameTooLong => "too long: a key has at most 127 bytes, and fewer in /tmp",
        Refusal::TooLong => "too long: a value has at most 65536 bytes",
        refusal => kv::error_name(refusal),
    }
}

/// Time since power on; nothing passes without a clock.
fn uptime(clock: Option<Clock>) -> Duration {
    clock.and_then(|clock| clock.now().ok()).unwrap_or_default()
}
