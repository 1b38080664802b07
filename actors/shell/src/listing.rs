//! The commands that show: files, names, actors, capabilities, pages of the manual.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use sdk::Refusal;
use sdk::abi::held::HeldRecord;
use sdk::abi::object::ObjectKind;
use sdk::abi::process::ProcessRecord;
use sdk::endpoint;
use sdk::namespace;

use crate::dialogue::Dialogue;
use crate::files::Found;
use crate::manual::PAGES;
use crate::manual::Page;
use crate::palette::Ink;

/// Bytes of a node's name.
const NODE_MAX: usize = 64;

impl Dialogue {
    pub(crate) fn show_manual(&mut self) {
        for page in &PAGES {
            self.print(Ink::Plain, format_args!("{:<9} {}", page.name, page.meaning));
        }
        self.say(Ink::Dim, "help COMMAND says more. Page Up shows what went by.");
    }

    pub(crate) fn show_page(&mut self, page: &Page) {
        self.print(Ink::Plain, format_args!("{}: {}", page.name, page.meaning));
        self.say(Ink::Plain, format!("usage:   {} {}", page.name, page.usage).trim_end());
        self.print(Ink::Plain, format_args!("example: {}", page.example));
        if !page.more.is_empty() {
            self.say(Ink::Dim, page.more);
        }
    }

    /// Lists the files; with a prefix, those below it and the names below it.
    pub(crate) fn list_files(&mut self, prefix: Option<&str>) {
        let mut count = 0;
        match self.list_files_below(prefix.unwrap_or("/")) {
            Ok(listed) => count += listed,
            Err(Refusal::NoCapability) if prefix.is_some() => (),
            Err(Refusal::NoCapability) => return self.lack("ls", "a file service"),
            Err(refusal) => self.complain("ls", &refusal),
        }
        if let Some(prefix) = prefix {
            match self.list_names_below(prefix) {
                Ok(listed) => count += listed,
                // Names are shown where there are names.
                Err(Refusal::NoCapability | Refusal::NoRight) => (),
                Err(Refusal::BufferTooSmall) => {
                    self.complain("ls", &"too many names: say a longer prefix");
                }
                Err(refusal) => self.complain("ls", &refusal),
            }
        }
        match (count, prefix) {
            (0, None | Some("/")) => self.say(Ink::Dim, "no files"),
            (0, Some(prefix)) => self.print(Ink::Dim, format_args!("nothing is below {prefix}")),
            _ => (),
        }
    }

    fn list_files_below(&mut self, prefix: &str) -> Result<usize, Refusal> {
        // A gap and ten digits and the unit stand to the right of the name.
        let width = usize::from(self.fronts.columns()).saturating_sub(14).min(40);
        let files = self.files.as_ref().ok_or(Refusal::NoCapability)?;
        let mut printer = self.fronts.printer(Ink::Plain);
        let mut count = 0;
        let listed = files.list(&mut self.mail, |entry| {
            if is_below(entry.name, prefix) {
                count += 1;
                printer.text(&format!("{:<width$} {:>10} B\n", entry.name, entry.size));
            }
        });
        printer.finish();
        listed.map(|_| count)
    }

    fn list_names_below(&mut self, prefix: &str) -> Result<usize, Refusal> {
        let mut listed = Vec::new();
        let wanted = prefix.trim_end_matches('/');
        self.population.each_name(wanted, |name, id| listed.push((String::from(name), id)))?;
        for (name, id) in &listed {
            self.say_name(name, *id);
        }
        Ok(listed.len())
    }

    /// Says who has a name.
    pub(crate) fn say_name(&mut self, name: &str, id: u64) {
        match self.population.name_of(id) {
            Some(actor) => self.print(Ink::Plain, format_args!("{name} is {actor}, actor {id}")),
            None => self.print(Ink::Plain, format_args!("{name} is actor {id}")),
        }
    }

    /// Shows a file.
    pub(crate) fn show_file(&mut self, name: &str) {
        match self.print_file(name) {
            Ok(Found::File) => (),
            Ok(Found::Interrupted) => self.say(Ink::Dim, "^C"),
            Ok(Found::Nothing) => self.complain(name, &"no such file"),
            Err(Refusal::NoCapability) if self.files.is_none() => {
                self.lack("cat", "a file service");
            }
            Err(refusal) => self.complain(name, &refusal),
        }
    }

    /// Shows a file if there is one.
    pub(crate) fn show_greeting(&mut self, name: &str) {
        if let Err(refusal) = self.print_file(name)
            && self.files.is_some()
        {
            self.complain(name, &refusal);
        }
    }

    fn print_file(&mut self, name: &str) -> Result<Found, Refusal> {
        let files = self.files.as_ref().ok_or(Refusal::NoCapability)?;
        let mut is_empty = true;
        let mut printer = self.fronts.printer(Ink::Plain);
        let found = files.read(&mut self.mail, name, |bytes| {
            is_empty &= bytes.is_empty();
            printer.bytes(bytes);
        });
        printer.finish();
        if found == Ok(Found::File) && is_empty {
            self.print(Ink::Dim, format_args!("{name} is empty"));
        }
        found
    }

    pub(crate) fn list_ids(&mut self) {
        self.list_actors("list", "          ID  NAME             STATE", |record| {
            format!("{:>12}  {:<16} {}", record.id, record.name(), record.state.name())
        });
    }

    pub(crate) fn list_processes(&mut self) {
        let heading = "NAME          STATE     PRIORITY     MEMORY  QUEUED";
        self.list_actors("ps", heading, process_line);
    }

    fn list_actors(&mut self, command: &str, head: &str, line: impl Fn(&ProcessRecord) -> String) {
        let Some(processes) = self.population.processes else {
            return self.lack(command, "the process table");
        };
        self.say(Ink::Dim, head);
        for index in 0.. {
            match processes.record(index) {
                Ok(Some(record)) => self.say(Ink::Plain, &line(&record)),
                Ok(None) => return,
                Err(refusal) => return self.complain(command, &refusal),
            }
        }
    }

    pub(crate) fn show_identity(&mut self) {
        match endpoint::identity() {
            Ok(id) => self.print(Ink::Plain, format_args!("{id}")),
            Err(refusal) => self.complain("self", &refusal),
        }
    }

    pub(crate) fn show_whoami(&mut self) {
        let mut bytes = [0; NODE_MAX];
        let node = namespace::node_name(&mut bytes).unwrap_or("?");
        let id = endpoint::identity().unwrap_or_default();
        let name = self.population.name_of(id).unwrap_or_else(|| String::from("a shell"));
        self.print(Ink::Plain, format_args!("{name}, actor {id} of node {node}"));
    }

    /// Lists what an actor holds, or this shell.
    pub(crate) fn list_held(&mut self, word: Option<&str>) {
        if self.population.processes.is_none() {
            return self.lack("caps", "the process table");
        }
        let id = match word {
            None => None,
            Some(word) => match self.population.id_of(word) {
                Some(id) => Some(id),
                None => return self.complain("caps", &format_args!("nobody is called \"{word}\"")),
            },
        };
        match self.population.held(id) {
            Err(Refusal::NotFound) => self.complain("caps", &"no such actor is alive"),
            Err(refusal) => self.complain("caps", &refusal),
            Ok(held) => {
                self.say(Ink::Dim, "SLOT KIND         RIGHTS            OBJECT");
                for record in &held {
                    let line = self.held_line(record);
                    self.say(Ink::Plain, &line);
                }
            }
        }
    }

    fn held_line(&self, record: &HeldRecord) -> String {
        let HeldRecord { handle, kind, rights, badge, object, from } = *record;
        let actor = |id| self.population.name_of(id).unwrap_or_else(|| format!("{id}"));
        let what = match kind {
            ObjectKind::Endpoint | ObjectKind::Child | ObjectKind::Reply => actor(object),
            ObjectKind::Directory | ObjectKind::File => actor(object),
            ObjectKind::Pins => format!("{object:#x}"),
            _ if object == 0 => String::new(),
            _ => format!("{object}"),
        };
        let badge = (badge != 0).then(|| format!("badge {badge}"));
        let from = (from != 0).then(|| format!("from {}", actor(from)));
        let (slot, rights) = (handle.slot(), format!("{rights}"));
        let mut line = format!("{slot:>4} {:<12} {rights:<17}", kind.name());
        for part in [Some(what).filter(|what| !what.is_empty()), badge, from].into_iter().flatten()
        {
            line.push(' ');
            line.push_str(&part);
        }
        String::from(line.trim_end())
    }

    pub(crate) fn show_history(&mut self) {
        let mut printer = self.fronts.printer(Ink::Plain);
        for (index, line) in self.history.lines().enumerate() {
            printer.text(&format!("{:>4}  {line}\n", index + 1));
        }
        printer.finish();
    }
}

/// Whether a path lies at a prefix or below it.
fn is_below(name: &str, prefix: &str) -> bool {
    let prefix = prefix.trim_matches('/');
    let rest = name.trim_start_matches('/').strip_prefix(prefix);
    rest.is_some_and(|rest| prefix.is_empty() || rest.is_empty() || rest.starts_with('/'))
}

fn process_line(record: &ProcessRecord) -> String {
    let ProcessRecord { memory, queued, priority, state, .. } = record;
    let (name, state) = (record.name(), state.name());
    let kibibytes = memory.div_ceil(1024);
    format!("{name:<13} {state:<9} {priority:>8} {kibibytes:>6} KiB {queued:>7}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use sdk::abi::process::ProcessState;

    #[test]
    fn an_actor_is_a_line_below_its_heading() {
        let mut name = [0; ProcessRecord::NAME_BYTES];
        name[..3].copy_from_slice(b"vfs");
        let state = ProcessState::Waiting;
        let record = ProcessRecord {
            id: 1,
            fuel: 9,
            memory: 40_000,
            queued: 2,
            priority: 18,
            state,
            restarts: 0,
            name,
        };
        assert_eq!(process_line(&record), "vfs           waiting         18     40 KiB       2");
    }

    #[test]
    fn a_prefix_ends_at_a_component() {
        assert!(is_below("docs/a.txt", "/docs") && is_below("docs/a.txt", "docs/"));
        assert!(is_below("tmp/x", "/") && is_below("tmp/x", "/tmp/x"));
        assert!(!is_below("docs2/a.txt", "/docs") && !is_below("do", "/docs"));
    }
}
