//! The commands that show: files, names, actors, capabilities, pages of the manual.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::ControlFlow;
use sdk::Refusal;
use sdk::abi::bus::Status;
use sdk::abi::held::HeldRecord;
use sdk::abi::object::ObjectKind;
use sdk::abi::process::ProcessRecord;
use sdk::endpoint;
use sdk::file::Entry;
use sdk::namespace;

use crate::dialogue::Dialogue;
use crate::files;
use crate::files::NotDone;
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

    /// Lists what is in a directory, or says what a file is; and the names below the path.
    pub(crate) fn list_files(&mut self, path: Option<&str>, is_long: bool) {
        let mut count = 0;
        match self.list_directory(path.unwrap_or("/"), is_long) {
            Ok(listed) => count += listed,
            // Names have paths as well.
            Err(Refusal::NotFound) if path.is_some() => (),
            Err(Refusal::NoCapability) if path.is_some() => (),
            Err(Refusal::NoCapability) => return self.lack("ls", "a file service"),
            Err(refusal) => self.complain(path.unwrap_or("/"), &NotDone(refusal)),
        }
        if let Some(prefix) = path {
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
        match (count, path) {
            (0, None | Some("/")) => self.say(Ink::Dim, "no files"),
            (0, Some(prefix)) => self.print(Ink::Dim, format_args!("nothing is below {prefix}")),
            _ => (),
        }
    }

    fn list_directory(&mut self, path: &str, is_long: bool) -> Result<u32, Refusal> {
        // A gap and ten digits and the unit stand to the right of the name, rights to its left.
        let beside = if is_long { 18 } else { 14 };
        let width = usize::from(self.fronts.columns()).saturating_sub(beside).min(40);
        let files = self.files.as_mut().ok_or(Refusal::NoCapability)?;
        let mut printer = self.fronts.printer(Ink::Plain);
        let mut tell = |entry: Entry<'_>| {
            let Status { is_directory, is_writable, size } = entry.status;
            if is_long {
                let kind = if is_directory { 'd' } else { '-' };
                printer.text(&format!("{kind}r{} ", if is_writable { 'w' } else { '-' }));
            }
            match is_directory {
                true => printer.text(&format!("{}/\n", entry.name)),
                false => printer.text(&format!("{:<width$} {size:>10} B\n", entry.name)),
            }
        };
        let listed = match files.list(path, &mut tell) {
            Err(Refusal::WrongObject) => files.status(path).map(|status| {
                tell(Entry { name: path, status });
                1
            }),
            other => other,
        };
        printer.finish();
        listed
    }

    fn list_names_below(&mut self, prefix: &str) -> Result<u32, Refusal> {
        let mut listed = Vec::new();
        let wanted = prefix.trim_end_matches('/');
        self.population.each_name(wanted, |name, id| listed.push((String::from(name), id)))?;
        for (name, id) in &listed {
            self.say_name(name, *id);
        }
        Ok(listed.len() as u32)
    }

    /// Says who has a name.
    pub(crate) fn say_name(&mut self, name: &str, id: u64) {
        match self.population.name_of(id) {
            Some(actor) => self.print(Ink::Plain, format_args!("{name} is {actor}, actor {id}")),
            None => self.print(Ink::Plain, format_args!("{name} is actor {id}")),
        }
    }

    /// Shows a file.
    pub(crate) fn show_file(&mut self, path: &str) {
        match self.print_file(path) {
            Ok(()) => (),
            Err(Refusal::NoCapability) if self.files.is_none() => {
                self.lack("cat", "a file service");
            }
            Err(refusal) => self.complain(path, &NotDone(refusal)),
        }
    }

    /// Shows a file if there is one.
    pub(crate) fn show_greeting(&mut self, path: &str) {
        match self.print_file(path) {
            Ok(()) | Err(Refusal::NotFound) => (),
            Err(_) if self.files.is_none() => (),
            Err(refusal) => self.complain(path, &NotDone(refusal)),
        }
    }

    fn print_file(&mut self, path: &str) -> Result<(), Refusal> {
        let files = self.files.as_mut().ok_or(Refusal::NoCapability)?;
        let (mut is_empty, mut next) = (true, ControlFlow::Continue(()));
        let mut printer = self.fronts.printer(Ink::Plain);
        let read = files::read(files, path, |bytes| {
            is_empty &= bytes.is_empty();
            printer.bytes(bytes);
            if self.mail.is_interrupted() {
                next = ControlFlow::Break(());
            }
            next
        });
        printer.finish();
        read?;
        if next.is_break() {
            self.say(Ink::Dim, "^C");
        }
        if is_empty {
            self.print(Ink::Dim, format_args!("{path} is empty"));
        }
        Ok(())
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
}
