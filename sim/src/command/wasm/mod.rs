//! `orrery wasm`: modules that are no actors, called from the command line within limits. What was
//! compiled and counted is kept in a folder from one run to the next.

mod argument;
pub mod command_line;
mod folder;
mod index;
mod present;
mod source;
mod trial;

use std::fmt;
use std::path::PathBuf;

use kernel::time::Instant;

use crate::command::Ending;
use crate::command::wasm::folder::Folder;
pub use crate::command::wasm::trial::Trial;

/// What to do, and with which cache.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder in which the cache lives.
    pub cache: PathBuf,
    /// What to do.
    pub action: Action,
}

/// What can be done with modules.
#[derive(Clone, Debug)]
pub enum Action {
    /// Say which modules are cached.
    List,
    /// Say how much modules were used.
    Stats {
        /// Only this one.
        module: Option<String>,
        /// In Prometheus' text format.
        is_exposition: bool,
    },
    /// Forget cached modules and what was counted of them.
    Clear {
        /// Only this one.
        module: Option<String>,
    },
    /// Call a function.
    Test(Trial),
}

/// What a verb says and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// For the standard output.
    pub text: String,
    /// For the standard error.
    pub errors: String,
    /// How it ended.
    pub ending: Ending,
}

/// Why something cannot be done: what is wrong, and what would help.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Trouble {
    problem: String,
    help: Option<String>,
}

impl Trouble {
    fn new(problem: impl Into<String>) -> Trouble {
        Trouble { problem: problem.into(), help: None }
    }

    fn help(self, help: impl Into<String>) -> Trouble {
        Trouble { help: Some(help.into()), ..self }
    }
}

impl fmt::Display for Trouble {
    /// The lines that a person reads. Names in them come from modules: what would move a terminal's
    /// cursor is shown instead.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "error: {}", calm(&self.problem))?;
        self.help.iter().try_for_each(|help| writeln!(f, "help: {}", calm(help)))
    }
}

/// A text in which control characters are shown and not obeyed.
fn calm(text: &str) -> String {
    let shown = |character: char| {
        if character.is_control() {
            character.escape_default().collect()
        } else {
            String::from(character)
        }
    };
    text.chars().map(shown).collect()
}

/// Does it and prints what is to be said.
pub fn run(options: &Options) -> Ending {
    let mut clock = host_clock();
    let told = perform(options, &mut clock);
    eprint!("{}", told.errors);
    print!("{}", told.text);
    told.ending
}

/// Does it by the clock that it is given: nanoseconds since 1970.
pub fn perform(options: &Options, clock: &mut dyn FnMut() -> Instant) -> Told {
    let done = match &options.action {
        Action::Clear { module: None } => Folder::wipe(&options.cache).map(present::cleared),
        action => Folder::open(&options.cache, clock()).and_then(|mut folder| match action {
            Action::List => Ok(present::listing(&folder, clock())),
            Action::Stats { module, is_exposition } => {
                present::stats(&folder, module.as_deref(), *is_exposition)
            }
            Action::Clear { module } => {
                let name = module.as_deref().unwrap_or_default();
                folder.forget(name)?;
                folder.save()?;
                Ok(present::cleared(1))
            }
            Action::Test(trial) => {
                let told = trial.perform(&mut folder, clock);
                folder.save()?;
                told
            }
        }),
    };
    done.unwrap_or_else(|trouble| Told {
        text: String::new(),
        errors: trouble.to_string(),
        ending: Ending::Refused,
    })
}

/// Says something on the standard output; all is well.
fn told(text: String) -> Told {
    Told { text, errors: String::new(), ending: Ending::Passed }
}

/// The host's clock, for the age of cached modules and for timeouts.
#[expect(clippy::disallowed_methods, reason = "a person's timeout and a folder's age are real")]
fn host_clock() -> impl FnMut() -> Instant {
    let start = std::time::Instant::now();
    let since_1970 =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    // 64 bits of nanoseconds last until the year 2554.
    move || Instant::ZERO + since_1970 + start.elapsed()
}
