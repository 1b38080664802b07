//! Scribe: reads lines from a terminal and writes down what they say. It is how a terminal is tried
//! out, and an example of how one is used.
//!
//! It is given, in slot 1, a terminal, then a clock and a log. Some lines it takes as commands:
//!
//! | line | does |
//! |---|---|
//! | `front`, `back` | puts itself in the foreground, or whoever was there before |
//! | `secret` | asks for a line that is not shown |
//! | `raw` | writes down bytes as they come, until a `q`; an `x` is its end |
//! | `size` | writes down how large the terminal is |
//! | `size COLUMNS ROWS` | says how large it is |
//! | `lines COUNT` | writes that many lines, unless it is interrupted |
//! | `rest SECONDS` | reads nothing for that long |
//! | `die` | ends abnormally |
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

use core::fmt::Arguments;
use core::fmt::Write;
use core::time::Duration;
use sdk::Refusal;
use sdk::Rights;
use sdk::capability;
use sdk::clock::Clock;
use sdk::endpoint::Endpoint;
use sdk::endpoint::Inbox;
use sdk::grant::Grants;
use sdk::log::Line;
use sdk::tty;
use sdk::tty::Modes;
use sdk::tty::Size;
use sdk::tty::Terminal;

const TERMINAL: Terminal = Terminal::new(Endpoint::slot(1));

/// Bytes of a line that are read at once.
const LINE_MAX: u32 = 240;

/// Who is told of the terminal's answers that are no answers to a call.
const BADGE: u64 = 1;

sdk::entry!(main);

fn main() {
    let mut scribe = Scribe { inbox: Inbox::new(), clock: Grants::new().clock() };
    match scribe.run() {
        Ok(()) => sdk::log!("end of input"),
        Err(refusal) => {
            sdk::log!("the terminal cannot be used: {refusal}");
            sdk::entry::exit(1);
        }
    }
}

/// One who reads and writes.
struct Scribe {
    inbox: Inbox,
    clock: Option<Clock>,
}

impl Scribe {
    /// Reads until the end of input.
    fn run(&mut self) -> Result<(), Refusal> {
        loop {
            let mut line = Line::default();
            let read = TERMINAL.read(&mut self.inbox, LINE_MAX)?;
            if read.is_empty() {
                return self.say(format_args!("end of input"));
            }
            // What is cut off, or is no text, is written down as far as it is.
            let _ = line.write_str(core::str::from_utf8(read).unwrap_or("?"));
            let mut words = line.text().split_ascii_whitespace();
            let word = words.next().unwrap_or_default();
            let mut number = || words.next().and_then(|word| word.parse::<u16>().ok());
            match (word, number(), number()) {
                ("front", ..) => self.enter()?,
                ("back", ..) => TERMINAL.leave_foreground(&mut self.inbox)?,
                ("secret", ..) => self.ask_secret()?,
                ("raw", ..) => self.read_raw()?,
                ("size", Some(columns), Some(rows)) => {
                    TERMINAL.set_size(&mut self.inbox, Size { columns, rows })?;
                }
                ("size", ..) => {
                    let Size { columns, rows } = TERMINAL.size(&mut self.inbox)?;
                    self.say(format_args!("{columns} columns, {rows} rows"))?;
                }
                ("lines", Some(count), _) => {
                    self.write_lines(count)?;
                }
                ("rest", Some(seconds), _) => self.rest(seconds)?,
                ("die", ..) => sdk::entry::exit(1),
                _ => self.say(format_args!("{:?}", line.text()))?,
            }
        }
    }

    /// Writes a line down, with the place of who writes in front.
    fn say(&mut self, text: Arguments<'_>) -> Result<(), Refusal> {
        let mut line = Line::default();
        let place = sdk::endpoint::identity()? & 0xffff_ffff;
        // A line that is cut off is still a line.
        let _ = writeln!(line, "scribe {place}: {text}");
        TERMINAL.write(&mut self.inbox, line.text().as_bytes())
    }

    /// Becomes the foreground.
    fn enter(&mut self) -> Result<(), Refusal> {
        let rights = Rights::WRITE | Rights::GRANT;
        let address = capability::mint(Endpoint::OWN.handle(), rights, BADGE)?;
        TERMINAL.ask_foreground(address)?;
        loop {
            let message = self.inbox.receive()?;
            if message.badge() == BADGE && message.opcode() == tty::FOREGROUND {
                tty::status(&message)?;
                return self.say(format_args!("in the foreground"));
            }
        }
    }

    /// Writes many lines. What interrupted something else before does not count.
    fn write_lines(&mut self, count: u16) -> Result<(), Refusal> {
        while self.is_interrupted()? {}
        for number in 1..=count {
            self.say(format_args!("line {number} of {count}"))?;
            if self.is_interrupted()? {
                return self.say(format_args!("interrupted"));
            }
        }
        Ok(())
    }

    /// Whether an interrupt has come. Only with a clock one can look without waiting.
    fn is_interrupted(&mut self) -> Result<bool, Refusal> {
        if self.clock.is_none() {
            return Ok(false);
        }
        match self.inbox.receive_within(Duration::ZERO) {
            Ok(message) => Ok(message.badge() == BADGE && message.opcode() == tty::INTERRUPT),
            Err(Refusal::Timeout) => Ok(false),
            Err(refusal) => Err(refusal),
        }
    }

    /// Reads a line that is not shown.
    fn ask_secret(&mut self) -> Result<(), Refusal> {
        let modes = TERMINAL.modes(&mut self.inbox)?;
        TERMINAL.set_modes(&mut self.inbox, modes.without(Modes::ECHO))?;
        TERMINAL.write(&mut self.inbox, b"password: ")?;
        let len = TERMINAL.read(&mut self.inbox, LINE_MAX)?.trim_ascii_end().len();
        TERMINAL.set_modes(&mut self.inbox, modes)?;
        self.say(format_args!("a secret of {len} bytes"))
    }

    /// Reads bytes as they come.
    fn read_raw(&mut self) -> Result<(), Refusal> {
        let modes = TERMINAL.modes(&mut self.inbox)?;
        TERMINAL.set_modes(&mut self.inbox, Modes::NEWLINE_RETURNS)?;
        loop {
            let mut line = Line::default();
            let bytes = TERMINAL.read(&mut self.inbox, LINE_MAX)?;
            let is_last = bytes.contains(&b'q');
            // More bytes than fit are not written down.
            let _ = bytes.iter().try_for_each(|byte| write!(line, " {byte:02x}"));
            let is_end = bytes.contains(&b'x');
            self.say(format_args!("bytes{}", line.text()))?;
            if is_end {
                sdk::entry::exit(1);
            }
            if is_last {
                return TERMINAL.set_modes(&mut self.inbox, modes);
            }
        }
    }

    fn rest(&mut self, seconds: u16) -> Result<(), Refusal> {
        let clock = self.clock.ok_or(Refusal::NoCapability)?;
        clock.sleep(Duration::from_secs(u64::from(seconds)))
    }
}
