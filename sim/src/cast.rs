//! Who is who on one board: ids become names, numbers become words.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use abi::exit::ExitNotice;
use abi::file;
use abi::message;
use kernel::capability::Object;
use kernel::id::ActorId;
use kernel::manifest::Manifest;
use kernel::time::Duration;
use kernel::time::Instant;

use crate::scenario::plan::BoardPlan;

/// How one actor is called.
#[derive(Clone, Debug)]
struct Role {
    name: Rc<str>,
    /// The name and which life of it.
    life: String,
}

/// The actors of one board by id, living and dead.
#[derive(Clone, Debug, Default)]
pub struct Cast {
    board: String,
    actors: BTreeMap<ActorId, Role>,
    opcodes: BTreeMap<Rc<str>, &'static [(u32, &'static str)]>,
    regions: Vec<String>,
    /// Prefixes of names, by their number.
    prefixes: Vec<String>,
    /// Supervisors below the root, by their number less one.
    supervisors: Vec<String>,
    /// When power came to the board: its kernel's time begins then.
    powered: Duration,
}

impl Cast {
    /// The cast of a board before anybody is on stage; power came at this time of the world.
    pub fn new(plan: &BoardPlan, manifest: &Manifest, powered: Duration) -> Cast {
        let actors = plan.actors.iter();
        Cast {
            board: manifest.identity.clone(),
            actors: BTreeMap::new(),
            opcodes: actors
                .map(|actor| (actor.manifest.name.as_str().into(), actor.opcodes))
                .collect(),
            regions: manifest.regions.iter().map(|region| region.name.clone()).collect(),
            prefixes: manifest.prefixes().into_iter().map(String::from).collect(),
            supervisors: manifest.supervisors.iter().map(|found| found.name.clone()).collect(),
            powered,
        }
    }

    /// What the board is called.
    pub fn board(&self) -> &str {
        &self.board
    }

    /// The world's time of an instant of the kernel's.
    pub fn instant(&self, at: Instant) -> Instant {
        at + self.powered
    }

    /// An actor was made. Says whether it is another life of the one that had its place before.
    pub fn enter(&mut self, id: ActorId, name: &str) -> bool {
        let life = format!("{name}.{}", id.generation());
        let before = self.actors.range(..id).next_back();
        let before = before.filter(|(other, _)| other.index() == id.index());
        let is_restart = before.is_some_and(|(_, role)| *role.name == *name);
        self.actors.insert(id, Role { name: name.into(), life });
        is_restart
    }

    /// Whether this actor of this name has been made.
    pub fn knows(&self, id: ActorId, name: &[u8]) -> bool {
        self.actors.get(&id).is_some_and(|role| role.name.as_bytes() == name)
    }

    /// Which life an actor is in, or was in when it died; 0 before its first.
    pub fn generation(&self, name: &str) -> u32 {
        let lives = self.actors.iter().filter(|(_, role)| *role.name == *name);
        lives.map(|(id, _)| id.generation()).max().unwrap_or(0)
    }

    /// The actor's name.
    pub fn name(&self, id: ActorId) -> Rc<str> {
        self.actors.get(&id).map_or_else(|| "?".into(), |role| Rc::clone(&role.name))
    }

    /// The actor's name and which life of it: `shell.1`.
    pub fn life(&self, id: ActorId) -> &str {
        self.actors.get(&id).map_or("?", |role| &role.life)
    }

    /// The same, by the word that actors see.
    pub fn life_of(&self, word: u64) -> &str {
        id_of(word).map_or("?", |id| self.life(id))
    }

    /// What an opcode is called between two actors: in the words of the one that serves it.
    pub fn opcode(
        &self,
        from: Option<ActorId>,
        to: Option<ActorId>,
        opcode: u32,
    ) -> Cow<'static, str> {
        let served = [to, from].into_iter().flatten().find_map(|id| {
            let names = self.opcodes.get(&self.actors.get(&id)?.name)?;
            names.iter().find(|(number, _)| *number == opcode).map(|(_, name)| *name)
        });
        let name = match from {
            None => kernel_opcode(opcode),
            Some(_) => served.or_else(|| file_opcode(opcode)),
        };
        name.map_or_else(|| Cow::Owned(opcode.to_string()), Cow::Borrowed)
    }

    /// What an object is called.
    pub fn object(&self, object: &Object) -> String {
        match object {
            Object::Endpoint(id) => format!("endpoint {}", self.life(*id)),
            Object::Child(id) => format!("child {}", self.life(*id)),
            Object::Directory(id) => format!("directory {}", self.life(*id)),
            Object::File(id) => format!("file {}", self.life(*id)),
            Object::Reply(id) => format!("reply {}", self.life(*id)),
            Object::Memory(range) => {
                let end = u64::from(range.offset) + u64::from(range.len);
                format!("{}[{}..{end}]", self.region(range.region), range.offset)
            }
            Object::Pins(set) => pins(*set),
            Object::Namespace(number) => match self.prefix(*number) {
                "" => "namespace".to_owned(),
                prefix => format!("namespace {prefix}"),
            },
            Object::Spawner(number) => format!("spawner {}", self.supervisor(*number)),
            Object::Mutex(number) => format!("mutex#{number}"),
            Object::Semaphore(number) => format!("semaphore#{number}"),
            Object::Interrupt(line) => format!("interrupt {line}"),
            Object::Ports(range) => {
                let end = u32::from(range.first) + u32::from(range.count);
                format!("ports 0x{:x}..0x{end:x}", range.first)
            }
            Object::Flash(range) => {
                let end = u64::from(range.offset) + u64::from(range.len);
                format!("flash 0x{:x}..0x{end:x}", range.offset)
            }
            other => other.kind().name().to_owned(),
        }
    }

    /// The name of a region.
    pub fn region(&self, number: u16) -> &str {
        self.regions.get(usize::from(number)).map_or("?", String::as_str)
    }

    /// The prefix of names with this number.
    pub fn prefix(&self, number: u16) -> &str {
        self.prefixes.get(usize::from(number)).map_or("?", String::as_str)
    }

    /// The name of a supervisor; number 0 is the root.
    pub fn supervisor(&self, number: u16) -> &str {
        let Some(index) = usize::from(number).checked_sub(1) else { return "root" };
        self.supervisors.get(index).map_or("?", String::as_str)
    }

    /// What an exit notice tells: who ended and how.
    pub fn notice(&self, payload: &[u8]) -> Option<String> {
        let notice = ExitNotice::decode(payload.try_into().ok()?)?;
        let code = match notice.code {
            0 => String::new(),
            code => format!(" {code}"),
        };
        Some(format!("{} {}{code}", self.life_of(notice.id), notice.kind.name()))
    }
}

/// The actor that a word names.
pub fn id_of(word: u64) -> Option<ActorId> {
    let index = u16::try_from(word & u64::from(u32::MAX)).ok()?;
    let generation = u32::try_from(word >> 32).ok()?;
    let is_sound = 0 < generation && generation <= u32::MAX >> 1;
    is_sound.then(|| ActorId::new(index, generation))
}

fn kernel_opcode(opcode: u32) -> Option<&'static str> {
    match opcode {
        message::KEY_EVENT => Some("key"),
        message::POINTER_EVENT => Some("pointer"),
        message::SERIAL_EVENT => Some("serial"),
        message::PIN_EVENT => Some("pin"),
        message::EXIT_NOTICE => Some("exit"),
        message::SHUTDOWN => Some("shutdown"),
        message::RELOAD => Some("reload"),
        _ => None,
    }
}

/// What the kernel says to file servers on behalf of an actor, as if the actor said it.
fn file_opcode(opcode: u32) -> Option<&'static str> {
    match opcode {
        file::OPEN => Some("open"),
        file::CREATE => Some("create"),
        file::MAKE_DIRECTORY => Some("make_directory"),
        file::REMOVE => Some("remove"),
        file::READ_AT => Some("read_at"),
        file::WRITE_AT => Some("write_at"),
        file::COMMIT => Some("commit"),
        file::SIZE => Some("size"),
        file::ANSWER => Some("file_answer"),
        _ => None,
    }
}

/// `gpio2`, or `gpio2+gpio5`.
fn pins(set: u64) -> String {
    let numbers = (0..u64::BITS).filter(|pin| set & (1 << pin) != 0);
    numbers.map(|pin| format!("gpio{pin}")).collect::<Vec<_>>().join("+")
}

#[cfg(test)]
mod tests {
    use abi::exit::ExitKind;
    use kernel::capability::PortRange;

    use super::*;
    use crate::scenario::load::parse;
    use crate::stock::Stock;

    fn cast() -> Cast {
        let text = "name: a\nversion: 1\nboard: pc\nsupervisors: { services: {} }\nactors:\n  \
                    vfs: {}\n  echo: { grants: { namespace: read, namespace(/node): read } }\n\
                    steps: []\n";
        let plans = parse("a.yaml".as_ref(), text.into(), "".as_ref(), &Stock);
        let plan = plans.unwrap_or_else(|diagnostics| panic!("{diagnostics}")).remove(0);
        let plan = &plan.boards["pc"];
        Cast::new(plan, &plan.manifest("pc"), Duration::ZERO)
    }

    #[test]
    fn every_object_has_a_word_that_says_which_one() {
        let mut cast = cast();
        let id = ActorId::new(0, 1);
        cast.enter(id, "vfs");
        let objects = [
            (Object::Endpoint(id), "endpoint vfs.1"),
            (Object::Child(id), "child vfs.1"),
            (Object::Reply(id), "reply vfs.1"),
            (Object::Directory(id), "directory vfs.1"),
            (Object::File(id), "file vfs.1"),
            (Object::Namespace(0), "namespace"),
            (Object::Namespace(1), "namespace /node"),
            (Object::Namespace(2), "namespace ?"),
            (Object::Spawner(0), "spawner root"),
            (Object::Spawner(1), "spawner services"),
            (Object::Mutex(3), "mutex#3"),
            (Object::Semaphore(4), "semaphore#4"),
            (Object::Interrupt(5), "interrupt 5"),
            (Object::Ports(PortRange { first: 0x3f8, count: 8 }), "ports 0x3f8..0x400"),
            (Object::Pins(5), "gpio0+gpio2"),
            (Object::Log, "log"),
        ];
        for (object, word) in objects {
            assert_eq!(cast.object(&object), word);
        }
    }

    #[test]
    fn another_life_in_the_same_place_is_a_restart_and_another_actor_is_none() {
        let mut cast = cast();
        assert!(!cast.enter(ActorId::new(0, 1), "vfs"));
        assert!(!cast.enter(ActorId::new(1, 1), "echo"));
        assert!(!cast.enter(ActorId::new(1, 1), "echo"), "one life is entered twice");
        assert!(cast.enter(ActorId::new(1, 2), "echo"));
        assert!(!cast.enter(ActorId::new(1, 3), "vfs"), "the place has another tenant");
        assert!(cast.enter(ActorId::new(0, 2), "vfs"));
        assert_eq!((cast.generation("echo"), cast.generation("nobody")), (2, 0));
    }

    #[test]
    fn what_the_kernel_says_has_words() {
        let mut cast = cast();
        let (vfs, echo) = (ActorId::new(0, 1), ActorId::new(1, 1));
        cast.enter(vfs, "vfs");
        cast.enter(echo, "echo");
        assert_eq!(cast.opcode(None, Some(echo), message::SHUTDOWN), "shutdown");
        assert_eq!(cast.opcode(Some(echo), Some(vfs), file::READ_AT), "read_at");
        assert_eq!(cast.opcode(Some(echo), Some(vfs), 2), "read");
        assert_eq!(cast.opcode(Some(echo), Some(vfs), 99), "99");
        let notice = ExitNotice { id: vfs.word(), kind: ExitKind::Abnormal, code: -1 };
        assert_eq!(cast.notice(&notice.encode()).as_deref(), Some("vfs.1 abnormal -1"));
        assert_eq!(cast.notice(&vfs.word().to_le_bytes()), None);
        assert_eq!(id_of(vfs.word()), Some(vfs));
        assert_eq!((id_of(0), id_of(u64::MAX)), (None, None));
    }
}
