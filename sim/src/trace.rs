//! The trace as it is read: fixed columns, one line a state change. `docs/TRACE.md` is its legend.

use std::fmt::Write;

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

/// Lines so far, and a hash over all of them.
///
/// Slices that ended because their fuel did are counted and hashed but not kept: a busy actor ends
/// a hundred thousand of them in a second.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    lines: Vec<String>,
    hash: Sha256,
    preempts: u64,
}

impl Trace {
    /// Adds what happened on a board.
    pub fn push(&mut self, board: &str, cast: &Cast, record: &Record, text: &[u8]) {
        let actor = record.actor.map_or("-", |id| cast.life(id));
        let what = describe(cast, record, text);
        let line =
            format!("{:>12} {board:<8} {actor:<12} {what}", cast.instant(record.at).to_string());
        self.add(&line);
        if record.what == What::Preempt {
            self.preempts += 1;
        } else {
            self.lines.push(line);
        }
    }

    /// Adds what happened to a board itself.
    pub fn note(&mut self, at: Instant, board: &str, what: &str) {
        let line = format!("{:>12} {board:<8} {:<12} {what}", at.to_string(), "-");
        self.add(&line);
        self.lines.push(line);
    }

    fn add(&mut self, line: &str) {
        self.hash.update(line.as_bytes());
        self.hash.update(b"\n");
    }

    /// The lines that are kept.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Heading and lines.
    pub fn text(&self) -> String {
        let mut text = String::from(HEADING);
        for line in &self.lines {
            text.push('\n');
            text.push_str(line);
        }
        text.push('\n');
        text
    }

    /// The first 16 digits of the SHA-256 of every line, also of those that are not kept.
    pub fn hash(&self) -> String {
        hex(&self.hash.clone().finalize()[..8])
    }

    /// Slices that ended because their fuel did.
    pub fn preempts(&self) -> u64 {
        self.preempts
    }
}

/// What a record says, without when and who.
pub fn describe(cast: &Cast, record: &Record, text: &[u8]) -> String {
    match &record.what {
        What::Boot { actors } => format!("boot     {actors} actors"),
        What::Spawn { priority, memory } => {
            format!("spawn    priority {priority}, memory {}", size(*memory))
        }
        What::Grant { handle, object, rights } => {
            format!("grant    slot {handle:?} {} ({rights})", cast.object(object))
        }
        What::Send { to, opcode, len, capability } => {
            let opcode = cast.opcode(record.actor, Some(*to), *opcode);
            let passed = capability.map_or_else(String::new, |(object, rights)| {
                format!("  +{} ({rights})", cast.object(&object))
            });
            format!("send     {} {opcode}{}{passed}", cast.life(*to), payload(text, *len))
        }
        What::Receive { from, opcode, len, capability } => {
            let sender = from.map_or("kernel", |id| cast.life(id));
            let notice = (from.is_none() && *opcode == message::EXIT_NOTICE)
                .then(|| cast.notice(text))
                .flatten();
            if let Some(notice) = notice {
                return format!("recv     kernel exit {notice}");
            }
            let opcode = cast.opcode(*from, record.actor, *opcode);
            let slot = capability.map_or_else(String::new, |slot| format!("  slot {slot:?}"));
            format!("recv     {sender} {opcode}{}{slot}", payload(text, *len))
        }
        What::Refuse { call, refusal } => format!("refuse   {}: {refusal}", call.text()),
        What::Log => format!("log      {}", printable(text)),
        What::Derive { handle, object, rights } => {
            format!("derive   slot {handle:?} {} ({rights})", cast.object(object))
        }
        What::Delete { handle } => format!("delete   slot {handle:?}"),
        What::Revoke { handle, count } => format!("revoke   slot {handle:?}: {count} removed"),
        What::Pin { pin, high } => format!("pin      gpio{pin} {}", level(*high)),
        What::Flush => "flush".to_owned(),
        What::Flash { work, at, len } => {
            format!("flash    {} {} at 0x{at:x}", work.name(), size(*len))
        }
        What::Preempt => format!("preempt  slice {}", record.slice),
        What::Sleep { until } => format!("sleep    until {}", cast.instant(*until)),
        What::Input(event) => format!("input    {}", input(cast, event)),
        What::Overrun(event) => format!("overrun  {}: nobody takes it", input(cast, event)),
        What::LogLost { bytes } => format!("overrun  {bytes} bytes of log"),
        What::Exit(reason) => format!("exit     {reason}"),
        What::Release { held, revoked, unread, told } => format!(
            "release  {held} held, {revoked} revoked elsewhere, {unread} unread, {told} told"
        ),
        What::Shutdown { deadline: Some(at) } => {
            format!("shutdown asked, ended at {}", cast.instant(*at))
        }
        What::Shutdown { deadline: None } => "shutdown asked, waited for".to_owned(),
        What::Restart { at } => format!("restart  at {}", cast.instant(*at)),
        What::GiveUp => format!("give up  supervisor {}", printable(text)),
        What::StartFailed => format!("refuse   start: {}", printable(text)),
        What::ReloadDue => "reload   at its next receive".to_owned(),
        What::Reload { memory } => format!("reload   begins with {}", size(*memory)),
        What::Register => format!("register {}", printable(text)),
        What::Unregister => format!("unregister {}", printable(text)),
        What::Priority { effective } => format!("priority {effective}"),
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
fn payload(bytes: &[u8], len: u32) -> String {
    let runs = bytes.split(|byte| !is_printable(*byte));
    let longest = runs.max_by_key(|run| run.len()).unwrap_or_default();
    // Of two equal parts the last; a part of two bytes is rather a number than text.
    if longest.len() < 3 && longest.len() < bytes.len() {
        return format!(" ({len} B)");
    }
    if longest.is_empty() {
        return String::new();
    }
    let shown = &longest[..longest.len().min(EXCERPT)];
    let more = if shown.len() < longest.len() { "…" } else { "" };
    let rest = if longest.len() < len as usize { format!(" ({len} B)") } else { String::new() };
    format!(" \"{}{more}\"{rest}", shown.escape_ascii())
}

fn is_printable(byte: u8) -> bool {
    byte == b'\n' || byte == b'\t' || (0x20..0x7f).contains(&byte)
}
