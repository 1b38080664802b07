//! Who there is: actors by name and id, the ways to send to them, and those that this shell may end
//! and renew.
//!
//! A number is no authority: an id is as good as a capability that this shell holds or a name that
//! it may look up.

use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use sdk::Handle;
use sdk::Refusal;
use sdk::Rights;
use sdk::abi::held::HeldRecord;
use sdk::abi::object::ObjectKind;
use sdk::abi::process::ProcessRecord;
use sdk::abi::process::ProcessState;
use sdk::abi::spawn::SpawnOptions;
use sdk::capability;
use sdk::endpoint;
use sdk::endpoint::Endpoint;
use sdk::namespace::Namespace;
use sdk::namespace::names;
use sdk::process::HELD_BYTES_MAX;
use sdk::process::Processes;
use sdk::spawn::Child;

/// Capabilities that were looked up and are kept for the next time.
const FOUND_MAX: usize = 12;

/// Bytes of names that can be looked at at once.
const NAMES_BYTES: usize = 3072;

/// Bytes of a name before the number that tells it from others.
const STEM_MAX: usize = SpawnOptions::NAME_BYTES - "_9999".len();

/// An actor that this shell may end and give other code.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// 0 if nobody says.
    pub(crate) id: u64,
    pub(crate) child: Child,
}

/// Somebody to send to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    pub(crate) endpoint: Endpoint,
    /// Who it is, if somebody says.
    pub(crate) id: Option<u64>,
}

/// Why nobody is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Nobody {
    /// There is no such name.
    Name(String),
    /// The actor of this id cannot be reached.
    Way(u64),
    /// The name cannot be looked up.
    Refused(String, Refusal),
}

impl fmt::Display for Nobody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Nobody::Name(name) => write!(f, "nobody is called \"{name}\""),
            Nobody::Way(id) => {
                write!(f, "no way to {id}: this shell holds no capability to it and finds no name")
            }
            Nobody::Refused(name, Refusal::NoSlot) => {
                write!(f, "\"{name}\": no free slot. This shell holds all that it can")
            }
            Nobody::Refused(name, refusal) => write!(f, "\"{name}\": {refusal}"),
        }
    }
}

/// All that this shell knows of others.
#[derive(Debug)]
pub(crate) struct Population {
    pub(crate) processes: Option<Processes>,
    pub(crate) names: Option<Namespace>,
    pub(crate) members: Vec<Member>,
    /// Which slots were full at the start, by their bits.
    own_slots: u64,
    /// What was looked up, the oldest first.
    found: VecDeque<Handle>,
}

impl Population {
    /// Takes in what is held: children that were granted, and those that were loaded before this
    /// shell got new code.
    pub(crate) fn new(processes: Option<Processes>, names: Option<Namespace>) -> Population {
        let members = Vec::new();
        let own_slots = u64::MAX;
        let found = VecDeque::new();
        let mut population = Population { processes, names, members, own_slots, found };
        let mut held = population.held(None).unwrap_or_default();
        held.retain(|held| held.kind == ObjectKind::Child);
        for held in &held {
            let name = population.name_of(held.object).unwrap_or_default();
            let child = Child::new(held.handle);
            population.members.push(Member { name, id: held.object, child });
        }
        let children: Vec<Handle> = held.iter().map(|held| held.handle).collect();
        // What else the code before this held is nothing that this code knows of.
        let _ = capability::keep_only(&children);
        if let Ok(held) = population.held(None) {
            let slots = held.iter().map(|held| held.handle.slot());
            population.own_slots = slots.fold(0, |bits, slot| bits | 1 << slot);
        }
        population
    }

    /// What an actor holds, or this one.
    pub(crate) fn held(&self, id: Option<u64>) -> Result<Vec<HeldRecord>, Refusal> {
        let processes = self.processes.ok_or(Refusal::NoCapability)?;
        let id = id.map_or_else(endpoint::identity, Ok)?;
        let mut bytes = vec![0; HELD_BYTES_MAX];
        let count = processes.held(id, &mut bytes)?;
        let (records, _) = bytes.as_chunks::<{ HeldRecord::BYTES }>();
        Ok(records.iter().take(count).filter_map(HeldRecord::decode).collect())
    }

    /// Every actor that is alive.
    pub(crate) fn records(&self) -> impl Iterator<Item = ProcessRecord> + use<> {
        let processes = self.processes;
        let records = (0..).map_while(move |index| processes?.record(index).ok().flatten());
        records.filter(|record| record.state != ProcessState::Dead)
    }

    /// What the actor of this id is called.
    pub(crate) fn name_of(&self, id: u64) -> Option<String> {
        let member = self.members.iter().find(|member| member.id == id);
        let known = member.map(|member| member.name.clone());
        known.or_else(|| Some(String::from(self.records().find(|record| record.id == id)?.name())))
    }

    /// Tells the registered names below a prefix with the ids behind them.
    pub(crate) fn each_name(
        &self,
        prefix: &str,
        mut each: impl FnMut(&str, u64),
    ) -> Result<(), Refusal> {
        let mut buffer = vec![0; NAMES_BYTES];
        let listing = self.names.ok_or(Refusal::NoCapability)?.list(prefix, &mut buffer)?;
        names(listing).for_each(|(name, id)| each(name, id));
        Ok(())
    }

    /// The id of this word, whether or not there is a way to send to whom it names.
    pub(crate) fn id_of(&self, word: &str) -> Option<u64> {
        if let Ok(id) = word.parse() {
            return Some(id);
        }
        if let Some(member) = self.member(word).filter(|member| member.id != 0) {
            return Some(member.id);
        }
        let mut id = None;
        // A name that may not be looked at may be an actor's all the same.
        let _ =
            self.each_name(word, |listed, number| id = id.or((listed == word).then_some(number)));
        id.or_else(|| Some(self.records().find(|record| record.name() == word)?.id))
    }

    /// The actor of this name or id.
    pub(crate) fn find(&mut self, word: &str) -> Result<Target, Nobody> {
        if let Ok(id) = word.parse() {
            return self.by_id(id).ok_or(Nobody::Way(id));
        }
        if let Some(member) = self.member(word) {
            let endpoint = Endpoint::new(member.child.handle());
            return Ok(Target { endpoint, id: Some(member.id).filter(|id| *id != 0) });
        }
        match self.look_up(word) {
            Ok(target) => return Ok(target),
            // It may be an actor's name all the same.
            Err(Refusal::NotFound | Refusal::NoRight | Refusal::NoCapability) => (),
            Err(refusal) => return Err(Nobody::Refused(word.into(), refusal)),
        }
        let record = self.records().find(|record| record.name() == word);
        let id = record.ok_or_else(|| Nobody::Name(word.into()))?.id;
        self.by_id(id).ok_or(Nobody::Way(id))
    }

    /// Who has a registered name.
    pub(crate) fn look_up(&mut self, name: &str) -> Result<Target, Refusal> {
        let endpoint = self.names.ok_or(Refusal::NoCapability)?.lookup(name)?;
        self.remember(endpoint.handle());
        let mut id = None;
        // A name behind a mount is not listed.
        let _ =
            self.each_name(name, |listed, number| id = id.or((listed == name).then_some(number)));
        Ok(Target { endpoint, id: id.or_else(|| self.id_behind(endpoint.handle())) })
    }

    /// The actor that a handle of this shell's leads to.
    pub(crate) fn id_behind(&self, handle: Handle) -> Option<u64> {
        let held = self.held(None).ok()?;
        held.iter().find(|held| held.handle == handle).map(|held| held.object)
    }

    /// The one of this name or id that this shell may end.
    pub(crate) fn member(&self, word: &str) -> Option<&Member> {
        let id = word.parse().ok().filter(|id| *id != 0);
        self.members.iter().find(|member| member.name == word || Some(member.id) == id)
    }

    /// An actor is no more: whoever loaded it has nothing left to end.
    pub(crate) fn bury(&mut self, id: u64) -> Option<Member> {
        let is_gone = |member: &Member| capability::info(member.child.handle()).is_err();
        let at = self.members.iter().position(|member| member.id == id);
        // Whoever could not be told by its id is found by what is left of it.
        let at = at.or_else(|| self.members.iter().position(is_gone))?;
        if is_gone(&self.members[at]) {
            return Some(self.members.remove(at));
        }
        // Its supervisor starts it again, under another id.
        let member = self.members[at].clone();
        self.refresh();
        Some(member)
    }

    /// Takes in which lives those are in that are started again.
    pub(crate) fn refresh(&mut self) {
        if self.members.is_empty() {
            return;
        }
        let held = self.held(None).unwrap_or_default();
        for member in &mut self.members {
            let record = held.iter().find(|record| record.handle == member.child.handle());
            member.id = record.map_or(member.id, |record| record.object);
        }
    }

    /// A name that nobody has, near the wanted one: `echo`, else `echo_1`.
    pub(crate) fn free_name(&self, wanted: &str) -> String {
        let plain = |character: char| if character.is_ascii_graphic() { character } else { '_' };
        let plain = wanted.chars().map(plain);
        let stem: String = plain.clone().take(STEM_MAX).collect();
        let mut name: String = plain.take(SpawnOptions::NAME_BYTES).collect();
        for number in 1.. {
            let mut is_taken = self.member(&name).is_some() || name.parse::<u64>().is_ok();
            is_taken |= self.records().any(|record| record.name() == name);
            let _ = self.each_name(&name, |_, _| is_taken = true);
            if !is_taken {
                break;
            }
            name = alloc::format!("{stem}_{number}");
        }
        name
    }

    fn by_id(&mut self, id: u64) -> Option<Target> {
        let target = |handle| Target { endpoint: Endpoint::new(handle), id: Some(id) };
        if endpoint::identity() == Ok(id) {
            return Some(target(Handle::OWN_ENDPOINT));
        }
        if let Some(member) = self.members.iter().find(|member| member.id == id && id != 0) {
            return Some(target(member.child.handle()));
        }
        let held = self.held(None).unwrap_or_default();
        let mut ways = held.iter().filter(|held| {
            let leads = matches!(held.kind, ObjectKind::Endpoint | ObjectKind::Child);
            leads && held.object == id && Rights::WRITE.is_within(held.rights)
        });
        if let Some(way) = ways.next() {
            return Some(target(way.handle));
        }
        let mut name = None;
        let _ = self.each_name("", |listed, number| {
            if number == id {
                name.get_or_insert_with(|| String::from(listed));
            }
        });
        let endpoint = self.names?.lookup(&name?).ok()?;
        self.remember(endpoint.handle());
        Some(Target { endpoint, id: Some(id) })
    }

    /// Keeps what was looked up, so that a cspace is never full of it.
    fn remember(&mut self, handle: Handle) {
        let is_own = handle.generation() == 0 && self.own_slots >> handle.slot() & 1 != 0;
        let is_child = self.members.iter().any(|member| member.child.handle() == handle);
        if is_own || is_child || self.found.contains(&handle) {
            return;
        }
        if self.found.len() == FOUND_MAX
            && let Some(oldest) = self.found.pop_front()
        {
            // It may have died meanwhile: then there is nothing left to delete.
            let _ = capability::delete(oldest);
        }
        self.found.push_back(handle);
    }
}
