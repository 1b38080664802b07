//! What comes in: keys, bytes of the terminal, ends, answers, and what nobody asked for.
//!
//! Answers are told apart by the badge of the address they came through; each service has its own,
//! so that none can answer in another's place, and so has each call.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;
use sdk::Handle;
use sdk::Refusal;
use sdk::Rights;
use sdk::abi::exit::ExitNotice;
use sdk::abi::input::KeyEvent;
use sdk::abi::message::KEY_EVENT;
use sdk::capability;
use sdk::clock::Clock;
use sdk::endpoint::Inbox;
use sdk::endpoint::KERNEL;
use sdk::endpoint::Message;
use sdk::file::Change;
use sdk::file::What;
use sdk::file::is_watching;
use sdk::tty;
use sdk::tty::Size;

use crate::key::Key;
use crate::typed::Typed;
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
    Terminal = 3,
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
    /// The terminal has another size.
    Resize(Size),
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
    typed: Typed,
    waiting: VecDeque<Event>,
    /// What could not be kept.
    lost: u32,
    /// Who answered last for each service.
    servers: [Option<u64>; 3],
    calls: u64,
}

impl Mail {
    pub(crate) fn new(clock: Option<Clock>) -> Mail {
        Mail {
            inbox: Box::default(),
            clock,
            typed: Typed::default(),
            waiting: VecDeque::new(),
            lost: 0,
            servers: [None; 3],
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
            self.typed.ask();
            let message = self.inbox.receive()?;
            each_event(&mut self.typed, &message, &mut |event| self.waiting.push_back(event));
        }
    }

    /// Becomes the foreground of a terminal, from which keys come then.
    pub(crate) fn share(&mut self, terminal: tty::Terminal) -> Result<(), Refusal> {
        let address = Service::Terminal.address()?;
        terminal.ask_foreground(address)?;
        self.answer(Service::Terminal, tty::FOREGROUND, |message| {
            tty::status(message).map(|_| ())
        })??;
        self.typed.share(terminal, address);
        Ok(())
    }

    /// Whether an actor that has ended is the terminal; then no keys come from it any more.
    pub(crate) fn has_lost_terminal(&mut self, dead: u64) -> bool {
        let is_terminal = self.servers[Service::Terminal as usize - 1] == Some(dead);
        if is_terminal {
            self.typed.end();
        }
        is_terminal
    }

    /// Whether somebody wants an end of what goes on. What was typed before that is forgotten, what
    /// else came is kept. Only with a clock one can look without waiting.
    pub(crate) fn is_interrupted(&mut self) -> bool {
        let mut is_interrupted = false;
        while self.clock.is_some()
            && let Ok(message) = self.inbox.receive_within(Duration::ZERO)
        {
            let mut events = Vec::new();
            each_event(&mut self.typed, &message, &mut |event| events.push(event));
            drop(message);
            for event in events {
                is_interrupted |= matches!(event, Event::Key(_, Key::Interrupt));
                self.keep(event);
            }
        }
        if is_interrupted {
            self.waiting.retain(|event| !matches!(event, Event::Key(..)));
        }
        is_interrupted
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
            let mut events = Vec::new();
            each_event(&mut self.typed, &message, &mut |event| events.push(event));
            let dead = message.exit_notice().map(|notice| notice.id);
            drop(message);
            events.into_iter().for_each(|event| self.keep(event));
            if dead.is_some() && (dead == self.servers[server] || self.servers[server].is_none()) {
                return Err(Refusal::Dead);
            }
        }
    }

    /// Waits for a change of what is watched, or for a key, which is enough. What else comes is
    /// kept.
    pub(crate) fn next_change(&mut self) -> Result<Told, Refusal> {
        loop {
            self.typed.ask();
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
            let mut events = Vec::new();
            each_event(&mut self.typed, &message, &mut |event| events.push(event));
            drop(message);
            let mut is_enough = false;
            for event in events {
                is_enough |= matches!(event, Event::Key(..) | Event::Death(_) | Event::Shutdown);
                if !matches!(event, Event::Key(..)) {
                    self.keep(event);
                }
            }
            if is_enough {
                return Ok(Told::Enough);
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
            let mut events = Vec::new();
            each_event(&mut self.typed, &message, &mut |event| events.push(event));
            drop(message);
            let mut silence = None;
            for event in events {
                match event {
                    Event::Key(_, Key::Interrupt) => silence = Some(Silence::Interrupted),
                    Event::Death(notice) if Some(notice.id) == from => {
                        silence = Some(Silence::Dead(notice));
                        self.keep(event);
                    }
                    event => self.keep(event),
                }
            }
            if let Some(silence) = silence {
                return Err(silence);
            }
        }
    }

    pub(crate) fn now(&self) -> Option<Duration> {
        self.clock.and_then(|clock| clock.now().ok())
    }

    /// Keeps what comes at another time. Ends are never lost: there are no more than capabilities.
    fn keep(&mut self, event: Event) {
        if matches!(event, Event::Resize(_)) {
            // Only the last one matters.
            self.waiting.retain(|event| !matches!(event, Event::Resize(_)));
        }
        let max = match event {
            Event::Key(..) => KEYS_MAX,
            Event::Message(_) => MESSAGES_MAX,
            Event::Death(_) | Event::Resize(_) | Event::Shutdown => usize::MAX,
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

/// Tells what a message is that nobody waits for.
#[inline(never)]
fn each_event(typed: &mut Typed, message: &Message<'_>, each: &mut dyn FnMut(Event)) {
    if message.is_shutdown() {
        return each(Event::Shutdown);
    }
    if let Some(notice) = message.exit_notice() {
        return each(Event::Death(notice));
    }
    if message.sender() == KERNEL || message.badge() == Service::Terminal as u64 {
        if message.opcode() == tty::RESIZED
            && let Some(size) = Size::decode(message.payload())
        {
            return each(Event::Resize(size));
        }
        return typed.keys(message, &mut |key| each(Event::Key(Front::Terminal, key)));
    }
    if message.badge() == Service::Screen as u64 {
        if message.opcode() == KEY_EVENT
            && let Some(payload) = message.payload().first_chunk()
        {
            let event = KeyEvent::decode(payload);
            if let Some(key) = Key::from_event(&event).filter(|_| event.pressed) {
                each(Event::Key(Front::Window, key));
            }
        }
        return;
    }
    if message.badge() == Service::Changes as u64 {
        // Nobody watches any more.
        return;
    }
    each(Event::Message(line_of("message", message)));
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
