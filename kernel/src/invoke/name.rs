//! Calls about names. What a name stands for is a capability of the kernel's own, derived from the
//! one that was named: it goes when that goes.

use abi::handle::Handle;
use abi::object::ObjectKind;
use abi::refusal::Refusal;
use abi::rights::Rights;
use alloc::string::String;
use core::fmt::Write;

use crate::actor::Buffer;
use crate::call::Answer;
use crate::call::Call;
use crate::capability::Capability;
use crate::capability::Object;
use crate::cspace::Place;
use crate::invoke::Outcome;
use crate::invoke::decode::text;
use crate::limits::NAMES_MAX;
use crate::limits::PATH_MAX;
use crate::namespace::is_within;
use crate::state::State;
use crate::trace::What;

impl State {
    pub(super) fn name(
        &mut self,
        handle: Handle,
        name: &[u8],
        endpoint: Handle,
        is_mount: bool,
    ) -> Result<Outcome, Refusal> {
        let name = self.named(handle, name, Rights::WRITE)?;
        // Giving a name is giving to whoever looks it up.
        let held = self.held(endpoint, Rights::WRITE | Rights::GRANT)?;
        let id = match held.object {
            Object::Endpoint(id) | Object::Child(id) => id,
            _ => return Err(Refusal::WrongObject),
        };
        let from = self.cspaces.find(self.current, endpoint)?;
        let wanted = Capability { object: Object::Endpoint(id), ..held };
        self.register(name, from, wanted, is_mount)?;
        Outcome::done()
    }

    pub(super) fn unname(
        &mut self,
        handle: Handle,
        name: &[u8],
        is_mount: bool,
    ) -> Result<Outcome, Refusal> {
        let name = self.named(handle, name, Rights::WRITE)?;
        let slot = if is_mount {
            self.namespace.unmount(name)?
        } else {
            self.namespace.unregister(name)?
        };
        let hidden = Place::new(self.cspaces.names(), slot);
        let id = self.cspaces.at(hidden).object.actor();
        self.remove_hidden(hidden);
        self.record_of(id, What::Unregister, name.as_bytes());
        Outcome::done()
    }

    /// Gives the caller a capability to what a name stands for, unless it has one already. The
    /// result is its handle, or the actor's id.
    pub(super) fn look_up(
        &mut self,
        handle: Handle,
        name: &[u8],
        is_id: bool,
    ) -> Result<Outcome, Refusal> {
        let name = self.named(handle, name, Rights::READ)?;
        // Who may grant names may also hand on what they stand for.
        let may_grant = self.held_kind(handle, ObjectKind::Namespace, Rights::READ | Rights::GRANT);
        let rights = match may_grant {
            Ok(_) => Rights::WRITE | Rights::GRANT,
            Err(_) => Rights::WRITE,
        };
        let found = self.namespace.lookup(name).ok_or(Refusal::NotFound)?;
        let hidden = Place::new(self.cspaces.names(), found.value);
        let named = self.cspaces.at(hidden);
        let id = named.object.actor().ok_or(Refusal::NotFound)?;
        let wanted = Capability { rights, ..named };
        let known = self.cspaces.held(self.current).find(|(_, held)| {
            held.object == wanted.object
                && held.badge == wanted.badge
                && wanted.rights.is_within(held.rights)
        });
        let handle = match known {
            Some((handle, _)) => handle,
            None => {
                let handle = self.cspaces.derive(hidden, wanted, self.current)?;
                let Capability { object, rights, .. } = wanted;
                self.record(What::Derive { handle, object, rights }, &[]);
                handle
            }
        };
        Outcome::word(if is_id { id.word() } else { handle.word() })
    }

    /// The paths below a prefix as lines `path=id`, all or none.
    pub(super) fn list_names(
        &mut self,
        handle: Handle,
        prefix: Buffer,
        into: Buffer,
        memory: &mut [u8],
    ) -> Result<Outcome, Refusal> {
        let lines = self.name_lines(handle, text(prefix.of(memory))?)?;
        if into.len < lines.len() {
            return Err(Refusal::BufferTooSmall);
        }
        into.part(0, lines.len()).of_mut(memory).copy_from_slice(lines.as_bytes());
        Outcome::moved(lines.len())
    }

    /// The paths that begin with a prefix, as seed 001 compares them: byte by byte. As many whole
    /// lines as there is room for; their length goes to `size`.
    pub(super) fn list_paths(
        &mut self,
        prefix: Buffer,
        into: Buffer,
        size: Buffer,
        memory: &mut [u8],
    ) -> Result<Outcome, Refusal> {
        let lines = self.path_lines(text(prefix.of(memory))?)?;
        let fits = &lines.as_bytes()[..lines.len().min(into.len)];
        let end = if fits.len() < lines.len() {
            fits.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1)
        } else {
            fits.len()
        };
        into.part(0, end).of_mut(memory).copy_from_slice(&fits[..end]);
        // A buffer lies in a 32-bit memory.
        size.of_mut(memory).copy_from_slice(&(end as u32).to_le_bytes());
        Ok(Outcome { answer: Answer::Now(0), moved: end as u64 })
    }

    /// A name of an actor, a flat one if it has one, cut to the caller's buffer with a zero behind
    /// it; the result is the length of what is there (seed 001).
    pub(super) fn reverse_look_up(
        &mut self,
        id: u64,
        into: Buffer,
        memory: &mut [u8],
    ) -> Result<Outcome, Refusal> {
        let prefix = self.covered(Call::SUITABLE, Rights::READ)?;
        let names = self.namespace.list(prefix);
        let named = names.filter(|(_, slot)| self.named_id(*slot) == Some(id));
        let best = named.map(|(name, _)| name).min_by_key(|name| name.starts_with('/'));
        let name = best.ok_or(Refusal::NotFound)?.as_bytes();
        let room = into.len.checked_sub(1).ok_or(Refusal::BufferTooSmall)?;
        let name = &name[..name.len().min(room)];
        into.part(0, name.len()).of_mut(memory).copy_from_slice(name);
        into.part(name.len(), 1).of_mut(memory).fill(0);
        Ok(Outcome { answer: Answer::Now(name.len() as u64), moved: (NAMES_MAX * 8) as u64 })
    }

    fn name_lines(&self, handle: Handle, wanted: &str) -> Result<String, Refusal> {
        let prefix = self.covered(handle, Rights::READ)?;
        // The wanted part of what the capability covers.
        let narrower = if is_within(wanted, prefix) { wanted } else { prefix };
        if narrower != wanted && !is_within(prefix, wanted) {
            return Err(Refusal::NoRight);
        }
        Ok(self.lines(self.namespace.list(narrower)))
    }

    fn path_lines(&self, wanted: &str) -> Result<String, Refusal> {
        let prefix = self.covered(Call::SUITABLE, Rights::READ)?;
        if !wanted.starts_with(prefix) && !prefix.starts_with(wanted) {
            return Err(Refusal::NoRight);
        }
        let is_wanted = |name: &str| name.starts_with('/') && name.starts_with(wanted);
        Ok(self.lines(self.namespace.list(prefix).filter(|(name, _)| is_wanted(name))))
    }

    fn lines<'a>(&self, names: impl Iterator<Item = (&'a str, usize)>) -> String {
        let mut lines = String::new();
        for (name, slot) in names {
            let id = self.named_id(slot).unwrap_or_default();
            // Writing to a string cannot fail.
            let _ = writeln!(lines, "{name}={id}");
        }
        lines
    }

    fn named_id(&self, slot: usize) -> Option<u64> {
        let hidden = Place::new(self.cspaces.names(), slot);
        self.cspaces.at(hidden).object.actor().map(|id| id.word())
    }

    /// A name that the caller's capability covers.
    fn named<'name>(
        &self,
        handle: Handle,
        name: &'name [u8],
        rights: Rights,
    ) -> Result<&'name str, Refusal> {
        let name = text(name)?;
        if name.is_empty() || PATH_MAX < name.len() {
            return Err(Refusal::Invalid);
        }
        if is_within(name, self.covered(handle, rights)?) {
            Ok(name)
        } else {
            Err(Refusal::NoRight)
        }
    }

    /// The prefix of the names that the caller's capability covers.
    fn covered(&self, handle: Handle, rights: Rights) -> Result<&str, Refusal> {
        match self.held_kind(handle, ObjectKind::Namespace, rights)?.1.object {
            Object::Namespace(number) => Ok(&self.prefixes[usize::from(number)]),
            _ => Err(Refusal::WrongObject),
        }
    }
}
