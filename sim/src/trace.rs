//! The trace as it is read: fixed columns, one line a state change. `docs/TRACE.md` is its legend.

use std::cell::RefCell;
use std::cell::RefMut;
use std::fmt;
use std::fmt::Write;
use std::rc::Rc;

use abi::message;
use kernel::event::Event;
use kernel::time::Instant;
use kernel::trace::Record;
use kernel::trace::What;
use sha2::Digest;
use sha2::Sha256;

use crate::cast::Cast;

/// The columns of the lines.
pub const HEADING: &str = " virtual s   board    actor        what";

/// Characters of a payload that a line shows.
const EXCERPT: usize = 48;

/// Records that wait to become lines: a busy actor ends a hundred thousand slices in a second, and
/// of those nothing is kept but the hash.
const WAITING_MAX: usize = 4096;

/// Lines so far, and a hash over all of them.
///
/// Slices that ended because their fuel did are counted and hashed but not kept. What happened is
/// kept as it was told and becomes lines when somebody asks for them: making them takes longer than
/// all that they tell of, and most of those who play a world never look.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    lines: RefCell<Lines>,
    preempts: u64,
}

#[derive(Clone, Debug, Default)]
struct Lines {
    /// Those that are made and kept, each with its end.
    text: String,
    hash: Sha256,
    /// What has yet to become one, the oldest first.
    waiting: Vec<Waiting>,
    /// The texts of what waits, one behind the other.
    texts: Vec<u8>,
}

/// A record with what is needed to make a line of it.
#[derive(Clone, Debug)]
struct Waiting {
    /// The board's cast at that time.
    cast: Rc<Cast>,
    record: Record,
    /// Bytes of its text.
    len: usize,
}

impl Trace {
    /// Adds what happened on a board.
    pub fn push(&mut self, cast: &Rc<Cast>, record: &Record, text: &[u8]) {
        if record.what == What::Preempt {
            self.preempts += 1;
        }
        let lines = self.lines.get_mut();
        if WAITING_MAX <= lines.waiting.len() {
            lines.settle();
        }
        lines.texts.extend_from_slice(text);
        lines.waiting.push(Waiting { cast: Rc::clone(cast), record: *record, len: text.len() });
    }

    /// Adds what happened to a board itself.
    pub fn note(&mut self, at: Instant, board: &str, what: &str) {
        let lines = self.lines.get_mut();
        lines.settle();
        lines.add(true, format_args!("{:>12} {board:<8} {:<12} {what}", at.to_string(), "-"));
    }

    /// Makes lines of all that has been told so far, so that nobody needs the casts of before.
    pub fn settle(&mut self) {
        self.lines.get_mut().settle();
    }

    /// The lines that are kept.
    pub fn lines(&self) -> Vec<String> {
        self.settled().text.lines().map(str::to_owned).collect()
    }

    /// The last lines that are kept, at most so many.
    pub fn last_lines(&self, count: usize) -> Vec<String> {
        let lines = self.settled();
        let mut last: Vec<String> =
            lines.text.lines().rev().take(count).map(str::to_owned).collect();
        last.reverse();
        last
    }

    /// Heading and lines.
    pub fn text(&self) -> String {
        format!("{HEADING}\n{}", self.settled().text)
    }

    /// The first 16 digits of the SHA-256 of every line, also of those that are not kept.
    pub fn hash(&self) -> String {
        hex(&self.settled().hash.clone().finalize()[..8])
    }

    /// Slices that ended because their fuel did.
    pub fn preempts(&self) -> u64 {
        self.preempts
    }

    fn settled(&self) -> RefMut<'_, Lines> {
        let mut lines = self.lines.borrow_mut();
        lines.settle();
        lines
    }
}

impl Lines {
    fn settle(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        let texts = std::mem::take(&mut self.texts);
        let mut rest = &texts[..];
        for Waiting { cast, record, len } in &waiting {
            let (text, behind) = rest.split_at(*len);
            rest = behind;
            let at = cast.instant(record.at).to_string();
            let actor = record.actor.map_or("-", |id| cast.life(id));
            let what = Description { cast, record, text };
            let is_kept = record.what != What::Preempt;
            self.add(is_kept, format_args!("{at:>12} {:<8} {actor:<12} {what}", cast.board()));
        }
        // Their memory is used again.
        (self.waiting, self.texts) = (waiting, texts);
        self.waiting.clear();
        self.texts.clear();
    }

    fn add(&mut self, is_kept: bool, line: fmt::Arguments<'_>) {
        let start = self.text.len();
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{line}");
        self.hash.update(&self.text[start..]);
        if !is_kept {
            self.text.truncate(start);
        }
    }
}

/// What a record says, without when and who.
pub struct Description<'a> {
    /// Who is who on its board.
    pub cast: &'a Cast,
    /// The record.
    pub record: &'a Record,
    /// Its text.
    pub text: &'a [u8],
}

impl fmt::Display for Description<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Description { cast, record, text } = *self;
        match &record.what {
            What::Boot { actors } => write!(f, "boot     {actors} actors"),
            What::Spawn { priority, memory } => {
                write!(f, "spawn    priority {priority}, memory {}", size(*memory))
            }
            What::Grant { handle, object, rights } => {
                write!(f, "grant    slot {handle:?} {} ({rights})", cast.object(object))
            }
            What::Send { .. } => self.send(f),
            What::Receive { .. } => self.receive(f),
            What::Refuse { call, refusal } => write!(f, "refuse   {}: {refusal}", call.text()),
            What::Log => write!(f, "log      {}", printable(text)),
            What::Derive { handle, object, rights } => {
                write!(f, "derive   slot {handle:?} {} ({rights})", cast.object(object))
            }
            What::Delete { handle } => write!(f, "delete   slot {handle:?}"),
            What::Revoke { handle, count } => {
                write!(f, "revoke   slot {handle:?}: {count} removed")
            }
            What::Pin { pin, high } => write!(f, "pin      gpio{pin} {}", level(*high)),
            What::Flush => f.write_str("flush"),
            What::Flash { work, at, len } => {
                write!(f, "flash    {} {} at 0x{at:x}", work.name(), size(*len))
            }
            What::Preempt => write!(f, "preempt  slice {}", record.slice),
            What::Sleep { until } => write!(f, "sleep    until {}", cast.instant(*until)),
            What::Input(event) => write!(f, "input    {}", input(cast, event)),
            What::Overrun(event) => {
                write!(f, "overrun  {}: nobody takes it", input(cast, event))
            }
            What::LogLost { bytes } => write!(f, "overrun  {bytes} bytes of log"),
            What::Exit(reason) => write!(f, "exit     {reason}"),
            What::Release { held, revoked, unread, told } => write!(
                f,
                "release  {held} held, {revoked} revoked elsewhere, {unread} unread, {told} told"
            ),
            What::Shutdown { deadline: Some(at) } => {
                write!(f, "shutdown asked, ended at {}", cast.instant(*at))
            }
            What::Shutdown { deadline: None } => f.write_str("shutdown asked, waited for"),
            What::Restart { at } => write!(f, "restart  at {}", cast.instant(*at)),
            What::GiveUp => write!(f, "give up  supervisor {}", printable(text)),
            What::StartFailed => write!(f, "refuse   start: {}", printable(text)),
            What::ReloadDue => f.write_str("reload   at its next receive"),
            What::Reload { memory } => write!(f, "reload   begins with {}", size(*memory)),
            What::Register => write!(f, "register {}", printable(text)),
            What::Unregister => write!(f, "unregister {}", printable(text)),
            What::Priority { effective } => write!(f, "priority {effective}"),
        }
    }
}

impl Description<'_> {
    fn send(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Description { cast, record, text } = *self;
        let What::Send { to, opcode, len, capability } = &record.what else { return Ok(()) };
        let opcode = cast.opcode(record.actor, Some(*to), *opcode);
        write!(f, "send     {} {opcode}", cast.life(*to))?;
        payload(f, text, *len)?;
        match capability {
            Some((object, rights)) => write!(f, "  +{} ({rights})", cast.object(object)),
            None => Ok(()),
        }
    }

    fn receive(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Description { cast, record, text } = *self;
        let What::Receive { from, opcode, len, capability } = &record.what else { return Ok(()) };
        let is_notice = from.is_none() && *opcode == message::EXIT_NOTICE;
        if let Some(notice) = is_notice.then(|| cast.notice(text)).flatten() {
            return write!(f, "recv     kernel exit {notice}");
        }
        let sender = from.map_or("kernel", |id| cast.life(id));
        write!(f, "recv     {sender} {}", cast.opcode(*from, record.actor, *opcode))?;
        payload(f, text, *len)?;
        match capability {
            Some(slot) => write!(f, "  slot {slot:?}"),
            None => Ok(()),
        }
    }
}

/// What an event brings.
fn input(cast: &Cast, event: &Event) -> String {
    match event {
        Event::Serial(byte) => format!("serial {:?}", char::from(*byte)),
        Event::Key(key) => {
            let text = key.text.map_or_else(String::new, |text| format!(" {text:?}"));
            format!("key 0x{:02x}{text} {}", key.key, if key.pressed { "down" } else { "up" })
        }
        Event::Pointer(pointer) => {
            format!("pointer {},{} buttons {}", pointer.x, pointer.y, pointer.buttons)
        }
        Event::Pin { pin, high } => format!("gpio{pin} {}", level(*high)),
        Event::Entropy(bytes) => format!("entropy {}", hex(bytes)),
        Event::Interrupt(line) => format!("interrupt {line}"),
        Event::FlashDone => "flash done".to_owned(),
        Event::Preempt { actor, fuel } => format!("preempt {} at {fuel}", cast.life_of(*actor)),
        Event::PowerOff => "power off".to_owned(),
    }
}

/// A line as it is, but for what would begin a new one or move a terminal's cursor.
fn printable(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    text.chars().map(|c| if c.is_control() { '.' } else { c }).collect()
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn level(high: bool) -> &'static str {
    if high { "high" } else { "low" }
}

/// `48 KiB`, or bytes if it is not whole.
fn size(bytes: u32) -> String {
    if bytes.is_multiple_of(1024) { format!("{} KiB", bytes / 1024) } else { format!("{bytes} B") }
}

/// The longest printable part of a payload, quoted, and how much there is in all.
fn payload(f: &mut fmt::Formatter<'_>, bytes: &[u8], len: u32) -> fmt::Result {
    let runs = bytes.split(|byte| !is_printable(*byte));
    let longest = runs.max_by_key(|run| run.len()).unwrap_or_default();
    // Of two equal parts the last; a part of two bytes is rather a number than text.
    if longest.len() < 3 && longest.len() < bytes.len() {
        return write!(f, " ({len} B)");
    }
    if longest.is_empty() {
        return Ok(());
    }
    let shown = &longest[..longest.len().min(EXCERPT)];
    let more = if shown.len() < longest.len() { "…" } else { "" };
    write!(f, " \"{}{more}\"", shown.escape_ascii())?;
    if longest.len() < len as usize { write!(f, " ({len} B)") } else { Ok(()) }
}

fn is_printable(byte: u8) -> bool {
    byte == b'\n' || byte == b'\t' || (0x20..0x7f).contains(&byte)
}
