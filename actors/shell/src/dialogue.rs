//! Everything that the shell has, and how it says why something is not done.

use alloc::boxed::Box;
use alloc::fmt;
use core::fmt::Arguments;
use core::fmt::Display;
use sdk::Handle;
use sdk::Refusal;
use sdk::abi::object::ObjectKind;
use sdk::capability;
use sdk::clock::Clock;
use sdk::endpoint::Endpoint;
use sdk::file::Files;
use sdk::grant::Grants;
use sdk::serial::Serial;
use sdk::spawn::Spawner;
use sdk::state;
use sdk::tty;

use crate::address::Addresses;
use crate::front::Fronts;
use crate::history::History;
use crate::mail::Front;
use crate::mail::Mail;
use crate::mail::PATIENCE;
use crate::palette::Ink;
use crate::population::Population;
use crate::terminal::Terminal;
use crate::window::Window;
use crate::wire::Wire;

/// Where the services are, if they are.
const FILE_SERVICE: Endpoint = Endpoint::slot(1);
const SCREEN_SERVICE: Endpoint = Endpoint::slot(2);
const TERMINAL: Endpoint = Endpoint::slot(3);

/// The key under which the history is kept.
const HISTORY_KEY: &str = "history";

/// Everything the shell has.
#[derive(Debug)]
pub(crate) struct Dialogue {
    pub(crate) mail: Mail,
    pub(crate) fronts: Fronts,
    pub(crate) history: History,
    pub(crate) files: Option<Box<Files>>,
    pub(crate) population: Population,
    pub(crate) spawner: Option<Spawner>,
    pub(crate) addresses: Addresses,
    /// Whether the history can be kept beyond this life.
    keeps_history: bool,
}

impl Dialogue {
    /// Looks at what was given and opens the fronts. The error is that there is none.
    pub(crate) fn open() -> Result<Dialogue, Refusal> {
        let grants = Grants::new();
        let clock = grants.clock();
        let population = Population::new(grants.processes(), grants.namespace());
        let mut mail = Mail::new(clock);
        let terminal = open_terminal(&grants, &mut mail)?;
        let window = match is_endpoint(SCREEN_SERVICE) {
            true => Some(Window::open(SCREEN_SERVICE, &mut mail, clock)?),
            false => None,
        };
        let files = match is_endpoint(FILE_SERVICE) {
            true => Some(open_files(clock)),
            false => None,
        };
        if window.is_none() && terminal.is_none() {
            return Err(Refusal::NoCapability);
        }
        let speaking = if window.is_some() { Front::Window } else { Front::Terminal };
        let keeps_history = grants.find(ObjectKind::Directory).is_some();
        Ok(Dialogue {
            mail,
            fronts: Fronts { window, terminal, speaking },
            history: if keeps_history { restored() } else { History::default() },
            files,
            population,
            spawner: grants.spawner(),
            addresses: Addresses::default(),
            keeps_history,
        })
    }

    pub(crate) fn say(&mut self, ink: Ink, text: &str) {
        self.fronts.say(ink, text);
    }

    /// Says something formatted. It stands in the module once: on a small board its length counts.
    #[inline(never)]
    pub(crate) fn print(&mut self, ink: Ink, text: Arguments<'_>) {
        self.fronts.say(ink, &fmt::format(text));
    }

    /// Says why a command is not done.
    #[inline(never)]
    pub(crate) fn complain(&mut self, command: &str, why: &dyn Display) {
        self.print(Ink::Error, format_args!("{command}: {why}"));
    }

    /// Says that a command needs what was not given.
    #[inline(never)]
    pub(crate) fn lack(&mut self, command: &str, what: &str) {
        self.complain(command, &format_args!("this shell was not given {what}"));
    }

    /// Remembers a line, beyond this life if it can.
    pub(crate) fn remember(&mut self, line: &str) {
        if self.history.push(line) {
            self.keep_history();
        }
    }

    /// Keeps the history as it is. Who keeps it may be full or gone; then it lasts as long as the
    /// shell.
    pub(crate) fn keep_history(&mut self) {
        if self.keeps_history
            && let Err(refusal) = state::save(HISTORY_KEY, self.history.saved().as_bytes())
        {
            self.keeps_history = false;
            sdk::log!("the history is not kept any more: {refusal}");
        }
    }
}

/// The terminal in slot 3, or that of this name, or the serial line as one; if there is any.
fn open_terminal(grants: &Grants, mail: &mut Mail) -> Result<Option<Terminal>, Refusal> {
    let serial = grants.find(ObjectKind::Serial).map(Serial::new);
    let shared = match (is_endpoint(TERMINAL), serial, grants.namespace()) {
        (true, ..) => Some(TERMINAL),
        (false, None, Some(names)) => names.lookup(tty::NAME).ok(),
        _ => None,
    };
    if let Some(shared) = shared.map(tty::Terminal::new) {
        mail.share(shared)?;
        return Wire::shared(shared).map(|wire| Some(Terminal::new(wire)));
    }
    let clock = grants.clock();
    Ok(serial.map(|serial| Terminal::new(Wire::line(serial, clock))))
}

/// A client of the file service, which has room for a message: too much for the stack.
#[inline(never)]
fn open_files(clock: Option<Clock>) -> Box<Files> {
    let mut files = Box::new(Files::new(FILE_SERVICE));
    if clock.is_some() {
        files.set_patience(PATIENCE);
    }
    files
}

fn restored() -> History {
    let mut bytes = alloc::vec![0; History::SAVED_MAX];
    let len = state::load(HISTORY_KEY, &mut bytes).unwrap_or_default();
    let saved = bytes.get(..len).and_then(|saved| core::str::from_utf8(saved).ok());
    saved.map_or_else(History::default, History::restored)
}

/// Whether something to send to was put there.
fn is_endpoint(endpoint: Endpoint) -> bool {
    let handle: Handle = endpoint.handle();
    capability::info(handle).is_ok_and(|info| info.kind == ObjectKind::Endpoint)
}
