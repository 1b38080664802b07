//! The commands that make actors, give them other code, and end them.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use sdk::Handle;
use sdk::Refusal;
use sdk::Rights;
use sdk::abi::object::ObjectKind;
use sdk::abi::spawn::SpawnGrant;
use sdk::abi::spawn::SpawnOptions;
use sdk::capability;
use sdk::endpoint;
use sdk::endpoint::Endpoint;
use sdk::grant::Grants;
use sdk::memory::Memory;
use sdk::spawn;
use sdk::spawn::Child;
use sdk::spawn::Reload;

use crate::dialogue::Dialogue;
use crate::files;
use crate::files::Module;
use crate::files::NotDone;
use crate::palette::Ink;
use crate::population::Member;

/// The priority of what is loaded, unless the shell's own is lower.
const PRIORITY: u8 = 16;

/// What is handed on, as far as it may be, behind the shell's address. It is what seed 001's actors
/// count on.
const HANDED_ON: [(ObjectKind, Rights); 3] = [
    (ObjectKind::Log, Rights::WRITE),
    (ObjectKind::Clock, Rights::READ),
    (ObjectKind::Namespace, Rights::ALL),
];

/// Why a module is not an actor now.
struct NotLoaded(Refusal);

impl fmt::Display for NotLoaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hint = match self.0 {
            Refusal::Invalid => "this kernel takes no such module; the trace says why",
            Refusal::NoRoom => "there is no memory or no place for one more actor: stop another",
            Refusal::NoSlot => "this shell holds all that it can: stop an actor",
            Refusal::NoRight => "the spawner was given without `write`",
            Refusal::OutOfRange => "its name or its priority cannot be",
            Refusal::Dead => "its supervisor has given up",
            _ => "try again",
        };
        write!(f, "{}: {hint}", self.0)
    }
}

/// Why an actor keeps its code.
struct NotReloaded(Refusal);

impl fmt::Display for NotReloaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hint = match self.0 {
            Refusal::Invalid => {
                "this kernel takes no such module, or it cannot be started; the trace says why. \
                 The old code runs on"
            }
            Refusal::Dead => "nothing is left to give code to: load it",
            Refusal::WrongObject => "a service of the kernel image has no code of its own",
            Refusal::NoRoom => "there is no memory for both meanwhile. The old code runs on",
            Refusal::NoRight => "its capability was given without `write`",
            Refusal::NoCapability => "this shell holds no such child any more",
            Refusal::TooLong => "the module is too long",
            _ => "the old code runs on",
        };
        write!(f, "{}: {hint}", self.0)
    }
}

/// Why an actor lives on.
struct NotStopped(Refusal);

impl fmt::Display for NotStopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hint = match self.0 {
            Refusal::NoCapability => {
                "this shell neither loaded it nor was it given `child` or `processes: write`"
            }
            Refusal::NoRight => "its capability was given without `write`",
            Refusal::Dead | Refusal::NotFound | Refusal::Stale => "it has ended already",
            _ => "it lives on",
        };
        write!(f, "{}: {hint}", self.0)
    }
}

impl Dialogue {
    /// Makes an actor of a file.
    pub(crate) fn load(&mut self, path: &str, name: Option<&str>) {
        let Some(spawner) = self.spawner else { return self.lack("load", "a spawner") };
        if let Some(name) = name
            && SpawnOptions::padded(name).is_none()
        {
            let max = SpawnOptions::NAME_BYTES;
            return self.complain("load", &format_args!("a name has 1 to {max} bytes"));
        }
        let name = self.population.free_name(name.unwrap_or_else(|| stem(path)));
        let Some(module) = self.module("load", path) else { return };
        let made = spawn::options(&name).and_then(|options| {
            let options = SpawnOptions { priority: self.priority(), ..options };
            let grants = handed_on();
            match &module {
                Module::Bytes(bytes) => spawner.spawn(bytes, &options, &grants),
                Module::Granted(memory) => {
                    spawner.spawn_from(Memory::new(memory.handle()), &options, &grants)
                }
            }
        });
        match made {
            Ok(child) => self.welcome(name, child),
            Err(refusal) => self.complain("load", &format_args!("{path}: {}", NotLoaded(refusal))),
        }
    }

    /// Takes a new actor in, and gives it its name.
    fn welcome(&mut self, name: String, child: Child) {
        let endpoint = Endpoint::new(child.handle());
        let named = self.population.names.map(|names| names.register(&name, endpoint));
        let record = self.population.records().find(|record| record.name() == name);
        let id = record.map(|record| record.id);
        let id = id.or_else(|| self.population.id_of(&name)).unwrap_or_default();
        match id {
            0 => self.print(Ink::Plain, format_args!("loaded {name}")),
            _ => self.print(Ink::Plain, format_args!("loaded {name}, actor {id}")),
        }
        if let Some(Err(refusal)) = named {
            self.complain("load", &format_args!("{name} is not registered: {refusal}"));
        }
        self.population.members.push(Member { name, id, child });
    }

    /// Gives an actor other code.
    pub(crate) fn reload(&mut self, word: &str, path: &str) {
        let Some(member) = self.population.member(word).cloned() else {
            return match self.population.id_of(word) {
                Some(_) => self.complain(
                    "reload",
                    &format_args!("this shell neither loaded \"{word}\" nor was it given `child`"),
                ),
                None => self.complain("reload", &format_args!("nobody is called \"{word}\"")),
            };
        };
        let Some(module) = self.module("reload", path) else { return };
        let reloaded = match &module {
            Module::Bytes(bytes) => member.child.reload(bytes),
            Module::Granted(memory) => member.child.reload_from(Memory::new(memory.handle())),
        };
        let name = member.name;
        // The notice of its end, read while the file was waited for, has taken the handle.
        let is_over = reloaded == Err(Refusal::Stale);
        match if is_over { Err(Refusal::Dead) } else { reloaded } {
            Ok(Reload::Done) => self.print(Ink::Plain, format_args!("{name} has new code")),
            Ok(Reload::YetToCome) => {
                self.print(
                    Ink::Plain,
                    format_args!("{name} gets new code when it waits for a message"),
                );
            }
            Err(refusal) => {
                self.complain("reload", &format_args!("{path}: {}", NotReloaded(refusal)));
            }
        }
    }

    /// Ends an actor.
    pub(crate) fn stop(&mut self, word: &str) {
        let stopped = match self.population.member(word) {
            Some(member) => member.child.stop(),
            None => match (self.population.id_of(word), self.population.processes) {
                (Some(id), Some(processes)) => processes.stop(id),
                (Some(_), None) => Err(Refusal::NoCapability),
                (None, _) => {
                    return self.complain("stop", &format_args!("nobody is called \"{word}\""));
                }
            },
        };
        match stopped {
            // Its end is told as any other.
            Ok(()) => (),
            Err(refusal) => self.complain("stop", &format_args!("{word}: {}", NotStopped(refusal))),
        }
    }

    /// The contents of a file, or it is said why there are none.
    fn module(&mut self, command: &str, path: &str) -> Option<Module> {
        let Some(files) = &mut self.files else {
            self.lack(command, "a file service");
            return None;
        };
        match files::module(files, path) {
            Ok(module) => Some(module),
            Err(Refusal::TooLong) => {
                let why = "too long, and not in memory that can be passed on";
                self.complain(command, &format_args!("cannot read {path}: {why}"));
                None
            }
            Err(refusal) => {
                self.complain(command, &format_args!("cannot read {path}: {}", NotDone(refusal)));
                None
            }
        }
    }

    /// Nobody makes what would outrun himself.
    fn priority(&self) -> u8 {
        let own = endpoint::identity().ok();
        let record = self.population.records().find(|record| Some(record.id) == own);
        record.map_or(PRIORITY, |record| record.priority.min(PRIORITY))
    }
}

/// What an actor is called whose code is in this file.
fn stem(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.strip_suffix(".wasm").unwrap_or(file);
    if stem.is_empty() { "actor" } else { stem }
}

/// What a new actor is given: this shell's address, and what may be handed on.
fn handed_on() -> Vec<SpawnGrant> {
    let mut given = alloc::vec![SpawnGrant { handle: Handle::OWN_ENDPOINT, rights: Rights::WRITE }];
    let grants = Grants::new();
    for (kind, wanted) in HANDED_ON {
        let Some(handle) = grants.find(kind) else { continue };
        let Ok(info) = capability::info(handle) else { continue };
        if !Rights::GRANT.is_within(info.rights) {
            continue;
        }
        let bits = info.rights.bits() & wanted.bits();
        given.extend(Rights::from_bits(bits).map(|rights| SpawnGrant { handle, rights }));
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn an_actor_is_called_as_its_file() {
        assert_eq!(["echo.wasm", "/bin/echo.wasm", "echo"].map(stem), ["echo"; 3]);
        assert_eq!([".wasm", "bin/", ""].map(stem), ["actor"; 3]);
    }

    #[test]
    fn every_refusal_says_its_name_and_what_to_do() {
        for refusal in Refusal::ALL {
            let texts = [
                format!("{}", NotLoaded(*refusal)),
                format!("{}", NotReloaded(*refusal)),
                format!("{}", NotStopped(*refusal)),
            ];
            for text in texts {
                let (name, hint) = text.split_once(": ").unwrap();
                assert_eq!(name, refusal.text());
                assert!(3 < hint.len(), "{text}");
            }
        }
    }
}
