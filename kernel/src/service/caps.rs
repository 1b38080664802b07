//! What this node can do, as text: seed *actor-microkernel*'s capability advertisement. It is about
//! features, not about authority.

use abi::handle::Handle;
use abi::message::CAPS_REPLY;
use abi::message::CAPS_REQUEST;
use abi::message::Header;
use abi::process::ProcessRecord;
use alloc::boxed::Box;
use alloc::format;

use crate::call::CallName;
use crate::call::Host;
use crate::limits::PAYLOAD_MAX;
use crate::native::Native;
use crate::service::Caller;
use crate::service::SCRATCH;
use crate::service::scratch;

/// The process table, in slot 1.
const PROCESSES: Handle = Handle::new(0, 1);

/// A spawner, in slot 2: how many more actors there can be.
const SPAWNER: Handle = Handle::new(0, 2);

/// The service. It is given the process table to read and a spawner to look at.
#[derive(Clone)]
pub struct Caps {
    memory: Box<[u8; SCRATCH]>,
}

impl Caps {
    /// The service, for a manifest.
    pub fn native() -> Box<dyn Native> {
        Box::new(Caps { memory: scratch() })
    }
}

impl Native for Caps {
    fn handle(&mut self, host: &mut dyn Host, header: &Header, _payload: &[u8]) -> bool {
        let mut caller = Caller { host, memory: &mut self.memory };
        if header.opcode != CAPS_REQUEST {
            return true;
        }
        let count =
            caller.info(PROCESSES).map_or(0, |info| info.size) / ProcessRecord::BYTES as u64;
        let left = caller.info(SPAWNER).map_or(0, |info| info.size);
        let words = [PAYLOAD_MAX as u64, PAYLOAD_MAX as u64];
        let len = caller.call(CallName::NodeName, &words).unwrap_or(0) as usize;
        let name = caller.memory[PAYLOAD_MAX..].get(..len).unwrap_or_default();
        let identity = core::str::from_utf8(name).unwrap_or("?");
        let text = format!(
            "platform=orrery\nidentity={identity}\nnode_id=1\nwasm=true\ntls=false\nhttp=false\n\
             max_actors={}\nactor_count={count}\ntransports=0\n",
            count + left
        );
        caller.answer(header, CAPS_REPLY, text.as_bytes(), None);
        true
    }

    fn fork(&self) -> Option<Box<dyn Native>> {
        Some(Box::new(self.clone()))
    }
}
