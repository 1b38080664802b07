//! What comes in: keys, bytes of the serial line, ends, answers, and what nobody asked for.
//!
//! Answers are told apart by the badge of the address they came through; each service has its own,
//! so that none can answer in another's place, and so has each call.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::String;
use core::time::Duration;
use sdk::Handle;
use sdk::Refusal;
use sdk::Rights;
use sdk::abi::exit::ExitNotice;
use sdk::abi::input::KeyEvent;
use sdk::abi::message::KEY_EVENT;
use sdk::abi::message::SERIAL_EVENT;
use sdk::capability;
use sdk::clock::Clock;
use sdk::endpoint::Inbox;
use sdk::endpoint::KERNEL;
use sdk::endpoint::Message;
use sdk::file::Change;
use sdk::file::What;
use sdk::file::is_watching;

use crate::decoder::Decoder;
use crate::key::Key;
use crate::word::shown;

/// How long an answer may take, if there is a clock.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Keys that are kept while an answer is waited for.
const KEYS_MAX: usize = 64;

/// Messages that are kept meanwhile. Each is a line of some hundred bytes.
const MESSAGES_MAX: usize = 16;

/// A service, by the badge under which it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// The file service, when it tells of changes.
    Changes = 1,
    Screen = 2,
}

/// The badge of the first call. Later ones count up.
const FIRST_CALL: u64 = 16;

impl Service {
    /// An endpoint of this actor for the service to answer through.
    pub(crate) fn address(self) -> Result<Handle, Refusal> {
        address(self as u64)
    }
}

/// An endpoint of this actor with a badge, to be passed on.
pub(crate) fn address(badge: u64) -> Result<Handle, Refusal> {
    capability::mint(Handle::OWN_ENDPOINT, Rights::WRITE | Rights::GRANT, badge)
}

/// Where a key was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Front {
    Window,
    Terminal,
}

/// What the shell acts on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A key went down.
    Key(Front, Key),
    /// Somebody said something, as a line.
    Message(String),
    /// An actor that this one knew is no more.
    Death(ExitNotice),
    /// A supervisor wants this actor to end.
    Shutdown,
}

/// What comes while something is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// A change, as a line.
    Change(String),
    /// It cannot be watched.
    Refused(Refusal),
    /// There was a key, or an end.
    Enough,
}

/// Why there is no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    /// It took too long.
    Late,
    /// Who was asked has ended.
    Dead(ExitNotice),
    /// It was given up.
    Interrupted,
    /// Nothing can be received.
    Refused(Refusal),
}

/// The inbox, and what came at another time.
#[derive(Debug)]
pub(crate) struct Mail {
    inbox: Box<Inbox>,
    clock: Option<Clock>,
    decoder: Decoder,
    waiting: VecDeque<Event>,
    /// What could not be kept.
    lost: u32,
    /// Who answered last for each service.
    servers: [Option<u64>; 2],
    calls: u64,
}

impl Mail {
    pub(crate) fn new(clock: Option<Clock>) -> Mail {
        Mail {
            inbox: Box::default(),
            clock,
            decoder: Decoder::default(),
            waiting: VecDeque::new(),
            lost: 0,
            servers: [None; 2],
            calls: FIRST_CALL,
        }
    }

    /// Waits for something to act on.
    pub(crate) fn next_event(&mut self) -> Result<Event, Refusal> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Ok(event);
            }
            if self.lost != 0 {
                let lost = core::mem::take(&mut self.lost);
                return Ok(Event::Message(format!("[lost] {lost} keys and messages")));
            }
            let message = self.inbox.receive()?;
            if let Some(event) = event_of(&mut self.decoder, &message) {
                return Ok(event);
            }
        }
    }

    /// Waits for a service's answer and reads it. What else comes is kept.
    pub(crate) fn answer<R>(
        &mut self,
        service: Service,
        opcode: u32,
        read: impl FnOnce(&mut Message<'_>) -> R,
    ) -> Result<R, Refusal> {
        let server = service as usize - 1;
        loop {
            let mut message = match self.clock {
                Some(_) => self.inbox.receive_within(PATIENCE)?,
                None => self.inbox.receive()?,
            };
            if message.badge() == service as u64 && message.opcode() == opcode {
                self.servers[server] = Some(message.sender());
                return Ok(read(&mut message));
            }
            let event = event_of(&mut self.decoder, &message);
            let dead = message.exit_notice().map(|notice| notice.id);
            drop(message);
            self.keep(event);
            if dead.is_some() && (dead == self.servers[server] || self.servers[server].is_none()) {
                return Err(Refusal::Dead);
            }
        }
    }

    /// Waits for a change of what is watched, or for a key, which is enough. What else comes is kept.
    pub(crate) fn next_change(&mut self) -> Result<Told, Refusal> {
        loop {
            let message = self.inbox.receive()?;
            if message.badge() == Service::Changes as u64 {
                if let Some(Err(refusal)) = is_watching(&message) {
                    return Ok(Told::Refused(refusal));
                }
                if let Some(change) = Change::read(&message) {
                    return Ok(Told::Change(change_line(&change)));
                }
                continue;
            }
            let event = event_of(&mut self.decoder, &message);
            drop(message);
            match event {
                Some(Event::Key(..)) => return Ok(Told::Enough),
                Some(Event::Death(_) | Event::Shutdown) => {
                    self.keep(event);
                    return Ok(Told::Enough);
                }
                event => self.keep(event),
            }
        }
    }

    /// A badge that no call has had.
    pub(crate) fn next_call(&mut self) -> u64 {
        self.calls += 1;
        self.calls
    }

    /// Waits for the reply under this badge, or for any message of this actor, and reads it. What
    /// else comes is kept.
    pub(crate) fn reply<R>(
        &mut self,
        badge: u64,
        from: Option<u64>,
        read: impl FnOnce(&Message<'_>) -> R,
    ) -> Result<R, Silence> {
        let until = self.now().map(|now| now + PATIENCE);
        loop {
            let rest = until.zip(self.now()).map(|(until, now)| until.saturating_sub(now));
            let received = match rest {
                Some(rest) => self.inbox.receive_within(rest),
                None => self.inbox.receive(),
            };
            let message = match received {
                Ok(message) => message,
                Err(Refusal::Timeout) => return Err(Silence::Late),
                Err(refusal) => return Err(Silence::Refused(refusal)),
            };
            let sender = message.sender();
            if sender != KERNEL && (message.badge() == badge || Some(sender) == from) {
                return Ok(read(&message));
            }
            let event = event_of(&mut self.decoder, &message);
            drop(message);
            match event {
                Some(Event::Key(_, Key::Interrupt)) => return Err(Silence::Interrupted),
                Some(Event::Death(notice)) if Some(notice.id) == from => {
                    self.keep(event);
                    return Err(Silence::Dead(notice));
                }
                event => self.keep(event),
            }
        }
    }

    pub(crate) fn now(&self) -> Option<Duration> {
        self.clock.and_then(|clock| clock.now().ok())
    }

    /// Keeps what comes at another time. Ends are never lost: there are no more than capabilities.
    fn keep(&mut self, event: Option<Event>) {
        let Some(event) = event else { return };
        let max = match event {
            Event::Key(..) => KEYS_MAX,
            Event::Message(_) => MESSAGES_MAX,
            Event::Death(_) | Event::Shutdown => usize::MAX,
        };
        let kind = core::mem::discriminant(&event);
        let alike = self.waiting.iter().filter(|kept| core::mem::discriminant(*kept) == kind);
        if alike.count() < max {
            self.waiting.push_back(event);
        } else {
            self.lost += 1;
        }
    }
}

/// What a message is that nobody waits for.
fn event_of(decoder: &mut Decoder, message: &Message<'_>) -> Option<Event> {
    if message.is_shutdown() {
        return Some(Event::Shutdown);
    }
    if let Some(notice) = message.exit_notice() {
        return Some(Event::Death(notice));
    }
    if message.sender() == KERNEL {
        let byte = message.payload().first().filter(|_| message.opcode() == SERIAL_EVENT)?;
        return decoder.feed(*byte).map(|key| Event::Key(Front::Terminal, key));
    }
    if message.badge() == Service::Screen as u64 {
        let payload = message.payload().first_chunk();
        let event = KeyEvent::decode(payload.filter(|_| message.opcode() == KEY_EVENT)?);
        let key = Key::from_event(&event).filter(|_| event.pressed);
        return key.map(|key| Event::Key(Front::Window, key));
    }
    if message.badge() == Service::Changes as u64 {
        // Nobody watches any more.
        return None;
    }
    Some(Event::Message(line_of("message", message)))
}

/// A message as a line: `[reply] type=201 from=4294967299 size=5 "hello"`.
pub(crate) fn line_of(what: &str, message: &Message<'_>) -> String {
    let payload = message.payload();
    let (opcode, sender, size) = (message.opcode(), message.sender(), payload.len());
    format!("[{what}] type={opcode} from={sender} size={size} {}", shown(payload))
}

/// A change as a line.
fn change_line(change: &Change<'_>) -> String {
    let mut buffer = [0; 512];
    let path = change.path(&mut buffer).unwrap_or("?");
    match change.what {
        What::Made => format!("made {path}"),
        What::Written => format!("written {path}"),
        What::Moved(to) => format!("moved {path} to {to}"),
        What::Gone => format!("gone {path}"),
        What::Overrun => format!("overrun: changes below {path} were lost"),
    }
}
