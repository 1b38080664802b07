//! Who is who on one board: ids become names, numbers become words.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use abi::message;
use kernel::capability::Object;
use kernel::id::ActorId;

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
    actors: BTreeMap<ActorId, Role>,
    opcodes: BTreeMap<Rc<str>, &'static [(u32, &'static str)]>,
    regions: Vec<String>,
}

impl Cast {
    /// The cast of a board before anybody is on stage.
    pub fn new(plan: &BoardPlan) -> Cast {
        let actors = plan.actors.iter();
        Cast {
            actors: BTreeMap::new(),
            opcodes: actors
                .map(|actor| (actor.manifest.name.as_str().into(), actor.opcodes))
                .collect(),
            regions: plan.regions.iter().map(|region| region.name.clone()).collect(),
        }
    }

    /// An actor was made.
    pub fn enter(&mut self, id: ActorId, name: &str) {
        let life = format!("{name}.{}", id.generation());
        self.actors.insert(id, Role { name: name.into(), life });
    }

    /// The actor's name.
    pub fn name(&self, id: ActorId) -> Rc<str> {
        self.actors.get(&id).map_or_else(|| "?".into(), |role| Rc::clone(&role.name))
    }

    /// The actor's name and which life of it: `shell.1`.
    pub fn life(&self, id: ActorId) -> &str {
        self.actors.get(&id).map_or("?", |role| &role.life)
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
        let name = if from.is_none() { kernel_opcode(opcode) } else { served };
        name.map_or_else(|| Cow::Owned(opcode.to_string()), Cow::Borrowed)
    }

    /// What an object is called.
    pub fn object(&self, object: &Object) -> String {
        match object {
            Object::Endpoint(id) => format!("endpoint {}", self.life(*id)),
            Object::Memory(range) => {
                let region = self.regions.get(usize::from(range.region));
                let name = region.map_or("?", String::as_str);
                format!(
                    "{name}[{}..{}]",
                    range.offset,
                    u64::from(range.offset) + u64::from(range.len)
                )
            }
            Object::Pins(set) => pins(*set),
            other => other.kind().name().to_owned(),
        }
    }
}

fn kernel_opcode(opcode: u32) -> Option<&'static str> {
    match opcode {
        message::KEY_EVENT => Some("key"),
        message::POINTER_EVENT => Some("pointer"),
        message::SERIAL_EVENT => Some("serial"),
        message::PIN_EVENT => Some("pin"),
        message::EXIT_NOTICE => Some("death"),
        _ => None,
    }
}

/// `gpio2`, or `gpio2+gpio5`.
fn pins(set: u64) -> String {
    let numbers = (0..u64::BITS).filter(|pin| set & (1 << pin) != 0);
    numbers.map(|pin| format!("gpio{pin}")).collect::<Vec<_>>().join("+")
}
