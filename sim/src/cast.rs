//! Who is who on one board: ids become names, numbers become words.

use std::collections::BTreeMap;

use abi::message;
use kernel::capability::Object;
use kernel::id::ActorId;

use crate::scenario::plan::BoardPlan;

/// The actors of one board by id, living and dead.
#[derive(Clone, Debug, Default)]
pub struct Cast {
    names: BTreeMap<ActorId, String>,
    opcodes: BTreeMap<String, &'static [(u32, &'static str)]>,
    regions: Vec<String>,
}

impl Cast {
    /// The cast of a board before anybody is on stage.
    pub fn new(plan: &BoardPlan) -> Cast {
        let actors = plan.actors.iter();
        Cast {
            names: BTreeMap::new(),
            opcodes: actors.map(|actor| (actor.manifest.name.clone(), actor.opcodes)).collect(),
            regions: plan.regions.iter().map(|region| region.name.clone()).collect(),
        }
    }

    /// An actor was made.
    pub fn enter(&mut self, id: ActorId, name: &str) {
        self.names.insert(id, name.to_owned());
    }

    /// The actor's name.
    pub fn name(&self, id: ActorId) -> &str {
        self.names.get(&id).map_or("?", String::as_str)
    }

    /// The actor's name and which life of it: `shell.1`.
    pub fn life(&self, id: ActorId) -> String {
        format!("{}.{}", self.name(id), id.generation())
    }

    /// What an opcode is called between two actors: in the words of the one that serves it.
    pub fn opcode(&self, from: Option<ActorId>, to: Option<ActorId>, opcode: u32) -> String {
        if from.is_none() {
            return kernel_opcode(opcode);
        }
        let served = [to, from].into_iter().flatten().find_map(|id| {
            let names = self.opcodes.get(self.name(id))?;
            names.iter().find(|(number, _)| *number == opcode).map(|(_, name)| *name)
        });
        served.map_or_else(|| opcode.to_string(), str::to_owned)
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

fn kernel_opcode(opcode: u32) -> String {
    let name = match opcode {
        message::KEY_EVENT => "key",
        message::POINTER_EVENT => "pointer",
        message::SERIAL_EVENT => "serial",
        message::PIN_EVENT => "pin",
        message::DEATH_NOTICE => "death",
        _ => return opcode.to_string(),
    };
    name.to_owned()
}

/// `gpio2`, or `gpio2+gpio5`.
fn pins(set: u64) -> String {
    let numbers = (0..u64::BITS).filter(|pin| set & (1 << pin) != 0);
    numbers.map(|pin| format!("gpio{pin}")).collect::<Vec<_>>().join("+")
}
